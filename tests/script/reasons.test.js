import assert from "node:assert/strict";
import { test } from "node:test";
import { Malformed, TooNew, attempt, onlyMalformed } from "../../site_templates/script/reasons.js";

test("what is malformed counts as not at hand, and a fault of the program never does", async () => {
  assert.equal(await attempt(() => 7), 7);
  for (const refused of [new Malformed("note"), new TooNew("trust")]) {
    assert.equal(onlyMalformed(refused), refused);
    assert.equal(await attempt(() => Promise.reject(refused)), null);
  }
  const fault = new TypeError("x is undefined");
  assert.throws(() => onlyMalformed(fault), fault);
  await assert.rejects(
    attempt(() => Promise.reject(fault)),
    fault,
  );
});
