import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../site_templates/script/client.js";
import { digits, share } from "../../site_templates/script/fragment.js";
import { ID, Registry, issuer, root, signer } from "./registry.js";
import { ADDRESS, NOW, base64Of, bytes, certificate, note, sha256, vkey } from "./site.js";

/** @typedef {import("./site.js").Bytes} Bytes */

/** @param {Bytes} data */
const code = (data) => `${ADDRESS}#${digits(data)}`;

/**
 * @param {number} [entries] of the log
 * @returns a published registry and the code of its certificate 7
 */
function published(entries = 20) {
  const site = new Registry();
  while (site.leaves.length < entries) {
    site.log(certificate(site.leaves.length));
  }
  site.publish();
  return { site, text: code(certificate(7)), anchor: site.trustDigest };
}

/**
 * @param {Registry} site
 * @param {Partial<import("../../site_templates/script/client.js").Options>} [other]
 */
function clientOf(site, other = {}) {
  const [trustDigest, now] = [digestOfFirst(site), () => NOW];
  return new Client({ base: ADDRESS, registry: ID, trustDigest, fetch: site.fetch, now, ...other });
}

/** @param {Registry} site */
function digestOfFirst(site) {
  const text = Buffer.from(site.files.get("trust/1.note") ?? []).toString();
  return Buffer.from(sha256(text.slice(0, text.lastIndexOf("\n\n") + 1))).toString("hex");
}

/**
 * @param {Client} client
 * @param {string} text
 */
async function judged(client, text) {
  await client.refresh();
  const { reason, variant } = await client.check(text);
  await client.background;
  return variant ? `${reason} ${variant}` : reason;
}

test("a certificate is judged on data fetched for it", async () => {
  const site = new Registry();
  const scheme = { code: "DEMO/juru-las", units: [{ code: "C.1" }], fields: ["shipbuilding"] };
  const digest = site.catalogueFile("scheme", scheme);
  const lsp = { number: 9001, names: [] };
  site.catalogueFile("lsps/140.json", [{ number: 9000 }, lsp]);
  site.catalogueFile("fields.json", [{ slug: "shipbuilding" }]);
  const data = certificate(1, { digest });
  site.log(data);
  site.publish();
  const client = clientOf(site);
  await client.refresh();
  assert.deepEqual(
    [client.state.note?.build, client.state.trust?.version, client.state.checkpoint?.size],
    [1, 1, 2],
  );
  const found = await client.check(`#${share(data)}`);
  const { certificate: shown, digest: hash, kid, logRoot, answers, ...rest } = found;
  assert.equal(shown?.number, "62019 2512 4 0012345 2026");
  assert.equal(hash, Buffer.from(sha256(data)).toString("hex"));
  assert.match(String(kid), /^[0-9a-f]{8}$/);
  assert.equal(logRoot, base64Of(root(site.leaves)));
  assert.deepEqual(answers, { issuer: "ok", dates: "ok", standing: "ok" });
  assert.deepEqual(rest, {
    reason: "valid",
    level: "green",
    variant: "",
    host: null,
    t: NOW,
    index: 1,
    asOf: NOW - 3600,
    build: 1,
    logSize: 2,
    trustIssued: NOW - 1000,
    trustExpires: client.state.trust?.expires,
    site: ADDRESS,
    fetched: true,
    walked: true,
    catalogue: { scheme, lsp, fields: [{ slug: "shipbuilding" }] },
  });
});

test("what is read, and how", async () => {
  const { site, text } = published(300);
  assert.equal(await judged(clientOf(site), text), "valid");
  assert.deepEqual(site.requests.map((request) => request.replace(/[0-9a-f]{16,}/, "#")).sort(), [
    "build.note no-store",
    "catalogue/scheme/#.json undefined",
    "log/checkpoints/300 default",
    "log/tile/0/000 default",
    "log/tile/0/001.p/44 default",
    "status/0-#.cwt default",
    "trust/1.note default",
  ]);
});

