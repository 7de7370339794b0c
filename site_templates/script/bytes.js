/** What Python's bytes and str do by themselves. */

import { Malformed } from "./reasons.js";

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/**
 * @param {string} text
 * @returns {Bytes} its UTF-8
 */
export function encode(text) {
  return new TextEncoder().encode(text);
}

/**
 * @param {Bytes} data
 * @param {string} code of the Malformed for bytes that are not strict UTF-8
 * @returns {string} with a byte order mark as it stands
 */
export function decode(data, code) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new Malformed(code); // not UTF-8
  }
}

/**
 * @param {...(Bytes | number[])} parts
 * @returns {Bytes} all of them in one
 */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * @param {Bytes} data
 * @returns {string} lower-case hex
 */
export function hex(data) {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {Bytes | null | undefined} a
 * @param {Bytes | null | undefined} b
 * @returns {boolean} whether both are there and hold the same bytes; nothing here is secret
 */
export function same(a, b) {
  return !!a && a.length === b?.length && a.every((byte, i) => byte === b[i]);
}

/**
 * @param {ReadableStream<Bytes>} stream
 * @param {number} limit bytes
 * @returns {Promise<Bytes | null>} all of it; null, and read no further, where it is longer
 */
export async function readAll(stream, limit) {
  const reader = stream.getReader();
  let whole = new Uint8Array();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    whole = concat(whole, part.value);
    if (whole.length > limit) {
      await reader.cancel();
      return null;
    }
  }
  return whole;
}
