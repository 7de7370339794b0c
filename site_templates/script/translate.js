/** All static text of a page in another language, loaded with the words of that language. */

import { address } from "./language.js";

/** @typedef {import("./page.js").Language} Language */
/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./words.js").Words} Words */

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
