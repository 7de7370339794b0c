/**
 * A batch as CSV and as JSON: each holds build number, log size and root, so that every employer's
 * file is also a record of the public log that an auditor can compare.
 */

import { hex } from "./bytes.js";
import { csv } from "./csv.js";
import { DAY } from "./dates.js";
import { display, lspName } from "./telling.js";

/** @typedef {import("./batch.js").Row} Row */
/** @typedef {import("./telling.js").Certificate} Certificate */
/** @typedef {import("./telling.js").Verdict} Verdict */
/** @typedef {import("./words.js").Words} Words */

/** Key of each column's name and how its cell is made; empty where there is nothing to say. */
/** @type {[string, (row: Row, words: Words, number: number) => unknown][]} */
const COLUMNS = [
  ["batch.number", (_row, _words, number) => number],
  ["batch.file", ({ file }) => file],
  ["batch.page", ({ page }) => page || null],
  ["batch.reason", (row) => reasonOf(row)],
  ["batch.result", (row, words) => words.text(titleOf(row))],
  ["batch.certificate_number", ({ verdict }) => certificateOf(verdict)?.number],
  ["batch.registration_number", ({ verdict }) => certificateOf(verdict)?.registration],
  ["batch.name", ({ verdict }) => certificateOf(verdict)?.name],
  ["data.passport_name", ({ verdict }) => certificateOf(verdict)?.passportName],
  ["batch.birth_date", ({ verdict }) => day(certificateOf(verdict)?.birthDay)],
  ["batch.scheme", ({ verdict }) => certificateOf(verdict) && verdict?.catalogue.scheme?.name.id],
  ["batch.issuer", ({ verdict }) => (verdict && display(verdict) === "all" ? lspName(verdict) : "")],
  ["batch.issued", ({ verdict }) => day(certificateOf(verdict)?.issueDay)],
  ["batch.expires", ({ verdict }) => day(certificateOf(verdict)?.expiryDay)],
  ["data.registry_index", ({ verdict }) => certificateOf(verdict)?.index],
  ["data.certificate_hash", ({ verdict }) => verdict?.digest],
  ["batch.asof", ({ verdict }) => moment(verdict?.asOf)],
  ["record.build", ({ verdict }) => verdict?.build],
  ["record.log_size", ({ verdict }) => verdict?.logSize],
  ["record.log_root", ({ verdict }) => verdict?.logRoot],
  ["record.checked_at", ({ at }) => moment(at)],
];

/**
 * @param {Words} words
 * @param {Row[]} rows
 * @returns {Blob}
 */
export function batchCsv(words, rows) {
  const head = COLUMNS.map(([key]) => words.text(key));
  const body = rows.map((row, i) =>
    COLUMNS.map(([, cell]) => String(cell(row, words, i + 1) ?? "")),
  );
  return csv([head, ...body], words.language === "id" ? ";" : ",");
}

/**
 * The results as `absah verify --json` gives them, with what the page knows besides.
 *
 * @param {Row[]} rows
 * @param {{version: string, registry: string, site: string}} page
 * @returns {Blob}
 */
export function batchJson(rows, { version, registry, site }) {
  const results = rows.map((row) => {
    const { file, page, verdict, at, beside } = row;
    const certificate = certificateOf(verdict);
    return {
      input: page ? `${file}#${page}` : file,
      reason: reasonOf(row),
      level: verdict?.level ?? null,
      index: certificate?.index ?? null,
      site: verdict?.site ?? null,
      as_of: moment(verdict?.asOf),
      build: verdict?.build ?? null,
      log_size: verdict?.logSize ?? null,
      log_root: verdict?.logRoot ?? null,
      fetched: verdict?.fetched ?? null,
      checked_at: moment(at),
      answers: verdict?.answers ?? null,
      certificate: certificate && verdict ? certificateJson(certificate, verdict) : null,
      beside,
    };
  });
  const told = { software: `absah ${version}`, registry, site, results };
  return new Blob([`${JSON.stringify(told, null, 1)}\n`], { type: "application/json" });
}

/**
 * @param {Certificate} certificate
 * @param {Verdict} verdict
 */
function certificateJson(certificate, verdict) {
  const { units } = certificate;
  return {
    index: certificate.index,
    number: certificate.number,
    registration: certificate.registration,
    name: certificate.name,
    passport_name: certificate.passportName,
    birth_date: day(certificate.birthDay),
    scheme: certificate.scheme,
    lsp: certificate.lsp,
    issued: day(certificate.issueDay),
    expires: day(certificate.expiryDay),
    units: units && hex(Uint8Array.from(units)),
    blank_number: certificate.blankNumber,
    replaces: certificate.replaces,
    sha256: verdict.digest,
    key: verdict.kid,
  };
}

/**
 * @param {Row} row
 * @returns {string} the word of the verdict; for a file without one, what was wrong with it
 */
export function reasonOf({ verdict, fault }) {
  return verdict?.reason ?? fault?.key ?? "no_code";
}

/**
 * @param {Row} row
 * @returns {string} key of its title
 */
export function titleOf({ verdict, fault }) {
  if (verdict !== null) {
    return `reason.${verdict.reason}.title`;
  }
  return fault === null ? "batch.no_code" : `batch.unreadable`;
}

/**
 * @param {Verdict | null} verdict
 * @returns {Certificate | null} null where not even a name may be shown
 */
export function certificateOf(verdict) {
  const shown = verdict && ["all", "unproven"].includes(display(verdict));
  return shown ? verdict.certificate : null;
}

/** @param {number | undefined} days since 1970-01-01 */
function day(days) {
  return days === undefined ? null : new Date(days * DAY * 1000).toISOString().slice(0, 10);
}

/** @param {number | null | undefined} seconds since 1970-01-01 */
function moment(seconds) {
  return seconds ? `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z` : null;
}
