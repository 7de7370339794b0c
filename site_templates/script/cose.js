/**
 * The one frame of a certificate: COSE_Sign1 (RFC 9052 section 4.2) in a single fixed shape.
 *
 *     d2                          tag 18 (COSE_Sign1)
 *     84                          array of four
 *     49 a2 01 32 04 44 <kid 4>   protected header {1: -19, 4: kid}
 *     a0                          unprotected header: empty, always
 *     58|59 <length> <payload>    byte string, shortest length
 *     58 40 <signature 64>
 *
 * It is split by position, so a signature is checked before any CBOR of the payload is decoded.
 */

import { concat, encode, same } from "./bytes.js";
import * as keys from "./keys.js";
import { Malformed } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * @typedef {object} Frame a certificate cut into its parts; nothing in it has been checked yet
 * @property {Bytes} kid
 * @property {Bytes} payload
 * @property {Bytes} signature
 * @property {Bytes} signed the Sig_structure, the bytes under the signature (RFC 9052 section 4.4)
 */

/** Bytes of the largest certificate that a reader takes. */
export const MAX_READ = 512;
const PREFIX = Uint8Array.of(0xd2, 0x84, 0x49, 0xa2, 1, 0x32, 4, 0x44);

/**
 * @param {Bytes} data
 * @returns {Frame} its parts by position, Malformed unless it has the one shape
 */
export function split(data) {
  if (data.length > MAX_READ) {
    throw new Malformed("frame"); // too long
  }
  if (!same(data.subarray(0, 8), PREFIX) || data[12] !== 0xa0) {
    throw new Malformed("frame"); // not the frame of a certificate
  }
  const start = payloadStart(data[13] ?? 0);
  const [payload, tail] = [data.subarray(start, -66), data.subarray(-66)];
  if (data.length < start + 66 || tail[0] !== 0x58 || tail[1] !== 0x40) {
    throw new Malformed("frame"); // no signature of 64 bytes
  }
  if (!payload.length || !same(data.subarray(13, start), byteStringHead(payload.length))) {
    throw new Malformed("frame"); // the length of the payload is not as stated
  }
  const kid = data.subarray(8, 12);
  const signed = sigStructure(concat(PREFIX.subarray(3), kid), payload);
  return { kid, payload, signature: tail.subarray(2), signed };
}

/** @param {number} head */
function payloadStart(head) {
  if (head === 0x58 || head === 0x59) {
    return head - 0x58 + 15;
  }
  if (0x41 <= head && head <= 0x57) {
    return 14;
  }
  throw new Malformed("frame"); // no payload
}

/**
 * @param {number} length below 65,536
 * @returns {Bytes} the shortest head of a CBOR byte string of that length
 */
export function byteStringHead(length) {
  if (length < 24) {
    return Uint8Array.of(0x40 | length);
  }
  return length < 256
    ? Uint8Array.of(0x58, length)
    : Uint8Array.of(0x59, length >> 8, length & 255);
}

/**
 * @param {Bytes} header the protected header
 * @param {Bytes} payload
 * @returns {Bytes} `["Signature1", protected, h'', payload]`
 */
export function sigStructure(header, payload) {
  const start = concat([0x84, 0x6a], encode("Signature1"), byteStringHead(header.length), header);
  return concat(start, [0x40], byteStringHead(payload.length), payload);
}

/**
 * @param {Frame} frame
 * @param {Bytes} x public key
 * @returns {Promise<boolean>} whether the frame's signature holds under it
 */
export function check(frame, x) {
  return keys.verify(x, frame.signed, frame.signature);
}
