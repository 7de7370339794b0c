/**
 * The only reader of a published site: every read is capped in bytes and in time.
 *
 * It knows how to fetch a path and nothing about what stands in it. A file that is not there is
 * null, one that is out of reach undefined: neither ever makes a certificate false.
 */

import { readAll } from "./bytes.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * @callback Source
 * @param {string} path below the site
 * @param {number} limit most bytes
 * @param {RequestInit} [how] `cache: "reload"` passes every cache on the way by
 * @returns {Promise<Bytes | null | undefined>}
 */

/** Milliseconds without the whole answer after which a file counts as out of reach. */
const TIMEOUT = 20_000;

/**
 * @param {string} base address of the site, ending in a slash
 * @param {typeof globalThis.fetch} fetch
 * @returns {Source}
 */
export function urlSource(base, fetch) {
  return async (path, limit, how) => {
    try {
      const { ok, body } = await fetch(base + path, { ...how, signal: AbortSignal.timeout(TIMEOUT) });
      // An error's page that nobody reads would, in Chromium, let the next request for this path
      // wait for its end, up to 20 s.
      return body && ((await (ok ? readAll(body, limit) : body.cancel())) ?? null);
    } catch {
      return undefined; // no network, or it broke off
    }
  };
}

/**
 * @param {Source} read
 * @returns {Source} it, until a file is out of reach: then so are all others
 */
export function untilLost(read) {
  let lost = false;
  return async (path, limit, how) => {
    const data = lost ? undefined : await read(path, limit, how);
    lost ||= data === undefined;
    return data;
  };
}

/**
 * @param {Source} read
 * @returns {Source} it, asked once for each path
 */
export function once(read) {
  /** @type {Map<string, ReturnType<Source>>} */
  const asked = new Map();
  return (path, limit, how) => {
    const answer = asked.get(path) ?? read(path, limit, how);
    asked.set(path, answer);
    return answer;
  };
}

/**
 * @param {Map<string, Bytes>} files by path
 * @returns {Source}
 */
export function fileSource(files) {
  return async (path, limit) => {
    const data = files.get(path);
    return data && data.length <= limit ? data : null;
  };
}
