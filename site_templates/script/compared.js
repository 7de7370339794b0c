/**
 * What a person found when comparing the data with a card or a passport and with the paper.
 *
 * It lives as long as one certificate is on the page, so that a change of language or fresher data
 * do not undo it, and is stored nowhere.
 */

/** @typedef {"match" | "order" | "partial" | "differs" | "not_done"} Found */
/** @typedef {"name" | "birth_date" | "face" | "paper"} Item */
/** @typedef {Record<Item, Found> & {document: "card" | "passport" | "none"}} Compared */

/** @type {Record<Item, Found[]>} what each item can be found to be */
export const CHOICES = {
  name: ["match", "order", "partial", "differs", "not_done"],
  birth_date: ["match", "differs", "not_done"],
  face: ["match", "differs", "not_done"],
  paper: ["match", "differs", "not_done"],
};

export const ITEMS = /** @type {Item[]} */ (Object.keys(CHOICES));

/** @type {{check: object | null, found: Compared}} */
const held = { check: null, found: nothing() };

/** @returns {Compared} */
function nothing() {
  return {
    document: "none",
    name: "not_done",
    birth_date: "not_done",
    face: "not_done",
    paper: "not_done",
  };
}

/**
 * @param {object} certificate the one on the page, or its digest's holder
 * @returns {Compared} that may be changed; a new one where another certificate came
 */
export function comparedFor(certificate) {
  if (held.check !== certificate) {
    held.check = certificate;
    held.found = nothing();
  }
  return held.found;
}
