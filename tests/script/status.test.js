import assert from "node:assert/strict";
import { test } from "node:test";
import { concat } from "../../site_templates/script/bytes.js";
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

test("a list longer than a reader takes is refused before anything of it is read", async () => {
  const { registry, publishers, cases } = load("status");
  const good = unbase64(cases[0]?.["data"]);
  for (const [length, expect] of /** @type {[number, number][]} */ ([[65_536, 1], [65_537, 0]])) {
    let read = 0;
    const data = new Proxy(concat(good, new Uint8Array(length - good.length)), {
      get(bytes, name) {
        const value = Reflect.get(bytes, name);
        read += name === "subarray" ? 1 : 0;
        return typeof value === "function" ? value.bind(bytes) : value;
      },
    });
    const found = await outcome(() => parse(data, registry, publishers.map(unhex)));
    assert.deepEqual(found, { malformed: "status" });
    assert.equal(Math.min(read, 1), expect);
  }
});

test("lists and the indexes they cover", () => {
  assert.deepEqual([1, 2 ** 17, 2 ** 17 + 1, 2 ** 31].map(listsFor), [1, 1, 2, 2 ** 14]);
  const list = { number: 1, issued: 0, bits: new Uint8Array(32_768) };
  const covered = [0, 2 ** 17 - 1, 2 ** 17, 2 ** 18 - 1, 2 ** 18].map((i) => coversIndex(list, i));
  assert.deepEqual(covered, [false, false, true, true, false]);
});

againWithNoble();
