import assert from "node:assert/strict";
import { hex } from "../../site_templates/script/bytes.js";
import { b64encode } from "../../site_templates/script/canonical.js";
import { addresses, anchor, covers, issuerOf, step } from "../../site_templates/script/trust.js";
import { againWithNoble, compare, load, outcome, unbase64, unhex, withBoth } from "./vectors.js";

/** @typedef {import("../../site_templates/script/trust.js").TrustDocument} TrustDocument */

const { cases } = load("trust");

/** @param {import("../../site_templates/script/trust.js").Final | null} final */
function finalOf(final) {
  return final && { size: final.size, root: hex(final.root) };
}

/** @param {TrustDocument} document */
function said(document) {
  const { id, version, previous, issued, expires, threshold, demo, digest } = document;
  return {
    id,
    addresses: addresses(document),
    version,
    previous,
    issued,
    expires,
    threshold,
    roots: document.roots.length,
    issuers: document.issuers.map(({ kid, x, lsps, schemes, begins, until, status, final }) => ({
      kid: hex(kid),
      x: hex(x),
      lsps,
      schemes,
      begins,
      until,
      status,
      final: finalOf(final),
    })),
    publishers: document.publishers.length,
    logs: document.logs.map(({ key, final }) => ({
      vkey: `${key.name}+${key.id}+${b64encode(Uint8Array.from([1, ...key.public]))}`,
      final: finalOf(final),
    })),
    max_age: document.maxAge,
    demo,
    digest,
  };
}

/** @param {string[]} chain */
async function walk([first = "", ...rest]) {
  let document = await anchor(unbase64(first));
  for (const next of rest) {
    document = await step(document, unbase64(next));
  }
  return document;
}

withBoth("every vector", async () => {
  for (const { name, chain, expect } of cases) {
    const found = await outcome(async () => said(await walk(chain)));
    compare(found, expect, name);
  }
  assert.ok(cases.length > 200);
});

withBoth("scope and key ids", async () => {
  const document = await walk(cases[0]?.["chain"]);
  const [issuer] = document.issuers;
  assert.ok(issuer);
  assert.equal(issuerOf(document, issuer.kid), issuer);
  assert.equal(issuerOf(document, unhex("00000000")), null);
  assert.ok(covers(issuer, 9001, "DEMO/juru-las"));
  assert.ok(!covers(issuer, 9003, "DEMO/juru-las"));
  assert.ok(!covers(issuer, 9001, "DEMO/other"));
  assert.ok(covers({ ...issuer, lsps: null, schemes: null }, 1, "any"));
});

againWithNoble();
