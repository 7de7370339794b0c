/** The only reader of a site: what it makes of answers that are no file. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { untilLost, urlSource } from "../../site_templates/script/source.js";

const SITE = "https://cek.example/";

test("a file is read up to its cap", async () => {
  const read = urlSource(SITE, async () => new Response("12345"));
  assert.equal((await read("build.note", 5))?.length, 5);
  assert.equal(await read("build.note", 4), null);
});

test("an error's page is let go unread, so that the next request need not wait for it", async () => {
  let cancelled = false;
  const body = new ReadableStream({ cancel: () => void (cancelled = true) });
  const read = urlSource(SITE, async () => new Response(body, { status: 404 }));
  assert.equal(await read("build.note", 5), null);
  assert.ok(cancelled);
});

test("without a network every file is out of reach, and none is said not to be there", async () => {
  const read = urlSource(SITE, () => Promise.reject(new TypeError("Failed to fetch")));
  assert.equal(await read("build.note", 5), undefined);
});

test("after one file out of reach no other is asked for; one that is not there ends nothing", async () => {
  /** @type {string[]} */
  const asked = [];
  const read = untilLost(async (path) => {
    asked.push(path);
    return path === "gone" ? null : path === "lost" ? undefined : new Uint8Array(1);
  });
  assert.deepEqual(await read("there", 1), new Uint8Array(1));
  assert.equal(await read("gone", 1), null);
  assert.equal(await read("lost", 1), undefined);
  assert.equal(await read("there", 1), undefined);
  assert.deepEqual(asked, ["there", "gone", "lost"]);
});
