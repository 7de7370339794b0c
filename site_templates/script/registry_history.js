/** What the page on the registry counts from public data, and the history of its key list. */

import { dateOf } from "./dates.js";
import { element } from "./dom.js";
import { ENTRIES } from "./status.js";
import { grouped } from "./telling.js";
import * as trust from "./trust.js";

/** @typedef {import("./client.js").Client} Client */
/** @typedef {import("./status.js").StatusList} StatusList */
/** @typedef {import("./trust.js").TrustDocument} TrustDocument */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {{issued: number, standing: number, revoked: number, suspended: number, superseded: number}} Counts */

/**
 * @param {StatusList} list
 * @param {number} size of the log
 * @returns {number[]} how many entries of the log are in state 0, 1, 2, 3 by this list
 */
export function states({ number, bits }, size) {
  const counted = [0, 0, 0, 0];
  const end = Math.min(ENTRIES, size - number * ENTRIES);
  for (let i = 0; i < end; i++) {
    const state = ((bits[i >> 2] ?? 0) >> (2 * (i & 3))) & 3;
    counted[state] = (counted[state] ?? 0) + 1;
  }
  return counted;
}

/**
 * @param {Client} client
 * @returns {Promise<Counts | null>} null where a list is not at hand
 */
export async function counts(client) {
  const { note } = client.state;
  if (note === null) {
    return null;
  }
  const total = [0, 0, 0, 0];
  for (const number of note.status.keys()) {
    const list = await client.list(number, client.source);
    if (list === null) {
      return null;
    }
    states(list, note.size).forEach((n, state) => (total[state] = (total[state] ?? 0) + n));
  }
  const [standing = 0, revoked = 0, suspended = 0, superseded = 0] = total;
  // The slot of an entry that is not a certificate is 1: every version of the key list is one.
  const documents = note.trustVersion;
  const issued = note.size - documents;
  return { issued, standing, revoked: revoked - documents, suspended, superseded };
}

/**
 * @param {Words} words
 * @param {Counts} counted
 * @returns {HTMLElement[]}
 */
export function countTiles(words, counted) {
  return Object.entries(counted).map(([name, n]) =>
    element(
      "div",
      {},
      element("dt", {}, words.text(`registry.${name}`)),
      element("dd", {}, words.number(n)),
    ),
  );
}

/**
 * @param {Client} client
 * @returns {Promise<TrustDocument[]>} every version that was walked, newest first
 */
export async function versions(client) {
  const paths = [...client.state.files.keys()].filter((path) => path.startsWith("trust/"));
  const files = paths.map((path) => client.state.files.get(path) ?? new Uint8Array());
  const found = await Promise.all(files.map((data) => trust.parse(data)));
  return found.sort((a, b) => b.version - a.version);
}

/**
 * @param {Words} words
 * @param {TrustDocument[]} documents
 * @returns {HTMLElement[]}
 */
export function historyLines(words, documents) {
  return documents.map((document) => {
    /** @type {[string, string | HTMLElement][]} */
    const rows = [
      ["registry.signed_at", dateOf(words, document.issued)],
      ["registry.valid_until", dateOf(words, document.expires)],
      [
        "registry.digest",
        element("span", { class: "code", translate: "no" }, grouped(document.digest)),
      ],
    ];
    return element(
      "li",
      {},
      element("strong", {}, words.text("registry.version", { n: words.number(document.version) })),
      element(
        "dl",
        { class: "rows" },
        ...rows.map(([key, value]) =>
          element("div", {}, element("dt", {}, words.text(key)), element("dd", {}, value)),
        ),
      ),
    );
  });
}
