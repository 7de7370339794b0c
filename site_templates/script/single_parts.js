/**
 * What verify.html has in place of parts that load later (parts.js): all of it is there already.
 *
 * What needs a host is not: pages of a PDF (pdf.js is six times as large as all the rest), and the
 * service worker.
 */

import * as alarm from "./alarm.js";
import * as batch from "./batch.js";
import * as countdown from "./countdown.js";
import * as details from "./details.js";
import * as scanner from "./scanner.js";
import * as translate from "./translate.js";

/** @type {Record<string, unknown>} */
const PARTS = {
  "alarm.js": alarm,
  "batch.js": batch,
  "countdown.js": countdown,
  "details.js": details,
  "offline.js": { begin: async () => undefined },
  "scanner.js": scanner,
  "translate.js": translate,
};

/**
 * @param {import("./page.js").Page} page
 * @returns {Promise<unknown>} the words of every language, which the page itself holds
 */
export async function readIndex(page) {
  return page.index;
}

/**
 * @param {import("./page.js").Page} _page
 * @param {unknown} held the words themselves, where a page of the site has the path of a file
 * @returns {Promise<unknown>}
 */
export async function fetchJson(_page, held) {
  return held;
}

/**
 * @param {import("./page.js").Page} _page
 * @param {string} name
 * @returns {Promise<unknown>} rejects where it is not in this file
 */
export async function load(_page, name) {
  const part = PARTS[name];
  if (part === undefined) {
    throw new Error(name);
  }
  return part;
}

/** All styles stand in the page. */
export async function loadStyle() {}
