/** Browsers without WebCrypto, or without Ed25519 in it, load noble by themselves. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "../../site_templates/script/bytes.js";
import { load, unhex } from "./vectors.js";

const { subtle } = crypto;
const signatures = load("keys").cases.filter(({ kind }) => kind === "verify");

/**
 * Loads keys.js anew on a page whose `crypto.subtle` is another one, and asks it all vectors.
 *
 * @param {Partial<SubtleCrypto> | undefined} other
 * @param {string} name of this copy of the module
 */
async function onPageWith(other, name) {
  Object.defineProperty(crypto, "subtle", { value: other, configurable: true });
  const path = `../../site_templates/script/keys.js?${name}`;
  /** @type {typeof import("../../site_templates/script/keys.js")} */
  const keys = await import(path);
  const digest = hex(await keys.sha256(new Uint8Array()));
  assert.match(digest, /^e3b0c44298fc1c149afbf4c8996fb924/);
  for (const { name: vector, x, message, signature, expect } of signatures) {
    if ("ok" in expect) {
      const holds = await keys.verify(unhex(x), unhex(message), unhex(signature));
      assert.equal(holds, expect.ok, vector);
    }
  }
  Object.defineProperty(crypto, "subtle", { value: subtle, configurable: true });
}

test("without WebCrypto, as on a page that was opened without https", async () => {
  await onPageWith(undefined, "none");
});

test("without Ed25519 in WebCrypto, as in older browsers", async () => {
  const importKey = () => Promise.reject(new DOMException("no", "NotSupportedError"));
  await onPageWith({ importKey, digest: (...data) => subtle.digest(...data) }, "older");
});

test("a browser that refuses a point off the curve when it is imported", async () => {
  const offCurve = `02${"00".repeat(31)}`;
  const importKey = /** @type {SubtleCrypto["importKey"]} */ (
    async (/** @type {any[]} */ ...request) => {
      if (hex(request[1]) === offCurve) {
        throw new DOMException("no", "DataError");
      }
      return subtle.importKey(.../** @type {Parameters<SubtleCrypto["importKey"]>} */ (request));
    }
  );
  const verify = subtle.verify.bind(subtle);
  await onPageWith({ importKey, verify, digest: subtle.digest.bind(subtle) }, "strict");
  Object.defineProperty(crypto, "subtle", { value: { importKey, verify }, configurable: true });
  const path = "../../site_templates/script/keys.js?off";
  /** @type {typeof import("../../site_templates/script/keys.js")} */
  const keys = await import(path);
  assert.equal(await keys.verify(unhex(offCurve), unhex("00"), new Uint8Array(64).fill(9)), false);
  Object.defineProperty(crypto, "subtle", { value: subtle, configurable: true });
});
