/**
 * Parts of a page that load when they are needed, each with its integrity.
 *
 * A part is an entry of build.mjs; the page's data name its files. A preload carries the digests
 * that an import cannot: a file that was changed on its way is not run.
 */

/** @typedef {import("./page.js").Page} Page */
/**
 * What each part offers: one line for each entry of PARTS in build.mjs, which registry/pages.py
 * names for the pages that may load it.
 *
 * @typedef {{
 *   "alarm.js": typeof import("./alarm.js"),
 *   "batch.js": typeof import("./batch.js"),
 *   "details.js": typeof import("./details.js"),
 *   "offline.js": typeof import("./offline.js"),
 *   "pdf_pages.js": typeof import("./pdf_pages.js"),
 *   "registry_page.js": typeof import("./registry_page.js"),
 *   "scanner.js": typeof import("./scanner.js"),
 * }} Parts
 */

/** @type {Map<string, Promise<any>>} */
const loading = new Map();

/**
 * @template {keyof Parts} Name
 * @param {Page} page
 * @param {Name} name
 * @returns {Promise<Parts[Name]>} rejects when a file cannot be had; the next call tries again
 */
export function load(page, name) {
  const part = loading.get(name) ?? fetchPart(page, page.parts[name] ?? []);
  loading.set(name, part);
  part.catch(() => loading.delete(name));
  return part;
}

/**
 * Styles that only a part needs.
 *
 * @param {Page} page
 * @param {string} name of a file of styles/, which the page names among its parts
 * @returns {Promise<void>} rejects when it cannot be had; the next call tries again
 */
export function loadStyle(page, name) {
  const style = loading.get(name) ?? fetchStyle(page, page.parts[name]?.[0] ?? ["", ""]);
  loading.set(name, style);
  style.catch(() => loading.delete(name));
  return style;
}

/**
 * @param {Page} page
 * @param {import("./page.js").File} file
 * @returns {Promise<void>}
 */
function fetchStyle(page, [file, integrity]) {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: page.base + file, integrity });
  return new Promise((loaded, failed) => {
    link.addEventListener("load", () => loaded());
    link.addEventListener("error", () => failed(new Error(file)));
    document.head.append(link);
  });
}

/**
 * @param {Page} page
 * @param {import("./page.js").File[]} files the part itself, then what it imports
 */
async function fetchPart(page, files) {
  for (const [file, integrity] of files) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "modulepreload", href: page.base + file, integrity });
    document.head.append(link);
  }
  return import(page.base + files[0]?.[0]);
}
