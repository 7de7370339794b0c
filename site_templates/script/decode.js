/** A picture in, the texts of its codes out. What is transparent is paper, and white. */

import { grayscale } from "@nuintun/qrcode";
import { readCodes } from "./decoder.js";

/** @typedef {{bitmap: ImageBitmap, passes: readonly import("./passes.js").Pass[]}} Wanted */

/**
 * @param {Wanted} wanted its bitmap is used up
 * @returns {string[]}
 */
export function decode({ bitmap, passes }) {
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
  return readCodes({ pixels, width, height }, passes);
}
