import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { deflateSync } from "node:zlib";
import * as details from "../../site_templates/script/details.js";
import * as parts from "../../site_templates/script/single_parts.js";
import * as single from "../../site_templates/script/single_site.js";
import { startWorker } from "../../site_templates/script/single_workers.js";
import { clientOf, code, published } from "./checking.js";
import { base64Of, bytes, certificate, hexOf, sha256 } from "./site.js";

/** @typedef {import("./site.js").Bytes} Bytes */

/**
 * @param {[string, Bytes][]} files
 * @returns {string} the block as registry/single_file.py writes it
 */
function block(files) {
  const data = base64Of(bytes(deflateSync(bytes(...files.map(([, content]) => content)))));
  return JSON.stringify({ data, files: files.map(([path, { length }]) => [path, length]) });
}

/** @param {string | null} text of the block; null: a file that has none */
function opened(text) {
  const found = text === null ? null : { textContent: text };
  const getElementById = (/** @type {string} */ id) => (id === single.BLOCK ? found : null);
  return Object.assign(globalThis, { document: { getElementById } }) && single.registryData();
}

/** A registry with a scheme, and what its single file carries: no tile of the log. */
function example() {
  const { site } = published();
  const scheme = { code: "DEMO/juru-las", units: [{ code: "C.1" }], fields: [] };
  const digest = site.catalogueFile("scheme", scheme);
  site.catalogueFile("lsps/140.json", [{ number: 9001, names: [] }]);
  const data = certificate(20, { digest });
  site.log(data);
  site.states = { 3: 1 };
  site.publish();
  const files = [...site.files].filter(([path]) => !path.startsWith("log/tile/"));
  return { site, data, digest, files };
}

test("the files of the block come back by path, whole", async () => {
  const files = /** @type {[string, Bytes][]} */ ([
    ["build.note", bytes("note")],
    ["empty", bytes()],
    ["catalogue/fields.json", bytes([0, 255, 10])],
  ]);
  assert.deepEqual(await single.unpacked(block(files)), new Map(files));
  assert.deepEqual(await single.unpacked(block([])), new Map());
});

test("a damaged block gives nothing at all", async () => {
  const good = block([["a", bytes("first")], ["b", bytes("second")]]);
  const { data, files } = JSON.parse(good);
  const short = JSON.stringify({ data, files: files.slice(1) });
  const long = JSON.stringify({ data, files: [...files, ["c", 1]] });
  const cut = JSON.stringify({ data: base64Of(bytes(Buffer.from(data, "base64").subarray(0, -6))), files });
  for (const wrong of [short, long]) {
    await assert.rejects(single.unpacked(wrong), { message: single.BLOCK });
  }
  for (const wrong of ["", "{}", good.slice(0, -2), cut, good.replace(data, "????")]) {
    await assert.rejects(single.unpacked(wrong), wrong);
  }
});

test("what is signed comes as from an earlier visit, the catalogue as from a host", async () => {
  const { data, digest, files } = example();
  const { base, fetch, store } = opened(block(files));
  const loaded = await store?.load();
  assert.ok(loaded && base === "" && loaded.has("build.note") && loaded.has("trust/1.note"));
  assert.deepEqual([...loaded.keys()].filter((path) => path.startsWith("catalogue/")), []);
  const path = `catalogue/scheme/${hexOf(digest)}`;
  const [scheme = ""] = files.map(([name]) => name).filter((name) => name.startsWith(path));
  const answer = bytes(new Uint8Array(await (await fetch(scheme)).arrayBuffer()));
  assert.deepEqual(hexOf(sha256(answer).subarray(0, 16)), hexOf(digest));
  for (const other of ["build.note", "trust/1.note", "catalogue/no.json", "log/tile/0/000.p/21"]) {
    assert.equal((await fetch(other)).type, "error", other);
  }
  assert.equal(await store?.save(new Map([["build.note", bytes("other")]])), undefined);
  assert.ok((await store?.load())?.get("build.note")?.length);
  assert.ok(data.length > 0 && !single.online());
  assert.equal(single.keepAddress(), undefined);
});

test("verdicts rest on the file alone, and never count as fetched", async () => {
  const { site, data, files } = example();
  const client = clientOf(site, opened(block(files)));
  await client.refresh();
  const told = [];
  for (const one of [data, certificate(3), certificate(7, { cti: "another" })]) {
    const { reason, fetched, walked, catalogue } = await client.check(code(one));
    told.push([reason, fetched, walked, catalogue.scheme?.code ?? null]);
  }
  assert.deepEqual(told, [
    ["valid", false, false, "DEMO/juru-las"],
    ["revoked", false, false, null],
    ["valid", false, false, null],
  ]);
  assert.deepEqual(site.requests, []);
});

test("a forged block is verified like any other data", async () => {
  const { site, data, files } = example();
  const { site: other } = published();
  const foreign = files.map(([path, content]) =>
    /** @type {[string, Bytes]} */ ([path, path.startsWith("status/") ? bytes("x") : content]),
  );
  assert.equal((await clientOf(site, opened(block(foreign))).checkStored(code(data))).reason, "status-stale");
  const digest = { trustDigest: "00".repeat(32) };
  const pinned = clientOf(other, { ...opened(block(files)), ...digest });
  assert.equal((await pinned.checkStored(code(data))).reason, "key-unchecked");
});

test("without a whole block nothing can be checked, and the console says so", async () => {
  const { site, data, files } = example();
  const said = mock.method(console, "error", () => undefined);
  for (const text of [null, block(files).slice(0, -1)]) {
    const found = await clientOf(site, opened(text)).checkStored(code(data));
    assert.equal(found.reason, "key-unchecked");
  }
  assert.deepEqual(said.mock.calls.map(({ arguments: [error] }) => error instanceof SyntaxError), [
    true,
    true,
  ]);
  said.mock.restore();
});

test("parts are in the file already, but for what needs a host", async () => {
  const page = /** @type {any} */ ({ index: { ja: 1 } });
  assert.equal(await parts.load(page, "details.js"), details);
  const offline = /** @type {any} */ (await parts.load(page, "offline.js"));
  assert.equal(await offline.begin(), undefined);
  await assert.rejects(parts.load(page, "pdf_pages.js"), { message: "pdf_pages.js" });
  assert.equal(await parts.readIndex(page), page.index);
  assert.equal(await parts.fetchJson(page, page.index), page.index);
  assert.equal(await parts.loadStyle(), undefined);
});

test("a picture is read in the page, after what says so; what fails is an error event", async () => {
  const worker = startWorker();
  const wanted = /** @type {any} */ ({ bitmap: { width: 4, height: 4, close() {} }, passes: [] });
  class ErrorEvent extends Event {
    /**
     * @param {string} type
     * @param {object} values
     */
    constructor(type, values) {
      super(type);
      Object.assign(this, values);
    }
  }
  const getImageData = () => ({ data: new Uint8ClampedArray(64).fill(255) });
  const context = { fillRect() {}, drawImage() {}, getImageData };
  /** @type {unknown} */
  let drawn = context;
  const OffscreenCanvas = class {
    getContext() {
      return drawn;
    }
  };
  Object.assign(globalThis, { ErrorEvent, OffscreenCanvas });
  const next = (/** @type {string} */ type) =>
    new Promise((resolve) => worker.addEventListener(type, resolve, { once: true }));
  const first = next("message");
  worker.postMessage(wanted);
  assert.deepEqual((await first).data, []);
  drawn = null;
  const second = next("error");
  worker.postMessage(wanted);
  assert.match((await second).error.message, /no canvas/);
  assert.equal(worker.terminate(), undefined);
});
