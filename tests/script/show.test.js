import assert from "node:assert/strict";
import { test } from "node:test";
import { holds } from "../../site_templates/script/certificate_view.js";
import { details } from "../../site_templates/script/details.js";
import { byId } from "../../site_templates/script/dom.js";
import { show } from "../../site_templates/script/show.js";
import { display } from "../../site_templates/script/telling.js";
import { FakeElement, fake, install } from "./fake_document.js";
import { LANGUAGES, table, wordsOf } from "./sentences.js";
import { CATALOGUE, CERTIFICATE, NOW, REASONS, verdictOf, visitOf } from "./verdicts.js";

/** @typedef {import("../../site_templates/script/page.js").Language} Language */
/** @typedef {import("../../site_templates/script/telling.js").Verdict} Verdict */

install();

/** @type {import("../../site_templates/script/checks.js").Origin} */
const CAME_BY = "text";

/**
 * @param {Verdict} verdict
 * @param {Partial<import("../../site_templates/script/telling.js").Visit>} [visit]
 * @param {Language} [language]
 * @returns {FakeElement}
 */
function view(verdict, visit = {}, language = "ja") {
  const [words, how] = [wordsOf(language), visitOf(visit)];
  const { view } = show(words, verdict, how);
  const check = { text: "", source: CAME_BY, verdict, pending: false, at: NOW };
  view.append(...details(words, check, how, "0.1.0").below);
  return fake(view);
}

const signed = [CERTIFICATE.name, CERTIFICATE.passportName ?? "", CERTIFICATE.number, "1998"];

test("each reason in each language: title, sentence, what to do, level, answers", () => {
  let shown = 0;
  for (const reason of REASONS) {
    for (const language of LANGUAGES) {
      const words = wordsOf(language);
      const made = show(words, verdictOf(reason), visitOf());
      const seen = fake(made.view);
      const title = words.text(`reason.${reason}.title`);
      assert.equal(seen.attributes.get("data-reason"), reason);
      assert.equal(seen.attributes.get("data-level"), verdictOf(reason).level);
      assert.equal(fake(made.heading).textContent, title);
      assert.ok(made.announcement.includes(title));
      assert.doesNotMatch(seen.textContent, /[{}]|undefined|null|NaN/, `${reason} ${language}`);
      assert.ok(seen.withClass("told")[0]?.textContent.includes(words.text("result.next")));
      assert.equal(
        seen.withClass("level")[0]?.textContent,
        words.text(`level.${verdictOf(reason).level}`),
      );
      assert.equal(seen.withTag("svg").length, reason === "foreign-code" ? 1 : 4);
      shown += 1;
    }
  }
  assert.equal(shown, 63);
});

test("the data of a certificate are shown only where the table of words allows it", () => {
  const rules = table("about").display;
  const hidden = rules["show no certificate data (data.hidden)"];
  const silent = rules["show no certificate data, and no line about it"];
  const words = wordsOf("ja");
  for (const reason of REASONS) {
    const text = view(verdictOf(reason)).textContent;
    const kept = [...hidden, ...silent].includes(reason);
    for (const value of signed) {
      assert.equal(text.includes(value), !kept, `${reason}: ${value}`);
    }
    assert.equal(text.includes(words.text("data.hidden")), hidden.includes(reason), reason);
  }
  const expected = REASONS.map((reason) =>
    hidden.includes(reason) ? "hidden" : silent.includes(reason) ? "none" : "shown",
  );
  const found = REASONS.map((reason) => display(verdictOf(reason)));
  assert.deepEqual(
    found.map((how) => (how === "all" || how === "unproven" ? "shown" : how)),
    expected,
  );
});

test("a key-unchecked whose signature was not checked shows no data", () => {
  const verdict = verdictOf("key-unchecked", { certificate: null, index: null, variant: "none" });
  const text = view(verdict).textContent;
  assert.ok(text.includes(wordsOf("ja").text("data.hidden")));
  assert.ok(text.includes(wordsOf("ja").text("reason.key-unchecked.sentence_none")));
});

test("where the issuing body is no fact, its name does not stand among the data", () => {
  const rules = table("about").display;
  const rule = "show data under the line answer.issuer.*.sentence, issuer name not as a fact";
  for (const reason of REASONS) {
    const [card] = view(verdictOf(reason)).withClass("certificate");
    if (card === undefined) {
      continue;
    }
    const unproven = rules[rule].includes(reason);
    const label = wordsOf("ja").text("data.issuer");
    const labels = card.withTag("dt").map((one) => one.textContent);
    assert.equal(labels.includes(label), !unproven, reason);
  }
});

