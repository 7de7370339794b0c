/**
 * Parts of a page that load when they are needed, each with its integrity.
 *
 * A part is an entry of build.mjs; its files stand in an index, which the page names with its
 * digest. A preload carries the digests that an import cannot: a file that was changed on its way
 * is not run.
 */

/** @typedef {import("./page.js").File} File */
/** @typedef {import("./page.js").Language} Language */
/** @typedef {import("./page.js").Page} Page */
/**
 * What each part offers: one line for each entry of PARTS in build.mjs, which registry/pages.py
 * names for the pages that may load it.
 *
 * @typedef {{
 *   "alarm.js": typeof import("./alarm.js"),
 *   "batch.js": typeof import("./batch.js"),
 *   "countdown.js": typeof import("./countdown.js"),
 *   "details.js": typeof import("./details.js"),
 *   "offline.js": typeof import("./offline.js"),
 *   "pdf_pages.js": typeof import("./pdf_pages.js"),
 *   "registry_page.js": typeof import("./registry_page.js"),
 *   "scanner.js": typeof import("./scanner.js"),
 *   "translate.js": typeof import("./translate.js"),
 * }} Parts
 */

/**
 * @typedef {object} Index what a page may load later
 * @property {Record<string, File[]>} parts and styles: each with the files that it imports
 * @property {Record<Language, Record<string, File>>} words
 */

/** @type {Map<string, Promise<any>>} */
const loading = new Map();

/**
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} read
 * @returns {Promise<T>} read once; where that failed, the next call tries again
 */
function once(name, read) {
  const found = loading.get(name) ?? read();
  loading.set(name, found);
  found.catch(() => loading.delete(name));
  return found;
}

/**
 * @param {Page} page
 * @returns {Promise<Index>} rejects when it cannot be had, as do all others here
 */
export function readIndex(page) {
  return once("index", () => fetchJson(page, page.index));
}

/**
 * @param {Page} page
 * @param {File} file
 * @returns {Promise<any>}
 */
export async function fetchJson(page, [file, integrity]) {
  const answer = await fetch(page.base + file, { integrity });
  if (!answer.ok) {
    throw new Error(file);
  }
  return answer.json();
}

/**
 * @template {keyof Parts} Name
 * @param {Page} page
 * @param {Name} name
 * @returns {Promise<Parts[Name]>}
 */
export function load(page, name) {
  return once(name, async () => {
    const files = (await readIndex(page)).parts[name] ?? [];
    for (const [file, integrity] of files) {
      link(page, { rel: "modulepreload", href: file, integrity });
    }
    return import(page.base + files[0]?.[0]);
  });
}

/**
 * Styles that only a part needs.
 *
 * @param {Page} page
 * @param {string} name of a file of styles/
 * @returns {Promise<void>}
 */
export function loadStyle(page, name) {
  return once(name, async () => {
    const [[href, integrity] = ["", ""]] = (await readIndex(page)).parts[name] ?? [];
    await new Promise((loaded, failed) => {
      const made = link(page, { rel: "stylesheet", href, integrity });
      made.addEventListener("load", loaded);
      made.addEventListener("error", () => failed(new Error(href)));
    });
  });
}

/**
 * @param {Page} page
 * @param {{rel: string, href: string, integrity: string}} values
 * @returns {HTMLLinkElement}
 */
function link(page, values) {
  const made = document.createElement("link");
  Object.assign(made, values, { href: page.base + values.href });
  document.head.append(made);
  return made;
}
