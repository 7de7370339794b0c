/** The attacks that TUF names, each against a client in its browser. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { clientOf, code, judged, published } from "./checking.js";
import { issuer, root, signer } from "./registry.js";
import { NOW, base64Of, bytes, certificate, note, sha256, vkey } from "./site.js";

/** @typedef {import("./site.js").Bytes} Bytes */
/** @typedef {import("./registry.js").Registry} Registry */

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
  /** @type {Map<string, import("./site.js").Bytes>[]} */
  const saved = [];
  const store = {
    load: async () => saved.at(-1) ?? null,
    save: async (/** @type {Map<string, import("./site.js").Bytes>} */ files) => {
      saved.push(files);
    },
  };
  const client = clientOf(site, { store });
  assert.equal(await judged(client, text), "valid");
  site.log(certificate(20));
  site.publish();
  assert.equal(await judged(client, text), "valid");
  assert.deepEqual([client.state.before, client.state.conflict], [null, false]);
  const [good, forked] = [clientOf(site, { store }), clientOf(site, { store })];
  assert.equal(await judged(good, text), "valid");
  const kept = saved.length;
  site.leaves[9] = sha256("another");
  site.log(certificate(21));
  site.publish();
  for (const seen of [client, forked]) {
    assert.equal(await judged(seen, text), "valid");
    assert.deepEqual(seen.state.rival, site.files.get("build.note"));
    assert.equal(await judged(seen, text), "conflict");
  }
  assert.equal(saved.length, kept);
});

test("key compromise: a removed publisher takes its note, a closed key its paper", async () => {
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
