import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { corrected } from "../../site_templates/script/errata.js";

const vectors = JSON.parse(readFileSync(new URL("errata_vectors.json", import.meta.url), "utf8"));

test("an entry is corrected by the vectors", () => {
  const before = JSON.stringify(vectors.entry);
  for (const { name, errata, corrected: wanted } of vectors.cases) {
    assert.deepEqual(corrected(vectors.entry, vectors.digest, errata), wanted, name);
  }
  assert.equal(JSON.stringify(vectors.entry), before);
  assert.equal(vectors.cases.length, 10);
});

test("an entry that is hardly one", () => {
  const line = { digest: "ab", name: { ja: "X" }, units: [{ code: "C.1", ja: "Y" }] };
  const wanted = { code: "X", name: { ja: "X" }, units: [] };
  assert.deepEqual(corrected({ code: "X" }, "ab", [line]), wanted);
});
