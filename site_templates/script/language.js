/** How a page changes its language in place, with all that it shows. */

import { fetchJson, load, readIndex } from "./parts.js";
import { readersLanguage, storeLanguage } from "./reader.js";
import { keepAddress } from "./site.js";
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
    if (which === "words" && language === page.language) {
      return page.words;
    }
    const file = (await readIndex(page)).words[language][which];
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
      const [part] = await Promise.all([load(page, "translate.js"), loadAllWords(page, words)]);
      part.translate(page, words);
    }
    shown(words);
  };
  for (const link of document.querySelectorAll("a[data-language]")) {
    link.addEventListener("click", (event) => {
      const language = /** @type {Language} */ (link.getAttribute("data-language"));
      event.preventDefault();
      storeLanguage(language);
      change(language).then(
        () => keepAddress(address(page, language, page.path)),
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
