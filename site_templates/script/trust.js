/**
 * The trust document: whom to believe, signed by a threshold of root keys (docs/formats.md 4).
 *
 * A reader walks from a version it trusts to the next: version + 1, `previous` matches, signed by
 * a threshold of the old roots and of the new ones (TUF section 5.3). Rules are named T1 to T10 as
 * in the format. `parse` checks form; `anchor` and `step` check signatures.
 */

import { encode, hex, same } from "./bytes.js";
import { b64decode, loads, member, timeSeconds } from "./canonical.js";
import * as keys from "./keys.js";
import { parseVkey } from "./keys.js";
import * as note from "./note.js";
import { Malformed, TooNew } from "./reasons.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./canonical.js").Json} Json */
/** @typedef {import("./keys.js").Vkey} Vkey */
/** @typedef {{size: number, root: Bytes}} Final size and root of the log where a key ends */
/**
 * @typedef {object} Issuer a key that signs certificates; null as a scope list: no restriction
 * @property {Bytes} kid
 * @property {Bytes} x
 * @property {Record<string, string>} name
 * @property {number[] | null} lsps
 * @property {string[] | null} schemes
 * @property {number} begins
 * @property {number} until
 * @property {"active" | "retired" | "compromised"} status
 * @property {Final | null} final
 */
/**
 * @typedef {object} TrustDocument one version, form checked
 * @property {string} id
 * @property {Record<string, string>} name
 * @property {string} site
 * @property {string[]} former
 * @property {number} version
 * @property {string} previous
 * @property {number} issued
 * @property {number} expires
 * @property {number} threshold
 * @property {Vkey[]} roots
 * @property {Issuer[]} issuers
 * @property {Vkey[]} publishers
 * @property {{key: Vkey, final: Final | null}[]} logs exactly the last has no final
 * @property {Vkey[]} approvers
 * @property {number} maxAge seconds
 * @property {boolean} demo
 * @property {string} text
 * @property {note.Note} note
 * @property {string} digest SHA-256 of the text, hex
 */

const HEADER = "absah-trust/v1";
/** What the body of a trust document starts with; anything else is no such file. */
export const PREFIX = "absah-trust/";
export const HOPS = 256;
const STATUSES = ["active", "retired", "compromised"];
const ID = /^[a-z0-9.-]+(:[0-9]+)?$/;
const SITE = /^https:\/\/[a-z0-9.-]+(:[0-9]+)?\/([A-Za-z0-9._~-]+\/)*$/;
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1)(:[0-9]+)?\/([A-Za-z0-9._~-]+\/)*$/;

/**
 * @param {TrustDocument} document
 * @returns {string[]} the registry's own addresses: its site and its former sites
 */
export function addresses(document) {
  return [document.site, ...document.former];
}

/**
 * @param {TrustDocument} document
 * @returns {Vkey} the key that signs current checkpoints
 */
export function logKey(document) {
  return /** @type {Vkey} */ (document.logs.at(-1)?.key);
}

/**
 * @param {TrustDocument} document
 * @param {Bytes} kid
 * @returns {Issuer | null} no two keys of one document share a kid
 */
export function issuerOf(document, kid) {
  return document.issuers.find((issuer) => same(issuer.kid, kid)) ?? null;
}

/**
 * @param {Issuer} issuer
 * @param {number} lsp
 * @param {string} scheme
 * @returns {boolean} whether both are in scope (T10)
 */
export function covers(issuer, lsp, scheme) {
  return (issuer.lsps?.includes(lsp) ?? true) && (issuer.schemes?.includes(scheme) ?? true);
}

/**
 * @param {Bytes} data
 * @returns {Promise<TrustDocument>} T1 and T2; Malformed else, TooNew for a later header. No
 *   signature is checked: use `anchor` or `step`
 */
export async function parse(data) {
  const parsed = note.parse(data, note.TRUST_LIMIT);
  const body = bodyOf(parsed, HEADER, "trust");
  try {
    return await documentOf(loads(body), parsed);
  } catch (error) {
    if (error instanceof TypeError) {
      throw new Malformed("trust"); // a field is missing or of another type
    }
    throw error;
  }
}

/**
 * @param {note.Note} parsed
 * @param {string} header `absah-<kind>/v1`
 * @param {string} code
 * @returns {string} what follows the header line; TooNew for that of a later version
 */
