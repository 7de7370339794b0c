/** Tiles of the log, fetched into proofs of one entry and of an older tree. */

import * as merkle from "./merkle.js";
import { attempt } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./source.js").Source} Source */
/** @typedef {import("./merkle.js").Tile} Tile */
/** @typedef {import("./merkle.js").Range} Range */
/** @typedef {{size: number, root: Bytes}} Tree as a build note pins it */

/** The tiles of one tree, kept while it is the present one. */
export class Tiles {
  /** @param {Tree} tree */
  constructor(tree) {
    this.tree = tree;
    /** @type {merkle.Held} */
    this.held = new Map();
  }

  /**
   * @param {number} index below the size of the tree
   * @param {Source} read
   * @returns {Promise<{leaf: Bytes, proof: Bytes[]} | null>} what the log holds there, with its
   *   inclusion proof
   */
  async entry(index, read) {
    const { size, root } = this.tree;
    const found = await this.proof(
      [[index, index + 1], ...merkle.inclusionRanges(index, size)],
      read,
      ([leaf, ...proof]) => !!leaf && merkle.included(leaf, index, size, proof, root),
    );
    const [leaf, ...proof] = found ?? [];
    return leaf ? { leaf, proof } : null;
  }

  /**
   * @param {number} older size of an older tree, not above that of this one
   * @param {Source} read
   * @returns {Promise<Bytes[] | null>} proof of its root
   */
  prefix(older, read) {
    const { size, root } = this.tree;
    return this.proof(merkle.prefixRanges(older, size), read, async (hashes) =>
      Boolean(await attempt(() => merkle.olderRoot(older, size, hashes, root))),
    );
  }

  /**
   * @param {Range[]} ranges
   * @param {Source} read
   * @param {(hashes: Bytes[]) => boolean | Promise<boolean>} proven whether they make the root
   * @returns {Promise<Bytes[] | null>} their hashes, out of tiles that make the root; once more
   *   past caches if they do not. Null where they cannot be had
   */
  async proof(ranges, read, proven) {
    const { size } = this.tree;
    const needed = merkle.tilesNeeded(ranges, size);
    for (const cache of /** @type {RequestCache[]} */ (["default", "reload"])) {
      const found = await Promise.all(needed.map((tile) => this.fetch(tile, read, cache)));
      if (found.every((tile) => tile)) {
        // Null: another proof has found these tiles wrong meanwhile, and dropped them.
        const hashes = await attempt(() => merkle.proof(ranges, size, this.held));
        if (hashes && (await proven(hashes))) {
          return hashes;
        }
        this.held.clear();
      }
    }
    return null;
  }

  /**
   * @param {Tile} tile
   * @param {Source} read
   * @param {RequestCache} cache
   * @returns {Promise<boolean>} whether it is held: as it is, or cut out of a wider one
   */
  async fetch(tile, read, cache) {
    const [level, n, width] = tile;
    const path = merkle.tilePath(tile);
    for (const wider of [() => width, () => merkle.TILE, () => newestWidth(tile, read)]) {
      if (this.held.has(path)) {
        return true;
      }
      const candidate = await wider();
      const from = merkle.tilePath([level, n, candidate]);
      const data =
        candidate >= width && (await read(`log/${from}`, merkle.TILE * merkle.HASH, { cache }));
      if (data && data.length === candidate * merkle.HASH) {
        this.held.set(path, merkle.cutTile(tile, data));
      }
    }
    return this.held.has(path);
  }
}

/**
 * @param {Tile} tile
 * @param {Source} read
 * @returns {Promise<number>} its width in the newest tree that the site shows: a hint, nothing is
 *   believed
 */
async function newestWidth([level, n], read) {
  const data = await read("log/checkpoint", 64 * 1024, { cache: "no-store" });
  const [, size = ""] = data ? new TextDecoder().decode(data).split("\n") : [];
  const wide = /^[0-9]{1,10}$/.test(size) ? Number(size) / merkle.TILE ** level : 0;
  return Math.min(merkle.TILE, Math.floor(wide) - merkle.TILE * n);
}
