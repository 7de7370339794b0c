/** How a page changes its language in place, with all that it shows. */

import { fetchJson, readIndex } from "./parts.js";
import { readersLanguage, storeLanguage } from "./reader.js";
import { Words } from "./words.js";

/** @typedef {import("./page.js").Language} Language */
/** @typedef {import("./page.js").Page} Page */

/**
 * Add words to those at hand, once.
 *
 * @param {Page} page
 * @param {Words} words
 * @param {"words" | "reasons" | "rest"} which what a first verdict needs if all is well, what any
 *   other needs, and all that stands around and below it
 * @returns {Promise<void>} rejects when the file cannot be had
 */
export function loadWords(page, words, which) {
  const { language } = words;
  return words.add(which, async () => {
    const own = which === "words" && language === page.language;
    const file = own ? page.words : (await readIndex(page)).words[language][which];
    return file ? fetchJson(page, file) : {};
  });
}

/**
 * @param {Page} page
 * @param {Words} words
 * @returns {Promise<void>} once every word of the page is there
 */
export async function loadAllWords(page, words) {
  await loadWords(page, words, "words");
  await Promise.all([loadWords(page, words, "reasons"), loadWords(page, words, "rest")]);
}

/**
 * Put every static text of the page into another language.
 *
 * `data-word` names the key of an element's text, `data-word-label` that of its accessible name.
 *
 * @param {Page} page
 * @param {Words} words
 */
export function translate(page, words) {
  const values = { site: page.site, version: page.version };
  document.documentElement.lang = words.language;
  for (const found of document.querySelectorAll("[data-word]")) {
    found.textContent = words.text(found.getAttribute("data-word") ?? "", values);
  }
  for (const found of document.querySelectorAll("[data-word-label]")) {
    const key = found.getAttribute("data-word-label") ?? "";
    found.setAttribute("aria-label", words.text(key, values));
  }
  for (const found of document.querySelectorAll("[data-registry-name]")) {
    found.textContent = page.names[words.language];
  }
  markLinks(page, words.language);
}

/**
 * Links to other pages lead to the language on show, and the switch says which one that is.
 *
 * @param {Page} page
 * @param {Language} language
 */
function markLinks(page, language) {
  for (const link of document.querySelectorAll("a[data-page]")) {
    link.setAttribute("href", address(page, language, link.getAttribute("data-page") ?? ""));
  }
  for (const link of document.querySelectorAll("a[data-guide]")) {
    link.setAttribute("href", `${page.base}guide/${language === "ja" ? "" : `${language}/`}`);
  }
  for (const link of document.querySelectorAll("a[data-language]")) {
    if (link.getAttribute("data-language") === language) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

/**
 * @param {Page} page
 * @param {Language} language
 * @param {string} path below the language's folder
 * @returns {string} path on this host
 */
export function address(page, language, path) {
  return page.base + (language === "ja" ? "" : `${language}/`) + path;
}

/**
 * Show the page in the reader's language, now and whenever a language is chosen.
 *
 * A failure to load leaves the static text as it is. The address follows a choice, so that
 * a reload or a bookmark keeps it; a code that was read stays in memory.
 *
 * @param {Page} page
 * @param {(words: Words) => void} shown called with the words each time
 */
export async function followLanguage(page, shown) {
  const root = document.documentElement;
  /** @param {Language} language */
  const change = async (language) => {
    const words = new Words(language, {});
    await loadWords(page, words, "words");
    if (root.lang !== page.language || language !== page.language) {
      await loadAllWords(page, words);
      translate(page, words);
    }
    shown(words);
  };
  for (const link of document.querySelectorAll("a[data-language]")) {
    link.addEventListener("click", (event) => {
      const language = /** @type {Language} */ (link.getAttribute("data-language"));
      event.preventDefault();
      storeLanguage(language);
      change(language).then(
        () => history.replaceState(null, "", address(page, language, page.path)),
        () => location.assign(address(page, language, page.path)),
      );
    });
  }
  try {
    await change(readersLanguage(page));
  } finally {
    root.classList.remove("switching");
  }
}
