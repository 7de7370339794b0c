/**
 * A text to send to the issuing body, in Indonesian, with its meaning in the reader's language.
 *
 * It names the certificate by its numbers: no name, no birth date, nothing else of the holder.
 */

import { dateAndTime } from "./dates.js";
import { element } from "./dom.js";
import { lspName, sentences } from "./telling.js";

/** @typedef {import("./telling.js").Verdict} Verdict */
/** @typedef {import("./words.js").Words} Words */

/** An address that can stand in a link as it is; any other one is shown as text only. */
const EMAIL = /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+$/;
/** Kinds of contact, in the order in which they are shown. */
const CONTACTS = ["email", "web", "phone", "address"];

/**
 * @param {Words} words
 * @param {Verdict} verdict with a certificate
 * @param {number} at moment of the check
 * @returns {string}
 */
export function inquiryText(words, verdict, at) {
  const { certificate, reason } = verdict;
  return words.text("inquiry.body", {
    lsp: lspName(verdict),
    number: certificate?.number ?? "",
    registration: certificate?.registration ?? "",
    index: String(certificate?.index ?? ""),
    checked: dateAndTime(words, at),
    title: words.text(sentences(words, verdict).title),
    reason,
  });
}

/**
 * @param {Words} words of the page
 * @param {() => Promise<Words>} indonesian gets the words that the text itself is made of
 * @param {Verdict} verdict with a certificate
 * @param {number} at moment of the check
 * @returns {HTMLElement} closed; the text is made when it is opened
 */
export function inquiryView(words, indonesian, verdict, at) {
  const place = element("div", { class: "inquiry-text" });
  const view = element(
    "details",
    { class: "card inquiry" },
    element("summary", {}, words.text("inquiry.heading")),
    element("p", {}, words.text("inquiry.lead")),
    place,
  );
  let made = false;
  view.addEventListener("toggle", () => {
    if (!made) {
      made = true;
      indonesian().then(
        (id) => place.replaceChildren(...parts(words, id, verdict, at)),
        (error) => {
          made = false;
          place.replaceChildren(element("p", { role: "alert" }, words.text("error.network.text")));
          console.error(error);
        },
      );
    }
  });
  return view;
}

/**
 * @param {Words} words
 * @param {Words} id
 * @param {Verdict} verdict
 * @param {number} at
 * @returns {HTMLElement[]}
 */
function parts(words, id, verdict, at) {
  const text = inquiryText(id, verdict, at);
  const body = element("pre", { lang: "id", translate: "no", tabindex: "0" }, text);
  const done = element("span", { role: "status" });
  const copy = element("button", { type: "button" }, words.text("button.copy"));
  copy.addEventListener("click", () => {
    copied(text).then(
      () => done.replaceChildren(words.text("button.copied")),
      () => getSelection()?.selectAllChildren(body), // not allowed here: selected, to copy by hand
    );
  });
  const shown = [body, element("p", { class: "actions" }, copy, mail(words, id, verdict, text), done)];
  if (words.language !== "id") {
    shown.push(element("pre", { class: "small" }, inquiryText(words, verdict, at)));
  }
  return [...shown, ...contacts(words, verdict)];
}

/**
 * @param {string} text
 * @returns {Promise<void>} rejects where a page may not write to the clipboard
 */
async function copied(text) {
  await navigator.clipboard.writeText(text);
}

/**
 * @param {Words} words
 * @param {Words} id
 * @param {Verdict} verdict
 * @param {string} text
 * @returns {HTMLElement | null} null where the catalogue knows no address
 */
function mail(words, id, verdict, text) {
  const address = verdict.catalogue.lsp?.contact?.["email"] ?? "";
  if (!EMAIL.test(address)) {
    return null;
  }
  const subject = encodeURIComponent(id.text("inquiry.subject"));
  const href = `mailto:${address}?subject=${subject}&body=${encodeURIComponent(text)}`;
  return element("a", { class: "button", href }, words.text("inquiry.mail"));
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @returns {HTMLElement[]} how the issuing body can be reached, as the catalogue has it
 */
function contacts(words, verdict) {
  const contact = verdict.catalogue.lsp?.contact ?? {};
  const lines = CONTACTS.filter((kind) => contact[kind]).map((kind) =>
    element(
      "div",
      {},
      element("dt", {}, words.text(`inquiry.${kind}`)),
      element("dd", {}, element("bdi", { lang: "id", translate: "no" }, contact[kind] ?? "")),
    ),
  );
  return lines.length === 0 ? [] : [element("dl", { class: "rows" }, ...lines)];
}
