/** What a verdict says: which sentences, and what is put into them. No element is made here. */

import { DAY, JST, WIB, age, date, dateAndTime, dateOf, dayAt } from "./dates.js";

/** @typedef {import("./dom.js").Level} Level */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./words.js").Values} Values */

/**
 * @typedef {object} Certificate as signed; days since 1970-01-01
 * @property {number} index
 * @property {string} number
 * @property {string} registration
 * @property {string} name
 * @property {string | null} passportName
 * @property {number} birthDay
 * @property {string} scheme
 * @property {number} lsp
 * @property {number} issueDay
 * @property {number} expiryDay
 * @property {Uint8Array | null} units bitmap of the units held; null: all
 * @property {string | null} blankNumber
 * @property {number | null} replaces
 */
/** @typedef {{id: string, ja?: string, en?: string}} Translated the original is Indonesian */
/**
 * @typedef {object} Scheme
 * @property {Translated} name
 * @property {{bidang: string, kualifikasi: string}} printed
 * @property {string} kind
 * @property {number | null} level
 * @property {(Translated & {code: string})[]} units
 * @property {string[]} fields
 */
/**
 * @typedef {object} Lsp
 * @property {number} number
 * @property {{from: string, name: Translated}[]} names by their first day, oldest first
 * @property {{from: string, until: string}[]} licences
 * @property {Record<string, string>} [contact]
 */
/** @typedef {{slug: string, name: Translated, from: string | null}} Field */
/**
 * @typedef {object} Verdict times are seconds since 1970-01-01
 * @property {string} reason
 * @property {Level} level
 * @property {string} variant which of a reason's sentences: "", "none", "registry", "proof", ...
 * @property {{issuer: string, dates: string, standing: string}} answers
 * @property {Certificate | null} certificate
 * @property {number | null} index
 * @property {number | null} asOf
 * @property {number | null} build
 * @property {number | null} logSize
 * @property {string | null} logRoot base64
 * @property {number | null} trustIssued
 * @property {number | null} trustExpires
 * @property {number} t the moment that the dates were judged by
 * @property {string | null} site
 * @property {string | null} host where a code of another site leads
 * @property {string | null} digest of the certificate, hex
 * @property {string | null} kid hex
 * @property {string | null} key fingerprint of the issuer's key, hex; null where it is not known
 * @property {number | null} trustVersion
 * @property {boolean} demo the registry is a demonstration
 * @property {import("./client.js").Basis | null} basis for a record of the check
 * @property {boolean} fetched
 * @property {{scheme: Scheme | null, lsp: Lsp | null, fields: Field[] | null}} catalogue
 */
/**
 * @typedef {object} Visit what the page knows beside the verdict
 * @property {number} now by the clock of this device, seconds
 * @property {boolean} online
 * @property {boolean} byLink the code opened the page itself
 * @property {boolean} pending newer data are still on their way
 */

/** The age of data up to which nothing is said about it. */
const QUIET = 3 * DAY;

/** A code that gives no verdict on a certificate of ours has no data behind it, and no moment. */
const NOT_OURS = new Set(["foreign-code", "other-code", "malformed", "too-new"]);
/** The signature was not found good: not even a name is shown. */
const UNSIGNED = new Set(["unknown-key", "signature-mismatch"]);
/** The data are shown, but not the issuing body as a fact. */
const UNPROVEN = new Set([
  "not-in-log",
  "key-compromised",
  "out-of-scope",
  "key-unchecked",
  "conflict",
]);

/**
 * @param {Verdict} verdict
 * @returns {"all" | "unproven" | "hidden" | "none"} how much of the certificate may be shown
 */
export function display(verdict) {
  if (NOT_OURS.has(verdict.reason)) {
    return "none";
  }
  if (UNSIGNED.has(verdict.reason) || verdict.certificate === null) {
    return "hidden";
  }
  return UNPROVEN.has(verdict.reason) ? "unproven" : "all";
}

