import assert from "node:assert/strict";
import { test } from "node:test";
import { share } from "../../site_templates/script/fragment.js";
import { clientOf, code, judged, published } from "./checking.js";
import { Registry, issuer, root } from "./registry.js";
import { ADDRESS, NOW, base64Of, bytes, certificate, hexOf, sha256 } from "./site.js";

/** @typedef {import("./site.js").Bytes} Bytes */

// Attacks are tests/registry/test_attacks.py and its neighbours: there both clients answer.

test("a certificate is judged on data fetched for it", async () => {
  const site = new Registry();
  const scheme = { code: "DEMO/juru-las", units: [{ code: "C.1" }], fields: ["shipbuilding"] };
  const digest = site.catalogueFile("scheme", scheme);
  const lsp = { number: 9001, names: [] };
  const line = { digest: hexOf(sha256(`${JSON.stringify(scheme, null, 1)}\n`)) };
  site.catalogueFile("errata.json", [{ ...line, fields: ["shipbuilding", "fishery"] }]);
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
  const { certificate: shown, digest: hash, kid, key, logRoot, answers, basis, ...rest } = found;
  assert.equal(shown?.number, "62019 2512 4 0012345 2026");
  assert.equal(hash, Buffer.from(sha256(data)).toString("hex"));
  assert.match(String(kid), /^[0-9a-f]{8}$/);
  assert.match(String(key), new RegExp(`^${kid}[0-9a-f]{56}$`));
  assert.equal(logRoot, base64Of(root(site.leaves)));
  assert.deepEqual(answers, { issuer: "ok", dates: "ok", standing: "ok" });
  assert.deepEqual([basis?.now, basis?.index, basis?.final, basis?.walked], [NOW, 1, 0, true]);
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
    trustVersion: 1,
    demo: false,
    site: ADDRESS,
    fetched: true,
    walked: true,
    catalogue: {
      scheme: { ...scheme, name: {}, fields: ["shipbuilding", "fishery"] },
      lsp,
      fields: [{ slug: "shipbuilding" }],
    },
  });
});

test("a catalogue file that is not as signed or pinned is not at hand", async () => {
  const { site } = published();
  const text = bytes("no JSON");
  const digest = sha256(text).subarray(0, 16);
  const data = certificate(20, { digest });
  site.log(data);
  site.files.set(`catalogue/scheme/${Buffer.from(digest).toString("hex")}.json`, text);
  site.catalogueFile("lsps/140.json", { number: 9001 });
  site.publish();
  const client = clientOf(site);
  assert.equal(await judged(client, code(data)), "valid");
  const { catalogue } = await client.check(code(data));
  assert.deepEqual(catalogue, { scheme: null, lsp: null, fields: [] });
  site.catalogueFile("lsps/140.json", [{ number: 9001, names: [] }]);
  assert.equal((await client.check(code(data))).catalogue.lsp, null);
});

test("a catalogue that has no line for the certificate adds nothing to it", async () => {
  const { site } = published();
  const scheme = { code: "DEMO/juru-las", name: { id: "Juru Las" } };
  const data = certificate(20, { digest: site.catalogueFile("scheme", scheme) });
  const other = certificate(21, { digest: site.catalogueFile("scheme", { code: "DEMO/other" }) });
  [data, other].forEach((one) => site.log(one));
  site.catalogueFile("lsps/140.json", [null, { number: 9000 }]);
  site.publish();
  const client = clientOf(site);
  assert.equal(await judged(client, code(data)), "valid");
  const { catalogue } = await client.check(code(data));
  assert.deepEqual(catalogue, { scheme, lsp: null, fields: [] });
  assert.equal((await client.check(code(other))).catalogue.scheme, null);
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

test("a slow network is waited for three times, however many trust documents there are", async () => {
  const { site, text } = published(300);
  for (let version = 2; version <= 6; version++) {
    site.trust();
  }
  site.publish();
  /** @type {string[][]} requests that were on their way together */
  const trips = [];
  /** @type {(() => void)[]} */
  let waiting = [];
  /** @type {typeof fetch} */
  const slow = async (url, how) => {
    await new Promise((wake) => {
      if (waiting.push(() => wake(null)) === 1) {
        trips.push([]);
        setTimeout(() => {
          const all = waiting;
          waiting = [];
          all.forEach((go) => go());
        }, 100);
      }
      trips.at(-1)?.push(String(url).slice(ADDRESS.length).replace(/[0-9a-f]{16,}/, "#"));
    });
    return site.fetch(url, how);
  };
  assert.equal(await judged(clientOf(site, { fetch: slow }), text), "valid");
  assert.deepEqual(trips.map((trip) => trip.sort()), [
    ["build.note", "trust/1.note"],
    [
      "log/checkpoints/300",
      ...[2, 3, 4, 5, 6].map((version) => `trust/${version}.note`),
    ],
    [
      "catalogue/scheme/#.json",
      "log/tile/0/000",
      "log/tile/0/001.p/44",
      "status/0-#.cwt",
    ],
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

test("a tile that is gone is cut out of a wider one", async () => {
  const { site, text } = published(20);
  const pinned = new Map(site.files);
  /** @type {[number, RegExp][]} */
  const cases = [[40, /p\/40 default/], [300, /0\/000 default/]];
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

test("a store carries the signed files to the next visit, where they are verified", async () => {
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
  const nobody = await next.checkStored(code(certificate(7, { label: "nobody" })));
  assert.equal(nobody.reason, "key-unchecked");
  files.delete("build.note");
  const half = clientOf(site, { store });
  assert.equal((await half.checkStored(text)).reason, "status-stale");
  assert.equal(half.state.trust?.version, 2);
});

test("the page answers before it has compared a longer log with the older one", async () => {
  const { site, text } = published();
  /** @type {Map<string, Bytes>[]} */
  const saved = [];
  const store = {
    load: async () => saved.at(-1) ?? null,
    save: async (/** @type {Map<string, Bytes>} */ files) => {
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

test("another entry that was proven is remembered when the network is gone", async () => {
  const { site, text } = published();
  const client = clientOf(site);
  const forged = code(certificate(7, { cti: "another" }));
  assert.equal(await judged(client, forged), "not-in-log");
  site.online = false;
  assert.equal(await judged(client, forged), "not-in-log");
  assert.equal((await client.check(forged)).fetched, false);
  assert.equal(await judged(client, text), "valid");
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
  assert.equal(bad.reason, "malformed");
  assert.deepEqual([bad.digest, bad.kid, bad.certificate], [null, null, null]);
  assert.equal(site.requests.length, requests);
});
