/**
 * The log: Merkle tree, tiles, checkpoints and proofs (C2SP tlog-tiles, RFC 6962).
 *
 * leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right). Hashes are 32 bytes, tiles
 * hold up to 256 of them: tile (level, n) has the roots of 256 subtrees of 256^level leaves each.
 * A caller asks which tiles a proof needs, gets them, and hands them in. Sizes reach 2^31, where
 * JavaScript's bit operators turn negative: only division and multiplication stand here.
 */

import { concat, same } from "./bytes.js";
import { b64decode } from "./canonical.js";
import { sha256 } from "./keys.js";
import * as note from "./note.js";
import { Malformed } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {[level: number, n: number, width: number]} Tile width: 1 to 256 hashes */
/** @typedef {[first: number, end: number]} Range leaves; a subtree where perfect and aligned */
/** @typedef {Map<string, Bytes>} Held bytes of tiles by {@link tilePath} */
/** @typedef {{origin: string, size: number, root: Bytes}} Checkpoint signed by the log key */

export const HASH = 32;
export const TILE = 256;
const MAX_SIZE = 2 ** 31;

/**
 * @param {Bytes} entry
 * @returns {Promise<Bytes>} SHA-256(0x00 || entry)
 */
export function leafHash(entry) {
  return sha256(concat([0], entry));
}

/**
 * @param {Bytes} left
 * @param {Bytes} right
 * @returns {Promise<Bytes>} SHA-256(0x01 || left || right)
 */
export function nodeHash(left, right) {
  return sha256(concat([1], left, right));
}

/**
 * @param {Bytes} data of a certificate
 * @returns {Promise<Bytes>} its log entry: 33 bytes, 0x01 and the SHA-256 of its bytes
 */
export async function certificateEntry(data) {
  return concat([1], await sha256(data));
}

/**
 * @param {number} count at least 1
 * @returns {number} the smallest power of two that is not below it
 */
function power(count) {
  let value = 1;
  while (value < count) {
    value *= 2;
  }
  return value;
}

/**
 * @param {Bytes[]} hashes at least one
 * @returns {Promise<Bytes>} the root over them, level by level
 */
export async function rootOf(hashes) {
  let level = hashes;
  while (level.length > 1) {
    const pairs = level.map((left, i) => {
      const right = level[i + 1];
      return i % 2 ? null : right ? nodeHash(left, right) : left;
    });
    level = await Promise.all(pairs.filter((pair) => pair !== null));
  }
  return /** @type {Bytes} */ (level[0]);
}

/**
 * @param {Tile} tile
 * @returns {string} its path below the log's folder
 */
export function tilePath([level, n, width]) {
  let number = String(n % 1000).padStart(3, "0");
  for (let rest = Math.floor(n / 1000); rest; rest = Math.floor(rest / 1000)) {
    number = `x${String(rest % 1000).padStart(3, "0")}/${number}`;
  }
  return `tile/${level}/${number}${width < TILE ? `.p/${width}` : ""}`;
}

/**
 * @param {Tile} tile
 * @param {Bytes} data
 * @returns {Bytes[]} its hashes, Malformed unless it holds exactly its width
 */
export function tileHashes(tile, data) {
  if (data.length !== tile[2] * HASH) {
    throw new Malformed("tile"); // not the length of its width
  }
  return Array.from({ length: tile[2] }, (_, i) => data.subarray(i * HASH, (i + 1) * HASH));
}

/**
 * @param {Tile} tile
 * @param {Bytes} data
 * @returns {Bytes} it out of a wider one of the same place, Malformed if that is no tile that wide
 */
export function cutTile(tile, data) {
  if (data.length % HASH || data.length < tile[2] * HASH || data.length > TILE * HASH) {
    throw new Malformed("tile"); // not whole hashes, or fewer than wanted
  }
  return data.subarray(0, tile[2] * HASH);
}

/**
 * @param {Range} range
 * @returns {[Range, Range] | null} its two parts; null for a perfect, aligned subtree
 */
function parts([first, end]) {
  const size = power(end - first);
  const middle = first + size / 2;
  return size === end - first && first % size === 0 ? null : [[first, middle], [middle, end]];
}

/**
 * @param {Range} range
 * @returns {Range[]} perfect subtrees whose hashes make its hash (RFC 6962 section 2.1)
 */
export function cover(range) {
  return parts(range)?.flatMap(cover) ?? [range];
}

/**
 * @param {Range} subtree
 * @param {number} size of the tree
 * @returns {Tile} that gives its hash, at its width in that tree
 */
export function subtreeTile([first, end], size) {
  let [level, unit] = [0, 1];
  for (; unit * TILE <= end - first; level++) {
    unit *= TILE;
  }
  const n = Math.floor(first / unit / TILE);
  return [level, n, Math.min(TILE, Math.floor(size / unit) - TILE * n)];
}

/**
 * @param {Range} subtree
 * @param {number} size of the tree
 * @param {Held} held
 * @returns {Promise<Bytes>} its hash out of its tile, Malformed if that is missing or short
 */
export async function subtreeHash(subtree, size, held) {
  const tile = subtreeTile(subtree, size);
  const data = held.get(tilePath(tile));
  if (!data) {
    throw new Malformed("tile"); // missing
  }
  const [first, end] = subtree;
  const unit = TILE ** tile[0];
  const at = (first / unit) % TILE;
  return rootOf(tileHashes(tile, data).slice(at, at + (end - first) / unit));
}

