/** In how many ways a picture is looked at: the page chooses, decoder.js in its worker does it. */

/** @typedef {"plain" | "stretched" | "halved" | "sharpened"} Pass one way to look at a picture */

/** One frame of a video: there is no time for more, and the next one comes anyway. */
export const FRAME = /** @type {const} */ (["plain"]);
/** The middle of a frame, for a code that is far away. */
export const CLOSER = /** @type {const} */ (["sharpened"]);
/** A photo or a page: every pass, since ours may be the smallest of several codes on it. */
export const STILL = /** @type {const} */ (["plain", "stretched", "halved", "sharpened"]);