test("without network the verdict rests on what is at hand", async () => {
  const { site, text } = published();
  const client = clientOf(site);
  assert.equal((await client.checkStored(text)).reason, "key-unchecked");
  assert.equal(await judged(client, text), "valid");
  site.online = false;
  const stored = await client.checkStored(text);
  assert.deepEqual([stored.reason, stored.fetched, stored.walked], ["valid", false, true]);
  assert.equal(stored.answers.standing, "ok_offline");
  const requests = site.requests.length;
  await client.checkStored(text);
  assert.equal(site.requests.length, requests);
  assert.equal(await judged(client, text), "valid");
  assert.equal((await client.check(text)).fetched, false);
  const never = clientOf(site);
  assert.equal(await judged(never, text), "key-unchecked none");
  assert.equal(never.state.trust, null);
});

test("only the trust document that the page was built with is an anchor", async () => {
  const { site, text } = published();
  assert.equal(await judged(clientOf(site, { trustDigest: "00" }), text), "key-unchecked none");
  assert.equal(await judged(clientOf(site, { registry: "other" }), text), "key-unchecked none");
});

test("states, and entries that are not in the log", async () => {
  const { site } = published();
  site.states = { 0: 1, 3: 1, 4: 2, 5: 3 };
  site.publish();
  const client = clientOf(site);
  const told = [];
  for (const data of [
    certificate(3),
    certificate(4),
    certificate(5),
    certificate(20),
    certificate(2 ** 31 - 1),
    certificate(7, { cti: "another" }),
    certificate(7, { lsp: 9003 }),
    certificate(7, { label: "nobody" }),
  ]) {
    told.push(await judged(client, code(data)));
  }
  assert.deepEqual(told, [
    "revoked",
    "suspended",
    "superseded",
    "not-in-log absent",
    "not-in-log absent",
    "not-in-log",
    "out-of-scope",
    "unknown-key",
  ]);
  assert.equal((await client.checkStored(code(certificate(20)))).reason, "log-unchecked");
});

test("a new key is trusted once the walk has reached it", async () => {
  const { site } = published();
  site.trust({ issuers: [issuer("issuer"), issuer("issuer 2")] });
  const data = certificate(site.leaves.length, { label: "issuer 2" });
  site.log(data);
  site.publish();
  const second = /** @type {Bytes} */ (site.files.get("trust/2.note"));
  site.files.delete("trust/2.note");
  const client = clientOf(site);
  assert.equal(await judged(client, code(data)), "key-unchecked");
  assert.equal(client.state.note, null);
  site.files.set("trust/2.note", bytes("<!doctype html>"));
  assert.equal(await judged(client, code(data)), "key-unchecked");
  site.files.set("trust/2.note", second);
  assert.equal(await judged(client, code(data)), "valid");
});

test("rollback: an older note or trust document is passed over", async () => {
  const { site, text } = published();
  const old = new Map(site.files);
  site.trust({ publishers: [vkey(signer("publisher")), vkey(signer("publisher/2"))] });
  site.states = { 0: 1, 7: 1 };
  site.publish();
  const client = clientOf(site);
  assert.equal(await judged(client, text), "revoked");
  site.files = old;
  assert.equal(await judged(client, text), "revoked");
  assert.deepEqual([client.state.trust?.version, client.state.note?.build], [2, 2]);
  assert.equal((await client.check(text)).fetched, false);
});

test("freeze: a note that grows old says so", async () => {
  const { site, text } = published();
  const late = clientOf(site, { now: () => NOW + 15 * 86_400 });
  assert.equal(await judged(late, text), "status-stale registry");
  site.online = false;
  assert.equal(await judged(late, text), "status-stale");
});

test("mix-and-match: a checkpoint or list of another build is not taken", async () => {
  const { site, text } = published();
  const old = new Map(site.files);
  site.states = { 0: 1, 7: 1 };
  site.log(certificate(20));
  site.publish();
  const list = [...site.files.keys()].find((path) => /^status/.test(path) && !old.has(path));
  site.files.set("log/checkpoints/21", /** @type {Bytes} */ (old.get("log/checkpoints/20")));
  assert.equal(await judged(clientOf(site), text), "revoked");
  const other = [...old.keys()].find((path) => path.startsWith("status"));
  site.files.set(String(list), /** @type {Bytes} */ (old.get(String(other))));
  assert.equal(await judged(clientOf(site), text), "log-unchecked fetched");
  assert.ok(site.requests.includes("log/checkpoints/21 reload"));
  assert.ok(site.requests.includes(`${list} reload`));
});

