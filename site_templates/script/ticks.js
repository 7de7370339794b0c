/** The list to tick while comparing with a residence card or a passport, and with the paper. */

import { CHOICES, ITEMS, PAPERS, differs } from "./compared.js";
import { date } from "./dates.js";
import { element } from "./dom.js";

/** @typedef {import("./compared.js").Compared} Compared */
/** @typedef {import("./compared.js").Item} Item */
/** @typedef {import("./telling.js").Certificate} Certificate */
/** @typedef {import("./words.js").Words} Words */

/**
 * @param {Words} words
 * @param {Certificate} certificate
 * @param {Compared} compared is changed as the reader chooses
 * @param {() => void} changed called after each choice
 * @returns {HTMLElement}
 */
export function ticksView(words, certificate, compared, changed) {
  const advice = element("p", { class: "caution", role: "status" });
  const advise = () => {
    advice.hidden = !differs(compared);
    advice.textContent = advice.hidden ? "" : words.text("compare.differs_do");
  };
  /** @type {(set: () => void) => () => void} */
  const choosing = (set) => () => {
    set();
    advise();
    changed();
  };
  advise();
  return element(
    "section",
    { class: "card compare" },
    element("h2", {}, words.text("compare.heading")),
    element("p", {}, words.text("compare.lead")),
    choice(
      words.text("record.document"),
      null,
      PAPERS.map((paper) => ({
        label: words.text(`record.document_${paper}`),
        value: paper,
        chosen: compared.document === paper,
        choose: choosing(() => void (compared.document = paper)),
      })),
      "document",
    ),
    ...ITEMS.map((item) =>
      choice(
        words.text(`compare.${item}`),
        valueOf(words, certificate, item),
        CHOICES[item].map((found) => ({
          label: words.text(`compare.${found}`),
          value: found,
          chosen: compared[item] === found,
          choose: choosing(() => void (compared[item] = found)),
        })),
        item,
      ),
    ),
    advice,
    element("p", { class: "small" }, words.text("compare.names")),
  );
}

/**
 * @param {Words} words
 * @param {Certificate} certificate
 * @param {Item} item
 * @returns {HTMLElement | null} what is compared, as it was signed
 */
function valueOf(words, certificate, item) {
  if (item === "name") {
    const name = certificate.passportName ?? certificate.name;
    return element("bdi", { lang: "id", translate: "no" }, name);
  }
  return item === "birth_date" ? element("span", {}, date(words, certificate.birthDay)) : null;
}

/**
 * @param {string} legend
 * @param {HTMLElement | null} value
 * @param {{label: string, value: string, chosen: boolean, choose: () => void}[]} options
 * @param {string} name of the group
 * @returns {HTMLElement}
 */
function choice(legend, value, options, name) {
  const made = options.map((option) => {
    const input = element("input", {
      type: "radio",
      name: `compare-${name}`,
      value: option.value,
      ...(option.chosen && { checked: "" }),
    });
    input.addEventListener("change", option.choose);
    return element("label", {}, input, element("span", {}, option.label));
  });
  return element(
    "fieldset",
    { "data-item": name },
    element("legend", {}, legend, value === null ? null : element("strong", {}, value)),
    element("div", { class: "options" }, ...made),
  );
}
