/**
 * Reads pictures from standard input with the page's decoder, for read_rate.py.
 *
 * A picture is its width and height (32 bits each, big-endian) and its grey pixels. Each gives one
 * line of JSON: the texts found by one look, by all looks, and milliseconds of both.
 */

import { readCodes } from "../site_templates/script/decoder.js";
import { FRAME, STILL } from "../site_templates/script/passes.js";

/** @type {Buffer[]} */
const chunks = [];
for await (const chunk of process.stdin) {
  chunks.push(chunk);
}
const data = Buffer.concat(chunks);
for (let at = 0; at < data.length; ) {
  const [width, height] = [data.readUInt32BE(at), data.readUInt32BE(at + 4)];
  const pixels = new Uint8Array(data.subarray(at + 8, at + 8 + width * height));
  at += 8 + width * height;
  const start = performance.now();
  const once = readCodes({ pixels, width, height }, FRAME);
  const between = performance.now();
  const all = readCodes({ pixels, width, height }, STILL);
  const end = performance.now();
  console.log(JSON.stringify({ once, all, times: [between - start, end - between] }));
}
