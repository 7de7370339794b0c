/**
 * Ed25519 and SHA-256: which keys are let in, and how a signature is checked.
 *
 * Everywhere in this project Ed25519 means RFC 8032 without cofactor, S < L, and R not one of the
 * small-order encodings; a public key is refused when it is one of them or when y >= p. Common
 * libraries do not check this, and a small-order key lets anyone forge (docs/formats.md 1 and 4).
 *
 * WebCrypto does the work. noble.js is loaded where WebCrypto has no Ed25519, or is missing
 * altogether, as on a page that was opened without https.
 */

import { concat, encode, hex } from "./bytes.js";
import { b64decode } from "./canonical.js";
import { Malformed } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * @typedef {object} Engine
 * @property {(data: Bytes) => Bytes | Promise<Bytes>} sha256
 * @property {(x: Bytes, message: Bytes, signature: Bytes) => boolean | Promise<boolean>} verify
 */
/**
 * @typedef {object} Vkey a note key, written `name+hash8+base64(type || key)` (C2SP)
 * @property {string} name
 * @property {Bytes} public 32 bytes
 * @property {string} id SHA-256(name || LF || type || key)[:4] in hex
 */

/** Every encoding, canonical or not, of a point whose order divides 8, less the bit of its sign. */
const SMALL_ORDER = new Set([
  ...["01", "00"].map((first) => first + "00".repeat(31)),
  ...["ec", "ed", "ee"].map((first) => `${first + "ff".repeat(30)}7f`),
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]);

/** The base point: a key that every Ed25519 takes, to ask whether there is one. */
const BASE = new Uint8Array(32).fill(0x66).fill(0x58, 0, 1);

/** @type {Engine} */
const webCrypto = {
  async sha256(data) {
    return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  },
  async verify(x, message, signature) {
    let key;
    try {
      key = await importKey(x);
    } catch {
      return false; // some browsers refuse a point off the curve here, the others below
    }
    return crypto.subtle.verify("Ed25519", key, signature, message);
  },
};

/** @param {Bytes} x */
function importKey(x) {
  return crypto.subtle.importKey("raw", x, "Ed25519", false, ["verify"]);
}

/** @returns {Promise<Engine>} */
function noble() {
  return import("./noble.js");
}

/** @type {Promise<Engine> | undefined} */
let hashes;
/** @type {Promise<Engine> | undefined} */
let signatures;

/** Use the fallback even where WebCrypto is there: tests only. */
export function forceNoble() {
  hashes = signatures = noble();
}

/**
 * @param {Bytes} data
 * @returns {Promise<Bytes>} 32 bytes
 */
export async function sha256(data) {
  hashes ??= globalThis.crypto?.subtle ? Promise.resolve(webCrypto) : noble();
  return (await hashes).sha256(data);
}

/** @returns {Promise<Engine>} */
async function withEd25519() {
  try {
    await importKey(BASE);
    return webCrypto;
  } catch {
    return noble(); // an older browser, or a page without https
  }
}

/**
 * @param {Bytes} point
 * @returns {boolean}
 */
function isSmallOrder(point) {
  return SMALL_ORDER.has(hex(concat(point.subarray(0, 31), [/** @type {number} */ (point[31]) & 127])));
}

/**
 * Malformed unless `x` is 32 bytes with y < p and not of small order (every reader).
 *
 * @param {Bytes} x
 */
export function refuseWeak(x) {
  if (x.length !== 32) {
    throw new Malformed("key"); // not 32 bytes
  }
  if (isSmallOrder(x)) {
    throw new Malformed("key"); // a point of small order
  }
  const [low = 0, ...rest] = x;
  const top = /** @type {number} */ (rest.pop()) & 127;
  if (low >= 0xed && top === 127 && rest.every((byte) => byte === 255)) {
    throw new Malformed("key"); // y is not below p
  }
}

/**
 * @param {Bytes} x public key
 * @param {Bytes} message
 * @param {Bytes} signature 64 bytes
 * @returns {Promise<boolean>} whether the signature holds
 */
export async function verify(x, message, signature) {
  if (signature.length !== 64 || isSmallOrder(signature.subarray(0, 32))) {
    return false;
  }
  refuseWeak(x);
  signatures ??= withEd25519();
  return (await signatures).verify(x, message, signature);
}

/**
 * @param {Bytes} x
 * @returns {Promise<Bytes>} the 4-byte key id: start of its fingerprint
 */
export async function kid(x) {
  return (await thumbprint(x)).subarray(0, 4);
}

/**
 * @param {Bytes} x
 * @returns {Promise<Bytes>} SHA-256 over the deterministic COSE_Key {1: 1, -1: 6, -2: x} (RFC 9679)
 */
export function thumbprint(x) {
  return sha256(concat([0xa3, 1, 1, 0x20, 6, 0x21, 0x58, 32], x));
}

/** The name in printable ASCII, without space or `+`: what is white space differs by language. */
const VKEY = /^([!-*,-~]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/;

/**
 * @param {unknown} text
 * @returns {Promise<Vkey>} the note key of a text form whose key id recomputes, Malformed else
 */
export async function parseVkey(text) {
  const [, name = "", id, key] = (typeof text === "string" && VKEY.exec(text)) || [];
  if (!id) {
    throw new Malformed("vkey"); // not name+hash+key
  }
  const data = b64decode(key);
  if (data.length !== 33 || data[0] !== 1) {
    throw new Malformed("vkey"); // not an Ed25519 key
  }
  if (hex(await sha256(concat(encode(`${name}\n`), data))).slice(0, 8) !== id) {
    throw new Malformed("vkey"); // the key id is another one
  }
  const x = data.slice(1);
  refuseWeak(x);
  return { name, public: x, id };
}
