/**
 * Which language a reader gets.
 *
 * `/` is Japanese and follows the reader (QR codes open it); `/id/` and `/en/` keep theirs.
 */

/** @typedef {import("./page.js").Language} Language */
/** @typedef {import("./page.js").Page} Page */

const STORED = "absah-language";

/**
 * @param {Page} page
 * @returns {Language} a choice made before, else the first language of the browser that is one of
 *   ours, else the page's own
 */
export function readersLanguage(page) {
  if (!page.follow) {
    return page.language;
  }
  const wanted = [stored(), ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase());
  const known = wanted.find((tag) => tag !== undefined && Object.hasOwn(page.names, tag));
  return /** @type {Language} */ (known ?? page.language);
}

/** @returns {string | undefined} */
function stored() {
  try {
    return localStorage.getItem(STORED) ?? undefined;
  } catch {
    return undefined; // storage is switched off in this browser: nothing was chosen before
  }
}

/** @param {Language} language */
export function storeLanguage(language) {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    return; // storage is switched off: the choice holds for this visit
  }
}
