/**
 * Corrections of a catalogue entry (docs/formats.md section 8; twin: `registry/errata.py`).
 *
 * An entry's bytes never change, because certificates point to their digest. What was mistranslated
 * is put right beside it: texts in Japanese and English, and related fields. Whatever else a line
 * says is passed over, so no correction can touch a code, a level, a unit or an Indonesian title.
 */

/** @typedef {import("./canonical.js").Json} Json */
/** @typedef {Record<string, Json>} Entry */

const TRANSLATIONS = ["ja", "en"];

/**
 * @param {Entry} entry as signed; it is not changed
 * @param {string} digest SHA-256 of the entry's bytes, hex
 * @param {Json} errata as published; the later of two lines counts
 * @returns {Entry} the entry with every correction of it
 */
export function corrected(entry, digest, errata) {
  const lines = Array.isArray(errata) ? errata : [];
  return lines
    .filter((line) => line?.digest === digest)
    .reduce((before, { name, units, fields }) => {
      const titles = Array.isArray(units) ? units : [];
      return {
        ...before,
        name: retold(before["name"] ?? {}, name),
        units: (before["units"] ?? []).map((/** @type {Entry} */ unit) =>
          titles
            .filter((title) => title?.code === unit["code"])
            .reduce((told, title) => retold(told, title), unit),
        ),
        ...(isSlugs(fields) && { fields }),
      };
    }, entry);
}

/**
 * @param {Entry} texts
 * @param {Json} correction
 * @returns {Entry} with its translations in place of those there
 */
function retold(texts, correction) {
  const said = TRANSLATIONS.map((language) => [language, correction?.[language]]);
  return { ...texts, ...Object.fromEntries(said.filter(([, text]) => text && isText(text))) };
}

/**
 * @param {Json} value
 * @returns {boolean}
 */
function isText(value) {
  return typeof value === "string";
}

/**
 * @param {Json} value
 * @returns {boolean}
 */
function isSlugs(value) {
  return Array.isArray(value) && value.every(isText);
}
