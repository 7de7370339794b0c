import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { LANGUAGES, flat, table } from "./sentences.js";

/** @typedef {Record<import("../../site_templates/script/page.js").Language, string>} Told */

/** @type {{terms: Record<string, Told>, places: Record<string, string>, never: Record<string, string[]>}} */
const glossary = JSON.parse(readFileSync(new URL("glossary.json", import.meta.url), "utf8"));

test("each place that names a thing names it by its term", () => {
  let checked = 0;
  for (const language of LANGUAGES) {
    const words = new Map(flat(table(language)));
    for (const [key, term] of Object.entries(glossary.places)) {
      const wanted = glossary.terms[term]?.[language] ?? "?";
      const sentence = words.get(key) ?? "";
      assert.ok(
        sentence.toLowerCase().includes(wanted.toLowerCase()),
        `${language} ${key}: ${sentence} (${wanted})`,
      );
      checked += 1;
    }
  }
  console.log(`places of terms: ${checked}`);
  assert.equal(Object.keys(glossary.places).length, checked / LANGUAGES.length);
  assert.ok(checked > 180);
});

test("each term is used somewhere", () => {
  const used = new Set(Object.values(glossary.places));
  assert.deepEqual(Object.keys(glossary.terms).filter((term) => !used.has(term)), []);
});

test("no sentence takes a word that means something else", () => {
  let read = 0;
  for (const language of LANGUAGES) {
    const banned = (glossary.never[language] ?? []).map((word) => new RegExp(word, "i"));
    assert.ok(banned.length >= 6, language);
    for (const [key, sentence] of flat(table(language))) {
      for (const word of banned) {
        assert.doesNotMatch(sentence, word, `${language} ${key}`);
      }
      read += 1;
    }
  }
  console.log(`sentences read: ${read}`);
  assert.ok(read > 1450);
});

test("a fault of the registry is never laid at the holder's door", () => {
  const spared = {
    ja: /登録簿の問題|名義人ではなく登録簿/,
    id: /masalah (pada )?registri,? bukan (pada |masalah )?pemegang/i,
    en: /problem of the registry, not of the holder/i,
  };
  let read = 0;
  for (const language of LANGUAGES) {
    const { reason } = table(language);
    const places = ["conflict", "trust-expired"].map((name) => reason[name].do);
    for (const told of [...places, reason["status-stale"].do_registry, reason["log-unchecked"].do_fetched]) {
      assert.match(told, spared[language]);
      read += 1;
    }
  }
  assert.equal(read, 12);
});

test("era names stand in Japanese dates only, and 24 hours have no half", () => {
  for (const language of LANGUAGES) {
    const { format } = table(language);
    assert.equal(format.date_era === format.date, language !== "ja");
    assert.ok(Object.values(format).every((form) => !/[AP]M/.test(form)));
  }
});