export function bodyOf(parsed, header, code) {
  const cut = parsed.text.indexOf("\n");
  const first = parsed.text.slice(0, cut);
  if (first !== header) {
    const later =
      first.startsWith(header.slice(0, -1)) &&
      /^([2-9]|[1-9][0-9]+)$/.test(first.slice(header.length - 1));
    throw later ? new TooNew(code) : new Malformed(code);
  }
  return parsed.text.slice(cut + 1);
}

/**
 * @param {Bytes} data
 * @returns {Promise<TrustDocument>} taken as it is: signed by the threshold of its own roots (T5)
 */
export async function anchor(data) {
  const document = await parse(data);
  await demand(document, document.note);
  return document;
}

/**
 * @param {TrustDocument} current
 * @param {Bytes} data
 * @returns {Promise<TrustDocument>} the next after a trusted one (T2, T4, T5); the signatures of
 *   its roots come first. Malformed else; TooNew: signed by them, but with a later header
 */
export async function step(current, data) {
  await demand(current, note.parse(data, note.TRUST_LIMIT));
  const document = await parse(data);
  if (document.id !== current.id) {
    throw new Malformed("trust-registry"); // the document of another registry
  }
  if (document.version !== current.version + 1) {
    throw new Malformed("trust-version"); // not the next version
  }
  if (document.previous !== current.digest) {
    throw new Malformed("trust-previous"); // not the successor of this document
  }
  await demand(document, document.note);
  return document;
}

/**
 * T5: count public keys, never lines or names.
 *
 * @param {TrustDocument} by
 * @param {note.Note} signed
 */
async function demand(by, signed) {
  if ((await note.signers(signed, by.roots)).size < by.threshold) {
    throw new Malformed("trust-threshold"); // not signed by enough root keys
  }
}

/**
 * @param {Json} d
 * @param {note.Note} parsed
 * @returns {Promise<TrustDocument>}
 */
async function documentOf(d, parsed) {
  const [registry, roots] = [member(d, "registry"), member(d, "roots")];
  /** @type {TrustDocument} */
  const document = {
    id: match(ID, member(registry, "id")),
    name: names(member(registry, "name")),
    site: member(registry, "site"),
    former: list(member(registry, "former")),
    version: whole(member(d, "version"), 1),
    previous: match(/^([0-9a-f]{64})?$/, member(d, "previous")),
    issued: timeSeconds(member(d, "issued")),
    expires: timeSeconds(member(d, "expires")),
    threshold: whole(member(roots, "threshold"), 1),
    roots: await each(member(roots, "keys"), parseVkey),
    issuers: await each(member(d, "issuers"), issuer),
    publishers: await each(member(d, "publishers"), parseVkey),
    logs: await each(member(d, "logs"), log),
    approvers: await each(member(d, "approvers"), parseVkey),
    maxAge: whole(member(d, "max_age"), 1),
    demo: flag(Object.hasOwn(d, "demo") && d.demo),
    text: parsed.text,
    note: parsed,
    digest: hex(await keys.sha256(encode(parsed.text))),
  };
  await check(document);
  return document;
}

/** @param {TrustDocument} document */
async function check(document) {
  for (const address of addresses(document)) {
    if (typeof address !== "string") {
      throw new TypeError();
    }
    if (!SITE.test(address) && !(document.demo && LOOPBACK.test(address))) {
      throw new Malformed("trust-site"); // not an https address that ends in /
    }
  }
  if (document.threshold > document.roots.length) {
    throw new Malformed("trust-threshold"); // the threshold is above the number of root keys
  }
  if ((document.version === 1) !== (document.previous === "")) {
    throw new Malformed("trust-previous"); // only version 1 has no previous document
  }
  await checkKeys(document);
  if (document.logs.some(({ final }, i, { length }) => !final !== (i === length - 1))) {
    throw new Malformed("trust-log"); // not exactly the last log entry is open
  }
  if (document.logs.some(({ key }) => key.name !== `${document.id}/log`)) {
    throw new Malformed("trust-log"); // the origin is not the registry's
  }
}

