/** The certificate as it was signed, and what the catalogue adds to it. */

import { DAY, date } from "./dates.js";
import { element } from "./dom.js";
import { dateWithEra } from "./eras.js";
import { said } from "./said.js";
import { dayOf, display, lspName } from "./telling.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./telling.js").Certificate} Certificate */
/** @typedef {import("./telling.js").Scheme} Scheme */
/** @typedef {import("./telling.js").Translated} Translated */
/** @typedef {import("./telling.js").Verdict} Verdict */
/** @typedef {import("./words.js").Values} Values */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {[string, Child[], string?]} Row key of the label, value, class */

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Values} filled
 * @returns {HTMLElement | null} null where nothing is said about the certificate at all
 */
export function certificateView(words, verdict, filled) {
  const { certificate } = verdict;
  const shown = display(verdict);
  if (shown === "none") {
    return null;
  }
  if (shown === "hidden" || certificate === null) {
    return element("p", { class: "card hidden-data" }, words.text("data.hidden"));
  }
  const { scheme } = verdict.catalogue;
  return element(
    "section",
    { class: "card certificate" },
    element("h2", {}, words.text("data.heading")),
    shown === "unproven" ? warning(words, verdict, filled) : null,
    list(words, personRows(words, certificate), "person"),
    list(words, [
      ...numberRows(words, certificate),
      ...schemeRows(words, certificate, scheme),
      ...issuerRows(words, verdict, filled, shown === "all"),
      ...otherRows(certificate),
    ]),
    translationNote(words, scheme),
    units(words, certificate, scheme),
    fields(words, verdict, scheme),
  );
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Values} filled
 * @returns {HTMLElement} why the issuing body does not stand as a fact among the data
 */
function warning(words, verdict, filled) {
  const key = `answer.issuer.${verdict.answers.issuer}.sentence`;
  return element("p", { class: "caution" }, ...said(words, key, filled));
}

/**
 * @param {Words} words
 * @param {Row[]} rows
 * @param {string} [kind] class of the list
 * @returns {HTMLElement}
 */
function list(words, rows, kind = "rows") {
  return element(
    "dl",
    { class: kind },
    ...rows.map(([key, value, style]) =>
      element(
        "div",
        { class: style ?? null },
        element("dt", {}, words.text(key)),
        element("dd", {}, ...value),
      ),
    ),
  );
}

/**
 * @param {string} text in Indonesian, as it was signed or printed
 * @returns {HTMLElement}
 */
function indonesian(text) {
  return element("bdi", { lang: "id", translate: "no" }, text);
}

/**
 * @param {Words} words
 * @param {Certificate} certificate
 * @returns {Row[]} what to compare with a residence card or a passport
 */
function personRows(words, certificate) {
  /** @type {Row[]} */
  const names = [["data.name", [indonesian(certificate.name)], "name"]];
  if (certificate.passportName !== null) {
    names.unshift(["data.passport_name", [indonesian(certificate.passportName)], "name"]);
  }
  return [...names, ["data.birth_date", [date(words, certificate.birthDay)], "birth"]];
}

/**
 * @param {Words} words
 * @param {Certificate} certificate
 * @returns {Row[]}
 */
function numberRows(words, certificate) {
  return [
    ["data.certificate_number", [indonesian(certificate.number)], "number"],
    ["data.registration_number", [indonesian(certificate.registration)], "number"],
    ["data.issued", [dateWithEra(words, certificate.issueDay)]],
    [
      "data.expires",
      said(words, "data.expires_value", { date: dateWithEra(words, certificate.expiryDay) }),
    ],
  ];
}

/**
 * @param {Words} words
 * @param {Certificate} certificate
 * @param {Scheme | null} scheme
 * @returns {Row[]} the scheme, and the two lines to be found on the paper
 */
function schemeRows(words, certificate, scheme) {
  if (scheme === null) {
    return [["data.scheme", [indonesian(certificate.scheme)]]];
  }
  const level =
    scheme.level === null
      ? words.text("data.level_none")
      : words.text("data.level_value", { n: words.number(scheme.level) });
  return [
    ["data.scheme", titled(words, scheme.name)],
    ["data.printed_field", [indonesian(scheme.printed.bidang)], "printed"],
    ["data.printed_qualification", [indonesian(scheme.printed.kualifikasi)], "printed"],
    ["data.scheme_type", [words.text(`data.scheme_type_${scheme.kind.toLowerCase()}`)]],
    ["data.level", [level]],
  ];
}

