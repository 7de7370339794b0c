/**
 * Judges the log in the folder of its argument with @sigstore/verify: checkpoints and inclusion.
 *
 * It splits a note at its first empty line and takes a name for a pattern; neither matters for a
 * note of three lines whose name is matched in full here. It knows no consistency proofs.
 */

import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const library = "../../site_templates/node_modules/@sigstore/verify/dist/tlog";
const { verifyCheckpoint } = require(`${library}/checkpoint.js`);
const { verifyMerkleInclusion } = require(`${library}/merkle.js`);
const ENTRY = 33;

const folder = process.argv[2] ?? assert.fail("no folder");
const { vkey, sizes, included } = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"));
const entries = readFileSync(join(folder, "entries"));
const [name, id, key] = vkey.split("+");
const spki = Buffer.concat([
  Buffer.from("302a300506032b6570032100", "hex"),
  Buffer.from(key, "base64").subarray(1),
]);
const log = {
  logID: Buffer.from(id, "hex"),
  baseURL: name,
  publicKey: createPublicKey({ key: spki, format: "der", type: "spki" }),
};

/** @param {string} envelope */
function opened(envelope) {
  return verifyCheckpoint({ inclusionProof: { checkpoint: { envelope } } }, [log]);
}

const checkpoints = new Map();
for (const size of sizes) {
  const text = readFileSync(join(folder, "site/log/checkpoints", `${size}`), "utf8");
  const checkpoint = opened(text);
  assert.equal(checkpoint.origin, name);
  assert.equal(checkpoint.logSize, BigInt(size));
  assert.deepEqual(checkpoint.rest, []);
  checkpoints.set(size, checkpoint);
  assert.throws(() => opened(text.replace(`\n${size}\n`, `\n${size + 1}\n`)), /signature/);
}

let refused = 0;
for (const { number, size, hashes } of included) {
  const canonicalizedBody = entries.subarray(number * ENTRY, (number + 1) * ENTRY);
  const path = hashes.map((/** @type {string} */ text) => Buffer.from(text, "base64"));
  const checkpoint = checkpoints.get(size);
  const proof = (/** @type {object} */ changes) => {
    const inclusionProof = { logIndex: `${number}`, hashes: path };
    verifyMerkleInclusion({ canonicalizedBody, inclusionProof, ...changes }, checkpoint);
  };
  proof({});
  const tampered = Buffer.from(canonicalizedBody);
  tampered[5] ^= 1;
  assert.throws(() => proof({ canonicalizedBody: tampered }), /root hash/);
  refused += 1;
  for (const hash of path) {
    hash[7] ^= 1;
    assert.throws(() => proof({}), /root hash/);
    hash[7] ^= 1;
    refused += 1;
  }
}
console.log(checkpoints.size, included.length, refused);
