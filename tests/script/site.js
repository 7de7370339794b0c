/** An invented registry that is published into memory, for the tests of client.js. */

import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { deflateSync } from "node:zlib";

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {{name: string, label: string}} Signer */

export const NOW = Date.parse("2026-11-24T00:00:00Z") / 1000;
export const ADDRESS = "https://cek.example/";
const DAY = 86_400;
const PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * @param {...(Bytes | number[] | string)} parts
 * @returns {Bytes}
 */
export function bytes(...parts) {
  const buffers = parts.map((part) => Buffer.from(/** @type {any} */ (part)));
  return Uint8Array.from(Buffer.concat(buffers));
}

/**
 * @param {...(Bytes | number[] | string)} parts
 * @returns {Bytes}
 */
export function sha256(...parts) {
  return bytes(createHash("sha256").update(bytes(...parts)).digest());
}

/** @param {Bytes | number[] | string} data */
export function hexOf(data) {
  return Buffer.from(/** @type {any} */ (data)).toString("hex");
}

/** @param {Bytes} data */
export function base64Of(data) {
  return Buffer.from(data).toString("base64");
}

/** @param {string} label */
function privateKey(label) {
  const key = Buffer.concat([PREFIX, sha256(label)]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

/**
 * @param {string} label of a test key, whose seed is the SHA-256 of it
 * @returns {Bytes} the public key
 */
export function publicKey(label) {
  const der = createPublicKey(privateKey(label)).export({ format: "der", type: "spki" });
  return bytes(der.subarray(-32));
}

/**
 * @param {string} label
 * @param {Bytes} message
 */
function signature(label, message) {
  return bytes(sign(null, message, privateKey(label)));
}

/** @param {Signer} signer */
function noteKeyId({ name, label }) {
  return sha256(`${name}\n`, [1], publicKey(label)).subarray(0, 4);
}

/** @param {Signer} signer */
export function vkey(signer) {
  const key = base64Of(bytes([1], publicKey(signer.label)));
  return `${signer.name}+${hexOf(noteKeyId(signer))}+${key}`;
}

/**
 * @param {string} text
 * @param {Signer[]} signers
 * @returns {Bytes}
 */
export function note(text, signers) {
  const lines = signers.map((signer) => {
    const data = bytes(noteKeyId(signer), signature(signer.label, bytes(text)));
    return `\u2014 ${signer.name} ${base64Of(data)}\n`;
  });
  return bytes(`${text}\n${lines.join("")}`);
}

/**
 * @param {number} kind
 * @param {number} count
 */
function head(kind, count) {
  const type = kind * 32;
  if (count < 24) {
    return [type + count];
  }
  const size = [1, 2, 4, 8].find((length) => count < 256 ** length) ?? 8;
  const digits = count.toString(16).padStart(2 * size, "0");
  return [type + 24 + Math.log2(size), ...Buffer.from(digits, "hex")];
}

/**
 * @param {any} value
 * @returns {Bytes} deterministic CBOR
 */
export function cbor(value) {
  if (typeof value === "number") {
    return bytes(value < 0 ? head(1, -1 - value) : head(0, value));
  }
  if (typeof value === "string") {
    return bytes(head(3, bytes(value).length), value);
  }
  if (value instanceof Uint8Array) {
    return bytes(head(2, value.length), /** @type {Bytes} */ (value));
  }
  const entries = [...value].map(([key, item]) => [cbor(key), cbor(item)]);
  entries.sort(([a = bytes()], [b = bytes()]) => Buffer.compare(a, b));
  return bytes(head(5, entries.length), ...entries.flat());
}

/**
 * @param {string} label
 * @returns {Bytes}
 */
export function kid(label) {
  const key = new Map(/** @type {any} */ ([[1, 1], [-1, 6], [-2, publicKey(label)]]));
  return sha256(cbor(key)).subarray(0, 4);
}

/**
 * @param {string} label
 * @param {Bytes} header
 * @param {Bytes} payload
 * @returns {Bytes} COSE_Sign1
 */
function signed(label, header, payload) {
  const [protectedPart, body] = [cbor(header), cbor(payload)];
  const message = bytes([0x84, 0x6a], "Signature1", protectedPart, [0x40], body);
  return bytes([0xd2, 0x84], protectedPart, [0xa0], body, [0x58, 0x40], signature(label, message));
}

/**
 * @param {number} index
 * @param {{label?: string, lsp?: number, digest?: Bytes, cti?: string}} [other] than usual
 * @returns {Bytes} a certificate
 */
export function certificate(index, { label = "issuer", lsp = 9001, digest, cti = "" } = {}) {
  const today = NOW / DAY;
  const profile = new Map(
    /** @type {[number, any][]} */ ([
      [1, index],
      [2, "62019 2512 4 0012345 2026"],
      [3, `TIK 9001 ${index}`],
      [4, "Siti Contoh Lestari"],
      [5, 10_818],
      [6, "DEMO/juru-las"],
      [7, lsp],
      [8, today - 20],
      [9, digest ?? sha256("scheme").subarray(0, 16)],
    ]),
  );
  const claims = new Map(
    /** @type {[number, any][]} */ ([
      [4, (today + 1000) * DAY - 25_200],
      [7, sha256(`${cti}${index}`).subarray(0, 16)],
      [-65_537, profile],
    ]),
  );
  const header = cbor(new Map(/** @type {any} */ ([[1, -19], [4, kid(label)]])));
  return signed(label, header, cbor(claims));
}

/**
 * @param {string} registry
 * @param {number} number
 * @param {Record<number, number>} states by index
 * @param {string} label of the publisher
 * @returns {Bytes}
 */
export function statusList(registry, number, states, label) {
  const bits = Buffer.alloc(32_768);
  for (const [index, state] of Object.entries(states)) {
    const at = Number(index) - number * 2 ** 17;
    bits[at >> 2] = (bits[at >> 2] ?? 0) | (state << (2 * (at & 3)));
  }
  const inner = new Map(/** @type {any} */ ([["lst", bytes(deflateSync(bits))], ["bits", 2]]));
  const claims = new Map(
    /** @type {any} */ ([
      [2, `https://${registry}/status/${number}.cwt`],
      [6, NOW],
      [65_533, inner],
    ]),
  );
  const type = "application/statuslist+cwt";
  const header = cbor(new Map(/** @type {any} */ ([[1, -19], [4, kid(label)], [16, type]])));
  return signed(label, header, cbor(claims));
}

/** @param {number} seconds */
export function time(seconds) {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}
