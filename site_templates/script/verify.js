/**
 * The one policy: what the evidence says about a code at a moment (docs/verdicts.md).
 *
 * `examine` opens a text: whose code, frame, key, signature, claims. `judge` weighs it with build
 * note, status list and log. Both are total and pure: no clock, no network, no storage.
 */

import { hex, same } from "./bytes.js";
import { begins, decodePayload, expires } from "./certificate.js";
import * as cose from "./cose.js";
import * as fragment from "./fragment.js";
import { sha256 } from "./keys.js";
import * as merkle from "./merkle.js";
import { Refused, TooNew, levelOf, onlyMalformed } from "./reasons.js";
import { coversIndex, state } from "./status.js";
import { addresses, covers, issuerOf } from "./trust.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./certificate.js").Certificate} Certificate */
/** @typedef {import("./reasons.js").Reason} Reason */
/** @typedef {import("./trust.js").Issuer} Issuer */
/** @typedef {import("./trust.js").TrustDocument} TrustDocument */
/**
 * @typedef {object} Opened what a text holds by itself, with one trust document at hand (steps 1-5)
 * @property {Reason | null} fault why it ends here; "unknown-key" for any kid without an entry
 * @property {Bytes | null} data
 * @property {Bytes | null} kid
 * @property {Issuer | null} issuer
 * @property {Certificate | null} certificate
 * @property {string} host the address of a code that leads elsewhere, "" else
 */
/**
 * @typedef {object} Evidence all that a verifier holds about one code; every object in it has been
 *   verified by itself
 * @property {Opened} opened
 * @property {TrustDocument | null} [trust]
 * @property {boolean} [walked] in this session, from the site itself, the walk reached the version
 *   that a verified note pins
 * @property {import("./build_note.js").BuildNote | null} [note]
 * @property {boolean} [fetched] the note was read from the site and verified for this check
 * @property {import("./status.js").StatusList | null} [status] the list that covers the index, as
 *   the note pins it; a list of another range is no list
 * @property {merkle.Checkpoint | null} [checkpoint]
 * @property {Bytes | null} [leaf] the leaf hash found at the index
 * @property {Bytes[]} [proof] its inclusion proof in the note's tree
 * @property {Bytes[]} [prefix] proof of the root at the issuer key's `final.size` in that tree
 * @property {boolean} [conflict]
 * @property {boolean} [ahead] a verified note was refused: it lies more than 24 h ahead
 * @property {boolean} [tooNew] trust document or build note has a later header, and is signed by
 *   known keys
 */
/** @typedef {{issuer: string, dates: string, standing: string}} Answers keys of words `answer.*` */
/**
 * @typedef {object} Verdict the answer about one code
 * @property {Reason} reason
 * @property {import("./reasons.js").Level} level
 * @property {string} variant which sentence: "" or none, registry, proof, absent, fetched
 * @property {Answers} answers
 * @property {Certificate | null} certificate null where no data may be shown
 * @property {string} host
 * @property {number} moment the later of now and the newest signed time held, seconds
 */

/** Seconds a device's clock may lie behind the newest signed time. */
const CLOCK_SLACK = 300;

/**
 * @param {string} text
 * @param {TrustDocument | null} trust
 * @returns {Promise<Opened>} as far as the trust document at hand allows
 */
export async function examine(text, trust) {
  const { data, reason = null, host = "" } = fragment.read(text, trust && addresses(trust));
  /** @type {Opened} */
  const opened = { fault: reason, data: null, kid: null, issuer: null, certificate: null, host };
  if (!data) {
    return opened;
  }
  opened.data = data;
  try {
    const frame = cose.split(data);
    opened.kid = frame.kid;
    opened.issuer = trust && issuerOf(trust, frame.kid);
    if (!opened.issuer) {
      opened.fault = "unknown-key";
    } else if (!(await cose.check(frame, opened.issuer.x))) {
      opened.fault = "signature-mismatch";
    } else {
      opened.certificate = decodePayload(frame.payload);
    }
  } catch (error) {
    opened.fault = onlyMalformed(error) instanceof TooNew ? "too-new" : "malformed";
  }
  return opened;
}

