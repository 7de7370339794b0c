/** Reads tests/vectors/, the cases that Python and JavaScript answer alike. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hex } from "../../site_templates/script/bytes.js";
import { forceNoble } from "../../site_templates/script/keys.js";
import { Malformed, TooNew } from "../../site_templates/script/reasons.js";

/** @typedef {Record<string, any>} Case */

/**
 * @param {string} text hex
 * @returns {import("../../site_templates/script/bytes.js").Bytes}
 */
export function unhex(text) {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

/**
 * @param {string} text base64
 * @returns {import("../../site_templates/script/bytes.js").Bytes}
 */
export function unbase64(text) {
  return Uint8Array.from(Buffer.from(text, "base64"));
}

/**
 * @param {string} name of the vector file
 * @returns {Record<string, any> & {cases: Case[]}}
 */
export function load(name) {
  const path = new URL(`../vectors/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8"));
}

/**
 * Runs a test with WebCrypto, then with noble, which stays for the rest of the file.
 *
 * @param {string} name
 * @param {() => Promise<void>} run
 */
export function withBoth(name, run) {
  test(name, run);
  later.push([name, run]);
}

/** @type {[string, () => Promise<void>][]} */
const later = [];

/** The second half of `withBoth`: to be called at the end of a file. */
export function againWithNoble() {
  test("with noble", async (t) => {
    forceNoble();
    for (const [name, run] of later) {
      await t.test(name, run);
    }
  });
}

/**
 * @param {() => unknown} read
 * @returns {Promise<Record<string, unknown>>} `ok` and what it gave, or `malformed` or `too-new`
 *   and the code; any other error is a fault of the reader
 */
export async function outcome(read) {
  try {
    return { ok: await read() };
  } catch (error) {
    if (error instanceof Malformed) {
      return { [error instanceof TooNew ? "too-new" : "malformed"]: error.code };
    }
    throw error;
  }
}

/**
 * @param {Record<string, unknown>} found an outcome
 * @param {Record<string, any>} expect a code that ends in `*` stands for all that begin so
 * @param {string} name
 */
export function compare(found, expect, name) {
  const open = expect["malformed"]?.endsWith("*");
  if (open && String(found["malformed"]).startsWith(expect["malformed"].slice(0, -1))) {
    return;
  }
  assert.deepEqual(found, expect, name);
}

/**
 * @param {object} value with names in camelCase
 * @returns {Record<string, unknown>} as Python prints it: bytes in hex, nothing for null
 */
export function plain(value) {
  const fields = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(
    fields.map(([name, field]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      field instanceof Uint8Array ? hex(/** @type {any} */ (field)) : field,
    ]),
  );
}
