/** Which of several codes that were seen together is meant: ours, if there is one. */

import { read } from "./fragment.js";

/**
 * @typedef {object} Choice
 * @property {string[]} ours texts that may be certificates of this registry
 * @property {string[]} others the rest; a copy of our code that leads elsewhere comes first
 */

/**
 * @param {readonly string[]} texts
 * @param {string[] | null} addresses of the registry; null: no trust document at hand
 * @returns {Choice}
 */
export function choose(texts, addresses) {
  const rank = (/** @type {string} */ text) => {
    const { data, reason } = read(text, addresses);
    return data ? 0 : reason === "foreign-code" ? 1 : reason === "other-code" ? 2 : 3;
  };
  const ranked = texts.map((text) => ({ text, rank: rank(text) }));
  ranked.sort((a, b) => a.rank - b.rank);
  const of = (/** @type {boolean} */ mine) =>
    ranked.filter((one) => (one.rank === 0) === mine).map((one) => one.text);
  return { ours: of(true), others: of(false) };
}
