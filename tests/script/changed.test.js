/** Every byte of a certificate changed in every way. Long, and so not behind other tests of a file. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { share } from "../../site_templates/script/fragment.js";
import { forceNoble } from "../../site_templates/script/keys.js";
import { anchor } from "../../site_templates/script/trust.js";
import { examine } from "../../site_templates/script/verify.js";
import { load, unbase64 } from "./vectors.js";

const { cases, texts, trusts } = load("verdicts");
const plain = /** @type {Record<string, any>} */ (cases[0]);

/**
 * @param {number[]} changes what is added to each byte in turn
 * @returns {Promise<number>} how many changed certificates were opened; none was taken
 */
async function mutate(changes) {
  const trust = await anchor(unbase64(trusts[plain["trust"]]));
  const opened = await examine(texts[plain["text"]], trust);
  assert.ok(opened.data && opened.certificate);
  const good = opened.data;
  let tried = 0;
  for (let at = 0; at < good.length; at++) {
    const told =
      at < 8 ? /^malformed$/ : at < 12 ? /^unknown-key$/ : /^(malformed|signature-mismatch)$/;
    // Together: one after the other, each would wait for the thread that checks signatures.
    const opening = changes.map(async (change) => {
      const data = good.slice();
      data[at] = (data[at] ?? 0) + change;
      const { fault, certificate } = await examine(share(data), trust);
      assert.match(String(fault), told, `byte ${at} plus ${change}`);
      assert.equal(certificate, null);
      tried += 1;
    });
    await Promise.all(opening);
  }
  assert.equal(tried, good.length * changes.length);
  return tried;
}

test("no certificate with one changed byte is taken", async () => {
  const tried = await mutate(Array.from({ length: 255 }, (_, i) => i + 1));
  console.log(`${tried} certificates with one changed byte, none taken`);
  assert.ok(tried > 50_000);
});

test("with noble no certificate with one changed byte is taken either", async () => {
  forceNoble();
  assert.ok((await mutate([1])) > 200);
});
