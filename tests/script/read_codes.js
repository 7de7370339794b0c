/** Reads codes as a phone's page would: raw grey pixels on standard input, texts on standard output. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../site_templates/package.json", import.meta.url));
/** @type {typeof import("../../site_templates/node_modules/@nuintun/qrcode/esm/index.js")} */
const { Detector, Decoder, binarize } = require("@nuintun/qrcode");

const side = Number(process.argv[2]);
const pixels = readFileSync(0);
const count = pixels.length / (side * side);
for (let n = 0; n < count; n++) {
  const grey = new Uint8Array(pixels.subarray(n * side * side, (n + 1) * side * side));
  const binary = binarize(grey, side, side);
  /** @type {string | null} */
  let text = null;
  const guesses = new Detector().detect(binary);
  for (let guess = guesses.next(false); !guess.done && text === null; ) {
    try {
      text = new Decoder().decode(guess.value.matrix).content;
    } catch {
      guess = guesses.next(false); // another guess at where the code lies
    }
  }
  console.log(JSON.stringify(text));
}
