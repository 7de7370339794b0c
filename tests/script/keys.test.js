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

withBoth("white space in the name of a note key is what Python takes for it", async () => {
  const key = concat([1], unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  let refused = "";
  for (let point = 0; point < 0x3100; point += 1) {
    const name = `a${String.fromCharCode(point)}b`;
    const id = hex(await sha256(concat(encode(`${name}\n`), key))).slice(0, 8);
    const found = await outcome(() => parseVkey(`${name}+${id}+${b64encode(key)}`));
    refused += found["ok"] ? "" : String.fromCharCode(point);
  }
  const spaces = "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a";
  const ascii = "\t\n\v\f\r\x1c\x1d\x1e\x1f +";
  assert.equal(refused, `${ascii}${spaces}\u2028\u2029\u202f\u205f\u3000`);
});

withBoth("SHA-256", async () => {
  const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(hex(await sha256(new TextEncoder().encode("abc"))), digest);
});

againWithNoble();
