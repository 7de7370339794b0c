import assert from "node:assert/strict";
import { concat, encode, hex } from "../../site_templates/script/bytes.js";
import { b64encode } from "../../site_templates/script/canonical.js";
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

withBoth("the name of a note key is printable ASCII", async () => {
  const key = concat([1], unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  let taken = "";
  for (let point = 0; point < 0x3100; point += 1) {
    const name = `a${String.fromCharCode(point)}b`;
    const id = hex(await sha256(concat(encode(`${name}\n`), key))).slice(0, 8);
    const found = await outcome(() => parseVkey(`${name}+${id}+${b64encode(key)}`));
    taken += found["ok"] ? String.fromCharCode(point) : "";
  }
  const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i));
  assert.equal(taken, printable.join("").replace("+", ""));
});

withBoth("SHA-256", async () => {
  const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(hex(await sha256(new TextEncoder().encode("abc"))), digest);
});

againWithNoble();
