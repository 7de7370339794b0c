/**
 * What verify.html has in place of a site (site.js): the data block at its end, and no network.
 *
 * What is signed comes as from an earlier visit, so it is verified anew and never counts as fetched;
 * the catalogue is read as from a host. What is anywhere else is not at hand.
 */

import { b64decode } from "./canonical.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

/** Its block of data, `<script type="application/json">` (docs/formats.md section 7). */
export const BLOCK = "absah-data";
const CATALOGUE = "catalogue/";

/**
 * @param {string} text of the block
 * @returns {Promise<Map<string, Bytes>>} files by path; rejects when the block is damaged
 */
export async function unpacked(text) {
  /** @type {{data: string, files: [string, number][]}} */
  const { data, files } = JSON.parse(text);
  const whole = files.reduce((sum, [, length]) => sum + length, 0);
  const packed = new Blob([b64decode(data)]).stream();
  const stream = packed.pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  if (bytes.length !== whole) {
    throw new Error(BLOCK);
  }
  let at = 0;
  return new Map(files.map(([path, length]) => [path, bytes.slice(at, (at += length))]));
}

/** @returns {Pick<import("./client.js").Options, "base" | "fetch" | "store">} where a client reads */
export function registryData() {
  const files = unpacked(document.getElementById(BLOCK)?.textContent ?? "");
  files.catch(console.error);
  return {
    base: "",
    fetch: async (path) => {
      const data = String(path).startsWith(CATALOGUE) && (await files).get(String(path));
      return data ? new Response(data) : Response.error();
    },
    store: {
      load: async () =>
        new Map([...(await files)].filter(([path]) => !path.startsWith(CATALOGUE))),
      save: async () => undefined,
    },
  };
}

/** @returns {boolean} newer data are never had from here */
export function online() {
  return false;
}

/** The address of a file does not follow the language. */
export function keepAddress() {}
