/** Catalogue files for one certificate (docs/formats.md section 8): they change no verdict. */

import { decode, hex, same } from "./bytes.js";
import { loads } from "./canonical.js";
import { unitsHeld } from "./certificate.js";
import { corrected } from "./errata.js";
import { sha256 } from "./keys.js";
import { attempt } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./certificate.js").Certificate} Certificate */
/** @typedef {import("./source.js").Source} Source */
/** @typedef {Record<string, string> | undefined} Digests of the catalogue, as a note pins them */
/** @typedef {{scheme: any, lsp: any, fields: any}} Shown null: not at hand */

const LIMIT = 256 * 1024;

/**
 * @param {Certificate} certificate
 * @param {Digests} pinned
 * @param {Source} read
 * @returns {Promise<Shown>}
 */
export async function shownFor(certificate, pinned, read) {
  const [entry, lsp, errata, fields] = await Promise.all([
    schemeOf(certificate, read),
    lspOf(certificate.lsp, pinned, read),
    pinnedFile("errata.json", pinned, read),
    pinnedFile("fields.json", pinned, read),
  ]);
  const scheme = entry && corrected(entry.scheme, entry.digest, errata);
  return { scheme, lsp, fields: scheme?.fields?.length ? fields : [] };
}

/**
 * @param {Certificate} certificate
 * @param {Source} read
 */
async function schemeOf({ schemeDigest, scheme, units }, read) {
  const path = `catalogue/scheme/${hex(schemeDigest)}.json`;
  const data = await read(path, LIMIT);
  const digest = data && (await sha256(data));
  if (!digest || !same(digest.subarray(0, 16), schemeDigest)) {
    return null;
  }
  const entry = await parsed(data);
  const fits = entry?.code === scheme && unitsHeld(units, entry.units?.length ?? 0);
  return fits ? { scheme: entry, digest: hex(digest) } : null;
}

/**
 * @param {number} number
 * @param {Digests} pinned
 * @param {Source} read
 */
async function lspOf(number, pinned, read) {
  const listed = await pinnedFile(`lsps/${Math.floor(number / 64)}.json`, pinned, read);
  return Array.isArray(listed) ? (listed.find((lsp) => lsp?.number === number) ?? null) : null;
}

/**
 * @param {string} name
 * @param {Digests} pinned
 * @param {Source} read
 */
async function pinnedFile(name, pinned, read) {
  const digest = pinned && Object.hasOwn(pinned, name) ? pinned[name] : undefined;
  const data = digest && (await read(`catalogue/${name}`, LIMIT));
  return data && hex(await sha256(data)) === digest ? parsed(data) : null;
}

/**
 * @param {Bytes} data whose digest matched
 * @returns {Promise<any>} null where it is no canonical JSON: then it counts as not at hand
 */
function parsed(data) {
  return attempt(() => loads(decode(data, "json")));
}
