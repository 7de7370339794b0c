/** Another log key signs the same tree: what a client takes, and what it remembers. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { clientOf, judged, published } from "./checking.js";
import { ID, root, signer } from "./registry.js";
import { base64Of, bytes, certificate, sha256, vkey } from "./site.js";

const SECOND = signer("log", "log 2");

/**
 * The log key of a site is followed by another one, and the site goes on.
 *
 * @param {import("./registry.js").Registry} site
 */
function succeed(site, end = root(site.leaves)) {
  const closed = {
    origin: `${ID}/log`,
    vkey: vkey(site.logKey),
    final: { size: site.leaves.length, root: base64Of(end) },
  };
  site.trust({ logs: [closed, { origin: `${ID}/log`, vkey: vkey(SECOND) }] });
  site.logKey = SECOND;
  site.leaves.push(sha256([0], [3], sha256("trust 2")));
  site.states = { ...site.states, [site.leaves.length - 1]: 1 };
  site.log(certificate(21));
  site.publish();
}

test("a visitor of before and a new one take the log under its new key", async () => {
  const { site, text } = published();
  const client = clientOf(site);
  assert.equal(await judged(client, text), "valid");
  succeed(site);
  for (const visitor of [client, clientOf(site)]) {
    assert.equal(await judged(visitor, text), "valid");
    assert.equal(visitor.state.conflict, false);
    assert.equal(visitor.state.before, null);
  }
  assert.equal(client.state.note?.build, 2);
});

test("the key that ended signs nothing any more", async () => {
  const { site, text } = published();
  succeed(site);
  site.logKey = signer("log");
  site.publish();
  assert.equal(await judged(clientOf(site), text), "log-unchecked fetched");
});

test("a tree that is not the one that the old key left is a conflict, for new visitors too", async () => {
  const { site, text } = published();
  succeed(site, bytes(new Uint8Array(32)));
  const client = clientOf(site);
  assert.equal(await judged(client, text), "valid");
  assert.equal(await judged(client, text), "conflict");
  assert.deepEqual(client.state.rival, site.files.get("build.note"));
});
