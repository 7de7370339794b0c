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
import { againWithNoble, compare, load, outcome, plain, unhex, withBoth } from "./vectors.js";

const { keys, cases } = load("certificates");

/** @param {Record<string, any>} vector */
async function answer(vector) {
  const key = unhex(keys[vector.key]);
  const frame = split(unhex(vector.data));
  const holds = await check(frame, key);
  return holds ? { ok: plain(decodePayload(frame.payload)) } : { signature: false };
}

withBoth("every vector", async () => {
  for (const vector of cases) {
    const found = await outcome(() => answer(vector));
    const inner = /** @type {Record<string, unknown>} */ (found["ok"] ?? found);
    compare(inner, vector.expect, vector.name);
  }
  assert.ok(cases.length > 200);
});

test("calendar days are inclusive, in Japan and in Indonesia", () => {
  const certificate = decodePayload(split(unhex(cases[0]?.["data"])).payload);
  const dates = { ...certificate, issueDay: 0, expiryDay: 0 };
  assert.equal(begins(dates), -32_400);
  assert.equal(expires(dates), 61_200);
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
