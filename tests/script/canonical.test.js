import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "../../site_templates/script/bytes.js";
import {
  b64decode,
  b64encode,
  b64urlDecode,
  b64urlEncode,
  dumps,
  loads,
  member,
  timeSeconds,
  timeText,
} from "../../site_templates/script/canonical.js";
import { compare, load, outcome } from "./vectors.js";

/** @type {Record<string, {read: (text: any) => any, write: (value: any) => string}>} */
const KINDS = {
  json: { read: loads, write: dumps },
  base64: { read: b64decode, write: b64encode },
  base64url: { read: b64urlDecode, write: b64urlEncode },
  time: { read: timeSeconds, write: timeText },
};

test("every vector, and what is read is written again as it was", async () => {
  const { cases } = load("canonical");
  for (const { name, kind, text, expect } of cases) {
    const { read, write } = KINDS[kind] ?? assert.fail(kind);
    const found = await outcome(() => read(text));
    if ("ok" in found) {
      assert.equal(write(found["ok"]), text, name);
    }
    const { ok } = found;
    compare(ok instanceof Uint8Array ? { ok: hex(Uint8Array.from(ok)) } : found, expect, name);
  }
  assert.ok(cases.length > 100);
});

test("a key that every object inherits is not there", () => {
  const object = loads('{\n "a": 1\n}\n');
  assert.equal(member(object, "a"), 1);
  for (const [from, key] of [[object, "constructor"], [object, "b"], [null, "a"], [1, "a"]]) {
    assert.throws(() => member(from, String(key)), TypeError);
  }
  assert.throws(() => b64decode(1), TypeError);
});

test("nesting without end is refused, not run into", async () => {
  const found = await outcome(() => loads("[".repeat(1_000_000)));
  assert.match(String(found["malformed"]), /^json/);
});
