/**
 * The fallback where WebCrypto lacks Ed25519 or is not there: a chunk that only those load.
 *
 * noble's own `verify` checks the equation with the cofactor, so only its points are used here:
 * R must be the encoding of [S]B - [k]A, byte for byte (docs/formats.md section 1). It shares no
 * module with the pages, so that these are not cut into one more file for it.
 */

import { Point } from "@noble/ed25519";
import { sha256 as hash, sha512 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

/**
 * @param {Bytes} data
 * @returns {Bytes} 32 bytes
 */
export function sha256(data) {
  return new Uint8Array(hash(data));
}

/**
 * @param {Bytes} x public key
 * @param {Bytes} message
 * @param {Bytes} signature 64 bytes
 * @returns {boolean} whether the signature holds
 */
export function verify(x, message, signature) {
  const r = signature.subarray(0, 32);
  try {
    const k = number(sha512(concatBytes(r, x, message))) % Point.CURVE().n;
    const sum = Point.BASE.multiply(number(signature.subarray(32)), false); // throws unless S < L
    return sum.subtract(Point.fromBytes(x).multiply(k, false)).toHex() === bytesToHex(r);
  } catch {
    return false; // x is no point at all, or S is out of range
  }
}

/**
 * @param {Uint8Array} bytes little-endian
 * @returns {bigint}
 */
function number(bytes) {
  return BigInt(`0x${bytesToHex(bytes.slice().reverse())}`);
}
