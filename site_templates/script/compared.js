/**
 * What a person found when comparing the data with a card or a passport and with the paper.
 *
 * It lives with one check, so that another language or fresher data do not undo it, and is stored
 * nowhere.
 */

/** @typedef {import("./checks.js").Check} Check */
/** @typedef {"match" | "order" | "partial" | "differs" | "not_done"} Found */
/** @typedef {"name" | "birth_date" | "face" | "paper"} Item */
/** @typedef {"card" | "passport" | "none"} Paper */
/** @typedef {Record<Item, Found> & {document: Paper}} Compared */

/** @type {Record<Item, Found[]>} what each item can be found to be */
export const CHOICES = {
  name: ["match", "order", "partial", "differs", "not_done"],
  birth_date: ["match", "differs", "not_done"],
  face: ["match", "differs", "not_done"],
  paper: ["match", "differs", "not_done"],
};

export const ITEMS = /** @type {Item[]} */ (Object.keys(CHOICES));

/** @type {Paper[]} */
export const PAPERS = ["card", "passport", "none"];

/** @type {WeakMap<Check, Compared>} */
const known = new WeakMap();
/** @type {WeakRef<Check> | null} the check that was shown last */
let last = null;

/**
 * @param {Check} check
 * @returns {Compared} that may be changed; the one of the check before, where this is the same on
 *   fresher data
 */
export function comparedFor(check) {
  const before = last?.deref();
  const same = before?.pending && before.text === check.text ? known.get(before) : undefined;
  const found = known.get(check) ?? same ?? nothing();
  known.set(check, found);
  last = new WeakRef(check);
  return found;
}

/** @returns {Compared} */
export function nothing() {
  return {
    document: "none",
    name: "not_done",
    birth_date: "not_done",
    face: "not_done",
    paper: "not_done",
  };
}

/**
 * @param {Compared} compared
 * @returns {boolean} whether something did not match
 */
export function differs(compared) {
  return ITEMS.some((item) => ["partial", "differs"].includes(compared[item]));
}
