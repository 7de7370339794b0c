import assert from "node:assert/strict";
import { test } from "node:test";
import { verified } from "../../site_templates/script/build_note.js";
import { parseCheckpoint } from "../../site_templates/script/merkle.js";
import { Refused } from "../../site_templates/script/reasons.js";
import { parse } from "../../site_templates/script/status.js";
import { anchor, logKey } from "../../site_templates/script/trust.js";
import { certificateHash, examine, judge, verify } from "../../site_templates/script/verify.js";
import { againWithNoble, load, unbase64, withBoth } from "./vectors.js";

const tables = load("verdicts");
const plain = /** @type {Record<string, any>} */ (tables.cases[0]);

/**
 * @param {Record<string, any>} vector
 * @param {Map<string, Promise<any>>} [trustsRead] those of other vectors
 * @returns {Promise<import("../../site_templates/script/verify.js").Evidence>}
 */
async function evidenceOf(vector, trustsRead = new Map()) {
  const { trusts, builds, checkpoints, lists, entries, prefixes, texts } = tables;
  /** @param {string} name */
  const trustOf = (name) => {
    trustsRead.set(name, trustsRead.get(name) ?? anchor(unbase64(trusts[name])));
    return /** @type {ReturnType<typeof anchor>} */ (trustsRead.get(name));
  };
  const trust = vector["trust"] ? await trustOf(vector["trust"]) : null;
  const [build, entry] = [builds[vector["build"]], entries[vector["entry"]]];
  const note = build ? await verified(unbase64(build.note), await trustOf(build.trust)) : null;
  const { id, publishers } = trust ?? (await trustOf("main"));
  const keys = publishers.map((key) => key.public);
  const list = lists[vector["list"]];
  const checkpoint = checkpoints[vector["checkpoint"]];
  return {
    opened: await examine(texts[vector["text"]], trust),
    trust,
    walked: !!vector["walked"],
    note,
    fetched: !!vector["fetched"],
    status: list ? await parse(unbase64(list), id, keys) : null,
    checkpoint: checkpoint
      ? await parseCheckpoint(unbase64(checkpoint), logKey(await trustOf("main")))
      : null,
    leaf: entry ? unbase64(entry.leaf) : null,
    proof: entry ? entry.proof.map(unbase64) : [],
    prefix: (prefixes[vector["prefix"]] ?? []).map(unbase64),
    conflict: !!vector["conflict"],
    ahead: !!vector["ahead"],
    tooNew: !!vector["too_new"],
  };
}

withBoth("every vector", async () => {
  const trustsRead = new Map();
  for (const vector of tables.cases) {
    const found = await judge(await evidenceOf(vector, trustsRead), vector["now"]);
    const shown = { ...found, certificate: found.certificate !== null };
    assert.deepEqual(shown, vector["expect"], vector["name"]);
  }
  assert.ok(tables.cases.length > 400);
});

test("verify gives the certificate of a green verdict and raises for any other", async () => {
  const evidence = await evidenceOf(plain);
  const certificate = await verify(evidence, plain["now"]);
  assert.equal(certificate, evidence.opened.certificate);
  await assert.rejects(verify({ ...evidence, conflict: true }, plain["now"]), (error) => {
    return error instanceof Refused && error.reason === "conflict";
  });
});

test("evidence that lacks a part is never green", async () => {
  const evidence = await evidenceOf(plain);
  const { proof, ...unproven } = evidence;
  assert.ok(proof?.length);
  const { reason, answers } = await judge(unproven, plain["now"]);
  assert.deepEqual([reason, answers.standing], ["log-unchecked", "unlogged"]);
  const bare = await judge({ ...evidence, trust: null }, plain["now"]);
  assert.deepEqual([bare.reason, bare.certificate], ["malformed", null]);
});

test("a fault of the program ends a check, and is no verdict", async () => {
  const evidence = await evidenceOf(plain);
  const broken = /** @type {any} */ ({ ...evidence.trust, issuers: null });
  await assert.rejects(examine(tables.texts[plain["text"]], broken), TypeError);
});

test("the hash of a certificate is that of its bytes", async () => {
  assert.match(await certificateHash(new Uint8Array()), /^e3b0c44298fc1c149afbf4c8996fb924/);
});

againWithNoble();
