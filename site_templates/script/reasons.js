/** The closed set of words in which every verifier of this project answers (docs/verdicts.md). */

/** @typedef {"green" | "amber" | "red" | "grey"} Level never shown by colour alone */
/**
 * @typedef {"foreign-code" | "unknown-key" | "signature-mismatch" | "key-compromised"
 *   | "out-of-scope" | "not-in-log" | "revoked" | "superseded" | "suspended" | "expired"
 *   | "not-yet-valid" | "conflict" | "clock-wrong" | "key-unchecked" | "trust-expired"
 *   | "log-unchecked" | "status-stale" | "valid" | "too-new" | "other-code" | "malformed"} Reason
 */

const GREY = new Set(["too-new", "other-code", "malformed"]);
const AMBER = new Set([
  "conflict",
  "clock-wrong",
  "key-unchecked",
  "trust-expired",
  "log-unchecked",
  "status-stale",
]);

/**
 * @param {Reason} reason
 * @returns {Level} how it is shown
 */
export function levelOf(reason) {
  if (reason === "valid") {
    return "green";
  }
  return GREY.has(reason) ? "grey" : AMBER.has(reason) ? "amber" : "red";
}

/**
 * Bytes are not one of our objects, or not in their one permitted form.
 *
 * What is wrong stands in a comment where this is thrown: no page shows it, and sentences for
 * every rule would be a tenth of what a page loads.
 */
export class Malformed extends Error {
  /** @param {string} code a short word for the rule that was broken, shared with Python */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Signed by a key that is known, but in a later format than this software reads. */
export class TooNew extends Malformed {}

/**
 * For a `catch`, which in JavaScript takes everything: any other error is a fault of this program and
 * goes on, so that no verdict hides it.
 *
 * @param {unknown} error
 * @returns {Malformed}
 */
export function onlyMalformed(error) {
  if (error instanceof Malformed) {
    return error;
  }
  throw error;
}

/**
 * @template T
 * @param {() => T | Promise<T>} read
 * @returns {Promise<T | null>} null where something is malformed: then it counts as not at hand
 */
export async function attempt(read) {
  try {
    return await read();
  } catch (error) {
    onlyMalformed(error);
    return null;
  }
}

/** A certificate was not accepted; the reason is never "valid". */
export class Refused extends Error {
  /** @param {Reason} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}