/**
 * The verdict on the evidence. Total and pure.
 *
 * @param {Evidence} e
 * @param {number} now seconds since 1970-01-01 UTC
 * @returns {Promise<Verdict>}
 */
export async function judge(e, now) {
  const { opened, trust, note } = e;
  const { certificate, issuer } = opened;
  const newest = Math.max(trust?.issued ?? now, note?.issued ?? 0);
  const t = Math.max(now, newest);
  const end = (/** @type {Reason} */ reason, variant = "", answer = "skipped", host = "") =>
    verdictOf(reason, variant, { ...SKIPPED, issuer: answer }, null, host, t);
  if (e.tooNew && opened.data) {
    return end("too-new");
  }
  if (opened.fault === "unknown-key" && !(e.walked && trust)) {
    return end("key-unchecked", trust ? "" : "none", "unproven");
  }
  if (opened.fault || !certificate || !issuer || !trust) {
    const fault = opened.fault ?? "malformed";
    return end(fault, "", ISSUER[fault], opened.host);
  }
  const entry = await entryOf(e, certificate);
  const finalRoot = entry === "unproven" ? entry : await finalRootOf(e, issuer);
  const clockWrong = now < newest - CLOCK_SLACK || !!e.ahead;
  const found = new Found(e, trust, certificate, issuer, t, clockWrong, entry, finalRoot);
  const applying = found.reasons().find(([applies]) => applies);
  const [, reason, variant] = applying ?? [true, /** @type {Reason} */ ("valid"), ""];
  return verdictOf(reason, variant, found.answers(reason), certificate, "", t);
}

/**
 * @param {Reason} reason
 * @param {string} variant
 * @param {Answers} answers
 * @param {Certificate | null} certificate
 * @param {string} host
 * @param {number} moment
 * @returns {Verdict}
 */
function verdictOf(reason, variant, answers, certificate, host, moment) {
  return { reason, level: levelOf(reason), variant, answers, certificate, host, moment };
}

/**
 * @param {Evidence} e
 * @param {number} now
 * @returns {Promise<Certificate>} if the verdict is green; Refused(reason) else
 */
export async function verify(e, now) {
  const { reason, certificate } = await judge(e, now);
  if (reason !== "valid" || !certificate) {
    throw new Refused(reason);
  }
  return certificate;
}

const SKIPPED = { issuer: "skipped", dates: "skipped", standing: "skipped" };
/** @type {Partial<Record<Reason, string>>} */
const ISSUER = {
  "unknown-key": "unknown",
  "signature-mismatch": "mismatch",
  "out-of-scope": "scope",
  "key-compromised": "unsafe",
};
/** By the state in a status list. */
/** @type {(Reason | null)[]} */
const STATES = [null, "revoked", "suspended", "superseded"];

/**
 * @param {Evidence} e
 * @param {Certificate} certificate
 * @returns {Promise<"ours" | "other" | "unproven">} what the log is proven to hold at its index
 */
async function entryOf({ opened, note, checkpoint, leaf, proof }, { index }) {
  if (!note || !checkpoint || !leaf || !opened.data) {
    return "unproven";
  }
  if (checkpoint.size !== note.size || !same(checkpoint.root, note.root)) {
    return "unproven";
  }
  if (!(await merkle.included(leaf, index, note.size, proof ?? [], note.root))) {
    return "unproven";
  }
  const ours = await merkle.leafHash(await merkle.certificateEntry(opened.data));
  return same(leaf, ours) ? "ours" : "other";
}

/**
 * @param {Evidence} e
 * @param {Issuer} issuer
 * @returns {Promise<"same" | "other" | "unproven">} how the note's tree stands to the key's cut-off
 */
async function finalRootOf({ note, prefix }, { final }) {
  if (!final || !note || !prefix?.length) {
    return "unproven";
  }
  try {
    const root = await merkle.olderRoot(final.size, note.size, prefix, note.root);
    return same(root, final.root) ? "same" : "other";
  } catch (error) {
    onlyMalformed(error);
    return "unproven";
  }
}

