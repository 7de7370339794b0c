/** What a client keeps of a registry, what it lets go, and which of two notes it believes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "../../site_templates/script/client.js";
import { clientOf, code, judged, published } from "./checking.js";
import { ID, issuer, root, signer } from "./registry.js";
import { ADDRESS, NOW, base64Of, bytes, certificate, hexOf, sha256, vkey } from "./site.js";

/** @typedef {import("./site.js").Bytes} Bytes */
/** @typedef {import("./registry.js").Registry} Registry */

/** @param {Map<string, Bytes>} [kept] of an earlier visit */
function storage(kept = new Map()) {
  return {
    kept,
    load: async () => new Map(kept),
    save: async (/** @type {Map<string, Bytes>} */ files) => {
      kept.clear();
      files.forEach((data, path) => kept.set(path, data));
    },
  };
}

/** @param {Registry} site */
function noteOf(site) {
  return /** @type {Bytes} */ (site.files.get("build.note"));
}

/**
 * A visitor who saw a tree, then a longer one whose tiles could not be had, and left.
 *
 * @param {Registry} site
 * @param {string} text
 */
async function leftBeforeComparing(site, text) {
  const store = storage();
  assert.equal(await judged(clientOf(site, { store }), text), "valid");
  const first = noteOf(site);
  site.log(certificate(20));
  site.publish();
  const tiles = [...site.files].filter(([path]) => path.startsWith("log/tile/"));
  tiles.forEach(([path]) => site.files.delete(path));
  assert.equal(await judged(clientOf(site, { store }), text), "log-unchecked fetched");
  assert.deepEqual(store.kept.get("before.note"), first);
  tiles.forEach(([path, data]) => site.files.set(path, data));
  return { store, first };
}

test("a stored note that was not compared yet is compared at the next visit", async () => {
  const { site, text } = published();
  const { store } = await leftBeforeComparing(site, text);
  const client = clientOf(site, { store });
  assert.equal(await judged(client, text), "valid");
  assert.deepEqual([client.state.before, client.state.conflict], [null, false]);
  assert.equal(store.kept.has("before.note"), false);
});

test("a tree rewritten after the visitor had left is found by the stored note", async () => {
  const { site, text } = published();
  const { store, first } = await leftBeforeComparing(site, text);
  site.leaves[9] = sha256("another");
  site.log(certificate(21));
  site.publish();
  const client = clientOf(site, { store });
  assert.equal(await judged(client, text), "valid");
  assert.equal(await judged(client, text), "conflict");
  assert.deepEqual(client.state.contradicted, first);
  assert.deepEqual(client.state.rival, noteOf(site));
});

test("a stored note that nobody of the registry signed, or that is none, is compared with nothing", async () => {
  const { site, text } = published();
  const { store } = await leftBeforeComparing(site, text);
  const good = new Map(store.kept);
  const own = site.publisher;
  site.publisher = signer("publisher", "nobody");
  site.publish();
  const theirs = noteOf(site);
  site.publisher = own;
  site.publish();
  for (const data of [theirs, bytes("no note")]) {
    const client = clientOf(site, { store: storage(new Map(good).set("before.note", data)) });
    await client.restored;
    assert.equal(client.state.before, null);
    assert.equal(await judged(client, text), "valid");
    assert.equal(client.state.conflict, false);
  }
});

test("a key of the publisher that a new trust document removes takes its note with it", async () => {
  const { site, text } = published();
  const store = storage();
  const client = clientOf(site, { store });
  assert.equal(await judged(client, text), "valid");
  site.publisher = signer("publisher", "publisher 2");
  site.trust();
  site.publish();
  const own = noteOf(site);
  for (const fetched of [bytes("<!doctype html>"), own]) {
    site.files.set("build.note", fetched);
    await client.refresh();
    const { note } = client.state;
    assert.deepEqual(note && note.build, fetched === own ? 2 : null);
    assert.equal(client.state.before, null, "a note of that key is no witness either");
  }
  assert.equal(await judged(client, text), "valid");
  assert.deepEqual(store.kept.get("build.note"), own);
  assert.equal([...store.kept.keys()].filter((path) => path.startsWith("status/")).length, 1);
});

