/**
 * Rates of @digitalbazaar/vc: a W3C verifiable credential with a data integrity proof
 * (eddsa-rdfc-2022), made and verified; run in the folder that it was installed into.
 */

import { contexts } from "@digitalbazaar/credentials-context";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";
import { record, tell } from "./rate.mjs";

const given = record();
const controller = "https://sertifikat.example.go.id";
const id = `${controller}#key`;
const term = (name) => ({ "@id": `${controller}/terms#${name}` });
const WORDS = ["index", "number", "registration", "holder", "birth", "scheme", "lsp"];
const OWN = `${controller}/terms`;
const documents = new Map([
  ...contexts,
  [
    OWN,
    {
      "@context": {
        "@protected": true,
        Competence: term("Competence")["@id"],
        ...Object.fromEntries(WORDS.map((word) => [word, term(word)])),
      },
    },
  ],
]);

const key = await Ed25519Multikey.generate({ id, controller });
const method = await key.export({ publicKey: true });
documents.set(id, method);
documents.set(controller, {
  "@context": ["https://www.w3.org/ns/did/v1", method["@context"]].flat(),
  id: controller,
  assertionMethod: [method],
});
const documentLoader = (async (url) => {
  if (documents.has(url)) {
    return { contextUrl: null, documentUrl: url, document: documents.get(url) };
  }
  throw new Error(`not at hand: ${url}`);
});

const { name, issued, expires, ...rest } = given;
const signing = new DataIntegrityProof({ signer: key.signer(), cryptosuite });
const checking = new DataIntegrityProof({ cryptosuite });

const issue = () =>
  vc.issue({
    credential: {
      "@context": ["https://www.w3.org/ns/credentials/v2", OWN],
      id: `${controller}/${given.index}`,
      type: ["VerifiableCredential"],
      issuer: controller,
      validFrom: `${issued}T00:00:00Z`,
      validUntil: `${expires}T00:00:00Z`,
      credentialSubject: { type: "Competence", holder: name, ...rest },
    },
    suite: signing,
    documentLoader,
  });

/** @param {any} credential */
async function verify(credential) {
  const done = await vc.verifyCredential({ credential, suite: checking, documentLoader });
  if (!done.verified) {
    throw done.error;
  }
  return credential.credentialSubject.holder;
}

await tell(issue, verify, name);
