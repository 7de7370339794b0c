/** What stands below a verdict: the data as signed, the notes, the technical lines, the actions. */

import { certificateView } from "./certificate_view.js";
import { notesView, technicalView } from "./notes_view.js";
import { values } from "./telling.js";

/** @typedef {import("./checks.js").Check} Check */
/** @typedef {import("./telling.js").Visit} Visit */
/** @typedef {import("./words.js").Words} Words */

/**
 * @param {Words} words all of them
 * @param {Check} check
 * @param {Visit} visit
 * @param {string} version of the software
 * @returns {{below: HTMLElement[], actions: HTMLElement[]}} actions: beside "check another"
 */
export function details(words, { verdict }, visit, version) {
  const filled = values(words, verdict, visit);
  const certificate = certificateView(words, verdict, filled);
  return {
    below: [
      ...(certificate === null ? [] : [certificate]),
      notesView(words, verdict, visit, filled),
      technicalView(words, verdict, filled, version),
    ],
    actions: [],
  };
}
