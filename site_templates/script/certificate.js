/**
 * A certificate of competence and its CWT claims (RFC 8392), docs/formats.md section 1.
 *
 * The claims are deterministic CBOR `{4: exp, 7: cti, -65537: {1: index, 2: number, ...}}`.
 */

import { encode } from "./bytes.js";
import { LARGEST, decode } from "./cbor.js";
import { Malformed, TooNew } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/**
 * @typedef {object} Certificate what is signed about one certificate; days since 1970-01-01
 * @property {number} index registry index: position in log and status list; 1 to 2^31 - 1
 * @property {string} number
 * @property {string} registration
 * @property {string} name
 * @property {number} birthDay
 * @property {string} scheme
 * @property {number} lsp
 * @property {number} issueDay
 * @property {Bytes} schemeDigest first 16 bytes of SHA-256 of the scheme's catalogue file
 * @property {Bytes | null} units bitmap of the units held; null: all units of the scheme
 * @property {string | null} passportName
 * @property {string | null} blankNumber
 * @property {number | null} replaces
 * @property {number} expiryDay the last day on which it is in date
 * @property {Bytes} cti 16 random bytes that make the public log hiding
 */

const DAY = 86_400;
/** UTC+7 in seconds: an expiry day ends there. */
const WIB = 25_200;
/** UTC+9 in seconds: an issue day begins there. */
const JST = 32_400;
/** 9999-12-31 */
const LAST_DAY = 2_932_896;
/** 1870-01-01 */
const FIRST_BIRTH = -36_524;
const PROFILE = -65_537;
const LATER = [-65_538, -65_539, -65_540];
const REQUIRED = [1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Most bytes of UTF-8 of each text. */
const TEXTS = /** @type {const} */ ([[2, 40], [3, 40], [4, 80], [6, 40], [11, 80], [12, 20]]);
const REPERTOIRE = /^[ -~\xc0-\xd6\xd8-\xf6\xf8-\u017f\u2019]*$/;

/**
 * @param {Certificate} certificate
 * @returns {number} first second after the expiry date at UTC+7: claim exp
 */
export function expires(certificate) {
  return (certificate.expiryDay + 1) * DAY - WIB;
}

/**
 * @param {Certificate} certificate
 * @returns {number} first second of the issue date at UTC+9
 */
export function begins(certificate) {
  return certificate.issueDay * DAY - JST;
}

/**
 * @param {string} text
 * @param {number} limit bytes of UTF-8
 * @returns {"empty" | "too-long" | "characters" | "spaces" | null} what is wrong with it
 */
export function textFault(text, limit) {
  if (!text) {
    return "empty";
  }
  if (!REPERTOIRE.test(text)) {
    return "characters";
  }
  if (/^ | $| {2}/.test(text)) {
    return "spaces";
  }
  return encode(text).length > limit ? "too-long" : null;
}

/**
 * Malformed unless the text may stand in a certificate.
 *
 * @param {unknown} text
 * @param {number} limit bytes of UTF-8
 */
function checkText(text, limit) {
  if (typeof text !== "string" || textFault(text, limit)) {
    throw new Malformed("text");
  }
}

/**
 * @param {Bytes | null} bitmap
 * @param {number} total of the scheme's units
 * @returns {number[] | null} the units held, from 0; null when the bitmap has a bit past `total`
 */
export function unitsHeld(bitmap, total) {
  const all = Array.from({ length: bitmap ? bitmap.length * 8 : total }, (_, unit) => unit);
  const held = all.filter(
    (unit) => !bitmap || (/** @type {number} */ (bitmap[unit >> 3]) >> (unit & 7)) & 1,
  );
  return held.some((unit) => unit >= total) ? null : held;
}

/**
 * @param {Bytes} payload whose signature holds
 * @returns {Certificate} Malformed if a rule is broken; TooNew: a later profile
 */
export function decodePayload(payload) {
  const claims = decode(payload);
  if (!(claims instanceof Map)) {
    throw new Malformed("claims"); // not a map
  }
  if (!claims.has(PROFILE) && LATER.some((key) => claims.has(key))) {
    throw new TooNew("profile");
  }
  if (!hasOnly(claims, [4, 7, PROFILE])) {
    throw new Malformed("claims"); // not the claims of a certificate
  }
  const [exp, cti, profile] = [claims.get(4), claims.get(7), claims.get(PROFILE)];
  checkProfile(profile);
  if (typeof exp !== "number" || (exp + WIB) % DAY) {
    throw new Malformed("dates"); // exp is not the end of a day at UTC+7
  }
  const expiryDay = (exp + WIB) / DAY - 1;
  if (expiryDay < profile.get(8) || expiryDay > LAST_DAY) {
    throw new Malformed("dates"); // the expiry date is before the issue date or past 9999
  }
  if (!isBytes(cti, 16)) {
    throw new Malformed("cti"); // not 16 bytes
  }
  const at = (/** @type {number} */ key) => profile.get(key) ?? null;
  return {
    index: at(1),
    number: at(2),
    registration: at(3),
    name: at(4),
    birthDay: at(5),
    scheme: at(6),
    lsp: at(7),
    issueDay: at(8),
    schemeDigest: at(9),
    units: at(10),
    passportName: at(11),
    blankNumber: at(12),
    replaces: at(13),
    expiryDay,
    cti,
  };
}

/** @param {any} profile */
function checkProfile(profile) {
  if (!(profile instanceof Map) || !hasOnly(profile, REQUIRED, [10, 11, 12, 13])) {
    throw new Malformed("claims"); // not the fields of a certificate
  }
  for (const [key, limit] of TEXTS) {
    if (profile.has(key)) {
      checkText(profile.get(key), limit);
    }
  }
  const index = integer(profile.get(1), 1, 2 ** 31 - 1, "index");
  const issued = integer(profile.get(8), 0, LAST_DAY, "dates");
  integer(profile.get(5), FIRST_BIRTH, issued, "dates");
  integer(profile.get(7), 0, LARGEST, "lsp");
  if (!isBytes(profile.get(9), 16)) {
    throw new Malformed("scheme-digest"); // not 16 bytes
  }
  if (profile.has(10)) {
    const units = profile.get(10);
    if (!isBytes(units) || units.length < 1 || units.length > 32 || !units.at(-1)) {
      throw new Malformed("units"); // not a bitmap of 1 to 32 bytes whose last is not zero
    }
  }
  if (profile.has(13)) {
    integer(profile.get(13), 0, index - 1, "replaces");
  }
}

/**
 * @param {Map<unknown, unknown>} map
 * @param {unknown[]} required
 * @param {unknown[]} [optional]
 * @returns {boolean} whether the map has all of the one and besides at most the other
 */
export function hasOnly(map, required, optional = []) {
  const rest = [...map.keys()].filter((key) => !required.includes(key));
  return map.size - rest.length === required.length && rest.every((key) => optional.includes(key));
}

/**
 * @param {unknown} value
 * @param {number} [length]
 * @returns {value is Bytes}
 */
function isBytes(value, length) {
  return value instanceof Uint8Array && value.length === (length ?? value.length);
}

/**
 * @param {unknown} value
 * @param {number} low
 * @param {number} high
 * @param {string} code
 * @returns {number}
 */
function integer(value, low, high, code) {
  if (typeof value !== "number" || value < low || value > high) {
    throw new Malformed(code);
  }
  return value;
}
