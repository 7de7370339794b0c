import assert from "node:assert/strict";
import { hex } from "../../site_templates/script/bytes.js";
import {
  kid,
  parseVkey,
  refuseWeak,
  sha256,
  thumbprint,
  verify,
} from "../../site_templates/script/keys.js";
import { againWithNoble, compare, load, outcome, unhex, withBoth } from "./vectors.js";

/** @type {Record<string, (vector: Record<string, any>) => Promise<any>>} */
const KINDS = {
  async kid({ x }) {
    return { thumbprint: hex(await thumbprint(unhex(x))), kid: hex(await kid(unhex(x))) };
  },
  async reader({ x }) {
    refuseWeak(unhex(x));
    return true;
  },
  async verify({ x, message, signature }) {
    return verify(unhex(x), unhex(message), unhex(signature));
  },
  async vkey({ text }) {
    const { name, id, public: x } = await parseVkey(text);
    return { name, id, public: hex(x) };
  },
};

/** What builder and auditor demand besides, and what a signer does: Python's alone. */
const PYTHON = new Set(["admit", "seed"]);

withBoth("every vector", async () => {
  const cases = load("keys").cases.filter(({ kind }) => !PYTHON.has(kind));
  for (const vector of cases) {
    const answer = KINDS[vector["kind"]] ?? assert.fail(vector["kind"]);
    compare(await outcome(() => answer(vector)), vector["expect"], vector["name"]);
  }
  assert.ok(cases.length > 80);
});

withBoth("SHA-256", async () => {
  const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(hex(await sha256(new TextEncoder().encode("abc"))), digest);
});

againWithNoble();
