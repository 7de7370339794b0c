/**
 * A certificate as text: digits in a URL fragment, the share form, and whose address it is.
 *
 * `<site>#<digits>` is what stands in a QR code (docs/formats.md section 2). The digits are the
 * bytes as one big-endian number, zero-padded to a width that the byte count fixes; for one size
 * in twelve the first digit is 0.
 */

import { hex } from "./bytes.js";
import { b64urlDecode, b64urlEncode } from "./canonical.js";
import { MAX_READ } from "./cose.js";
import { Malformed, onlyMalformed } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./reasons.js").Reason} Reason */
/**
 * @typedef {object} Code what a text that somebody scanned or pasted turned out to be: data or a
 *   reason
 * @property {Bytes} [data] bytes that may be a certificate
 * @property {Reason} [reason]
 * @property {string} [host] where a code that leads elsewhere leads, as it stands
 */

/** Digits of the largest certificate that a reader takes (512 bytes). */
const MAX_DIGITS = 1_234;
/** Most characters of a foreign address that are shown. */
const SHOWN = 200;

/**
 * @param {number} count of bytes
 * @returns {number} digits: ceil(8 n log10 2), in integers exact to 512 bytes
 */
export function width(count) {
  return Math.floor((30_103 * count + 12_499) / 12_500);
}

/**
 * @param {Bytes} data
 * @returns {string} the bytes as one decimal number of fixed width
 */
export function digits(data) {
  return String(BigInt(`0x${hex(data)}`)).padStart(width(data.length), "0");
}

/**
 * @param {Bytes} data
 * @returns {string} for chat applications: "." and base64url, cut by "." every 60
 */
export function share(data) {
  return `.${b64urlEncode(data).match(/.{1,60}/g)?.join(".")}`;
}

/**
 * @param {string} text
 * @returns {Bytes} of digits or share form, Malformed else
 */
export function fromPayloadText(text) {
  if (/^[0-9]+$/.test(text)) {
    return fromDigits(text);
  }
  if (!/^[\w.-]+$/.test(text)) {
    throw new Malformed("fragment"); // neither digits nor share form
  }
  const data = b64urlDecode(text.replaceAll(".", ""));
  if (!data.length || data.length > MAX_READ) {
    throw new Malformed("fragment"); // empty or too long
  }
  return data;
}

/** @param {string} text */
function fromDigits(text) {
  if (text.length > MAX_DIGITS) {
    throw new Malformed("fragment"); // too many digits
  }
  const count = Math.floor((870_823 * text.length) / 2 ** 21);
  if (width(count) !== text.length) {
    throw new Malformed("fragment"); // no such number of digits
  }
  const value = BigInt(text).toString(16).padStart(2 * count, "0");
  if (value.length > 2 * count) {
    throw new Malformed("fragment"); // the number is too large
  }
  return Uint8Array.from({ length: count }, (_, i) => parseInt(value.slice(2 * i, 2 * i + 2), 16));
}

/**
 * Whose code a text is, decided byte for byte and never by a URL parser.
 *
 * @param {string} text
 * @param {string[] | null} addresses of the registry, present and former; null: no trust document
 *   at hand, so nothing is foreign
 * @returns {Code}
 */
export function read(text, addresses) {
  const trimmed = text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  const mark = trimmed.indexOf("#");
  const after = mark < 0 ? "" : trimmed.slice(mark + 1);
  if (!/^https?:\/\//i.test(trimmed)) {
    return payload(mark === 0 ? after : trimmed);
  }
  if (!addresses) {
    return payload(after);
  }
  const ours = addresses.filter((address) => trimmed.startsWith(address));
  if (!ours.length) {
    return foreign(mark < 0 ? trimmed : trimmed.slice(0, mark), after);
  }
  const rest = trimmed.slice(Math.max(...ours.map((address) => address.length)));
  return rest.startsWith("#") ? payload(rest.slice(1)) : { reason: "malformed" };
}

/**
 * @param {string} text
 * @returns {Code}
 */
function payload(text) {
  try {
    return { data: fromPayloadText(text) };
  } catch (error) {
    onlyMalformed(error);
    return { reason: "malformed" };
  }
}

/**
 * @param {string} before
 * @param {string} after
 * @returns {Code}
 */
function foreign(before, after) {
  const { data } = payload(after);
  const ours = data?.[0] === 0xd2 && data[1] === 0x84 && data[2] === 0x49;
  const host = [...before].slice(0, SHOWN).join("");
  return { reason: ours ? "foreign-code" : "other-code", host };
}
