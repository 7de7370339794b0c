/**
 * The fallback where WebCrypto lacks Ed25519 or is not there: a chunk that only those load.
 *
 * noble checks the equation with the cofactor; R outside the prime-order subgroup is refused, so
 * that it accepts what the equation without cofactor accepts (docs/formats.md section 1).
 */

import { Point, hashes, verify as holds } from "@noble/ed25519";
import { sha256 as hash, sha512 } from "@noble/hashes/sha2.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */

hashes.sha512 = (message) => sha512(message);

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
  try {
    return (
      Point.fromBytes(signature.subarray(0, 32)).isTorsionFree() &&
      holds(signature, message, x, { zip215: false })
    );
  } catch {
    return false; // R is no point at all
  }
}
