/**
 * Days and moments in words (tests/script/date_vectors.json).
 *
 * A day is a number of days since 1970-01-01, a moment a number of seconds since then.
 */

/** @typedef {import("./words.js").Words} Words */

export const DAY = 86400;
/** Seconds that Japan and Western Indonesia are ahead of UTC. */
export const JST = 32400;
export const WIB = 25200;

/**
 * @param {Words} words
 * @param {number} day
 * @returns {string} 2026年4月11日, 11 April 2026
 */
export function date(words, day) {
  return words.text("format.date", dayValues(words, day));
}

/**
 * @param {Words} words
 * @param {number} day
 * @returns {Record<string, string>}
 */
export function dayValues(words, day) {
  const when = new Date(day * DAY * 1000);
  return {
    year: String(when.getUTCFullYear()),
    month: words.text(`month.${when.getUTCMonth() + 1}`),
    day: String(when.getUTCDate()),
  };
}

/**
 * @param {number} moment
 * @param {number} zone seconds ahead of UTC
 * @returns {number} the calendar day there
 */
export function dayAt(moment, zone) {
  return Math.floor((moment + zone) / DAY);
}

/**
 * @param {Words} words
 * @param {number} moment
 * @param {number} zone seconds ahead of UTC
 * @returns {string} 14:05, 14.05
 */
function time(words, moment, zone) {
  const clock = new Date((moment + zone) * 1000).toISOString().slice(11, 16);
  return words.text("format.time", { hour: clock.slice(0, 2), minute: clock.slice(3) });
}

/**
 * @param {Words} words
 * @param {number} moment
 * @returns {string} with its zone: JST in Japanese; both zones in Indonesian, whose readers have
 *   a clock in the one country and a certificate from the other; both in English
 */
export function dateAndTime(words, moment) {
  const jst = dayAt(moment, JST);
  const wib = dayAt(moment, WIB);
  const form = words.language === "id" ? "both" : "two_days";
  return words.text(jst === wib && form !== "both" ? "format.datetime" : `format.datetime_${form}`, {
    date_jst: date(words, jst),
    time_jst: time(words, moment, JST),
    date_wib: date(words, wib),
    time_wib: time(words, moment, WIB),
  });
}

/**
 * @param {Words} words
 * @param {number} moment
 * @returns {string} its day, where the reader is: Japan for Japanese, else Western Indonesia
 */
export function dateOf(words, moment) {
  return date(words, dayAt(moment, words.language === "ja" ? JST : WIB));
}

/**
 * @param {Words} words
 * @param {number} seconds
 * @returns {string} in minutes up to an hour, in hours up to two days, then in days
 */
export function age(words, seconds) {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  if (minutes < 60) {
    return words.counted("age.minute", minutes);
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? words.counted("age.hour", hours)
    : words.counted("age.day", Math.floor(hours / 24));
}
