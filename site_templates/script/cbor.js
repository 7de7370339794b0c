/**
 * Deterministic CBOR (RFC 8949 section 4.2.1), read only: whole numbers, byte strings, texts,
 * arrays and maps, in their one form (docs/decisions/0004).
 *
 * A fault of syntax ends the reading; a value of another type or in another form is remembered and
 * the reading goes on, so that the code of the Malformed is the one that Python's three passes
 * (library, walk, re-encode) give.
 */

import { hex, decode as utf8 } from "./bytes.js";
import { Malformed } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {number | string | Bytes | any[] | Map<any, any> | undefined} Value */

export const LARGEST = 2 ** 53 - 1;
const DEPTH = 4;
/** The claim whose map has texts as keys (docs/formats.md section 6). */
const TEXT_KEYS = 65533;

/**
 * @param {Bytes} data
 * @returns {Value} the value of deterministically encoded bytes, Malformed for any others
 */
export function decode(data) {
  const reader = new Reader(data);
  const value = reader.value(1, false);
  if (reader.foreign) {
    throw new Malformed("cbor-type"); // a value of another type
  }
  if (reader.loose || reader.at !== data.length) {
    throw new Malformed("cbor-form"); // not in deterministic form
  }
  return value;
}

class Reader {
  /** @param {Bytes} data */
  constructor(data) {
    this.data = data;
    this.at = 0;
    /** A value of another type was met. */
    this.foreign = false;
    /** A long head or an unsorted key was met. */
    this.loose = false;
  }

  /**
   * @param {number} count
   * @returns {Bytes}
   */
  take(count) {
    const part = this.data.subarray(this.at, this.at + count);
    if (part.length !== count) {
      throw new Malformed("cbor"); // cut off
    }
    this.at += count;
    return part;
  }

  /**
   * @param {number} extra low five bits of a head
   * @returns {number} its argument; past 2^53 it is not exact, and never accepted
   */
  argument(extra) {
    if (extra < 24) {
      return extra;
    }
    if (extra > 27) {
      throw new Malformed("cbor"); // an indefinite length or a reserved head
    }
    const size = 2 ** (extra - 24);
    const number = this.take(size).reduce((sum, byte) => sum * 256 + byte, 0);
    this.loose ||= number < (size === 1 ? 24 : 256 ** (size / 2));
    return number;
  }

  /**
   * @param {number} depth
   * @param {boolean} textKeys
   * @returns {Value}
   */
  value(depth, textKeys) {
    const [head = 0] = this.take(1);
    const number = this.argument(head & 31);
    switch (head >> 5) {
      case 0:
      case 1:
        this.foreign ||= number > LARGEST - (head >> 5);
        return head >> 5 ? -1 - number : number;
      case 2:
        return this.take(number);
      case 3:
        return utf8(this.take(number), "cbor");
      case 4:
      case 5:
        return this.container(head >> 5 === 5, number, depth, textKeys);
      case 6:
        this.foreign = true;
        return this.value(depth + 1, false);
      default:
        this.foreign = true;
        return undefined;
    }
  }

  /**
   * @param {boolean} isMap
   * @param {number} count
   * @param {number} depth
   * @param {boolean} textKeys
   * @returns {Value}
   */
  container(isMap, count, depth, textKeys) {
    if (depth > DEPTH || count > this.data.length - this.at) {
      throw new Malformed("cbor"); // too deep or cut off
    }
    if (!isMap) {
      return Array.from({ length: count }, () => this.value(depth + 1, false));
    }
    const map = new Map();
    let before = "";
    for (let i = 0; i < count; i++) {
      const start = this.at;
      const key = this.value(depth + 1, false);
      const order = hex(this.data.subarray(start, this.at));
      if (map.has(key)) {
        throw new Malformed("cbor"); // a key stands twice
      }
      this.foreign ||= typeof key !== (textKeys ? "string" : "number");
      this.loose ||= order <= before;
      before = order;
      map.set(key, this.value(depth + 1, key === TEXT_KEYS));
    }
    return map;
  }
}
