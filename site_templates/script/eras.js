/** Days with the Japanese era in brackets: only what stands below a verdict says them. */

import { DAY, date, dayValues } from "./dates.js";

/** @typedef {import("./words.js").Words} Words */

/** First days of the eras, newest first (Intl writes the first year as 1, officials as 元). */
const ERAS = [
  { name: "reiwa", from: Date.UTC(2019, 4, 1), year: 2019 },
  { name: "heisei", from: Date.UTC(1989, 0, 8), year: 1989 },
  { name: "showa", from: Date.UTC(1926, 11, 25), year: 1926 },
];

/**
 * @param {Words} words
 * @param {number} day
 * @returns {string} 2026年4月11日（令和8年4月11日）; for issue and expiry only
 */
export function dateWithEra(words, day) {
  const era = ERAS.find(({ from }) => day * DAY * 1000 >= from);
  if (era === undefined) {
    return date(words, day);
  }
  const year = new Date(day * DAY * 1000).getUTCFullYear() - era.year + 1;
  return words.text("format.date_era", {
    ...dayValues(words, day),
    era: words.text(`era.${era.name}`),
    era_year: year === 1 ? words.text("era.first_year") : String(year),
  });
}
