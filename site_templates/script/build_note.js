/**
 * The build note: one consistent state of everything published (docs/formats.md section 7).
 *
 * It is the only file whose bytes change under its name. It pins trust version, log size and root,
 * status lists and catalogue by digest, and its `issued` is the only clock of freshness.
 */

import { same } from "./bytes.js";
import { b64decode, loads, member, timeSeconds } from "./canonical.js";
import * as note from "./note.js";
import { Malformed } from "./reasons.js";
import { listsFor } from "./status.js";
import { bodyOf } from "./trust.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./canonical.js").Json} Json */
/** @typedef {import("./trust.js").TrustDocument} TrustDocument */
/**
 * @typedef {object} BuildNote one build note, form checked; digests are lower-case hex
 * @property {string} registry
 * @property {number} build
 * @property {number} issued
 * @property {string} previous
 * @property {number} trustVersion
 * @property {string} trustDigest
 * @property {number} size
 * @property {Bytes} root
 * @property {string[]} status digest of status list k at position k
 * @property {Record<string, string>} catalogue
 * @property {string} files
 * @property {string | null} audit
 * @property {string} text
 * @property {note.Note} note
 */
/** @typedef {"same" | "newer" | "older" | "conflict"} Against to the stored note */

const HEADER = "absah-build/v1";
/** Seconds a note may lie ahead of the reader's clock before it is neither taken nor stored. */
export const AHEAD = 24 * 3600;

/**
 * @param {Bytes} data
 * @returns {BuildNote} its fields, form only: a hint until `verified` has checked its signature.
 *   Malformed else; TooNew for a later header
 */
export function parse(data) {
  const parsed = note.parse(data);
  const body = bodyOf(parsed, HEADER, "build");
  try {
    return fieldsOf(loads(body), parsed);
  } catch (error) {
    if (error instanceof TypeError) {
      throw new Malformed("build"); // a field is missing or of another type
    }
    throw error;
  }
}

/**
 * It may also name one of the older documents that were walked through: while a site is being
 * uploaded, the next one can be there before the note that names it.
 *
 * @param {Bytes} data
 * @param {TrustDocument} trust
 * @param {TrustDocument[]} [older]
 * @returns {Promise<BuildNote>} signed by a publisher of `trust`, and naming it (T2, T3), Malformed
 *   else; TooNew: signed by a publisher, but with a later header
 */
export async function verified(data, trust, older = []) {
  if (!(await note.signers(note.parse(data), trust.publishers)).size) {
    throw new Malformed("build-signature"); // not signed by a publisher key
  }
  const parsed = parse(data);
  if (parsed.registry !== trust.id) {
    throw new Malformed("build-registry"); // the note of another registry
  }
  const { trustVersion, trustDigest } = parsed;
  const known = [trust, ...older].find(({ version }) => version === trustVersion);
  if (known?.digest !== trustDigest) {
    throw new Malformed("build-trust"); // it names another trust document
  }
  return parsed;
}

/**
 * A lower number is a slow mirror, no attack. Two signed texts that contradict each other are.
 *
 * @param {BuildNote} stored
 * @param {BuildNote} found both verified
 * @returns {Against} how `found` stands to `stored`
 */
export function compare(stored, found) {
  if (found.build < stored.build) {
    return "older";
  }
  if (found.build === stored.build) {
    return found.text === stored.text ? "same" : "conflict";
  }
  if (found.size < stored.size || found.trustVersion < stored.trustVersion) {
    return "conflict";
  }
  if (found.size === stored.size && !same(found.root, stored.root)) {
    return "conflict";
  }
  return "newer";
}

/**
 * @param {Json} d
 * @param {note.Note} parsed
 * @returns {BuildNote}
 */
function fieldsOf(d, parsed) {
  const [trust, log, lists] = [member(d, "trust"), member(d, "log"), member(d, "status")];
  const root = b64decode(member(log, "root"));
  const size = whole(member(log, "size"));
  if (root.length !== 32 || size > 2 ** 31) {
    throw new Malformed("build"); // log size or root out of range
  }
  if (!Array.isArray(lists) || lists.length !== listsFor(size)) {
    throw new Malformed("build"); // not the status lists of this size
  }
  if (lists.some((entry, k) => member(entry, "list") !== k)) {
    throw new Malformed("build"); // not the status lists of this size
  }
  const [registry, catalogue] = [member(d, "registry"), member(d, "catalogue")];
  if (typeof registry !== "string" || Object.getPrototypeOf(catalogue) !== Object.prototype) {
    throw new Malformed("build"); // a field is of another type
  }
  return {
    registry,
    build: whole(member(d, "build")),
    issued: timeSeconds(member(d, "issued")),
    previous: member(d, "previous") === "" ? "" : digest(d.previous),
    trustVersion: whole(member(trust, "version")),
    trustDigest: digest(member(trust, "sha256")),
    size,
    root,
    status: lists.map((entry) => digest(member(entry, "sha256"))),
    catalogue: digests(catalogue),
    files: digest(member(d, "files")),
    audit: Object.hasOwn(d, "audit") ? digest(d.audit) : null,
    text: parsed.text,
    note: parsed,
  };
}

/**
 * @param {Json} value
 * @returns {number} from 1
 */
function whole(value) {
  if (typeof value !== "number" || value < 1) {
    throw new Malformed("build"); // not a whole number
  }
  return value;
}

/**
 * @param {Json} values
 * @returns {Record<string, string>} the same, all checked
 */
function digests(values) {
  Object.values(values).forEach(digest);
  return values;
}

/**
 * @param {Json} value
 * @returns {string}
 */
function digest(value) {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) {
    throw new Malformed("build"); // not a SHA-256 in hex
  }
  return value;
}