/**
 * @param {Words} words
 * @param {Translated} name
 * @returns {Child[]} in the reader's language, with the Indonesian original below it
 */
function titled(words, name) {
  const translated = words.language === "id" ? undefined : name[words.language];
  return translated === undefined || translated === name.id
    ? [indonesian(name.id)]
    : [element("bdi", {}, translated), element("small", {}, indonesian(name.id))];
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Values} filled
 * @param {boolean} proven whether the issuing body may stand as a fact
 * @returns {Row[]}
 */
function issuerRows(words, verdict, filled, proven) {
  /** @type {Row[]} */
  const licence = [["data.licence", [String(verdict.certificate?.lsp)]]];
  return proven
    ? [["data.issuer", said(words, "data.issuer_value", filled)], ...licence]
    : licence;
}

/**
 * @param {Certificate} certificate
 * @returns {Row[]}
 */
function otherRows(certificate) {
  /** @type {Row[]} */
  const rows = [["data.registry_index", [String(certificate.index)], "number"]];
  if (certificate.blankNumber !== null) {
    rows.push(["data.blank_number", [indonesian(certificate.blankNumber)], "number"]);
  }
  if (certificate.replaces !== null) {
    rows.push(["data.replaces", [String(certificate.replaces)], "number"]);
  }
  return rows;
}

/**
 * @param {Words} words
 * @param {Scheme | null} scheme
 * @returns {HTMLElement | null}
 */
function translationNote(words, scheme) {
  return scheme === null || words.language === "id"
    ? null
    : element("p", { class: "small" }, words.text("data.translation"));
}

/**
 * @param {Uint8Array | null} held bitmap: unit i is bit `i & 7` of byte `i >> 3`; null: all
 * @param {number} i
 * @returns {boolean}
 */
export function holds(held, i) {
  return held === null || (((held[i >> 3] ?? 0) >> (i & 7)) & 1) === 1;
}

/**
 * @param {Words} words
 * @param {Certificate} certificate
 * @param {Scheme | null} scheme
 * @returns {HTMLElement}
 */
function units(words, certificate, scheme) {
  const heading = element("h3", {}, words.text("data.units"));
  if (scheme === null || scheme.units.length === 0) {
    return element("section", {}, heading, element("p", {}, words.text("data.units_unknown")));
  }
  const held = scheme.units.filter((_, i) => holds(certificate.units, i));
  const total = scheme.units.length;
  const key = held.length === total ? "data.units_all" : "data.units_some";
  const numbers = { n: words.number(held.length), total: words.number(total) };
  return element(
    "section",
    {},
    heading,
    element("p", { class: "count" }, words.text(key, numbers)),
    element(
      "ol",
      { class: "units" },
      ...held.map((unit) =>
        element(
          "li",
          {},
          element("bdi", { class: "code", translate: "no" }, unit.code),
          element("span", {}, ...titled(words, unit)),
        ),
      ),
    ),
  );
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Scheme | null} scheme
 * @returns {HTMLElement | null} with the note that a related field is no pass, in the same box
 */
function fields(words, verdict, scheme) {
  const known = verdict.catalogue.fields;
  if (scheme === null || known === null) {
    return null;
  }
  const related = known.filter(({ slug }) => scheme.fields.includes(slug));
  const lines = related.map((field) => {
    const name = field.name[words.language] ?? field.name.id;
    const start = field.from === null ? 0 : dayOf(field.from);
    return element(
      "li",
      {},
      ...(start * DAY > verdict.t
        ? said(words, "data.field_from", { field: name, date: date(words, start) })
        : [element("bdi", {}, name)]),
    );
  });
  return element(
    "section",
    { class: "fields" },
    element("h3", {}, words.text("data.fields")),
    lines.length === 0
      ? element("p", {}, words.text("data.fields_none"))
      : element("ul", {}, ...lines),
    element("p", { class: "caution" }, words.text("note.fields")),
  );
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @returns {Values | null} for note.licence_ended, where the licence ended before the verdict
 */
export function endedLicence(words, verdict) {
  const ends = (verdict.catalogue.lsp?.licences ?? []).map(({ until }) => dayOf(until));
  const last = Math.max(...ends);
  return ends.length > 0 && (last + 1) * DAY <= verdict.t
    ? { lsp: lspName(verdict), date: date(words, last) }
    : null;
}
