import assert from "node:assert/strict";
import { test } from "node:test";
import { comparedFor, differs, nothing } from "../../site_templates/script/compared.js";
import { details } from "../../site_templates/script/details.js";
import { inquiryText } from "../../site_templates/script/inquiry.js";
import { recordView } from "../../site_templates/script/record.js";
import { FakeElement, fake, install } from "./fake_document.js";
import { LANGUAGES, wordsOf } from "./sentences.js";
import { CATALOGUE, CERTIFICATE, NOW, REASONS, verdictOf, visitOf } from "./verdicts.js";

/** @typedef {import("../../site_templates/script/checks.js").Check} Check */
/** @typedef {import("../../site_templates/script/telling.js").Verdict} Verdict */

install();

/**
 * @param {Verdict} verdict
 * @param {Partial<Check>} [other]
 * @returns {Check}
 */
const checkOf = (verdict, other = {}) => ({
  ...{ text: "#1", source: "text", verdict, pending: false, at: NOW },
  ...other,
});

/**
 * @param {Verdict} verdict
 * @param {import("../../site_templates/script/page.js").Language} [language]
 * @param {Partial<Check>} [other]
 */
function recorded(verdict, language = "ja", other = {}, compared = nothing()) {
  const words = wordsOf(language);
  return fake(recordView(words, checkOf(verdict, other), visitOf(), compared, "0.1.0"));
}

test("the text for the issuing body holds numbers, and nothing of the holder", () => {
  const personal = [CERTIFICATE.name, CERTIFICATE.passportName ?? "", "1998", "April 11", "11 April"];
  let told = 0;
  for (const language of LANGUAGES) {
    for (const reason of REASONS) {
      const text = inquiryText(wordsOf(language), verdictOf(reason), NOW);
      assert.ok(personal.every((part) => !text.includes(part)), text);
      for (const part of [CERTIFICATE.number, CERTIFICATE.registration, "1042", `(${reason})`]) {
        assert.ok(text.replaceAll("（", "(").replaceAll("）", ")").includes(part), text);
      }
      assert.doesNotMatch(text, /[{}]/);
      told += 1;
    }
  }
  assert.equal(told, 63);
});

test("the record holds every field of the design, in three languages", () => {
  const keys = [
    ...["record.checked_at", "record.data_asof", "record.mode", "record.source"],
    ...["data.reason_code", "data.registry_index", "record.log_size", "record.log_root"],
    ...["registry.build", "record.trust_version", "data.certificate_hash", "record.site"],
    ...["data.key_fingerprint", "record.software", "record.document", "record.next_check"],
    ...["record.checker", "record.organisation", "record.furigana", "record.not_official"],
    ...["record.no_numbers", "data.name", "data.birth_date", "data.printed_qualification"],
  ];
  for (const language of LANGUAGES) {
    const words = wordsOf(language);
    const made = recorded(verdictOf("valid", { key: "0a".repeat(32) }), language);
    const text = made.textContent;
    for (const key of keys) {
      assert.ok(text.includes(words.text(key)), `${language} ${key}`);
    }
    for (const value of ["AAAA", "0.1.0", "0a0a 0a0a", "abab abab", "C.1", "C.3", "1042"]) {
      assert.ok(text.includes(value), value);
    }
    assert.ok(!text.includes("Membuat sambungan las"), "unit codes only");
    assert.equal(made.withClass("mark").length, 0);
    assert.doesNotMatch(text, /[{}]|undefined|null|NaN/);
  }
  const sample = recorded(verdictOf("valid", { demo: true })).withClass("mark")[0];
  assert.equal(sample?.textContent, "見本");
});

test("the record of a certificate that leaves things open has no row for them", () => {
  const scheme = { ...CATALOGUE.scheme, name: { id: "Tukang Las" }, level: null };
  const catalogue = /** @type {Verdict["catalogue"]} */ ({ ...CATALOGUE, scheme });
  const certificate = { ...CERTIFICATE, passportName: null, blankNumber: null, replaces: null };
  const open = { key: null, kid: null, digest: null, build: null, logSize: null, trustVersion: null };
  for (const language of LANGUAGES) {
    const words = wordsOf(language);
    const made = recorded(verdictOf("valid", { catalogue, certificate, ...open }), language);
    const labels = made.withTag("dt").map((one) => one.textContent);
    for (const key of [
      ...["data.passport_name", "data.blank_number", "data.replaces", "data.key_fingerprint"],
      ...["data.certificate_hash", "registry.build", "record.log_size", "record.trust_version"],
    ]) {
      assert.ok(!labels.includes(words.text(key)), `${language} ${key}`);
    }
    const told = (/** @type {string} */ key) =>
      made.withTag("dd")[labels.indexOf(words.text(key))]?.textContent;
    assert.equal(told("data.scheme"), "Tukang Las", "no translation, and so no original beside it");
    assert.equal(told("data.level"), words.text("data.level_none"));
    assert.doesNotMatch(made.textContent, /[{}]|undefined|null|NaN/);
  }
  const bare = { scheme: null, lsp: null, fields: null };
  const text = recorded(verdictOf("valid", { catalogue: bare, certificate })).textContent;
  assert.ok(text.includes("DEMO/welder") && text.includes("LSP 9001"));
  assert.ok(text.includes(wordsOf("ja").text("data.units_unknown")));
});

