/**
 * A registry that contradicts itself, said over the whole page, with the evidence to be saved.
 *
 * It is a fault of the registry and never of a holder, so what is saved holds signed objects of
 * the registry alone and nothing about the certificate that was checked.
 */

import { byId, element } from "./dom.js";

/** @typedef {import("./held.js").Held} Held */
/** @typedef {import("./words.js").Words} Words */

/**
 * @param {Words} words
 * @param {Held} held
 */
export function raise(words, held) {
  document.documentElement.classList.add("alarm-conflict");
  const file = new Blob([`${JSON.stringify(evidence(held), null, 1)}\n`], {
    type: "application/json",
  });
  const saving = element(
    "a",
    {
      class: "button",
      "data-word": "button.save_evidence",
      download: `absah-conflict-${held.registry.replace(/[^a-z0-9.-]/g, "-")}.json`,
      href: URL.createObjectURL(file),
    },
    words.text("button.save_evidence"),
  );
  const next = element(
    "p",
    { "data-word": "reason.conflict.do" },
    words.text("reason.conflict.do"),
  );
  const [title] = byId("alarm").children;
  byId("alarm").replaceChildren(/** @type {Element} */ (title), next, saving);
}

/**
 * @param {Held} held
 * @returns {object} the notes that contradict each other, and every other note that they are
 *   judged by; texts as they were signed
 */
function evidence({ registry, files, rival, contradicted }) {
  const text = (/** @type {Uint8Array<ArrayBuffer>} */ data) => new TextDecoder().decode(data);
  const notes = [...files].filter(([path]) => !path.startsWith("status/"));
  return {
    registry,
    contradiction: [contradicted, rival].filter((data) => data !== null).map(text),
    files: Object.fromEntries(notes.map(([path, data]) => [path, text(data)])),
  };
}
