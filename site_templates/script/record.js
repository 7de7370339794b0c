/**
 * The record of a check: one A4 page, in two columns, with everything that a file needs later and
 * blanks for what only a hand can write. It is shown on paper only.
 */

import { holds } from "./certificate_view.js";
import { CHOICES, ITEMS, PAPERS } from "./compared.js";
import { date, dateAndTime } from "./dates.js";
import { element, icon } from "./dom.js";
import { dateWithEra } from "./eras.js";
import { said } from "./said.js";
import { display, grouped, lspName, sentences, values } from "./telling.js";

/** @typedef {import("./checks.js").Check} Check */
/** @typedef {import("./compared.js").Compared} Compared */
/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./telling.js").Certificate} Certificate */
/** @typedef {import("./telling.js").Scheme} Scheme */
/** @typedef {import("./telling.js").Verdict} Verdict */
/** @typedef {import("./telling.js").Visit} Visit */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {[string, Child[] | Child]} Row key of the label, value; null: nothing to show */

/** Written by hand; nothing of it is ever typed into the page. */
const BLANKS = ["checker", "organisation", "signature", "next_check", "remarks"];
/** What a reader of the paper must know. */
const NOTES = [
  ...["record.not_official", "record.changes", "note.not_residence", "note.copy"],
  ...["record.no_numbers", "record.personal_data"],
];

/**
 * @param {Words} words
 * @param {Check} check
 * @param {Visit} visit
 * @param {Compared} compared
 * @param {string} version of the software
 * @returns {HTMLElement}
 */