test("fast-forward: a note that lies ahead is neither taken nor kept", async () => {
  const { site, text } = published();
  const client = clientOf(site);
  await judged(client, text);
  const good = site.files.get("build.note");
  site.publish({}, NOW + 86_401);
  assert.equal(await judged(client, text), "clock-wrong");
  assert.equal(client.state.note?.build, 1);
  site.files.set("build.note", /** @type {Bytes} */ (good));
  assert.equal(await judged(client, text), "valid");
});

test("endless data: no more is read than a file may have", async () => {
  const { site, text } = published();
  site.files.set("build.note", new Uint8Array(64 * 1024 + 1));
  assert.equal(await judged(clientOf(site), text), "status-stale none");
});

test("wrong software: a later format asks for a newer verifier", async () => {
  const { site, text } = published();
  const later = note("absah-build/v2\n{}\n", [site.publisher]);
  site.files.set("build.note", later);
  const client = clientOf(site);
  assert.equal(await judged(client, text), "too-new");
  const { site: second } = published();
  const roots = [signer("root/a"), signer("root/b")];
  second.files.set("trust/2.note", note("absah-trust/v2\n{}\n", roots));
  second.publish({ trust: { version: 2, sha256: "00".repeat(32) } });
  assert.equal(await judged(clientOf(second), text), "too-new");
  second.files.set("trust/2.note", note("absah-trust/v2\n{}\n", [signer("root/a")]));
  assert.equal(await judged(clientOf(second), text), "status-stale none");
});

test("two histories: notes that contradict each other", async () => {
  for (const change of [
    (/** @type {Registry} */ site) => {
      site.build = 0;
      site.publish({}, NOW - 60);
    },
    (/** @type {Registry} */ site) => {
      site.leaves = site.leaves.slice(0, 19);
      site.publish();
    },
    (/** @type {Registry} */ site) => {
      site.leaves[9] = sha256("another");
      site.publish();
    },
  ]) {
    const { site, text } = published();
    const client = clientOf(site);
    assert.equal(await judged(client, text), "valid");
    change(site);
    assert.equal(await judged(client, text), "conflict");
    assert.deepEqual(client.state.rival, site.files.get("build.note"));
    assert.equal(client.state.note?.build, 1);
  }
});

test("two histories: a longer log that does not hold the older one", async () => {
  const { site, text } = published();
  const client = clientOf(site);
  assert.equal(await judged(client, text), "valid");
  site.log(certificate(20));
  site.publish();
  assert.equal(await judged(client, text), "valid");
  assert.equal(client.state.before, null);
  site.leaves[9] = sha256("another");
  site.log(certificate(21));
  site.publish();
  assert.equal(await judged(client, text), "valid");
  assert.equal(client.state.conflict, true);
  assert.equal(await judged(client, text), "conflict");
});

test("key compromise: a removed publisher takes its note, a closed key its later paper", async () => {
  const { site, text } = published();
  const client = clientOf(site);
  await judged(client, text);
  const final = { size: 15, root: base64Of(root(site.leaves.slice(0, 15))) };
  site.publisher = signer("publisher/2");
  site.trust({ issuers: [issuer("issuer", { status: "compromised", final })] });
  site.publish();
  site.files.set("log/checkpoints/20", bytes("gone"));
  assert.equal(await judged(client, text), "key-unchecked proof");
  site.checkpoint(20, root(site.leaves));
  assert.equal(await judged(client, text), "valid");
  assert.equal(await judged(client, code(certificate(15))), "key-compromised");
  const other = { size: 15, root: base64Of(sha256("another")) };
  site.trust({ issuers: [issuer("issuer", { status: "compromised", final: other })] });
  site.publish();
  assert.equal(await judged(client, text), "conflict");
});

