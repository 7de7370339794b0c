import assert from "node:assert/strict";
import { test } from "node:test";

import { Encoder, Numeric } from "../../site_templates/node_modules/@nuintun/qrcode/esm/index.js";
import { readCodes } from "../../site_templates/script/decoder.js";
import { CLOSER, FRAME, STILL } from "../../site_templates/script/passes.js";

/** @typedef {import("../../site_templates/script/decoder.js").Picture} Picture */

/**
 * @param {number} width
 * @param {number} height
 * @param {number} [shade]
 * @returns {Picture}
 */
function paper(width, height, shade = 255) {
  return { pixels: new Uint8Array(width * height).fill(shade), width, height };
}

/**
 * Draw a code.
 *
 * @param {Picture} picture
 * @param {string} digits
 * @param {number} left
 * @param {number} top
 * @param {number} module pixels, also parts of one: then an edge gets the mean
 * @param {number} [ink]
 */
function draw({ pixels, width }, digits, left, top, module, ink = 0) {
  const code = new Encoder({ level: "M" }).encode(new Numeric(digits));
  const side = Math.floor(code.size * module);
  const light = pixels[0] ?? 255;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      let dark = 0;
      for (const [dx, dy] of [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]]) {
        const [u, v] = [(x + (dx ?? 0)) / module, (y + (dy ?? 0)) / module].map(Math.floor);
        dark += Math.min(u ?? 0, v ?? 0) < code.size ? code.get(u ?? 0, v ?? 0) / 4 : 0;
      }
      pixels[(top + y) * width + left + x] = light + (ink - light) * dark;
    }
  }
}

/**
 * @param {Picture} picture each pixel takes the mean of nine, twice
 */
function blur({ pixels, width, height }) {
  for (let round = 0; round < 2; round++) {
    const sharp = pixels.slice();
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        const rows = [-width, 0, width].map((d) => y * width + x + d);
        const sum = rows.flatMap((i) => [...sharp.slice(i - 1, i + 2)]).reduce((a, b) => a + b);
        pixels[y * width + x] = sum / 9;
      }
    }
  }
}

const OURS = "0123456789".repeat(40);

test("every pass reads a large, clean code, and each text is given once", () => {
  const picture = paper(1600, 1000);
  draw(picture, OURS, 100, 100, 8);
  for (const passes of [FRAME, STILL, /** @type {const} */ (["halved"])]) {
    assert.deepEqual(readCodes(picture, passes), [OURS]);
  }
});

test("leading zeros stay", () => {
  const picture = paper(400, 400);
  draw(picture, "000123", 60, 60, 8);
  assert.deepEqual(readCodes(picture, FRAME), ["000123"]);
});

test("several codes of one picture are all found", () => {
  const picture = paper(1300, 700);
  draw(picture, OURS, 60, 60, 6);
  draw(picture, "987654321", 800, 200, 9);
  assert.deepEqual(readCodes(picture, FRAME).sort(), [OURS, "987654321"]);
});

test("a small, soft code is read when it is enlarged and sharpened", () => {
  const picture = paper(500, 500);
  draw(picture, OURS, 30, 30, 2.5, 40);
  blur(picture);
  assert.deepEqual(readCodes(picture, FRAME), []);
  assert.deepEqual(readCodes(picture, CLOSER), [OURS]);
  assert.deepEqual(readCodes(picture, STILL), [OURS]);
});

test("a pale code is read when its range is stretched", () => {
  const picture = paper(400, 400, 140);
  draw(picture, OURS, 30, 30, 5, 128);
  assert.deepEqual(readCodes(picture, FRAME), []);
  assert.deepEqual(readCodes(picture, STILL), [OURS]);
});

test("a code too damaged to be read gives no text, and hides no other one", () => {
  const picture = paper(1300, 700);
  draw(picture, OURS, 60, 60, 6);
  draw(picture, "987654321", 800, 200, 9);
  const inside = (/** @type {number} */ at) => at >= 60 + 9 * 6 && at < 60 + 40 * 6;
  picture.pixels.forEach((value, i) => {
    if (inside(i % picture.width) && inside(Math.floor(i / picture.width))) {
      picture.pixels[i] = 255 - value;
    }
  });
  assert.deepEqual(readCodes(picture, STILL), ["987654321"]);
});

test("a picture that is large already is not enlarged: its codes are read as they are", () => {
  const [small, large] = [paper(420, 420), paper(2200, 2000)];
  for (const picture of [small, large]) {
    draw(picture, "000123", 60, 60, 8);
  }
  assert.deepEqual(readCodes(small, CLOSER), ["000123"]);
  assert.deepEqual(readCodes(large, CLOSER), []);
  assert.deepEqual(readCodes(large, STILL), ["000123"]);
});

test("where there is no code there is no text, whatever the size", () => {
  for (const [width, height] of [[1, 1], [3, 2], [41, 39], [640, 480]]) {
    const picture = paper(width ?? 1, height ?? 1);
    picture.pixels.forEach((_, i) => (picture.pixels[i] = (i * 7919) % 251));
    assert.deepEqual(readCodes(picture, STILL), []);
  }
});
