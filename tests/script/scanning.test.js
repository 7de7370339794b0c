import assert from "node:assert/strict";
import { test } from "node:test";

import { choose } from "../../site_templates/script/choice.js";
import { csv, defused } from "../../site_templates/script/csv.js";
import { digits } from "../../site_templates/script/fragment.js";
import { TooLong, within } from "../../site_templates/script/patience.js";

const SITE = "https://cek.example/";
const OURS = `${SITE}#${digits(Uint8Array.of(1, 2, 3))}`;
const COPY = `https://cek-sertifikat.example/#${digits(Uint8Array.of(0xd2, 0x84, 0x49, 0))}`;

test("ours comes first, then a copy of ours that leads elsewhere, then the rest", () => {
  const texts = ["no code of anybody", "https://lsp.example/1", COPY, OURS];
  const { ours, others } = choose(texts, [SITE]);
  assert.deepEqual(ours, [OURS]);
  assert.deepEqual(others, [COPY, "https://lsp.example/1", "no code of anybody"]);
  assert.deepEqual(choose([], [SITE]), { ours: [], others: [] });
});

test("without a trust document nothing is foreign", () => {
  assert.deepEqual(choose([OURS], null).ours, [OURS]);
});

test("what begins like a formula is defused, also behind blanks", () => {
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\u3000=1", "＝1", "\tx"]) {
    assert.equal(defused(text), `'${text}`);
  }
  for (const text of ["", "Dewi", "1=1", "25920 7212", "'=1"]) {
    assert.equal(defused(text), text);
  }
});

test("CSV has a mark, quotes every field and ends lines as Excel does", async () => {
  const data = new Uint8Array(await csv([["a", 'b "c"'], ["=1", "d\ne"]], ";").arrayBuffer());
  assert.deepEqual([...data.slice(0, 3)], [0xef, 0xbb, 0xbf]);
  const text = new TextDecoder().decode(data);
  assert.equal(text, '"a";"b ""c"""\r\n"\'=1";"d\ne"\r\n');
});

test("patience ends, and a quick answer does not wait for it", async () => {
  assert.equal(await within(60_000, Promise.resolve(7)), 7);
  await assert.rejects(within(1, new Promise(() => undefined)), TooLong);
  await assert.rejects(within(60_000, Promise.reject(new RangeError())), RangeError);
});
