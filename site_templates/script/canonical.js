/**
 * Canonical JSON, strict base64 and strict times (docs/formats.md section 3).
 *
 * One value has one text. A reader parses, walks the value and prints it again: other bytes are
 * refused. Reprinting alone would not do: 2^53+1, lone surrogates and keys like "1" are each taken
 * by one language and refused by another.
 */

import { Malformed } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {any} Json a parsed JSON value: object, array, string, whole number, boolean or null */

const DEPTH = 8;
const KEY = /^[a-z][a-z0-9_./-]*$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/**
 * @param {Bytes} data
 * @returns {string} standard base64 with padding (RFC 4648 section 4)
 */
export function b64encode(data) {
  let text = "";
  for (const byte of data) {
    text += String.fromCharCode(byte);
  }
  return btoa(text);
}

/**
 * @param {unknown} text TypeError unless a string
 * @returns {Bytes} only of the text that b64encode would give, Malformed else
 */
export function b64decode(text) {
  if (typeof text !== "string") {
    throw new TypeError("not a text");
  }
  let data;
  try {
    data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    throw new Malformed("base64"); // not base64
  }
  if (b64encode(data) !== text) {
    throw new Malformed("base64"); // not in canonical form
  }
  return data;
}

/**
 * @param {Bytes} data
 * @returns {string} unpadded base64url (RFC 4648 section 5)
 */
export function b64urlEncode(data) {
  return b64encode(data).replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
}

/**
 * @param {string} text
 * @returns {Bytes} of unpadded base64url in its one canonical form, Malformed else
 */
export function b64urlDecode(text) {
  if (!/^[\w-]*$/.test(text)) {
    throw new Malformed("base64"); // not base64url
  }
  const padding = "=".repeat(-text.length & 3);
  return b64decode(text.replaceAll("-", "+").replaceAll("_", "/") + padding);
}

/**
 * @param {number} seconds whole, since 1970-01-01 UTC
 * @returns {string} YYYY-MM-DDTHH:MM:SSZ
 */
export function timeText(seconds) {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/**
 * @param {unknown} text
 * @returns {number} seconds since 1970-01-01 of a time in its one form, Malformed else
 */
export function timeSeconds(text) {
  // Engines read 30 February as 2 March, 24:00 as the next day: only what prints back counts.
  const seconds = typeof text === "string" && TIME.test(text) ? Date.parse(text) / 1000 : -1;
  if (!(seconds >= 0) || timeText(seconds) !== text) {
    throw new Malformed("time"); // no time of the form YYYY-MM-DDTHH:MM:SSZ
  }
  return seconds;
}

/**
 * @param {Json} value
 * @returns {string} its one text: indent 1, non-ASCII raw, LF at the end
 */
export function dumps(value) {
  return `${JSON.stringify(value, null, 1)}\n`;
}

/**
 * @param {string} text
 * @returns {Json} its value, Malformed unless the text is canonical
 */
export function loads(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Malformed("json"); // not JSON
  }
  walk(value, 1);
  if (dumps(value) !== text) {
    throw new Malformed("json-form"); // not in canonical form
  }
  return value;
}

/**
 * @param {Json} value
 * @param {number} depth
 */
function walk(value, depth) {
  if (typeof value === "string") {
    if (/[\ud800-\udfff]/u.test(value)) {
      throw new Malformed("json-value"); // a lone surrogate
    }
  } else if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new Malformed("json-value"); // a number outside 0..2^53-1
    }
  } else if (value && typeof value === "object") {
    if (depth > DEPTH) {
      throw new Malformed("json-value"); // too deep
    }
    for (const [key, item] of Object.entries(value)) {
      if (!Array.isArray(value) && !KEY.test(key)) {
        throw new Malformed("json-value"); // a key outside [a-z][a-z0-9_./-]*
      }
      walk(item, depth + 1);
    }
  }
}

/**
 * @param {Json} object
 * @param {string} key
 * @returns {Json} its own value there; TypeError where Python's `object[key]` raises
 */
export function member(object, key) {
  if (!Object.hasOwn(object, key)) {
    throw new TypeError(`no ${key}`);
  }
  return object[key];
}
