/**
 * Elements, made one way only: attributes by name, everything else as text nodes.
 *
 * No string ever becomes markup here (Trusted Types enforce it), so a certificate, a catalogue or
 * a code of another system can show nothing but its own characters.
 */

/** @typedef {Node | string | null} Child null: nothing there */
/** @typedef {Record<string, string | null>} Attributes null: the attribute is left out */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Attributes} attributes names are written in this code, never taken from data
 * @param {...Child} children strings become text nodes
 * @returns {HTMLElement}
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * @param {string} id
 * @returns {HTMLElement} the page's own element; an Error if the template lost it
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(id);
  }
  return found;
}

/** The outline says the level without colour: circle, triangle, octagon, square. */
const OUTLINES = {
  green: "M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22Z",
  amber: "M13.3 2.3a1.5 1.5 0 0 0-2.6 0l-9.5 17A1.5 1.5 0 0 0 2.5 21.5h19a1.5 1.5 0 0 0 1.3-2.2Z",
  red: "M7.9 1.5h8.2l6.4 6.4v8.2l-6.4 6.4H7.9l-6.4-6.4V7.9Z",
  grey: "M4.5 1.5h15a3 3 0 0 1 3 3v15a3 3 0 0 1-3 3h-15a3 3 0 0 1-3-3v-15a3 3 0 0 1 3-3Z",
};
const GLYPHS = {
  green: "m6.8 12.4 3.6 3.6 6.9-7.4",
  amber: "M12 8.5v5.8m0 3.2v.1",
  red: "m8.3 8.3 7.4 7.4m0-7.4-7.4 7.4",
  grey: "M9 9.3a3 3 0 1 1 4.4 2.6c-1 .6-1.4 1.1-1.4 2.2m0 3.2v.1",
};

/** @typedef {keyof typeof OUTLINES} Level */

/**
 * @param {Level} level
 * @returns {Element} its icon; the word beside it carries the meaning for a screen reader
 */
export function icon(level) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${level}`);
  svg.setAttribute("aria-hidden", "true");
  for (const [name, line] of [["outline", OUTLINES[level]], ["glyph", GLYPHS[level]]]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", /** @type {string} */ (name));
    path.setAttribute("d", /** @type {string} */ (line));
    svg.append(path);
  }
  return svg;
}
