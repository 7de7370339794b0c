/** The worker that reads codes, one picture at a time. */

import { decode } from "./decode.js";

addEventListener("message", (/** @type {MessageEvent<import("./decode.js").Wanted>} */ { data }) => {
  postMessage(decode(data));
});
