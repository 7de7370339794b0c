import assert from "node:assert/strict";
import { test } from "node:test";
import {
  begins,
  decodePayload,
  expires,
  textFault,
  unitsHeld,
} from "../../site_templates/script/certificate.js";
import { check, split } from "../../site_templates/script/cose.js";
import { Malformed } from "../../site_templates/script/reasons.js";
import { againWithNoble, compare, load, outcome, plain, unhex, withBoth } from "./vectors.js";

const { keys, cases } = load("certificates");

/** @param {Record<string, any>} vector */
async function answer(vector) {
  const key = unhex(keys[vector.key]);
  const frame = split(unhex(vector.data));
  return (await check(frame, key)) ? { ok: plain(decodePayload(frame.payload)) } : { signature: false };
}

withBoth("every vector", async () => {
  for (const vector of cases) {
    const found = await outcome(() => answer(vector));
    const inner = /** @type {Record<string, unknown>} */ (found["ok"] ?? found);
    compare(inner, vector.expect, vector.name);
  }
  assert.ok(cases.length > 200);
});

/**
 * @param {number[]} changes what is added to each byte in turn
 * @returns {Promise<number>} how many changed certificates were tried; none was taken
 */
async function mutate(changes) {
  const good = unhex(cases[0]?.["data"]);
  const key = unhex(keys[cases[0]?.["key"]]);
  let tried = 0;
  for (let at = 0; at < good.length; at++) {
    for (const change of changes) {
      const data = good.slice();
      data[at] = (data[at] ?? 0) + change;
      tried += 1;
      try {
        assert.equal(await check(split(data), key), false, `byte ${at} plus ${change}`);
      } catch (error) {
        assert.ok(error instanceof Malformed, `byte ${at} plus ${change}: ${error}`);
      }
    }
  }
  assert.equal(tried, good.length * changes.length);
  return tried;
}

test("no certificate with one changed byte is taken", async () => {
  const tried = await mutate(Array.from({ length: 255 }, (_, i) => i + 1));
  console.log(`${tried} certificates with one changed byte, none taken`);
  assert.ok(tried > 50_000);
});

test("calendar days are inclusive, in Japan and in Indonesia", () => {
  const [day] = [{ issueDay: 0, expiryDay: 0 }];
  assert.equal(begins(/** @type {any} */ (day)), -32_400);
  assert.equal(expires(/** @type {any} */ (day)), 61_200);
});

test("texts", () => {
  assert.equal(textFault("", 3), "empty");
  assert.equal(textFault("a\n", 3), "characters");
  assert.equal(textFault(" ", 3), "spaces");
  assert.equal(textFault("a  b", 3), "spaces");
  assert.equal(textFault("\u2019", 2), "too-long");
  assert.equal(textFault("\u2019", 3), null);
});

test("units held", () => {
  assert.deepEqual(unitsHeld(null, 3), [0, 1, 2]);
  assert.deepEqual(unitsHeld(unhex("0501"), 9), [0, 2, 8]);
  assert.equal(unitsHeld(unhex("0501"), 8), null);
  assert.deepEqual(unitsHeld(unhex("80"), 200), [7]);
});

againWithNoble();

test("with noble no changed byte is taken either", async () => {
  assert.ok((await mutate([1])) > 200);
});
