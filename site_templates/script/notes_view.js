/** What a result does not prove, and the technical lines for those who check further. */

import { endedLicence } from "./certificate_view.js";
import { element } from "./dom.js";
import { said } from "./said.js";
import { display, grouped } from "./telling.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./telling.js").Verdict} Verdict */
/** @typedef {import("./telling.js").Visit} Visit */
/** @typedef {import("./words.js").Values} Values */
/** @typedef {import("./words.js").Words} Words */

/** On every result. */
const ALWAYS = ["note.compare", "note.copy", "note.not_residence"];
/** Where the data of a certificate are shown. */
const WITH_DATA = ["note.only_signed", "note.not_sole", "note.zone", "note.signature_scope"];

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Visit} visit
 * @param {Values} filled
 * @returns {HTMLElement}
 */
export function notesView(words, verdict, visit, filled) {
  const shown = display(verdict);
  const withData = shown === "all" || shown === "unproven";
  const ended = withData ? endedLicence(words, verdict) : null;
  const keys = [
    ...ALWAYS,
    ...(withData ? WITH_DATA : []),
    ...(visit.byLink ? ["note.quick_look"] : []),
    "note.privacy",
  ];
  return element(
    "section",
    { class: "card notes" },
    element("h2", {}, words.text("note.heading")),
    element(
      "ul",
      {},
      ended === null ? null : element("li", {}, ...said(words, "note.licence_ended", ended)),
      ...keys.map((key) => element("li", {}, ...said(words, key, filled))),
    ),
  );
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Values} filled
 * @param {string} version
 * @returns {HTMLElement}
 */
export function technicalView(words, verdict, filled, version) {
  const key = verdict.key ?? verdict.kid;
  /** @type {[string, string | null][]} */
  const rows = [
    ["data.reason_code", verdict.reason],
    ["data.registry_index", verdict.index?.toString() ?? null],
    ["record.data_asof", filled["asof"] ?? null],
    ["registry.build", verdict.build?.toString() ?? null],
    ["registry.log_size", verdict.logSize === null ? null : words.number(verdict.logSize)],
    ["registry.log_root", verdict.logRoot],
    ["data.key_fingerprint", key === null ? null : grouped(key)],
    ["data.certificate_hash", verdict.digest === null ? null : grouped(verdict.digest)],
  ];
  return element(
    "details",
    { class: "card technical" },
    element("summary", {}, words.text("data.technical")),
    element(
      "dl",
      { class: "rows" },
      ...rows
        .filter(([, value]) => value !== null && value !== "")
        .map(([key, value]) =>
          element(
            "div",
            {},
            element("dt", {}, words.text(key)),
            element("dd", { class: "code", translate: "no" }, value),
          ),
        ),
    ),
    element("p", { class: "small" }, ...said(words, "asof.today", filled)),
    element("p", { class: "small" }, words.text("site.software", { version })),
  );
}
