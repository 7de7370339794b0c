import assert from "node:assert/strict";
import { encode, hex } from "../../site_templates/script/bytes.js";
import { compare as stands, verified } from "../../site_templates/script/build_note.js";
import { sha256 } from "../../site_templates/script/keys.js";
import { parse } from "../../site_templates/script/trust.js";
import { againWithNoble, compare, load, outcome, unbase64, withBoth } from "./vectors.js";

const { trusts, notes, cases } = load("build_notes");

/**
 * @param {string} data base64
 * @param {string} trust name
 */
async function read(data, trust) {
  return verified(unbase64(data), await parse(unbase64(trusts[trust])));
}

/** @param {string} name */
function named(name) {
  return read(notes[name].note, notes[name].trust);
}

/** @type {Record<string, (vector: any) => Promise<any>>} */
const KINDS = {
  async verified({ note, trust }) {
    const found = await read(note, trust);
    return {
      registry: found.registry,
      build: found.build,
      issued: found.issued,
      previous: found.previous,
      trust_version: found.trustVersion,
      trust_digest: found.trustDigest,
      size: found.size,
      root: hex(found.root),
      status: found.status,
      catalogue: found.catalogue,
      files: found.files,
      audit: found.audit,
      digest: hex(await sha256(encode(found.text))),
    };
  },
  compare: async ({ stored, new: found }) => stands(await named(stored), await named(found)),
};

withBoth("every vector", async () => {
  for (const vector of cases) {
    const answer = KINDS[vector["kind"]] ?? assert.fail(vector["kind"]);
    compare(await outcome(() => answer(vector)), vector["expect"], vector["name"]);
  }
  assert.ok(cases.length > 100);
});

againWithNoble();
