/** A verdict on the page: its panel and the three answers; details.js adds what stands below. */

import { element, icon } from "./dom.js";
import { said } from "./said.js";
import { ageLines, answerLevel, display, sentences, values } from "./telling.js";

/** @typedef {import("./telling.js").Verdict} Verdict */
/** @typedef {import("./telling.js").Visit} Visit */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./words.js").Values} Values */

/**
 * @typedef {object} Shown
 * @property {HTMLElement} view the element that carries data-reason and data-level
 * @property {HTMLElement} heading where the focus goes
 * @property {string} announcement for a screen reader
 */

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Visit} visit
 * @returns {Shown}
 */
export function show(words, verdict, visit) {
  const filled = values(words, verdict, visit);
  const { title } = sentences(words, verdict);
  const heading = element("h1", { tabindex: "-1", id: "verdict" }, words.text(title));
  const view = element(
    "div",
    { class: "verdict", "data-reason": verdict.reason, "data-level": verdict.level },
    panel(words, verdict, visit, filled, heading),
    ...(verdict.reason === "foreign-code" ? [] : [answers(words, verdict, filled)]),
  );
  const announcement = words.text("result.announce", { title: words.text(title) });
  return { view, heading, announcement };
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Visit} visit
 * @param {Values} filled
 * @param {HTMLElement} heading
 * @returns {HTMLElement}
 */
function panel(words, verdict, visit, filled, heading) {
  const { sentence, next } = sentences(words, verdict);
  return element(
    "section",
    { class: `panel ${verdict.level}`, "aria-labelledby": "verdict" },
    element(
      "div",
      { class: "headline" },
      icon(verdict.level),
      element(
        "div",
        {},
        element("p", { class: "level" }, words.text(`level.${verdict.level}`)),
        heading,
        ...ageLines(verdict, visit).map((key) =>
          element("p", { class: "asof" }, ...said(words, key, filled)),
        ),
        visit.pending ? element("p", { class: "pending" }, words.text("progress.fresh")) : null,
      ),
    ),
    element(
      "div",
      { class: "told" },
      element("p", { class: "sentence" }, ...said(words, sentence, filled)),
      element("h2", {}, words.text("result.next")),
      element("p", { class: "next" }, ...said(words, next, filled)),
    ),
  );
}

/**
 * @param {Words} words
 * @param {Verdict} verdict
 * @param {Values} filled
 * @returns {HTMLElement} three questions, each answered by icon, word and sentence
 */
function answers(words, verdict, filled) {
  const told = /** @type {const} */ (["issuer", "dates", "standing"]).map((question) => {
    const answer = verdict.answers[question];
    const key = `answer.${question}.${answer}`;
    return element(
      "li",
      { "data-answer": answer },
      icon(answerLevel(answer)),
      element("h2", {}, words.text(`question.${question}`)),
      element("p", { class: "word" }, words.text(`${key}.word`)),
      element("p", {}, ...said(words, `${key}.sentence`, filled)),
    );
  });
  return element("ul", { class: "answers", "data-display": display(verdict) }, ...told);
}
