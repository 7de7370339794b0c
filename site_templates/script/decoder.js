/**
 * QR codes out of grey pixels: pure, so that the page's worker and the benchmark run the same code.
 *
 * Small or soft codes need more pixels than the camera gave: twice enlarged (cubic) and sharpened
 * (unsharp mask, sigma 2, amount 1.5), half as many of them stay unread
 * (benchmarks/p3_read_rate.py prints the figures).
 */

import { Decoder, Detector, binarize } from "@nuintun/qrcode";

/**
 * @typedef {object} Picture
 * @property {Uint8Array} pixels row by row, 0 black to 255 white
 * @property {number} width
 * @property {number} height
 */
/** @typedef {import("./passes.js").Pass} Pass */

/** Pixels above which enlarging is left out: a code that small would not have been photographed. */
const MAX_ENLARGED = 4_200_000;
/** Pixels under which halving is left out. */
const MIN_HALVED = 1_500_000;
/** A picture whose dark and light lie closer together than this gains by stretching. */
const FULL_RANGE = 180;
/** Weights of Keys' cubic (a = -1/2) a quarter of a pixel beside a pixel's centre, in 1/128. */
const [FAR, NEAR, BESIDE, EDGE] = [-9, 111, 29, -3];

const detector = new Detector();
const decoder = new Decoder();

/**
 * @param {Picture} picture at least 1 x 1
 * @param {readonly Pass[]} passes
 * @returns {string[]} the text of every code, each once, in the order in which they were found
 */
export function readCodes(picture, passes) {
  /** @type {Set<string>} */
  const found = new Set();
  for (const pass of passes) {
    const seen = look(picture, pass);
    if (seen !== null) {
      decode(seen, found);
    }
  }
  return [...found];
}

/**
 * @param {Picture} picture
 * @param {Pass} pass
 * @returns {Picture | null} null: this way of looking can show nothing new
 */
function look(picture, pass) {
  const count = picture.width * picture.height;
  switch (pass) {
    case "plain":
      return picture;
    case "stretched":
      return stretched(picture);
    case "halved":
      return count < MIN_HALVED ? null : halved(picture);
    case "sharpened":
      return count > MAX_ENLARGED ? null : sharpened(enlarged(stretched(picture) ?? picture));
  }
}

/**
 * @param {Picture} picture
 * @param {Set<string>} found takes the texts
 */
function decode({ pixels, width, height }, found) {
  const candidates = detector.detect(binarize(pixels, width, height));
  for (let next = candidates.next(); !next.done; ) {
    const text = textOf(next.value.matrix);
    if (text !== null && text !== "") {
      found.add(text);
    }
    next = candidates.next(text !== null);
  }
}

/**
 * @param {import("@nuintun/qrcode").BitMatrix} matrix
 * @returns {string | null} null: what looked like a code is none, or too damaged
 */
function textOf(matrix) {
  try {
    return decoder.decode(matrix).content;
  } catch {
    return null; // the decoder's one way to say so, whatever it tripped over
  }
}

/**
 * The range between the darkest and the lightest hundredth spread over all of black to white.
 *
 * @param {Picture} picture
 * @returns {Picture | null} null: it has the full range already, or no range at all
 */
function stretched({ pixels, width, height }) {
  const counts = new Uint32Array(256);
  for (const value of pixels) {
    counts[value] = /** @type {number} */ (counts[value]) + 1;
  }
  const [dark, light] = [percentile(counts, 0.01), percentile(counts, 0.99)];
  const range = light - dark;
  if (range <= 4 || range >= FULL_RANGE) {
    return null;
  }
  const map = Uint8ClampedArray.from({ length: 256 }, (_, i) => ((i - dark) * 255) / range);
  return { pixels: pixels.map((value) => at(map, value)), width, height };
}

/**
 * @param {Uint32Array} counts pixels of each value
 * @param {number} part of all pixels
 * @returns {number} the smallest value that this part of the pixels does not exceed
 */
