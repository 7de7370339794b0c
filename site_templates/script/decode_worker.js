/**
 * The worker that reads codes: a picture in, the texts of its codes out.
 *
 * What is transparent is paper, and white. It takes one picture at a time.
 */

import { grayscale } from "@nuintun/qrcode";
import { readCodes } from "./decoder.js";

/** @typedef {import("./passes.js").Pass} Pass */
/** @typedef {{bitmap: ImageBitmap, passes: readonly Pass[]}} Wanted */

addEventListener("message", (/** @type {MessageEvent<Wanted>} */ { data }) => {
  const { bitmap, passes } = data;
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context === null) {
    throw new Error("no canvas");
  }
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const pixels = grayscale(context.getImageData(0, 0, width, height));
  postMessage(readCodes({ pixels, width, height }, passes));
});
