import assert from "node:assert/strict";
import { hex } from "../../site_templates/script/bytes.js";
import { b64encode } from "../../site_templates/script/canonical.js";
import { parseVkey } from "../../site_templates/script/keys.js";
import * as merkle from "../../site_templates/script/merkle.js";
import { againWithNoble, compare, load, outcome, unbase64, unhex, withBoth } from "./vectors.js";

/**
 * @param {Record<string, string>} tiles
 * @returns {merkle.Held}
 */
function held(tiles) {
  return new Map(Object.entries(tiles).map(([path, data]) => [path, unbase64(data)]));
}

/** @type {Record<string, (vector: any) => Promise<any>>} */
const KINDS = {
  leaf: async ({ entry }) => hex(await merkle.leafHash(unhex(entry))),
  node: async ({ left, right }) => hex(await merkle.nodeHash(unhex(left), unhex(right))),
  entry: async ({ data }) => hex(await merkle.certificateEntry(unhex(data))),
  included: async ({ leaf, index, size, hashes, root }) =>
    merkle.included(unbase64(leaf), index, size, hashes.map(unbase64), unbase64(root)),
  older: async ({ old, size, hashes, root }) =>
    b64encode(await merkle.olderRoot(old, size, hashes.map(unbase64), unbase64(root))),
  path: async ({ tile }) => merkle.tilePath(tile),
  async needed({ index, size }) {
    const ranges = merkle.inclusionRanges(index, size);
    return merkle.tilesNeeded([[index, index + 1], ...ranges], size);
  },
  async proof({ index, size, tiles }) {
    const ranges = merkle.inclusionRanges(index, size);
    const found = await merkle.proof([[index, index + 1], ...ranges], size, held(tiles));
    const [leaf, ...hashes] = found.map(b64encode);
    return { leaf, hashes };
  },
  async prefix({ old, size, tiles }) {
    const found = await merkle.proof(merkle.prefixRanges(old, size), size, held(tiles));
    return found.map(b64encode);
  },
  cut: async ({ tile, data }) => b64encode(merkle.cutTile(tile, unbase64(data))),
};

/** What builder and auditor do: Python's alone. */
const PYTHON = new Set(["tiles", "tile-count", "bundle", "bundle-path"]);

withBoth("every vector", async () => {
  const cases = load("merkle").cases.filter(({ kind }) => !PYTHON.has(kind));
  for (const vector of cases) {
    const answer = KINDS[vector["kind"]] ?? assert.fail(vector["kind"]);
    compare(await outcome(() => answer(vector)), vector["expect"], vector["name"]);
  }
  assert.ok(cases.length > 200);
});

withBoth("every vector of checkpoints", async () => {
  const { key, cases } = load("checkpoints");
  const vkey = await parseVkey(key);
  for (const { name, note, expect } of cases) {
    const found = await outcome(async () => {
      const checkpoint = await merkle.parseCheckpoint(unbase64(note), vkey);
      return { ...checkpoint, root: hex(checkpoint.root) };
    });
    compare(found, expect, name);
  }
  assert.ok(cases.length > 30);
});

withBoth("a hash without a neighbour rises as it is", async () => {
  const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((text) => unhex(text.repeat(64)));
  assert.ok(a && b && c && d && e);
  const four = await merkle.nodeHash(await merkle.nodeHash(a, b), await merkle.nodeHash(c, d));
  assert.deepEqual(await merkle.rootOf([a]), a);
  assert.deepEqual(await merkle.rootOf([a, b, c, d]), four);
  assert.deepEqual(await merkle.rootOf([a, b, c, d, e]), await merkle.nodeHash(four, e));
});

withBoth("trees past 2^30, where bit operators turn negative", async () => {
  const size = 2 ** 31;
  assert.deepEqual(merkle.cover([0, size]), [[0, size]]);
  assert.deepEqual(merkle.subtreeTile([0, size], size), [3, 0, 128]);
  const ranges = merkle.inclusionRanges(size - 1, size);
  assert.equal(ranges.length, 31);
  assert.deepEqual(ranges.at(-1), [0, 2 ** 30]);
  assert.deepEqual(merkle.tilesNeeded([[size - 1, size], ...ranges], size), [
    [0, 2 ** 23 - 1, 256],
    [1, 2 ** 15 - 1, 256],
    [2, 127, 256],
    [3, 0, 128],
  ]);
});

againWithNoble();