/** @param {TrustDocument} document */
async function checkKeys({ roots, publishers, approvers, issuers, logs }) {
  const noteKeys = [...roots, ...publishers, ...approvers, ...logs.map(({ key }) => key)];
  const all = [...noteKeys.map((key) => key.public), ...issuers.map(({ x }) => x)];
  if (new Set(all.map(hex)).size !== all.length) {
    throw new Malformed("trust-keys"); // a public key stands twice
  }
  if (new Set((await Promise.all(all.map(keys.kid))).map(hex)).size !== all.length) {
    throw new Malformed("trust-keys"); // two keys share a kid
  }
  if (new Set(noteKeys.map(({ name, id }) => `${name} ${id}`)).size !== noteKeys.length) {
    throw new Malformed("trust-keys"); // two note keys share name and key id
  }
  if (!publishers.length || !logs.length) {
    throw new Malformed("trust-keys"); // no publisher or no log key
  }
}

/**
 * @param {Json} d
 * @returns {Promise<Issuer>}
 */
async function issuer(d) {
  const x = b64decode(member(d, "x"));
  keys.refuseWeak(x);
  const kid = await keys.kid(x);
  if (match(/^[0-9a-f]{8}$/, member(d, "kid")) !== hex(kid)) {
    throw new Malformed("trust-keys"); // a kid is not its key's
  }
  const [scope, status] = [member(d, "scope"), member(d, "status")];
  if (Object.getPrototypeOf(scope) !== Object.prototype) {
    throw new Malformed("trust"); // not a scope
  }
  const lsps = Object.hasOwn(scope, "lsps") ? list(scope.lsps).map((n) => whole(n, 0)) : null;
  const schemes = Object.hasOwn(scope, "schemes") ? list(scope.schemes).map(text) : null;
  if (lsps?.length === 0 || schemes?.length === 0) {
    throw new Malformed("trust-scope"); // an empty scope list
  }
  if (!STATUSES.includes(status)) {
    throw new Malformed("trust-status"); // no such status
  }
  const final = finalOf(d);
  if (status === "active" && final) {
    throw new Malformed("trust-status"); // an active key has no final size
  }
  const [begins, until] = [timeSeconds(member(d, "from")), timeSeconds(member(d, "until"))];
  return { kid, x, name: names(member(d, "name")), lsps, schemes, begins, until, status, final };
}

/** @param {Json} d */
async function log(d) {
  const key = await parseVkey(member(d, "vkey"));
  if (member(d, "origin") !== key.name) {
    throw new Malformed("trust-log"); // the key's name is not the origin
  }
  return { key, final: finalOf(d) };
}

/**
 * @param {Json} d
 * @returns {Final | null}
 */
function finalOf(d) {
  if (!Object.hasOwn(d, "final")) {
    return null;
  }
  const root = b64decode(member(d.final, "root"));
  if (root.length !== 32) {
    throw new Malformed("trust-final"); // the root is not 32 bytes
  }
  return { size: whole(member(d.final, "size"), 1), root };
}

/**
 * @template T
 * @param {Json} value
 * @param {(item: Json) => Promise<T>} read
 * @returns {Promise<T[]>} of every item, the order kept: the first fault is the one told
 */
async function each(value, read) {
  const found = list(value).map(read);
  await Promise.allSettled(found);
  return Promise.all(found);
}

/**
 * @param {Json} value
 * @param {number} low
 * @returns {number}
 */
function whole(value, low) {
  if (typeof value !== "number" || value < low) {
    throw new Malformed("trust"); // not a whole number
  }
  return value;
}

/** @param {Json} value */
function flag(value) {
  if (typeof value !== "boolean") {
    throw new Malformed("trust"); // not true or false
  }
  return value;
}

/** @param {Json} value */
function text(value) {
  return match(/./s, value);
}

/**
 * @param {Json} value
 * @returns {Json[]}
 */
function list(value) {
  if (!Array.isArray(value)) {
    throw new Malformed("trust"); // not a list
  }
  return value;
}

/**
 * @param {RegExp} form
 * @param {Json} value
 * @returns {string}
 */
function match(form, value) {
  if (typeof value !== "string" || !form.test(value)) {
    throw new Malformed("trust"); // a text is not of its form
  }
  return value;
}

/**
 * @param {Json} value
 * @returns {Record<string, string>}
 */
function names(value) {
  const [id, ja, en] = ["id", "ja", "en"].map((language) => text(member(value, language)));
  return /** @type {Record<string, string>} */ ({ id, ja, en });
}
