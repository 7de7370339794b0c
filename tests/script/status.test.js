import assert from "node:assert/strict";
import { test } from "node:test";
import { coversIndex, listsFor, parse, state } from "../../site_templates/script/status.js";
import { againWithNoble, compare, load, outcome, unbase64, unhex, withBoth } from "./vectors.js";

withBoth("every vector", async () => {
  const { registry, publishers, cases } = load("status");
  for (const vector of cases) {
    const { name, data, expect } = vector;
    const found = await outcome(async () => {
      const keys = vector["publishers"] ?? publishers;
      const list = await parse(unbase64(data), vector["registry"] ?? registry, keys.map(unhex));
      /** @type {[number, number][]} */
      const asked = expect.ok?.states ?? [];
      const states = asked.map(([index]) => [index, state(list, index)]);
      return { number: list.number, issued: list.issued, states };
    });
    compare(found, expect, name);
  }
  assert.ok(cases.length > 100);
});

test("lists and the indexes they cover", () => {
  assert.deepEqual([1, 2 ** 17, 2 ** 17 + 1, 2 ** 31].map(listsFor), [1, 1, 2, 2 ** 14]);
  const list = { number: 1, issued: 0, bits: new Uint8Array(32_768) };
  const covered = [0, 2 ** 17 - 1, 2 ** 17, 2 ** 18 - 1, 2 ** 18].map((i) => coversIndex(list, i));
  assert.deepEqual(covered, [false, false, true, true, false]);
});

againWithNoble();
