/**
 * What verify.html has in place of workers (workers.js): a file opened from a disk may start none,
 * so pictures are read in the page, one after the other.
 */

import { decode } from "./decode.js";

/** As much of a worker as code_reader.js uses. */
class InPage extends EventTarget {
  /** @param {import("./decode.js").Wanted} wanted */
  postMessage(wanted) {
    // Not at once: what says that it is being read is drawn first.
    setTimeout(() => {
      try {
        this.dispatchEvent(new MessageEvent("message", { data: decode(wanted) }));
      } catch (error) {
        this.dispatchEvent(new ErrorEvent("error", { error }));
      }
    });
  }

  /** A picture that takes too long is read to its end. */
  terminate() {}
}

/** @returns {InPage} */
export function startWorker() {
  return new InPage();
}
