/** The only reader of a site: what it makes of answers that are no file. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { urlSource } from "../../site_templates/script/source.js";

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

test("without a network there is nothing", async () => {
  const read = urlSource(SITE, () => Promise.reject(new TypeError("Failed to fetch")));
  assert.equal(await read("build.note", 5), null);
});