test("how it was checked, and where the code came from", () => {
  const words = wordsOf("ja");
  const answers = { ...verdictOf("valid").answers, standing: "ok" };
  const cases = /** @type {[Partial<Verdict>, Partial<Check>, string][]} */ ([
    [{ fetched: true, answers }, {}, words.text("record.mode_online")],
    [
      { fetched: true, answers: { ...answers, standing: "unlogged" } },
      {},
      words.text("record.mode_online_unlogged"),
    ],
    [{ fetched: false, answers }, {}, words.text("record.mode_offline")],
    [{}, { source: "link" }, words.text("record.source_link")],
    [{}, { source: "camera" }, words.text("record.source_camera")],
    [{}, { source: "file", file: "a<b>.pdf", page: 3 }, "a<b>.pdf、3ページ"],
  ]);
  for (const [verdict, check, wanted] of cases) {
    assert.ok(recorded(verdictOf("valid", verdict), "ja", check).textContent.includes(wanted), wanted);
  }
});

test("boxes are ticked as the person compared", () => {
  const compared = { ...nothing(), document: /** @type {"card"} */ ("card") };
  assert.equal(recorded(verdictOf("valid")).withClass("ticked").length, 0);
  const found = recorded(verdictOf("valid"), "ja", {}, { ...compared, name: "order", face: "match" });
  assert.deepEqual(
    found.withClass("ticked").map((box) => box.textContent),
    ["在留カード", "語順が異なる", "一致"],
  );
  assert.equal(differs({ ...compared, name: "order" }), false);
  assert.equal(differs({ ...compared, paper: "differs" }), true);
});

test("what was compared stays with its check, and with no other", () => {
  const first = checkOf(verdictOf("status-stale"), { pending: true });
  comparedFor(first).name = "match";
  const fresh = checkOf(verdictOf("valid"));
  assert.equal(comparedFor(fresh).name, "match", "the same code on fresher data");
  assert.equal(comparedFor(fresh).name, "match", "the same check in another language");
  assert.equal(comparedFor(checkOf(verdictOf("valid"))).name, "not_done", "checked once more");
  assert.equal(comparedFor(checkOf(verdictOf("valid"), { text: "#2" })).name, "not_done");
  assert.equal(comparedFor(fresh).name, "match", "opened again out of a list");
});

test("what can be done with a result follows from how much of it may be shown", () => {
  const words = wordsOf("en");
  /** @type {Record<string, string[]>} */
  const seen = {};
  for (const reason of REASONS) {
    const { below, actions } = details(words, checkOf(verdictOf(reason)), visitOf(), "0.1.0");
    const classes = below.map((view) => fake(view).attributes.get("class")?.split(" ") ?? []).flat();
    const parts = ["compare", "inquiry", "record-place"].filter((name) => classes.includes(name));
    const inside = below.flatMap((view) => fake(view).withTag("button"));
    assert.equal(actions.length + inside.length > 0, parts.includes("record-place"), reason);
    assert.ok(actions.length === 0 || inside.length === 0);
    (seen[parts.join(" ")] ??= []).push(reason);
  }
  assert.deepEqual(seen[""], ["foreign-code", "other-code", "malformed", "too-new"]);
  assert.deepEqual(seen["record-place"], ["unknown-key", "signature-mismatch"]);
  assert.deepEqual(seen["compare inquiry"], ["clock-wrong"]);
  assert.equal(seen["compare inquiry record-place"]?.length, REASONS.length - 7);
});

test("a record without data of a certificate names none", () => {
  for (const reason of ["unknown-key", "signature-mismatch"]) {
    const text = recorded(verdictOf(reason)).textContent;
    for (const value of [CERTIFICATE.name, CERTIFICATE.number, "C.1", "LSP Las"]) {
      assert.ok(!text.includes(value), `${reason} ${value}`);
    }
    assert.ok(text.includes("abab abab"));
  }
  const unproven = recorded(verdictOf("not-in-log")).textContent;
  assert.ok(unproven.includes(CERTIFICATE.name) && !unproven.includes("LSP Las"));
});

test("hostile text stays text in record and list to tick", () => {
  const hostile = '<img src=x onerror=alert(1)>\u202e{lsp}"';
  const catalogue = { ...CATALOGUE, lsp: null };
  const certificate = { ...CERTIFICATE, name: hostile, passportName: hostile };
  const verdict = verdictOf("valid", { certificate, catalogue });
  const { below } = details(wordsOf("ja"), checkOf(verdict), visitOf(), "0.1.0");
  const all = below.flatMap((view) => fake(view).all());
  const apart = all.filter((one) => one instanceof FakeElement && one.textContent === hostile);
  assert.ok(apart.length >= 5);
  assert.ok(apart.some((one) => one.tag === "bdi"));
  assert.ok(all.every((one) => one.tag !== "img"));
});