/**
 * @param {Range} range
 * @param {number} size of the tree
 * @param {Held} held
 * @returns {Promise<Bytes>} the hash over its leaves, out of tiles
 */
export async function rangeHash(range, size, held) {
  const two = parts(range);
  if (!two) {
    return subtreeHash(range, size, held);
  }
  return nodeHash(await rangeHash(two[0], size, held), await rangeHash(two[1], size, held));
}

/**
 * @param {number} index
 * @param {number} size
 * @returns {Range[]} leaves whose hashes are the inclusion proof, nearest first (2.1.1)
 */
export function inclusionRanges(index, size) {
  return pathRanges(size, (first, end) => end - first > 1, (middle) => index < middle).slice(1);
}

/**
 * Leaves of the consistency proof of `old` in `size` (RFC 6962 section 2.1.2).
 *
 * The first range, which the RFC leaves out where `old` is a power of two, always stands, so that
 * the proof itself says which root the older tree had.
 *
 * @param {number} old
 * @param {number} size
 * @returns {Range[]}
 */
export function prefixRanges(old, size) {
  return pathRanges(size, (_, end) => old !== end, (middle) => old <= middle);
}

/**
 * @param {number} size
 * @param {(first: number, end: number) => boolean} goesOn
 * @param {(middle: number) => boolean} goesLeft
 * @returns {Range[]} where the way from the root ends, then the ranges beside it, nearest first
 */
function pathRanges(size, goesOn, goesLeft) {
  /** @type {Range[]} */
  const beside = [];
  let [first, end] = [0, size];
  while (goesOn(first, end)) {
    const middle = first + power(end - first) / 2;
    if (goesLeft(middle)) {
      beside.unshift([middle, end]);
      end = middle;
    } else {
      beside.unshift([first, middle]);
      first = middle;
    }
  }
  return [[first, end], ...beside];
}

/**
 * @param {Range[]} ranges
 * @param {number} size of the tree
 * @returns {Tile[]} that give their hashes, each once
 */
export function tilesNeeded(ranges, size) {
  const found = ranges.flatMap(cover).map((subtree) => subtreeTile(subtree, size));
  return [...new Map(found.map((tile) => [tilePath(tile), tile])).values()];
}

/**
 * @param {Range[]} ranges
 * @param {number} size of the tree
 * @param {Held} held
 * @returns {Promise<Bytes[]>} their hashes out of tiles: an inclusion or a prefix proof
 */
export function proof(ranges, size, held) {
  return Promise.all(ranges.map((range) => rangeHash(range, size, held)));
}

/**
 * @param {Bytes} leaf
 * @param {number} index
 * @param {number} size
 * @param {Bytes[]} hashes
 * @param {Bytes} root
 * @returns {Promise<boolean>} whether they prove that the leaf stands there in that tree
 */
export async function included(leaf, index, size, hashes, root) {
  if (!(index >= 0 && index < size) || [leaf, ...hashes].some((h) => h.length !== HASH)) {
    return false;
  }
  const ranges = inclusionRanges(index, size);
  if (ranges.length !== hashes.length) {
    return false;
  }
  let value = leaf;
  for (const [i, sibling] of hashes.entries()) {
    const isLeft = /** @type {Range} */ (ranges[i])[0] < index;
    value = await (isLeft ? nodeHash(sibling, value) : nodeHash(value, sibling));
  }
  return same(value, root);
}

/**
 * @param {number} old
 * @param {number} size
 * @param {Bytes[]} hashes
 * @param {Bytes} root
 * @returns {Promise<Bytes>} the root at size `old` that a prefix proof shows inside the tree.
 *   Malformed if the hashes do not make its root; then they say nothing about the older tree
 */
export async function olderRoot(old, size, hashes, root) {
  if (!(old > 0 && old <= size)) {
    throw new Malformed("proof"); // no such older size
  }
  const ranges = prefixRanges(old, size);
  const [start, ...rest] = hashes;
  if (!start || ranges.length !== hashes.length || hashes.some((h) => h.length !== HASH)) {
    throw new Malformed("proof"); // another number of hashes
  }
  let [older, newer] = [start, start];
  for (const [i, sibling] of rest.entries()) {
    if (/** @type {Range} */ (ranges[i + 1])[0] < old) {
      [older, newer] = [await nodeHash(sibling, older), await nodeHash(sibling, newer)];
    } else {
      newer = await nodeHash(newer, sibling);
    }
  }
  if (!same(newer, root)) {
    throw new Malformed("proof"); // the hashes do not make the root
  }
  return older;
}

/**
 * @param {Bytes} data a note
 * @param {import("./keys.js").Vkey} key of the log
 * @returns {Promise<Checkpoint>} Malformed unless signed by it; other lines are ignored
 */
export async function parseCheckpoint(data, key) {
  const parsed = note.parse(data);
  if (!(await note.signers(parsed, [key])).size) {
    throw new Malformed("checkpoint"); // not signed by the log key
  }
  const [origin = "", size = "", hash, end, more] = parsed.text.split("\n");
  if (origin !== key.name || !/^[1-9][0-9]{0,9}$/.test(size) || end !== "" || more !== undefined) {
    throw new Malformed("checkpoint"); // not three lines of origin, size and root
  }
  const root = b64decode(hash);
  if (Number(size) > MAX_SIZE || root.length !== HASH) {
    throw new Malformed("checkpoint"); // size or root out of range
  }
  return { origin, size: Number(size), root };
}
