/** What a page was built with: its one block of JSON, `<script type="application/json">`. */

/** @typedef {"ja" | "id" | "en"} Language */
/** @typedef {[path: string, integrity: string]} File */
/**
 * @typedef {object} Page
 * @property {string} registry the registry's id
 * @property {string} site the official address, ending in a slash
 * @property {string} base path of the site on this host, "/" or "/folder/"
 * @property {string} trust SHA-256 of the text of trust/1, hex
 * @property {string} version of the software
 * @property {string} path of this page below the language's folder: "" or "registry/"
 * @property {Language} language of the static text
 * @property {boolean} offline whether it may install its service worker
 * @property {boolean} follow whether the page follows the reader's language
 * @property {Record<Language, string>} names of the registry
 * @property {Record<string, any>} words that it begins with, in its own language (words.js)
 * @property {File} index of all else that it may load (script/parts.js)
 */

export const DATA = "absah-page";

/** @returns {Page} */
export function readPage() {
  return JSON.parse(document.getElementById(DATA)?.textContent ?? "");
}
