/**
 * Signed notes (C2SP signed-note) under the rules of docs/formats.md section 3:
 *
 *     <text, ending in LF>
 *     <empty line>
 *     — <name> <base64(key id 4 || signature)>
 *
 * Every line whose name and key id are both known must verify, else the whole note is refused;
 * lines of unknown keys are ignored.
 */

import { decode, encode, hex } from "./bytes.js";
import { b64decode } from "./canonical.js";
import * as keys from "./keys.js";
import { Malformed } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./keys.js").Vkey} Vkey */
/** @typedef {{name: string, id: string, signature: Bytes}} Line id in hex */
/** @typedef {{text: string, lines: Line[]}} Note no signature has been checked yet */

/** Bytes of the largest note, trust documents excepted. */
export const LIMIT = 64 * 1024;
/** Bytes of the largest trust document: they only grow. */
export const TRUST_LIMIT = 1024 * 1024;
const MAX_LINES = 64;

/**
 * @param {Bytes} data
 * @param {number} [limit] bytes
 * @returns {Note} Malformed unless it has the one permitted form
 */
export function parse(data, limit = LIMIT) {
  if (data.length > limit) {
    throw new Malformed("note"); // too long
  }
  const text = decode(data, "note");
  if (/^\ufeff|[\0-\t\v-\x1f]/.test(text)) {
    throw new Malformed("note"); // a byte order mark or a control character
  }
  const cut = text.lastIndexOf("\n\n");
  if (cut < 1 || !text.endsWith("\n")) {
    throw new Malformed("note"); // no text, empty line and signature lines
  }
  const lines = text.slice(cut + 2, -1).split("\n");
  if (lines.length > MAX_LINES) {
    throw new Malformed("note"); // too many signature lines
  }
  return { text: text.slice(0, cut + 1), lines: lines.map(lineOf) };
}

/**
 * @param {string} line
 * @returns {Line}
 */
function lineOf(line) {
  const [dash, name, signature, more] = line.split(" ");
  if (dash !== "\u2014" || !name || signature === undefined || more !== undefined) {
    throw new Malformed("note"); // not a signature line
  }
  const data = b64decode(signature);
  if (data.length < 5) {
    throw new Malformed("note"); // a signature is too short
  }
  return { name, id: hex(data.subarray(0, 4)), signature: data.subarray(4) };
}

/**
 * @param {Note} note
 * @param {Vkey[]} known
 * @returns {Promise<Set<string>>} public keys in hex of `known` that signed; Malformed if a line
 *   of a known key does not verify
 */
export async function signers(note, known) {
  const byLine = new Map(known.map((key) => [`${key.name} ${key.id}`, key]));
  const found = new Set();
  for (const line of note.lines) {
    const key = byLine.get(`${line.name} ${line.id}`);
    if (key) {
      if (!(await keys.verify(key.public, encode(note.text), line.signature))) {
        throw new Malformed("note-signature");
      }
      found.add(hex(key.public));
    }
  }
  return found;
}