function percentile(counts, part) {
  const wanted = part * counts.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  return counts.findIndex((count) => (sum += count) >= wanted);
}

/**
 * @param {Picture} picture
 * @returns {Picture} half as wide and high, each pixel the mean of four
 */
function halved({ pixels, width, height }) {
  const [w, h] = [width >> 1, height >> 1];
  const half = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0, i = 2 * y * width; x < w; x++, i += 2) {
      half[y * w + x] = (at(pixels, i) + at(pixels, i + 1) + at(pixels, i + width) + at(pixels, i + width + 1) + 2) >> 2;
    }
  }
  return { pixels: half, width: w, height: h };
}

/**
 * @param {Picture} picture
 * @returns {Picture} twice as wide and high, by cubic interpolation
 */
function enlarged({ pixels, width, height }) {
  const wide = new Uint8ClampedArray(2 * width * height);
  for (let y = 0; y < height; y++) {
    interpolate(pixels, y * width, 1, width, wide, 2 * y * width, 1);
  }
  const high = new Uint8ClampedArray(4 * width * height);
  for (let x = 0; x < 2 * width; x++) {
    interpolate(wide, x, 2 * width, height, high, x, 2 * width);
  }
  return { pixels: new Uint8Array(high.buffer), width: 2 * width, height: 2 * height };
}

/**
 * One row or column to twice as many pixels; beyond an end its last pixel goes on.
 *
 * @param {ArrayLike<number>} from
 * @param {number} start
 * @param {number} step from one pixel to the next one
 * @param {number} count
 * @param {Uint8ClampedArray} to
 * @param {number} target
 * @param {number} stride
 */
function interpolate(from, start, step, count, to, target, stride) {
  const last = count - 1;
  let [a, b] = [at(from, start), at(from, start)];
  let c = at(from, start);
  let d = at(from, start + Math.min(1, last) * step);
  for (let i = 0, j = target; i < count; i++, j += 2 * stride) {
    const e = at(from, start + Math.min(i + 2, last) * step);
    to[j] = (EDGE * a + BESIDE * b + NEAR * c + FAR * d + 64) >> 7;
    to[j + stride] = (FAR * b + NEAR * c + BESIDE * d + EDGE * e + 64) >> 7;
    [a, b, c, d] = [b, c, d, e];
  }
}

/**
 * @param {Picture} picture
 * @returns {Picture} with its edges stressed: two box means of 5 are a blur of sigma 2
 */
function sharpened({ pixels, width, height }) {
  let soft = pixels;
  for (let round = 0; round < 2; round++) {
    const across = new Uint8Array(soft.length);
    for (let y = 0; y < height; y++) {
      mean(soft, y * width, 1, width, across);
    }
    soft = new Uint8Array(soft.length);
    for (let x = 0; x < width; x++) {
      mean(across, x, width, height, soft);
    }
  }
  const sharp = new Uint8ClampedArray(pixels.length);
  for (let i = 0; i < sharp.length; i++) {
    sharp[i] = (5 * at(pixels, i) - 3 * at(soft, i)) / 2;
  }
  return { pixels: new Uint8Array(sharp.buffer), width, height };
}

/**
 * @param {Uint8Array} from
 * @param {number} start
 * @param {number} step
 * @param {number} count
 * @param {Uint8Array} to takes the mean of each pixel and two on either side
 */
function mean(from, start, step, count, to) {
  const last = start + (count - 1) * step;
  let sum = 3 * at(from, start) + at(from, Math.min(start + step, last)) + at(from, Math.min(start + 2 * step, last));
  for (let i = start; i <= last; i += step) {
    to[i] = (sum + 2) / 5;
    sum += at(from, Math.min(i + 3 * step, last)) - at(from, Math.max(i - 2 * step, start));
  }
}

/**
 * @param {ArrayLike<number>} values
 * @param {number} index inside
 * @returns {number}
 */
function at(values, index) {
  return /** @type {number} */ (values[index]);
}