export function recordView(words, check, visit, compared, version) {
  const { verdict } = check;
  const shown = display(verdict);
  const certificate = shown === "all" || shown === "unproven" ? verdict.certificate : null;
  return element(
    "section",
    { class: `record ${verdict.level}` },
    head(words, verdict),
    result(words, verdict, visit),
    block(words, "record.result", checkRows(words, check), "wide"),
    element(
      "div",
      { class: "columns" },
      block(words, "data.heading", certificateRows(words, certificate, verdict)),
      element(
        "div",
        {},
        comparison(words, compared),
        blanks(words),
      ),
    ),
    certificate === null ? null : units(words, certificate, verdict.catalogue.scheme),
    block(words, "record.evidence", evidenceRows(words, verdict, version), "wide evidence"),
    element("ul", { class: "record-notes" }, ...NOTES.map((key) => element("li", {}, words.text(key)))),
  );
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @returns {HTMLElement}
 */
function head(words, verdict) {
  return element(
    "header",
    {},
    element(
      "div",
      {},
      element("h1", {}, words.text("record.title")),
      element("p", {}, words.text("record.subtitle")),
    ),
    verdict.demo ? element("strong", { class: "mark" }, words.text("demo.watermark")) : null,
  );
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Visit} visit
 * @returns {HTMLElement}
 */
function result(words, verdict, visit) {
  const { title, sentence } = sentences(words, verdict);
  return element(
    "div",
    { class: "record-result" },
    icon(verdict.level),
    element(
      "div",
      {},
      element("p", { class: "level" }, words.text(`level.${verdict.level}`)),
      element("h2", {}, words.text(title)),
      element("p", {}, ...said(words, sentence, values(words, verdict, visit))),
    ),
  );
}

/**
 * @param {Words} words
 * @param {string} key of the heading
 * @param {Row[]} rows
 * @param {string | null} [kind] class
 * @returns {HTMLElement}
 */
function block(words, key, rows, kind = null) {
  const made = rows.flatMap(([label, value]) =>
    value === null
      ? []
      : [
          element("dt", {}, words.text(label)),
          element("dd", {}, ...(Array.isArray(value) ? value : [value])),
        ],
  );
  return element(
    "section",
    { class: kind },
    element("h3", {}, words.text(key)),
    element("dl", {}, ...made),
  );
}

/**
 * @param {string | null} text as signed
 * @returns {Child}
 */
function asSigned(text) {
  return text === null ? null : element("bdi", { lang: "id", translate: "no" }, text);
}

/**
 * @param {Words} words
 * @param {Certificate | null} certificate
 * @param {Verdict} verdict
 * @returns {Row[]}
 */
function certificateRows(words, certificate, verdict) {
  if (certificate === null) {
    return [["record.certificate", words.text("data.hidden")]];
  }
  const proven = display(verdict) === "all";
  const filled = { lsp: lspName(verdict) };
  const expires = dateWithEra(words, certificate.expiryDay);
  return [
    ["data.passport_name", asSigned(certificate.passportName)],
    ["data.name", asSigned(certificate.name)],
    ["record.furigana", element("span", { class: "blank" })],
    ["data.birth_date", date(words, certificate.birthDay)],
    ["data.certificate_number", asSigned(certificate.number)],
    ["data.registration_number", asSigned(certificate.registration)],
    ["data.issuer", proven ? said(words, "data.issuer_value", filled) : null],
    ["data.licence", String(certificate.lsp)],
    ["data.issued", dateWithEra(words, certificate.issueDay)],
    ["data.expires", words.text("data.expires_value", { date: expires })],
    ...schemeRows(words, certificate, verdict.catalogue.scheme),
    ["data.blank_number", asSigned(certificate.blankNumber)],
    ["data.replaces", certificate.replaces === null ? null : String(certificate.replaces)],
  ];
}

/**
 * @param {Words} words
 * @param {Certificate} certificate
 * @param {Scheme | null} scheme
 * @returns {Row[]}
 */
function schemeRows(words, certificate, scheme) {
  if (scheme === null) {
    return [["data.scheme", asSigned(certificate.scheme)]];
  }
  const name = scheme.name[words.language] ?? scheme.name.id;
  const original = name === scheme.name.id ? [] : [" / ", asSigned(scheme.name.id)];
  const level =
    scheme.level === null
      ? words.text("data.level_none")
      : words.text("data.level_value", { n: words.number(scheme.level) });
  return [
    ["data.scheme", [element("bdi", {}, name), ...original]],
    ["data.printed_field", asSigned(scheme.printed.bidang)],
    ["data.printed_qualification", asSigned(scheme.printed.kualifikasi)],
    ["data.level", level],
  ];
}

/**
 * @param {Words} words
 * @param {Certificate} certificate
 * @param {Scheme | null} scheme
 * @returns {HTMLElement} codes only: titles of thirty units would need a page of their own
 */
function units(words, certificate, scheme) {
  const all = scheme?.units ?? [];
  const held = all.filter((_, i) => holds(certificate.units, i));
  const key = held.length === all.length ? "data.units_all" : "data.units_some";
  const numbers = { n: words.number(held.length), total: words.number(all.length) };
  return element(
    "section",
    {},
    element(
      "h3",
      {},
      words.text("data.units"),
      element("small", {}, words.text(all.length === 0 ? "data.units_unknown" : key, numbers)),
    ),
    element(
      "ul",
      { class: "unit-codes", translate: "no" },
      ...held.map((unit) => element("li", {}, element("bdi", {}, unit.code))),
    ),
  );
}

/**
 * @param {Words} words
 * @param {Check} check
 * @returns {Row[]}
 */
function checkRows(words, { verdict, source, file, page, at }) {
  const logged = verdict.answers.standing !== "unlogged" && verdict.answers.standing !== "ok_offline";
  const mode = verdict.fetched ? (logged ? "online" : "online_unlogged") : "offline";
  const named = { file: file ?? "", page: words.number(page || 1) };
  return [
    ["record.checked_at", dateAndTime(words, at)],
    ["record.data_asof", verdict.asOf === null ? null : dateAndTime(words, verdict.asOf)],
    ["record.mode", words.text(`record.mode_${mode}`)],
    ["record.source", said(words, `record.source_${source}`, named)],
    ["data.reason_code", verdict.reason],
  ];
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {string} version
 * @returns {Row[]}
 */
function evidenceRows(words, verdict, version) {
  const number = (/** @type {number | null} */ n) => (n === null ? null : words.number(n));
  return [
    ["record.site", verdict.site],
    ["registry.build", number(verdict.build)],
    ["record.log_size", number(verdict.logSize)],
    ["record.trust_version", number(verdict.trustVersion)],
    ["data.registry_index", verdict.index === null ? null : String(verdict.index)],
    ["record.software", version],
    ["record.log_root", verdict.logRoot],
    ["data.certificate_hash", verdict.digest === null ? null : grouped(verdict.digest)],
    ["data.key_fingerprint", fingerprint(verdict)],
  ];
}

/**
 * @param {Verdict} verdict
 * @returns {string | null} of the key that signed; only its short name where the key is unknown
 */
function fingerprint({ key, kid }) {
  const known = key ?? kid;
  return known === null ? null : grouped(known);
}

/**
 * @param {Words} words
 * @param {Compared} compared
 * @returns {HTMLElement} boxes, ticked as on the page, that can be ticked by hand as well
 */
function comparison(words, compared) {
  /** @type {Row[]} */
  const rows = [
    [
      "record.document",
      boxes(PAPERS.filter((paper) => paper !== "none").map((paper) => [
        words.text(`record.document_${paper}`),
        compared.document === paper,
      ])),
    ],
    ...ITEMS.map((item) => /** @type {Row} */ ([
      `compare.${item}`,
      boxes(CHOICES[item].filter((found) => found !== "not_done").map((found) => [
        words.text(`compare.${found}`),
        compared[item] === found,
      ])),
    ])),
  ];
  return block(words, "record.comparison", rows);
}

/**
 * @param {[string, boolean][]} options
 * @returns {Child[]}
 */
function boxes(options) {
  return options.map(([label, ticked]) =>
    element("span", { class: ticked ? "box ticked" : "box" }, label),
  );
}

/**
 * @param {Words} words
 * @returns {HTMLElement}
 */
function blanks(words) {
  const rows = BLANKS.flatMap((key) => [
    element("dt", {}, words.text(`record.${key}`)),
    element("dd", { class: key === "remarks" ? "blank tall" : "blank" }),
  ]);
  return element("section", {}, element("dl", { class: "blanks" }, ...rows));
}