test("a removed publisher's note is dropped even when nothing follows it", async () => {
  const { site, text } = published();
  const client = clientOf(site);
  await judged(client, text);
  site.trust({ publishers: [vkey(signer("publisher/2"))] });
  site.publish();
  assert.equal(await judged(client, text), "status-stale none");
  assert.equal(client.state.note, null);
});

test("a tile that is gone is cut out of a wider one", async () => {
  const { site, text } = published(20);
  const pinned = new Map(site.files);
  const cases = /** @type {[number, RegExp][]} */ ([[40, /p\/40 default/], [300, /0\/000 default/]]);
  for (const [size, wanted] of cases) {
    while (site.leaves.length < size) {
      site.log(certificate(site.leaves.length));
    }
    site.publish();
    for (const path of ["build.note", "log/checkpoints/20"]) {
      site.files.set(path, /** @type {Bytes} */ (pinned.get(path)));
    }
    site.files.delete("log/tile/0/000.p/20");
    assert.equal(await judged(clientOf(site), text), "valid");
    assert.match(site.requests.join("\n"), wanted);
  }
});

test("a tile that is missing or not the log's is no proof against a certificate", async () => {
  const { site, text } = published(20);
  const [tile, good] = ["log/tile/0/000.p/20", site.files.get("log/tile/0/000.p/20")];
  site.files.set(tile, bytes("<!doctype html>"));
  assert.equal(await judged(clientOf(site), text), "log-unchecked fetched");
  site.files.set(tile, new Uint8Array(640));
  const client = clientOf(site);
  assert.equal(await judged(client, text), "log-unchecked fetched");
  assert.ok(site.requests.includes(`${tile} reload`));
  site.files.set(tile, /** @type {Bytes} */ (good));
  assert.equal(await judged(client, text), "valid");
});

test("a store carries the signed files to the next visit, and no further than they verify", async () => {
  const { site, text } = published();
  site.trust({ issuers: [issuer("issuer"), issuer("issuer 2")] });
  site.publish();
  /** @type {Map<string, Bytes> | null} */
  let kept = null;
  const store = {
    load: async () => kept,
    save: async (/** @type {Map<string, Bytes>} */ files) => {
      kept = files;
    },
  };
  assert.equal(await judged(clientOf(site, { store }), text), "valid");
  const files = /** @type {Map<string, Bytes>} */ (/** @type {unknown} */ (kept));
  assert.deepEqual([...files.keys()].map((path) => path.replace(/[0-9a-f]{16}/, "#")).sort(), [
    "build.note",
    "log/checkpoints/20",
    "status/0-#.cwt",
    "trust/1.note",
    "trust/2.note",
  ]);
  site.online = false;
  const next = clientOf(site, { store });
  const stored = await next.checkStored(text);
  assert.deepEqual([stored.reason, stored.walked, stored.fetched], ["valid", false, false]);
  assert.equal((await next.checkStored(code(certificate(7, { label: "nobody" })))).reason, "key-unchecked");
  files.delete("build.note");
  const half = clientOf(site, { store });
  assert.equal((await half.checkStored(text)).reason, "status-stale");
  assert.equal(half.state.trust?.version, 2);
});

test("a store that fails is none", async () => {
  const { site, text } = published();
  const store = {
    load: () => Promise.reject(new Error("switched off")),
    save: () => Promise.reject(new Error("full")),
  };
  assert.equal(await judged(clientOf(site, { store }), text), "valid");
});

test("texts that are not ours ask for nothing", async () => {
  const { site, text } = published();
  const client = clientOf(site);
  await client.refresh();
  await client.background;
  const requests = site.requests.length;
  const foreign = await client.check(text.replace(ADDRESS, "https://cek-example.test/"));
  assert.deepEqual([foreign.reason, foreign.host], ["foreign-code", "https://cek-example.test/"]);
  assert.equal((await client.check("https://other.test/#1")).reason, "other-code");
  const bad = await client.check("no code");
  assert.deepEqual([bad.reason, bad.digest, bad.kid, bad.certificate], ["malformed", null, null, null]);
  assert.equal(site.requests.length, requests);
});
