/** Verdicts of an invented certificate, as client.js hands them to the page. */

import { table } from "./sentences.js";

/** @typedef {import("../../site_templates/script/telling.js").Verdict} Verdict */
/** @typedef {import("../../site_templates/script/telling.js").Visit} Visit */

export const NOW = Date.parse("2026-11-24T05:05:00Z") / 1000;
const day = (/** @type {string} */ iso) => Date.parse(iso) / 86400000;

/** @type {import("../../site_templates/script/telling.js").Certificate} */
export const CERTIFICATE = {
  index: 1042,
  number: "62019 2512 4 0012345 2026",
  registration: "LAS 9001 00123 2026",
  name: "Wati Contoh Sembilan",
  passportName: "WATI CONTOHSEMBILAN",
  birthDay: day("1998-04-11"),
  scheme: "DEMO/welder",
  lsp: 9001,
  issueDay: day("2026-04-11"),
  expiryDay: day("2029-04-10"),
  units: new Uint8Array([0b101]),
  blankNumber: "1234567",
  replaces: 17,
};

/** @type {Verdict["catalogue"]} */
export const CATALOGUE = {
  scheme: {
    name: { id: "Tukang Las", ja: "溶接工", en: "Welder" },
    printed: { bidang: "Pengelasan", kualifikasi: "Tukang Las Pelat" },
    kind: "okupasi",
    level: 2,
    units: [
      { code: "C.1", id: "Menyiapkan tempat kerja", ja: "作業場所の準備" },
      { code: "C.2", id: "Menetapkan proses las" },
      { code: "C.3", id: "Membuat sambungan las" },
    ],
    fields: ["shipbuilding", "linen-supply"],
  },
  lsp: {
    number: 9001,
    names: [
      { from: "2014-01-01", name: { id: "LSP Las Lama" } },
      { from: "2024-01-01", name: { id: "LSP Las Contoh" } },
      { from: "2026-10-01", name: { id: "LSP Las Baru" } },
    ],
    licences: [{ from: "2024-01-01", until: "2028-12-31" }],
  },
  fields: [
    { slug: "construction", name: { id: "Konstruksi", ja: "建設" }, from: null },
    { slug: "shipbuilding", name: { id: "Kapal", ja: "造船・舶用工業" }, from: null },
    { slug: "linen-supply", name: { id: "Linen", ja: "リネンサプライ" }, from: "2027-04-01" },
  ],
};

/** @type {Record<string, Verdict["level"]>} */
const NOT_RED = {
  valid: "green",
  "clock-wrong": "amber",
  "key-unchecked": "amber",
  "trust-expired": "amber",
  "log-unchecked": "amber",
  "status-stale": "amber",
  conflict: "amber",
  "other-code": "grey",
  malformed: "grey",
  "too-new": "grey",
};

/** All reasons, in the order of judgement. */
export const REASONS = /** @type {string[]} */ (table("about").headline_order);

/**
 * @param {string} reason
 * @param {Partial<Verdict>} [other] what differs
 * @returns {Verdict}
 */
export function verdictOf(reason, other = {}) {
  const [issuer, dates, standing] = table("about").answers_for_reason[reason].map(
    (/** @type {string} */ answer) =>
      answer.startsWith("as found") ? "ok" : (answer.split(" ")[0] ?? ""),
  );
  return {
    reason,
    level: NOT_RED[reason] ?? "red",
    variant: "",
    answers: { issuer, dates, standing },
    certificate: CERTIFICATE,
    index: 1042,
    asOf: NOW - 7500,
    build: 42,
    logSize: 1234567,
    logRoot: "AAAA",
    trustIssued: NOW - 86400 * 30,
    trustExpires: NOW - 86400,
    t: NOW,
    site: "https://cek.example/",
    host: "https://tiruan.example/x/",
    digest: "ab".repeat(32),
    kid: "d2fb4e1a",
    key: null,
    trustVersion: 3,
    demo: false,
    basis: null,
    fetched: true,
    catalogue: CATALOGUE,
    ...other,
  };
}

/**
 * @param {Partial<Visit>} [other] what differs
 * @returns {Visit}
 */
export function visitOf(other = {}) {
  return { now: NOW, online: true, byLink: false, pending: false, ...other };
}
