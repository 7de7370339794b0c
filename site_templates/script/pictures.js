/**
 * Files that somebody chose, dropped, pasted or shared, to the texts of the codes in them.
 *
 * Sizes are capped before anything is unpacked; what cannot be read says so and never stops the
 * other files. Nothing leaves the device.
 */

import { use } from "./checks.js";
import { Undecodable } from "./code_reader.js";

/** @typedef {import("./code_reader.js").CodeReader} CodeReader */
/** @typedef {{text: string, page: number}} Found page: of a PDF, from 1; 0: there are no pages */
/**
 * @typedef {object} Reading
 * @property {Found[]} found in order; empty: there is no code in it
 * @property {{key: string, max: string} | null} remark a sentence below "error": not all was read
 */

/** Most bytes of a file. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Most pixels of a picture; more is no photo, but a trap for the memory of a phone. */
const MAX_PIXELS = 100_000_000;
/** Pixels to which a picture is reduced: what every browser's canvas takes. */
const ENOUGH_PIXELS = 16_000_000;
/** Most pages of a PDF that are read. */
const MAX_PAGES = 100;
/** Characters of the longest line of a text file. */
const MAX_TEXT = 8 * 1024;
/** Bytes of a file that say what it is. A JPEG's size stands behind its EXIF data and preview. */
const HEAD = 256 * 1024;

/** A file could not be read; `key` is that of the sentence on it, below "error". */
export class UnreadableFile extends Error {
  /**
   * @param {string} key
   * @param {string} [max] what is allowed
   */
  constructor(key, max = "") {
    super(key);
    this.key = key;
    this.max = max;
  }
}

/**
 * @param {File} file
 * @param {CodeReader} reader
 * @param {AbortSignal} stopped between two pages
 * @returns {Promise<Reading>} UnreadableFile where it cannot be read
 */
export async function readFile(file, reader, stopped) {
  if (file.size > MAX_BYTES) {
    throw new UnreadableFile("file_too_large", `${MAX_BYTES >> 20} MB`);
  }
  const head = new Uint8Array(await contents(file.slice(0, HEAD)));
  if (startsWith(head, "%PDF-")) {
    return readPdf(file, reader, stopped);
  }
  if (file.type === "text/plain" || /\.txt$/i.test(file.name)) {
    return { found: lines(await contents(file)), remark: null };
  }
  if ((pixelsOf(head) ?? 0) > MAX_PIXELS) {
    throw new UnreadableFile("file_too_large", `${MAX_PIXELS / 1e6} MP`);
  }
  const bitmap = await createImageBitmap(file).catch(() => {
    const picture = file.type.startsWith("image/") || pixelsOf(head) !== null;
    throw new UnreadableFile(picture ? "file_broken" : "file_type");
  });
  return { found: await codes(bitmap, 0, reader), remark: null };
}

/**
 * @param {File} file
 * @param {CodeReader} reader
 * @param {AbortSignal} stopped
 * @returns {Promise<Reading>}
 */
async function readPdf(file, reader, stopped) {
  const { Pdf } = await use("pdf_pages.js").catch(() => {
    throw new UnreadableFile("pdf_offline");
  });
  const pdf = await Pdf.open(await contents(file));
  try {
    /** @type {Found[]} */
    const found = [];
    const count = Math.min(pdf.pages, MAX_PAGES);
    for (let page = 1; page <= count && !stopped.aborted; page++) {
      found.push(...(await codes(await pdf.picture(page, ENOUGH_PIXELS), page, reader)));
    }
    const cut = pdf.pages > MAX_PAGES;
    return { found, remark: cut ? { key: "too_many_pages", max: String(MAX_PAGES) } : null };
  } finally {
    pdf.close();
  }
}

/**
 * @param {ImageBitmap} bitmap it is used up
 * @param {number} page
 * @param {CodeReader} reader
 * @returns {Promise<Found[]>}
 */
async function codes(bitmap, page, reader) {
  try {
    return (await reader.still(reduced(bitmap))).map((text) => ({ text, page }));
  } catch (error) {
    throw error instanceof Undecodable ? new UnreadableFile("file_slow") : error;
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @returns {ImageBitmap} the same, or a smaller one in its place
 */
function reduced(bitmap) {
  const factor = Math.sqrt(ENOUGH_PIXELS / (bitmap.width * bitmap.height));
  if (factor >= 1) {
    return bitmap;
  }
  const [width, height] = [bitmap.width, bitmap.height].map((side) =>
    Math.max(1, Math.floor(side * factor)),
  );
  const canvas = new OffscreenCanvas(width ?? 1, height ?? 1);
  const context = canvas.getContext("2d");
  if (context === null) {
    throw new UnreadableFile("file_broken");
  }
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.transferToImageBitmap();
}

/**
 * @param {Blob} blob
 * @returns {Promise<ArrayBuffer>} UnreadableFile: the file is gone, or may not be read
 */
async function contents(blob) {
  return blob.arrayBuffer().catch(() => {
    throw new UnreadableFile("file_broken");
  });
}

/**
 * @param {ArrayBuffer} data of a file of QR texts, one a line
 * @returns {Found[]}
 */
function lines(data) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(data);
    const found = text.split("\n").map((line) => line.trim());
    if (!text.includes("\0") && found.every((line) => line.length <= MAX_TEXT)) {
      return found.filter((line) => line !== "").map((line) => ({ text: line, page: 0 }));
    }
  } catch (error) {
    if (!(error instanceof TypeError)) {
      throw error;
    }
  }
  throw new UnreadableFile("file_type");
}

/**
 * @param {Uint8Array} head
 * @returns {number | null} of a PNG or JPEG, as its header says; null: it is neither
 */
export function pixelsOf(head) {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (startsWith(head, "\x89PNG\r\n\x1a\n") && head.length >= 24) {
    return view.getUint32(16) * view.getUint32(20);
  }
  if (!startsWith(head, "\xff\xd8\xff")) {
    return null;
  }
  for (let at = 2; at + 9 <= head.length && head[at] === 0xff; ) {
    const kind = head[at + 1] ?? 0;
    // SOF0 to SOF15, of which C4, C8 and CC are something else, hold height and width.
    if (kind >= 0xc0 && kind <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(kind)) {
      return view.getUint16(at + 5) * view.getUint16(at + 7);
    }
    at += 2 + view.getUint16(at + 2);
  }
  return 0;
}

/**
 * @param {Uint8Array} head
 * @param {string} mark its first characters, one byte each
 * @returns {boolean}
 */
function startsWith(head, mark) {
  return [...mark].every((character, i) => head[i] === character.charCodeAt(0));
}
