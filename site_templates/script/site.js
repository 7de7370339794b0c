/** What a page of the site has around it: its host, the network, what the browser kept. */

import { browserStore } from "./store.js";

/** @typedef {import("./page.js").Page} Page */

/**
 * @param {Page} page
 * @returns {Pick<import("./client.js").Options, "base" | "fetch" | "store">} where a client reads
 */
export function registryData(page) {
  return {
    base: new URL(page.base, location.href).href,
    fetch: (...request) => fetch(...request),
    store: browserStore(page.trust),
  };
}

/** @returns {boolean} whether newer data might be had */
export function online() {
  return navigator.onLine;
}

/** @param {string} address of the page in the language that was chosen, for a reload or a bookmark */
export function keepAddress(address) {
  history.replaceState(null, "", address);
}