/**
 * @param {string} key
 * @param {Verdict} verdict
 * @param {Words} words
 * @returns {string} the key of the variant where the words have one
 */
function variantOf(key, verdict, words) {
  const special = `${key}_${verdict.variant}`;
  return words.find(special) === undefined ? key : special;
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @returns {{title: string, sentence: string, next: string}} keys
 */
export function sentences(words, verdict) {
  const reason = `reason.${verdict.reason}`;
  return {
    title: `${reason}.title`,
    sentence: variantOf(`${reason}.sentence`, verdict, words),
    next: variantOf(`${reason}.do`, verdict, words),
  };
}

/**
 * @param {Verdict} verdict
 * @param {Visit} visit
 * @returns {string[]} keys of the lines on how old the data are, for the verdict's own panel
 */
export function ageLines(verdict, visit) {
  if (NOT_OURS.has(verdict.reason)) {
    return [];
  }
  if (verdict.asOf === null) {
    return ["asof.none"];
  }
  const lines = [];
  if (verdict.fetched || visit.pending) {
    lines.push("asof.line");
  } else {
    lines.push(visit.online ? "asof.failed" : "asof.offline");
    if (verdict.reason !== "status-stale" && verdict.t - verdict.asOf > QUIET) {
      lines.push("asof.note");
    }
  }
  if (verdict.reason === "expired" || verdict.reason === "not-yet-valid") {
    lines.push("asof.today");
  }
  return lines;
}

/** @type {Record<string, Level>} answers that are neither a plain yes nor a plain no */
const ANSWER_LEVELS = {
  ok: "green",
  ok_offline: "green",
  unproven: "amber",
  clock: "amber",
  stale: "amber",
  none: "amber",
  unlogged: "amber",
  conflict: "amber",
  skipped: "grey",
};

/**
 * @param {string} answer
 * @returns {Level}
 */
export function answerLevel(answer) {
  return ANSWER_LEVELS[answer] ?? "red";
}

/**
 * @param {Verdict} verdict
 * @returns {string} the name that the issuing body had on the day of issue, in Indonesian as on
 *   the paper, from the catalogue; "LSP" and its number where that is not at hand
 */
export function lspName(verdict) {
  const { certificate, catalogue } = verdict;
  if (certificate === null) {
    return "LSP";
  }
  const names = catalogue.lsp?.names ?? [];
  const then = names.filter(({ from }) => dayOf(from) <= certificate.issueDay);
  return (then.at(-1) ?? names[0])?.name.id ?? `LSP ${certificate.lsp}`;
}

/**
 * @param {string} iso YYYY-MM-DD
 * @returns {number} days since 1970-01-01
 */
export function dayOf(iso) {
  return Date.parse(`${iso}T00:00:00Z`) / (DAY * 1000);
}

/**
 * @param {string} hex
 * @returns {string} in groups of four, to be read aloud
 */
export function grouped(hex) {
  return hex.replace(/.{4}(?=.)/g, "$& ");
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Visit} visit
 * @returns {Values} for every placeholder of the sentences on a verdict that has a value
 */
export function values(words, verdict, visit) {
  const { asOf, certificate, t } = verdict;
  const trust = verdict.reason === "trust-expired" ? verdict.trustExpires : verdict.trustIssued;
  const zone = verdict.reason === "not-yet-valid" ? JST : WIB;
  return {
    lsp: lspName(verdict),
    device: dateAndTime(words, visit.now),
    today: date(words, dayAt(t, zone)),
    ...(asOf !== null && { asof: dateAndTime(words, asOf), age: age(words, t - asOf) }),
    ...(trust !== null && { trust: dateOf(words, trust) }),
    ...(verdict.site !== null && { site: verdict.site }),
    ...(verdict.host !== null && { host: verdict.host }),
    ...(certificate !== null && {
      issued: date(words, certificate.issueDay),
      expires: date(words, certificate.expiryDay),
    }),
  };
}
