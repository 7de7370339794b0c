import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "../../site_templates/script/bytes.js";
import {
  digits,
  fromPayloadText,
  read,
  share,
  width,
} from "../../site_templates/script/fragment.js";
import { compare, load, outcome, unhex } from "./vectors.js";

test("every vector of bytes and text", async () => {
  const { widths, cases } = load("fragments");
  for (const [bytes, wanted] of widths) {
    assert.equal(width(bytes), wanted);
  }
  for (const { name, kind, data, text, expect } of cases) {
    if (kind === "write") {
      const bytes = unhex(data);
      const both = { digits: digits(bytes), share: share(bytes) };
      assert.deepEqual({ ok: both }, expect, name);
      assert.deepEqual(fromPayloadText(both.digits), bytes, name);
      assert.deepEqual(fromPayloadText(both.share), bytes, name);
    } else {
      compare(await outcome(() => hex(fromPayloadText(text))), expect, name);
    }
  }
  assert.ok(cases.length > 60 && widths.length === 512);
});

test("every vector of whose code it is", () => {
  const { cases } = load("addresses");
  for (const { name, text, addresses, expect } of cases) {
    const { data, reason = null, host = "" } = read(text, addresses);
    const found = data ? { data: hex(data) } : { reason, host };
    assert.deepEqual(found, expect, name);
  }
  assert.ok(cases.length > 100);
});