test("the moment of the data stands inside the panel, with how it was checked", () => {
  const panelOf = (/** @type {FakeElement} */ seen) => seen.withClass("panel")[0]?.textContent ?? "";
  const asof = "2026年11月24日 12:00（日本時間）";
  const stored = verdictOf("valid", { fetched: false });
  assert.ok(panelOf(view(verdictOf("valid"))).includes(`${asof}時点の情報による結果です。`));
  assert.ok(panelOf(view(stored, { online: false })).includes("オフラインで確認しました"));
  assert.ok(panelOf(view(stored)).includes("最新の情報を取得できませんでした"));
  assert.ok(panelOf(view(stored, { pending: true })).includes("最新の情報を取得しています"));
  const old = verdictOf("valid", { fetched: false, asOf: NOW - 86400 * 4 });
  assert.ok(panelOf(view(old, { online: false })).includes("情報の更新から4日が経過しています"));
  const none = verdictOf("status-stale", { asOf: null, fetched: false, variant: "none" });
  assert.ok(panelOf(view(none)).includes(wordsOf("ja").text("asof.none")));
  assert.ok(panelOf(view(verdictOf("expired"))).includes("判定に使った日付：2026年11月24日"));
  const late = { t: Date.parse("2026-11-24T16:30:00Z") / 1000 };
  assert.ok(panelOf(view(verdictOf("expired", late))).includes("2026年11月24日の時点で期限"));
  assert.ok(panelOf(view(verdictOf("not-yet-valid", late))).includes("2026年11月25日の時点では"));
});

test("the variants of a reason choose their own sentences", () => {
  const words = wordsOf("id");
  const cases = [
    ["status-stale", "registry", "sentence_registry", "do_registry"],
    ["log-unchecked", "fetched", "sentence_fetched", "do_fetched"],
    ["key-unchecked", "proof", "sentence_proof", "do"],
    ["not-in-log", "absent", "sentence_absent", "do"],
  ];
  for (const [reason = "", variant = "", sentence, next] of cases) {
    const seen = view(verdictOf(reason, { variant }), {}, "id");
    const told = seen.withClass("told")[0]?.textContent ?? "";
    for (const key of [sentence, next]) {
      const [start = ""] = (words.find(`reason.${reason}.${key}`) ?? "").split("{");
      assert.ok(start.length > 3 && told.includes(start), `${reason}.${key}`);
    }
  }
  assert.equal(cases.length, 4);
});

test("the name of the issuing body is the one of the day of issue, or its number", () => {
  assert.ok(view(verdictOf("valid")).textContent.includes("LSP Las Contoh"));
  const before = { ...CERTIFICATE, issueDay: 17000 };
  const old = view(verdictOf("valid", { certificate: before })).textContent;
  assert.ok(old.includes("LSP Las Lama") && !old.includes("LSP Las Contoh"));
  const bare = { scheme: null, lsp: null, fields: null };
  const text = view(verdictOf("valid", { catalogue: bare })).textContent;
  assert.ok(text.includes("LSP 9001がBNSPの名において"));
  assert.ok(text.includes(wordsOf("ja").text("data.units_unknown")));
  assert.ok(text.includes("DEMO/welder"));
});

test("the units held, by the bitmap", () => {
  const [list] = view(verdictOf("valid")).withClass("units");
  assert.deepEqual(
    list?.withClass("code").map((one) => one.textContent),
    ["C.1", "C.3"],
  );
  assert.ok(view(verdictOf("valid")).textContent.includes("3ユニットのうち2ユニット"));
  const all = verdictOf("valid", { certificate: { ...CERTIFICATE, units: null } });
  assert.ok(view(all).textContent.includes("全3ユニット"));
  const eleven = [...Array(11).keys()];
  assert.deepEqual(
    eleven.filter((i) => holds(new Uint8Array([0x81, 0x02]), i)),
    [0, 7, 9],
  );
  assert.deepEqual(
    eleven.filter((i) => holds(new Uint8Array([0x81]), i)),
    [0, 7],
    "a bitmap that ends says that no more is held",
  );
  assert.equal(eleven.filter((i) => holds(null, i)).length, 11);
});

test("a related field stands in one box with the note that it is no pass", () => {
  const [box] = view(verdictOf("valid")).withClass("fields");
  const text = box?.textContent ?? "";
  assert.ok(text.includes("造船・舶用工業") && !text.includes("建設"));
  assert.ok(text.includes("リネンサプライ（2027年4月1日受入れ開始予定）"));
  assert.ok(text.includes(wordsOf("ja").text("note.fields")));
});

