/**
 * Which decoder reads a picture on this device: the browser's own for frames of the camera where
 * it reads QR codes, and ours, in a worker, everywhere and for everything else.
 */

import { CLOSER, FRAME, STILL } from "./passes.js";
import { TooLong, within } from "./patience.js";
import { startWorker } from "./workers.js";

/** @typedef {{detect: (image: ImageBitmap) => Promise<{rawValue: string}[]>}} Native */
/** @typedef {import("./passes.js").Pass} Pass */
/**
 * @typedef {object} NativeClass BarcodeDetector (Shape Detection API); TypeScript does not know it
 * @property {() => Promise<string[]>} getSupportedFormats
 */

/** Milliseconds that one picture may take before it is given up: the worst that was seen is 3,000. */
const PATIENCE = 30_000;

/** A picture took too long, or the decoder failed on it. */
export class Undecodable extends Error {}

/** Reads one picture after the other. */
export class CodeReader {
  constructor() {
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Promise<Native | null>} */
    this.native = nativeDetector();
    /** What is done before the next picture is taken. */
    this.before = Promise.resolve();
  }

  /**
   * @param {ImageBitmap} bitmap of a frame; it is used up
   * @param {boolean} closer it is only the middle: look twice as closely
   * @returns {Promise<string[]>}
   */
  async frame(bitmap, closer) {
    const native = await this.native;
    if (native === null) {
      return this.ours(bitmap, closer ? CLOSER : FRAME);
    }
    try {
      return (await native.detect(bitmap)).map((code) => code.rawValue);
    } catch {
      // The service behind it can be missing or gone at any time, and says so only here.
      this.native = Promise.resolve(null);
      return this.ours(bitmap, closer ? CLOSER : FRAME);
    }
  }

  /**
   * @param {ImageBitmap} bitmap of a photo or a page; it is used up
   * @returns {Promise<string[]>}
   */
  still(bitmap) {
    return this.ours(bitmap, STILL);
  }

  /**
   * @param {ImageBitmap} bitmap
   * @param {readonly Pass[]} passes
   * @returns {Promise<string[]>} Undecodable after PATIENCE, with a new worker for the next one
   */
  ours(bitmap, passes) {
    const answer = this.before.then(() => this.ask(bitmap, passes));
    this.before = answer.then(
      () => undefined,
      () => this.stop(),
    );
    return answer;
  }

  /**
   * @param {ImageBitmap} bitmap
   * @param {readonly Pass[]} passes
   * @returns {Promise<string[]>}
   */
  async ask(bitmap, passes) {
    const worker = (this.worker ??= startWorker(DECODE_WORKER));
    const end = new AbortController();
    const { signal } = end;
    try {
      return await within(
        PATIENCE,
        new Promise((resolve, reject) => {
          worker.addEventListener("message", ({ data }) => resolve(data), { signal });
          worker.addEventListener("error", (fault) => reject(fault), { signal });
          worker.postMessage({ bitmap, passes }, [bitmap]);
        }),
      );
    } catch (fault) {
      // Without a message the worker's file itself could not be had: no fault of the picture.
      const ours = fault instanceof ErrorEvent || fault instanceof TooLong;
      throw ours ? new Undecodable() : new Error(DECODE_WORKER);
    } finally {
      end.abort();
    }
  }

  /** End the worker; the next picture starts another one. */
  stop() {
    this.worker?.terminate();
    this.worker = null;
  }
}

/** @returns {Promise<Native | null>} null where the browser reads no QR codes itself */
async function nativeDetector() {
  /** @type {(new (options: {formats: string[]}) => Native) & NativeClass | undefined} */
  const found = Reflect.get(globalThis, "BarcodeDetector");
  if (found === undefined) {
    return null;
  }
  const formats = await found.getSupportedFormats().catch(() => /** @type {string[]} */ ([]));
  return formats.includes("qr_code") ? new found({ formats: ["qr_code"] }) : null;
}
