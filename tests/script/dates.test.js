import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  JST,
  WIB,
  age,
  date,
  dateAndTime,
  dateOf,
  dayAt,
} from "../../site_templates/script/dates.js";
import { dateWithEra } from "../../site_templates/script/eras.js";
import { LANGUAGES, wordsOf } from "./sentences.js";

const [ja, id, en] = [wordsOf("ja"), wordsOf("id"), wordsOf("en")];
const moment = (/** @type {string} */ iso) => Date.parse(iso) / 1000;

test("days, by the vectors", () => {
  const vectors = JSON.parse(readFileSync(new URL("date_vectors.json", import.meta.url), "utf8"));
  for (const vector of vectors) {
    const day = dayAt(moment(`${vector.date}T00:00:00Z`), 0);
    for (const words of [ja, id, en]) {
      assert.equal(date(words, day), vector[words.language], vector.date);
    }
    assert.equal(dateWithEra(ja, day), vector.ja_era, vector.date);
    assert.equal(dateWithEra(id, day), vector.id);
    assert.equal(dateWithEra(en, day), vector.en);
  }
  assert.equal(vectors.length, 13);
});

test("a day before the eras of our table has none", () => {
  assert.equal(dateWithEra(ja, -15715), "1926年12月23日");
  assert.equal(date(ja, -36524), "1870年1月1日");
  assert.equal(date(en, 2932896), "31 December 9999");
});

test("a moment carries its zone, in Indonesian and English both zones", () => {
  const t = moment("2026-11-24T05:05:09Z");
  assert.equal(dateAndTime(ja, t), "2026年11月24日 14:05（日本時間）");
  assert.equal(
    dateAndTime(id, t),
    "24 November 2026 pukul 12.05 WIB (24 November 2026 pukul 14.05 waktu Jepang)",
  );
  assert.equal(dateAndTime(en, t), "24 November 2026, 14:05 JST (12:05 WIB)");
});

test("where midnight lies between the zones, both days are written", () => {
  const t = moment("2026-12-31T15:30:00Z");
  assert.equal(dateAndTime(ja, t), "2027年1月1日 00:30（日本時間）");
  assert.equal(dateAndTime(en, t), "1 January 2027, 00:30 JST (31 December 2026, 22:30 WIB)");
  assert.equal(dateOf(ja, t), "2027年1月1日");
  assert.equal(dateOf(en, t), "31 December 2026");
  assert.equal(dayAt(t, JST) - dayAt(t, WIB), 1);
});

test("an age is said in the largest unit that still tells something", () => {
  const ages = [-5, 59, 60, 3599, 3600, 172799, 172800, 1209600].map((s) => age(en, s));
  assert.deepEqual(ages, [
    ...["0 minutes", "0 minutes", "1 minute", "59 minutes", "1 hour", "47 hours", "2 days"],
    "14 days",
  ]);
  assert.equal(age(ja, 172800), "2日");
});

test("no zone of this machine has a part in it", () => {
  const before = process.env["TZ"];
  const t = moment("2026-11-24T23:59:59Z");
  const seen = new Set();
  for (const zone of ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"]) {
    process.env["TZ"] = zone;
    seen.add(LANGUAGES.map((language) => dateAndTime(wordsOf(language), t)).join());
  }
  process.env["TZ"] = before ?? "";
  assert.equal(seen.size, 1);
});