test("what a scheme leaves open is said in words, and no line stands empty", () => {
  const scheme = { ...CATALOGUE.scheme, name: { id: "Tukang Las" }, level: null, fields: [] };
  const catalogue = /** @type {Verdict["catalogue"]} */ ({ ...CATALOGUE, scheme });
  const bare = { passportName: null, blankNumber: null, replaces: null };
  const verdict = verdictOf("valid", { catalogue, certificate: { ...CERTIFICATE, ...bare } });
  for (const language of LANGUAGES) {
    const words = wordsOf(language);
    const seen = view(verdict, {}, language);
    const [card] = seen.withClass("certificate");
    const labels = card?.withTag("dt").map((one) => one.textContent) ?? [];
    const values = card?.withTag("dd").map((one) => one.textContent) ?? [];
    assert.equal(values[labels.indexOf(words.text("data.level"))], words.text("data.level_none"));
    assert.equal(values[labels.indexOf(words.text("data.scheme"))], "Tukang Las");
    for (const key of ["data.passport_name", "data.blank_number", "data.replaces"]) {
      assert.ok(!labels.includes(words.text(key)), key);
    }
    assert.ok(values.every((value) => value.trim() !== ""));
    assert.ok(seen.withClass("fields")[0]?.textContent.includes(words.text("data.fields_none")));
  }
});

test("every result says what it does not prove", () => {
  const words = wordsOf("en");
  for (const reason of REASONS) {
    const text = view(verdictOf(reason), {}, "en").withClass("notes")[0]?.textContent ?? "";
    for (const key of ["note.not_residence", "note.copy", "note.compare"]) {
      assert.ok(text.includes(words.text(key)), `${reason} ${key}`);
    }
  }
  const linked = view(verdictOf("valid"), { byLink: true }).textContent;
  assert.ok(linked.includes("簡易な確認です"));
  const after = verdictOf("valid", { t: Date.parse("2029-01-01T00:00:00Z") / 1000 });
  assert.ok(view(after).textContent.includes("ライセンスは、2028年12月31日に終了"));
});

test("hostile text stays text, apart from its surroundings", () => {
  const hostile = '<img src=x onerror=alert(1)>\u202e{lsp}"';
  const verdict = verdictOf("valid", {
    certificate: { ...CERTIFICATE, name: hostile },
    catalogue: {
      ...CATALOGUE,
      lsp: { number: 9001, names: [{ from: "2014-01-01", name: { id: hostile } }], licences: [] },
    },
  });
  const seen = view(verdict);
  const apart = seen.withTag("bdi").filter((one) => one.textContent === hostile);
  assert.ok(apart.length >= 4);
  assert.equal(seen.withTag("img").length, 0);
  const host = "https://\u202emoc.example/<script>";
  const foreign = view(verdictOf("foreign-code", { host }));
  const hosts = foreign.withClass("host");
  assert.ok(hosts.length >= 2 && hosts.every((one) => one.tag === "bdi"));
  assert.ok(hosts.every((one) => one.textContent === host));
});

test("no attribute is made of data, and none can run", () => {
  const names = new Set();
  for (const reason of REASONS) {
    for (const one of view(verdictOf(reason)).all()) {
      for (const name of one.attributes.keys()) {
        names.add(name);
      }
    }
  }
  const allowed = "aria-hidden aria-labelledby checked class d data-answer data-display data-item";
  const rest = "data-level data-reason id lang name role tabindex translate type value viewBox";
  assert.deepEqual([...names].sort(), `${allowed} ${rest}`.split(" ").sort());
});

test("the technical lines repeat the check: reason, index, build, log, key, hash", () => {
  const text = view(verdictOf("valid")).withClass("technical")[0]?.textContent ?? "";
  for (const part of ["valid", "1042", "42", "1,234,567", "AAAA", "d2fb 4e1a", "abab abab"]) {
    assert.ok(text.includes(part), part);
  }
  assert.ok(text.includes("absah 0.1.0"));
  const none = { build: null, logSize: null, logRoot: null, kid: null, digest: null, index: null };
  const [bare] = view(verdictOf("malformed", { ...none, asOf: null })).withClass("technical");
  const values = bare?.withTag("dd").map((one) => one.textContent);
  assert.deepEqual(values, ["malformed"], "what is not known has no line");
});

test("an element that the template lost is a fault that is told by its name", () => {
  const main = new FakeElement("main");
  const found = (/** @type {string} */ id) => (id === "result" ? main : null);
  Object.assign(document, { getElementById: found });
  assert.equal(fake(byId("result")), main);
  assert.throws(() => byId("alarm"), { message: "alarm" });
});
