/**
 * Status lists: IETF Token Status List, CWT form, under docs/formats.md section 6.
 *
 * List `k` holds two bits for each registry index in [k * 2^17, (k + 1) * 2^17), least significant
 * first: 0 valid, 1 revoked, 2 suspended, 3 superseded. Inflated it is always 32,768 bytes.
 */

import { concat, encode, readAll, same } from "./bytes.js";
import { decode } from "./cbor.js";
import { hasOnly } from "./certificate.js";
import { byteStringHead, sigStructure } from "./cose.js";
import * as keys from "./keys.js";
import { Malformed } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * @typedef {object} StatusList one list, signature checked
 * @property {number} number
 * @property {number} issued when its content last changed, seconds
 * @property {Bytes} bits
 */

export const ENTRIES = 2 ** 17;
const LENGTH = ENTRIES / 4;
export const LIMIT = 64 * 1024;
const TYPE = "application/statuslist+cwt";
const SUB = /^https:\/\/(.+)\/status\/(0|[1-9][0-9]{0,5})\.cwt$/;

/**
 * @param {StatusList} list
 * @param {number} index
 * @returns {boolean} whether the index falls into this list
 */
export function coversIndex(list, index) {
  return Math.floor(index / ENTRIES) === list.number;
}

/**
 * @param {StatusList} list
 * @param {number} index that the list covers
 * @returns {number} 0 valid, 1 revoked, 2 suspended, 3 superseded
 */
export function state(list, index) {
  const at = index - list.number * ENTRIES;
  return (/** @type {number} */ (list.bits[at >> 2]) >> (2 * (at & 3))) & 3;
}

/**
 * @param {number} size of the log
 * @returns {number} how many lists it has
 */
export function listsFor(size) {
  return Math.floor((size - 1) / ENTRIES) + 1;
}

/**
 * @param {Bytes} kid
 * @returns {Bytes} the protected header {1: -19, 4: kid, 16: type}
 */
function protectedHeader(kid) {
  return concat([0xa3, 1, 0x32, 4, 0x44], kid, [0x10, 0x78, TYPE.length], encode(TYPE));
}

/**
 * @param {Bytes} data whose digest is the one in the build note
 * @param {string} registry id
 * @param {Bytes[]} publishers public keys
 * @returns {Promise<StatusList>} signed by one of them, Malformed else; the signature is checked
 *   before the claims are decoded
 */
export async function parse(data, registry, publishers) {
  if (data.length > LIMIT) {
    throw new Malformed("status"); // too long
  }
  const [header, payload, signature] = split(data);
  for (const x of publishers) {
    if (same(protectedHeader(await keys.kid(x)), header)) {
      if (!(await keys.verify(x, sigStructure(header, payload), signature))) {
        throw new Malformed("status-signature"); // the signature does not verify
      }
      return claimsOf(decode(payload), registry);
    }
  }
  throw new Malformed("status"); // not signed by a publisher key
}

/**
 * @param {Bytes} data
 * @returns {[Bytes, Bytes, Bytes]} protected header, payload, signature
 */
function split(data) {
  const tail = data.length - 66;
  if (tail < 4 || !same(data.subarray(0, 2), Uint8Array.of(0xd2, 0x84))) {
    throw new Malformed("status"); // not the frame of a status list
  }
  if (data[tail] !== 0x58 || data[tail + 1] !== 0x40) {
    throw new Malformed("status"); // not the frame of a status list
  }
  const header = byteString(data, 2);
  const at = header.end;
  if (data[at] !== 0xa0) {
    throw new Malformed("status"); // not the frame of a status list
  }
  const payload = byteString(data, at + 1);
  if (payload.end !== tail) {
    throw new Malformed("status"); // the length of the payload is not as stated
  }
  return [header.content, payload.content, data.subarray(-64)];
}

/**
 * @param {Bytes} data
 * @param {number} at
 * @returns {{content: Bytes, end: number}}
 */
function byteString(data, at) {
  const head = data[at] ?? 0;
  const size = head === 0x58 ? 1 : head === 0x59 ? 2 : 0;
  if (!size && (head < 0x40 || head > 0x57)) {
    throw new Malformed("status"); // not a byte string
  }
  const start = at + 1 + size;
  const stated = data.subarray(at + 1, start).reduce((sum, byte) => sum * 256 + byte, 0);
  const length = size ? stated : head & 31;
  if (!same(data.subarray(at, start), byteStringHead(length))) {
    throw new Malformed("status"); // not the shortest length
  }
  return { content: data.subarray(start, start + length), end: start + length };
}

/**
 * @param {import("./cbor.js").Value} claims
 * @param {string} registry
 * @returns {Promise<StatusList>}
 */
async function claimsOf(claims, registry) {
  if (!(claims instanceof Map) || !hasOnly(claims, [2, 6, 65533])) {
    throw new Malformed("status-claims"); // not the claims of a status list
  }
  const [sub, issued, inner] = [claims.get(2), claims.get(6), claims.get(65533)];
  const match = typeof sub === "string" ? SUB.exec(sub) : null;
  if (match?.[1] !== registry) {
    throw new Malformed("status-claims"); // the list of another registry
  }
  if (typeof issued !== "number" || issued < 0) {
    throw new Malformed("status-claims"); // iat is not a time
  }
  if (!(inner instanceof Map) || !hasOnly(inner, ["lst", "bits"]) || inner.get("bits") !== 2) {
    throw new Malformed("status-claims"); // not a list of two bits an entry
  }
  const packed = inner.get("lst");
  if (!(packed instanceof Uint8Array)) {
    throw new Malformed("status-claims"); // not a list of two bits an entry
  }
  return { number: Number(match[2]), issued, bits: await inflate(/** @type {Bytes} */ (packed)) };
}

/**
 * @param {Bytes} packed
 * @returns {Promise<Bytes>} exactly 32,768 bytes of exactly one zlib stream, Malformed else
 */
async function inflate(packed) {
  const bits = await inflated(packed);
  // Some engines refuse bytes behind the stream, some ignore them. A stream that ends in its last
  // byte is not complete without it, in either.
  if (bits?.length !== LENGTH || (await inflated(packed.subarray(0, -1)))) {
    throw new Malformed("status-bits"); // not exactly 32,768 bytes
  }
  return bits;
}

/**
 * @param {Bytes} packed
 * @returns {Promise<Bytes | null>} null: no complete zlib stream, or one of more than 32,768 bytes
 */
async function inflated(packed) {
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return await readAll(stream, LENGTH);
  } catch {
    return null; // not a zlib stream, or cut off
  }
}