test("a note from further ahead than a clock may be wrong is neither taken nor stored", async () => {
  const { site, text } = published();
  const store = storage();
  const client = clientOf(site, { store });
  assert.equal(await judged(client, text), "valid");
  const held = noteOf(site);
  site.publish({}, NOW + 2 * 86_400);
  assert.equal(await judged(client, text), "clock-wrong");
  assert.deepEqual([client.state.note?.build, client.state.ahead], [1, true]);
  assert.deepEqual(store.kept.get("build.note"), held);
  const first = clientOf(site);
  assert.equal(await judged(first, text), "clock-wrong");
  assert.equal(first.state.note, null);
});

test("two notes of one number that say different things are a conflict", async () => {
  const { site, text } = published();
  const client = clientOf(site);
  assert.equal(await judged(client, text), "valid");
  const held = noteOf(site);
  site.build -= 1;
  site.publish({ files: hexOf(sha256("other files")) });
  assert.equal(await judged(client, text), "conflict");
  assert.deepEqual(client.state.contradicted, held);
  assert.deepEqual(client.state.rival, noteOf(site));
  assert.equal(client.state.fetched, false);
});

/**
 * @param {Registry} site whose log key is followed by another one
 * @param {{size: number, root: string}} final what the root holders say that the first one left
 */
function follow(site, final) {
  const second = signer("log", "log 2");
  const closed = { origin: `${ID}/log`, vkey: vkey(site.logKey), final };
  site.trust({ logs: [closed, { origin: `${ID}/log`, vkey: vkey(second) }] });
  site.logKey = second;
}

test("an end of the log that tiles do not reach says nothing about the past", async () => {
  const { site, text } = published();
  follow(site, { size: 30, root: base64Of(new Uint8Array(32)) });
  site.publish();
  const client = clientOf(site);
  assert.equal(await judged(client, text), "valid");
  assert.equal(client.state.conflict, false, "the tree is shorter than that end");
  while (site.leaves.length < 40) {
    site.log(certificate(site.leaves.length));
  }
  site.publish();
  const whole = new Map(site.files);
  for (const path of whole.keys()) {
    if (path.startsWith("log/tile/")) {
      site.files.delete(path);
    }
  }
  assert.equal(await judged(client, text), "log-unchecked fetched");
  assert.equal(client.state.conflict, false, "its tiles are not at hand");
  whole.forEach((data, path) => site.files.set(path, data));
  assert.equal(await judged(client, text), "valid");
  assert.equal(await judged(client, text), "conflict");
});

test("an issuer's key that ended keeps what the log held until then, where tiles prove it", async () => {
  const { site, text } = published();
  const final = { size: site.leaves.length, root: base64Of(root(site.leaves)) };
  const ended = (/** @type {object} */ end, status = "compromised") =>
    site.trust({ issuers: [issuer("issuer", { status, final: end })] });
  const later = certificate(20);
  site.log(later);
  ended(final);
  site.publish();
  const client = clientOf(site);
  assert.equal(await judged(client, text), "valid");
  assert.equal((await client.check(text)).basis?.final, 20);
  assert.equal(await judged(client, code(later)), "key-compromised");
  ended({ ...final, root: base64Of(new Uint8Array(32)) });
  site.publish();
  assert.equal(await judged(clientOf(site), text), "conflict");
  ended({ ...final, size: 100 });
  site.publish();
  assert.equal(await judged(clientOf(site), text), "key-unchecked proof");
  ended(final, "retired");
  site.publish();
  assert.equal(await judged(clientOf(site), text), "valid");
});

test("a client of a page takes the moment from the device's clock", async (t) => {
  const { site, text, anchor } = published();
  t.mock.timers.enable({ apis: ["Date"], now: NOW * 1000 + 999 });
  const client = new Client({ base: ADDRESS, registry: ID, trustDigest: anchor, fetch: site.fetch });
  assert.equal(await judged(client, text), "valid");
  assert.equal((await client.check(text)).t, NOW);
  t.mock.timers.setTime((NOW + 1000 * 86_400) * 1000);
  assert.equal(await judged(client, text), "expired");
});
