/**
 * What stands below a verdict: the data as signed, the comparison, the notes, the technical lines,
 * and what can be done with the result. The record of it is there too, for the printer only.
 */

import { certificateView } from "./certificate_view.js";
import { desk, home, use } from "./checks.js";
import { comparedFor } from "./compared.js";
import { element } from "./dom.js";
import { inquiryView } from "./inquiry.js";
import { loadAllWords } from "./language.js";
import { notesView, technicalView } from "./notes_view.js";
import { recordView } from "./record.js";
import { recordFile } from "./record_file.js";
import { display, values } from "./telling.js";
import { ticksView } from "./ticks.js";
import { Words } from "./words.js";

/** @typedef {import("./checks.js").Check} Check */
/** @typedef {import("./compared.js").Compared} Compared */
/** @typedef {import("./telling.js").Visit} Visit */

/** Seconds after which a result that nobody touches begins to count down. */
const QUIET = 300;

/** A device whose clock is wrong cannot say when it checked. */
const NO_RECORD = new Set(["clock-wrong"]);

/**
 * @param {Words} words all of them
 * @param {Check} check
 * @param {Visit} visit
 * @param {string} version of the software
 * @returns {{below: HTMLElement[], actions: HTMLElement[]}} actions: beside "check another"
 */
export function details(words, check, visit, version) {
  const { verdict } = check;
  const filled = values(words, verdict, visit);
  const compared = comparedFor(check);
  const shown = display(verdict);
  const { certificate } = verdict;
  const kept = shown !== "none" && !NO_RECORD.has(verdict.reason);
  const record = element("div", { class: "record-place" });
  const draw = () => record.replaceChildren(recordView(words, check, visit, compared, version));
  if (kept) {
    draw();
  }
  document.documentElement.classList.toggle("with-record", kept);
  const named = certificate !== null && (shown === "all" || shown === "unproven");
  const keep = kept ? actions(words, check, compared, version) : [];
  const ticks = named ? ticksView(words, certificate, compared, kept ? draw : () => {}) : null;
  // Who has compared wants the record: its buttons stand there, and below all else where there
  // is nothing to compare.
  ticks?.append(element("p", { class: "actions" }, ...keep));
  const below = [
    certificateView(words, verdict, filled),
    ticks,
    notesView(words, verdict, visit, filled),
    named ? inquiryView(words, indonesian, verdict, check.at) : null,
    technicalView(words, verdict, filled, version),
    kept ? record : null,
  ];
  return {
    below: below.filter((view) => view !== null),
    actions: ticks === null ? keep : [],
  };
}

/** @returns {Promise<Words>} what a text for the issuing body is written in */
async function indonesian() {
  const { page, words } = desk();
  const id = words.language === "id" ? words : new Words("id", {});
  await loadAllWords(page, id);
  return id;
}

/**
 * @param {Words} words
 * @param {Check} check
 * @param {Compared} compared
 * @param {string} version
 * @returns {HTMLElement[]}
 */
function actions(words, check, compared, version) {
  const print = element(
    "button",
    { type: "button", id: "print", class: "primary" },
    words.text("button.print"),
  );
  print.addEventListener("click", () => printPage(words, print));
  if (check.verdict.basis === null) {
    return [print];
  }
  const save = element("button", { type: "button", id: "save" }, words.text("button.save_record"));
  save.addEventListener("click", () => download(check, compared, version));
  return [print, save];
}

/**
 * @param {Words} words
 * @param {HTMLElement} button
 */
function printPage(words, button) {
  if (typeof globalThis.print === "function") {
    globalThis.print();
  } else {
    button.replaceWith(element("span", { role: "alert" }, words.text("error.print.do")));
  }
}

/**
 * @param {Check} check
 * @param {Compared} compared
 * @param {string} version
 */
function download({ verdict, source, file, page }, compared, version) {
  const from = { kind: source, file: file || null, page: page || null };
  const text = recordFile(verdict, from, compared, version) ?? "";
  const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const name = `record-${verdict.index ?? verdict.digest?.slice(0, 8)}-build-${verdict.build ?? 0}.json`;
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/**
 * Take a result that names a person off the page when nobody has touched it for a while.
 *
 * A network that goes right after the verdict takes nothing from it: the watch begins when the part
 * that keeps it can be had.
 *
 * @param {Check} check
 * @param {HTMLElement} view of its verdict
 */
export function watchOver(check, view) {
  const shown = display(check.verdict);
  if (!view.isConnected || (shown !== "all" && shown !== "unproven")) {
    return;
  }
  use("countdown.js")
    .then(({ guard }) => guard(check, view, QUIET, home))
    .catch((error) => {
      console.error(error);
      addEventListener("online", () => watchOver(check, view), { once: true });
    });
}
