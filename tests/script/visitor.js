/**
 * The page's client for tests/visitors.py: one visit a line on stdin, its answer a line on stdout.
 *
 * A visit comes on some device, which keeps what the client stored there. The files that a host
 * serves come once each, by digest.
 */

import { createInterface } from "node:readline";
import { Client } from "../../site_templates/script/client.js";
import { unbase64 } from "./vectors.js";

/** @typedef {import("../../site_templates/script/bytes.js").Bytes} Bytes */
/**
 * @typedef {string | {fault?: string, cached?: string | null, fresh?: string | null} | null} Served
 *   a digest; or a fault of the host, or what a cache answers and what is behind it; null: nothing
 */
/**
 * @typedef {object} Visit
 * @property {string} device
 * @property {string} like another device, whose state this one begins with
 * @property {Record<string, string>} blobs base64 by digest, as far as they are new
 * @property {Record<string, Served>} files what the host serves, by path
 * @property {string} base
 * @property {string} registry
 * @property {string} anchor
 * @property {string[]} texts
 * @property {number} now
 * @property {boolean} online
 */

/** @type {Map<string, Bytes>} */
const blobs = new Map();
/** @type {Map<string, Map<string, Bytes>>} */
const devices = new Map();

/** @returns {ReadableStream<Bytes>} */
function endless() {
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(65_536).fill(32));
    },
  });
}

/**
 * @param {Visit} visit
 * @returns {typeof fetch}
 */
function host({ files, base, online }) {
  return async (url, how) => {
    const served = files[String(url).slice(base.length)] ?? files["*"] ?? null;
    const { fault = online ? "" : "down", ...answers } = typeof served === "string" ? {} : served ?? {};
    if (fault === "endless") {
      return new Response(endless());
    }
    if (fault) {
      throw new TypeError("no network");
    }
    const past = how?.cache === "reload" || how?.cache === "no-store";
    const digest = typeof served === "string" ? served : answers[past ? "fresh" : "cached"];
    const data = blobs.get(digest ?? "");
    return new Response(data ?? "nothing here", { status: data ? 200 : 404 });
  };
}

/** @param {Visit} visit */
async function answer(visit) {
  for (const [digest, data] of Object.entries(visit.blobs)) {
    blobs.set(digest, unbase64(data));
  }
  const { base, registry, anchor, device, like, now } = visit;
  const client = new Client({
    base,
    registry,
    trustDigest: anchor,
    fetch: host(visit),
    now: () => now,
    store: {
      load: async () => devices.get(device) ?? devices.get(like) ?? null,
      save: async (files) => void devices.set(device, files),
    },
  });
  await client.refresh();
  await client.background;
  const said = [];
  for (const text of visit.texts) {
    const { reason, variant } = await client.check(text);
    said.push(`${reason} ${variant}`.trim());
  }
  const { note, trust, fetched, walked } = client.state;
  return { said, build: note?.build ?? null, trust: trust?.version ?? null, fetched, walked };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
