/** Sentences as nodes: foreign text inside one is kept apart from its surroundings. */

import { element } from "./dom.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./dom.js").Attributes} Attributes */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./words.js").Values} Values */

/**
 * Placeholders whose value was written by someone else, with what their element says about it:
 * a name in Indonesian, an address in no language.
 *
 * @type {Record<string, Attributes>}
 */
const ISOLATED = {
  lsp: { lang: "id" },
  host: { class: "host", translate: "no" },
  site: { class: "address", translate: "no" },
  field: {},
  file: { translate: "no" },
};

/**
 * @param {Words} words
 * @param {string} key
 * @param {Values} [values]
 * @returns {Child[]}
 */
export function said(words, key, values) {
  return words.pieces(key, values).map(({ text, name }) => {
    const attributes = name === null ? undefined : ISOLATED[name];
    return attributes === undefined ? text : element("bdi", attributes, text);
  });
}
