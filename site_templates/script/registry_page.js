/**
 * The page on the registry itself: its present state and the keys that it is trusted by.
 *
 * No page file holds a build number, a time, a log size or a root: they are read here from the
 * signed build note and the walked trust document, so a new build needs no new page.
 */

import { hex } from "./bytes.js";
import { b64encode } from "./canonical.js";
import { Client } from "./client.js";
import { date, dateAndTime, dateOf } from "./dates.js";
import { byId, element } from "./dom.js";
import { thumbprint } from "./keys.js";
import { load } from "./parts.js";
import { browserStore } from "./store.js";
import { countTiles, counts, historyLines, versions } from "./registry_history.js";
import { dayOf, grouped } from "./telling.js";

/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./build_note.js").BuildNote} BuildNote */
/** @typedef {import("./keys.js").Vkey} Vkey */
/** @typedef {import("./trust.js").Issuer} Issuer */
/** @typedef {import("./trust.js").TrustDocument} TrustDocument */
/** @typedef {{label: string, value: Child[]}} Row */
/** @typedef {{holder: string, x: Bytes, rows: Row[]}} Key */

/** @type {import("./page.js").Page} */
let page;
/** @type {Client} */
let client;

/**
 * @param {Row[]} rows
 * @returns {HTMLElement[]} label and value pairs
 */
function pairs(rows) {
  return rows.map(({ label, value }) =>
    element("div", {}, element("dt", {}, label), element("dd", {}, ...value)),
  );
}

/**
 * @param {string} text digits or base64
 * @returns {HTMLElement}
 */
function code(text) {
  return element("span", { class: "code", translate: "no" }, text);
}

/**
 * @param {Words} words
 * @param {BuildNote} note
 * @param {TrustDocument} trust
 * @returns {Row[]} the present state, as the build note pins it
 */
function facts(words, note, trust) {
  /** @type {[string, Child][]} */
  const rows = [
    ["registry.build", String(note.build)],
    ["registry.published", dateAndTime(words, note.issued)],
    ["registry.log_size", words.number(note.size)],
    ["registry.log_root", code(b64encode(note.root))],
    ["record.trust_version", String(trust.version)],
  ];
  return rows.map(([key, value]) => ({ label: words.text(key), value: [value] }));
}

/**
 * @param {Words} words
 * @param {string} role key
 * @param {Key[]} keys
 * @param {Child} [rule] how many of them must sign
 * @returns {Promise<HTMLElement | null>} null where there is no key of this role
 */
async function group(words, role, keys, rule = null) {
  if (keys.length === 0) {
    return null;
  }
  const items = keys.map(async ({ holder, x, rows }) =>
    element(
      "li",
      {},
      element("strong", {}, element("bdi", {}, holder)),
      element(
        "dl",
        { class: "rows" },
        ...pairs([
          {
            label: words.text("registry.fingerprint"),
            value: [code(grouped(hex(await thumbprint(x))))],
          },
          ...rows,
        ]),
      ),
    ),
  );
  return element(
    "section",
    { class: "group" },
    element("h3", {}, words.text(role)),
    rule === null ? null : element("p", {}, rule),
    element("ul", {}, ...(await Promise.all(items))),
  );
}

/**
 * @param {Words} words
 * @param {Issuer} issuer
 * @returns {Key}
 */
function issuerKey(words, issuer) {
  const scope = [
    ...(issuer.lsps ?? []).map((number) => `LSP ${number}`),
    ...(issuer.schemes ?? []),
  ].join(words.text("format.list_separator"));
  /** @type {[string, string][]} */
  const rows = [
    ["registry.key_status", words.text(`registry.key_${issuer.status}`)],
    ["registry.key_from", dateOf(words, issuer.begins)],
    ["registry.key_until", dateOf(words, issuer.until)],
    ["registry.scope", scope === "" ? words.text("registry.scope_all") : scope],
  ];
  if (issuer.final !== null) {
    const n = words.number(issuer.final.size);
    rows.push(["registry.key_final", words.text("registry.key_final_value", { n })]);
  }
  return {
    holder: issuer.name[words.language] ?? "",
    x: issuer.x,
    rows: rows.map(([key, value]) => ({ label: words.text(key), value: [value] })),
  };
}

/**
 * @param {Vkey} key
 * @returns {Key}
 */
function noteKey(key) {
  return { holder: key.name, x: key.public, rows: [] };
}

/** @param {Words} words */
async function render(words) {
  const { note, trust } = client.state;
  if (note === null || trust === null) {
    return;
  }
  const groups = await Promise.all([
    group(
      words,
      "registry.role_root",
      trust.roots.map(noteKey),
      words.text("registry.threshold", {
        n: words.number(trust.threshold),
        total: words.number(trust.roots.length),
      }),
    ),
    group(words, "registry.role_issuer", trust.issuers.map((key) => issuerKey(words, key))),
    group(words, "registry.role_publisher", trust.publishers.map(noteKey)),
    group(words, "registry.role_log", trust.logs.map(({ key }) => noteKey(key))),
    group(words, "registry.role_approver", trust.approvers.map(noteKey)),
  ]);
  byId("facts").querySelector("dl")?.replaceChildren(...pairs(facts(words, note, trust)));
  byId("keys")
    .querySelector(".groups")
    ?.replaceChildren(...groups.filter((made) => made !== null));
  byId("facts").hidden = byId("keys").hidden = false;
  byId("history").querySelector("ol")?.replaceChildren(...historyLines(words, await versions(client)));
  byId("history").hidden = false;
  await renderCounts(words);
}

/** @param {Words} words */
async function renderCounts(words) {
  const counted = await counts(client);
  if (counted !== null) {
    byId("counts").querySelector("dl")?.replaceChildren(...countTiles(words, counted));
    byId("counts").hidden = false;
  }
}

/**
 * Days and numbers that stand in the page itself, as the language writes them.
 *
 * @param {Words} words
 */
function renderFigures(words) {
  for (const found of document.querySelectorAll("time")) {
    found.textContent = date(words, dayOf(found.dateTime));
  }
  for (const found of document.querySelectorAll("data")) {
    found.textContent = words.number(Number(found.value));
  }
}

/** @type {Words | null} */
let words = null;

/** The state was fetched, or could not be: then the page says so and shows what it has. */
async function arrived() {
  byId("progress").hidden = true;
  byId("unreachable").hidden = client.state.note !== null && client.state.trust !== null;
  if (words !== null) {
    await render(words);
  }
  await client.background;
  if (client.state.conflict && words !== null) {
    (await load(page, "alarm.js")).raise(words, client.state);
  }
}

/** @param {unknown} error */
function fail(error) {
  byId("progress").hidden = true;
  byId("trouble").hidden = false;
  console.error(error);
}

/**
 * @param {import("./page.js").Page} here
 * @param {typeof import("./language.js").followLanguage} followLanguage
 */
export function begin(here, followLanguage) {
  page = here;
  client = new Client({
    base: new URL(page.base, location.href).href,
    registry: page.registry,
    trustDigest: page.trust,
    fetch: (/** @type {Parameters<typeof fetch>} */ ...request) => fetch(...request),
    store: browserStore(page.trust),
  });
  client.refresh().then(arrived).catch(fail);
  followLanguage(page, (chosen) => {
    words = chosen;
    renderFigures(chosen);
    render(chosen).catch(fail);
  }).catch(fail);
}