/** What the evidence shows about a certificate whose signature holds (steps 6 to 10). */
class Found {
  /**
   * @param {Evidence} e
   * @param {TrustDocument} trust
   * @param {Certificate} certificate
   * @param {Issuer} issuer
   * @param {number} t
   * @param {boolean} clockWrong
   * @param {"ours" | "other" | "unproven"} entry
   * @param {"same" | "other" | "unproven"} finalRoot
   */
  constructor(e, trust, certificate, issuer, t, clockWrong, entry, finalRoot) {
    const { index, lsp, scheme } = certificate;
    this.e = e;
    this.index = index;
    this.issuer = issuer;
    this.entry = entry;
    this.finalRoot = finalRoot;
    this.clockWrong = clockWrong;
    this.fetched = !!e.note && !!e.fetched;
    this.inScope = covers(issuer, lsp, scheme);
    this.absent = !!e.note && index >= e.note.size;
    this.list = e.status && coversIndex(e.status, index) ? e.status : null;
    this.state = this.list ? STATES[state(this.list, index)] : null;
    this.expired = t >= expires(certificate);
    this.early = t < begins(certificate);
    this.trustExpired = t >= trust.expires;
    this.unlisted = !e.note || !this.list;
    this.stale = !!e.note && t - e.note.issued > trust.maxAge;
  }

  /**
   * The order of judgement: the first that applies decides; none, and it is valid.
   *
   * @returns {[applies: boolean, reason: Reason, variant: string][]}
   */
  reasons() {
    const { absent, early, expired, fetched, inScope, state } = this;
    return [
      [this.closed(), "key-compromised", ""],
      [!inScope && !!this.e.walked, "out-of-scope", ""],
      [this.notLogged(), "not-in-log", absent ? "absent" : ""],
      [!!state, state ?? "valid", ""],
      [expired, "expired", ""],
      [early, "not-yet-valid", ""],
      [!!this.e.conflict || this.finalRoot === "other", "conflict", ""],
      [this.clockWrong, "clock-wrong", ""],
      [!inScope || this.proofMissing(), "key-unchecked", inScope ? "proof" : ""],
      [this.trustExpired, "trust-expired", ""],
      [this.unlogged(), "log-unchecked", fetched ? "fetched" : ""],
      [this.unlisted, "status-stale", "none"],
      [this.stale, "status-stale", fetched ? "registry" : ""],
    ];
  }

  /** Whether the key's end takes this certificate with it (T10). */
  closed() {
    const { final, status } = this.issuer;
    const compromised = status === "compromised";
    if (!final) {
      return compromised;
    }
    return this.index >= final.size || (compromised && this.entry === "other");
  }

  proofMissing() {
    const shown = this.entry === "ours" && this.finalRoot === "same";
    return this.issuer.status === "compromised" && !shown;
  }

  notLogged() {
    return (this.fetched && this.absent) || this.entry === "other";
  }

  unlogged() {
    return this.fetched ? this.entry !== "ours" : this.absent;
  }

  /**
   * The three answers as found; a doubt about the key is never answered "ok".
   *
   * @param {Reason} reason
   * @returns {Answers}
   */
  answers(reason) {
    const unproven = !this.inScope || this.proofMissing() || this.trustExpired;
    const issuer = ISSUER[reason] ?? (unproven ? "unproven" : "ok");
    if (reason === "out-of-scope") {
      return { ...SKIPPED, issuer };
    }
    const days = this.expired ? "after" : this.early ? "before" : "ok";
    return {
      issuer,
      dates: reason === "clock-wrong" ? "clock" : days,
      standing: reason === "key-compromised" ? "skipped" : this.standing(reason),
    };
  }

  /** @param {Reason} reason */
  standing(reason) {
    if (reason === "conflict") {
      return "conflict";
    }
    if (this.notLogged()) {
      return this.absent ? "absent" : "mismatch";
    }
    if (this.state) {
      return this.state;
    }
    if (this.unlisted) {
      return "none";
    }
    if (this.unlogged()) {
      return "unlogged";
    }
    if (this.stale) {
      return "stale";
    }
    return this.fetched && reason !== "clock-wrong" ? "ok" : "ok_offline";
  }
}

/**
 * @param {Bytes} data of a certificate
 * @returns {Promise<string>} SHA-256 of its bytes, hex, as shown to people
 */
export async function certificateHash(data) {
  return hex(await sha256(data));
}
