/** The words of the three languages, as the pages are built from them. */

import { readFileSync } from "node:fs";
import { Words } from "../../site_templates/script/words.js";

/** @typedef {import("../../site_templates/script/page.js").Language} Language */

const FOLDER = new URL("../../site_templates/words/", import.meta.url);

/** @type {Language[]} */
export const LANGUAGES = ["ja", "id", "en"];

/**
 * @param {string} name
 * @returns {any} parsed
 */
export function table(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8"));
}

/**
 * @param {Language} language
 * @returns {Words}
 */
export function wordsOf(language) {
  return new Words(language, table(language));
}

/**
 * @param {object} nested
 * @param {string} [above] keys above
 * @returns {[string, string][]} every key with its sentence
 */
export function flat(nested, above = "") {
  return Object.entries(nested).flatMap(([key, value]) =>
    typeof value === "string"
      ? /** @type {[string, string][]} */ ([[above + key, value]])
      : flat(value, `${above}${key}.`),
  );
}
