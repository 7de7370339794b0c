import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Words } from "../../site_templates/script/words.js";
import { LANGUAGES, flat, table, wordsOf } from "./sentences.js";

const placeholders = (/** @type {string} */ sentence) =>
  [...sentence.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name).sort();

test("the three languages have the same keys and placeholders", () => {
  const [ja, ...others] = LANGUAGES.map((language) => new Map(flat(table(language))));
  assert.ok(ja !== undefined && ja.size > 400);
  for (const other of others) {
    assert.deepEqual([...other.keys()].sort(), [...ja.keys()].sort());
    for (const [key, sentence] of ja) {
      if (!key.startsWith("format.")) {
        assert.deepEqual(placeholders(other.get(key) ?? ""), placeholders(sentence), key);
      }
    }
  }
});

test("no sentence calls a certificate forged, or uses the name of the software as a word", () => {
  let read = 0;
  for (const language of LANGUAGES) {
    for (const [key, sentence] of flat(table(language))) {
      read += 1;
      assert.doesNotMatch(sentence, /偽造|本物|palsu|\bsah\b|forge|genuine|fake/i, key);
      assert.equal(/absah/i.test(sentence), key === "site.software", key);
      assert.doesNotMatch(sentence, /[<>&]/, key);
      if (language === "ja") {
        assert.doesNotMatch(sentence, /[ぁ-んァ-ヶ一-龠][(:]|[):][ぁ-んァ-ヶ一-龠]/, key);
      }
    }
  }
  console.log(`sentences read: ${read}`);
  assert.ok(read > 1200);
});

test("every reason of the closed set has its sentences, and no other has", async () => {
  const reasons = table("about").headline_order;
  for (const language of LANGUAGES) {
    const words = table(language);
    assert.deepEqual(Object.keys(words.reason).sort(), [...reasons].sort());
    for (const reason of Object.values(words.reason)) {
      assert.ok(reason.title && reason.sentence && reason.do);
    }
  }
});

test("a value is put in as it stands", () => {
  const words = new Words("en", { a: { b: "To {lsp}, {n}!" }, data: { not_stated: "-" } });
  assert.equal(words.text("a.b", { lsp: "{n} <b>", n: "1" }), "To {n} <b>, 1!");
  assert.equal(words.text("a.b", { n: "1" }), "To -, 1!");
  assert.deepEqual(words.pieces("a.b", { lsp: "X", n: "1" }), [
    { text: "To ", name: null },
    { text: "X", name: "lsp" },
    { text: ", ", name: null },
    { text: "1", name: "n" },
    { text: "!", name: null },
  ]);
});

test("a table is added once; one that could not be read is asked for again", async () => {
  const words = new Words("en", { level: { green: "Match" } });
  const answers = [
    () => Promise.reject(new Error("no network")),
    async () => ({ level: { red: "Stop" }, reason: { valid: "As issued" } }),
  ];
  let asked = 0;
  const add = () => words.add("reasons", () => answers[asked++]?.() ?? Promise.reject(new Error("twice")));
  await assert.rejects(add(), /no network/);
  assert.throws(() => words.text("level.red"));
  await Promise.all([add(), add()]);
  await add();
  assert.equal(asked, 2);
  const found = ["level.green", "level.red", "reason.valid"].map((key) => words.text(key));
  assert.deepEqual(found, ["Match", "Stop", "As issued"]);
});

test("a key that is not there throws, inherited properties too", () => {
  const words = wordsOf("en");
  let tried = 0;
  for (const key of ["reason", "reason.none.title", "site.title.length", "toString", "", "__proto__"]) {
    tried += 1;
    assert.throws(() => words.text(key), key);
  }
  assert.equal(tried, 6);
});

test("plural forms and numbers are those of the language", () => {
  assert.equal(wordsOf("en").counted("age.day", 1), "1 day");
  assert.equal(wordsOf("en").counted("age.day", 14), "14 days");
  assert.equal(wordsOf("id").counted("age.hour", 1), "1 jam");
  assert.equal(wordsOf("ja").counted("age.minute", 5), "5分");
  assert.deepEqual(
    LANGUAGES.map((language) => wordsOf(language).number(1234567)),
    ["1,234,567", "1.234.567", "1,234,567"],
  );
});

/** A key of the words, and no name of a script. */
const KEY = /^[a-z_.-]+(?<!\.js)$/;

test("no script holds a sentence, and every key that one names is there", () => {
  const folder = new URL("../../site_templates/script/", import.meta.url);
  const keys = new Map(flat(table("ja")));
  const groups = new Set(Object.keys(table("ja")));
  const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
  assert.ok(scripts.length > 35);
  let named = 0;
  for (const name of scripts) {
    const source = readFileSync(new URL(name, folder), "utf8");
    const code = source.replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
    assert.doesNotMatch(code, /(?![\x00-\x7f])\p{L}/u, name);
    for (const [, literal] of code.matchAll(/"([^"\n]*)"/g)) {
      assert.doesNotMatch(literal ?? "", /^[A-Z][a-z]+( [a-z]+)+/, name);
      const [group, ...rest] = (literal ?? "").split(".");
      if (rest.length > 0 && groups.has(group ?? "") && KEY.test(literal ?? "")) {
        const plural = ["one", "other"].every((form) => keys.has(`${literal}_${form}`));
        assert.ok(keys.has(literal ?? "") || plural, `${name}: ${literal}`);
        named += 1;
      }
    }
  }
  console.log(`keys named in scripts: ${named}`);
  assert.ok(named > 150);
});
