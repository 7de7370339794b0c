/**
 * Rates of @pathcheck/dcc-sdk: the text of an EU digital certificate's QR code, made and verified;
 * run in the folder that it was installed into. It signs with ECDSA on P-256, the only curve it has.
 */

import { createHash, generateKeyPairSync } from "node:crypto";
import { createRequire } from "node:module";
import { record, tell } from "./rate.mjs";

const { addCachedKeys, makeCWT, signAndPack, unpackAndVerify } = createRequire(import.meta.url)(
  "@pathcheck/dcc-sdk",
);
const given = record();
const pair = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const der = pair.publicKey.replace(/-----[^-]+-----|\s/g, "");
const kid = createHash("sha256").update(Buffer.from(der, "base64")).digest().subarray(0, 8);
// What it does not know it would look for on the network.
addCachedKeys({ [kid.toString("base64")]: der });

const issue = async () =>
  signAndPack(await makeCWT(given, 36, "ID"), pair.publicKey, pair.privateKey);

/** @param {string} text */
async function verify(text) {
  const found = await unpackAndVerify(text);
  if (found.status !== "verified") {
    throw new Error(found.status);
  }
  const payload = found.contents.get(-260).get(1);
  return payload instanceof Map ? payload.get("name") : payload.name;
}

await tell(issue, verify, given.name);
