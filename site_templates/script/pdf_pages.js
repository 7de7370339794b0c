/**
 * Pages of a PDF as pictures: a part of its own, since pdf.js is ten times as large as all the rest.
 *
 * Its own fonts, forms and scripts are not needed to find codes, so nothing is evaluated and no
 * font is loaded. Scanners write JPEG 2000, JBIG2 and CCITT: the codecs for these run without
 * WebAssembly, so that the policy of the page needs no exception.
 */

import {
  AnnotationMode,
  PDFWorker,
  PasswordException,
  getDocument,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import { within } from "./patience.js";
import { UnreadableFile } from "./pictures.js";
import { startWorker } from "./workers.js";

/** Pixels a point: 300 dpi, at which the smallest code that is printed has 5 pixels a module. */
const SCALE = 300 / 72;
/** Milliseconds for opening a file or drawing a page. A JPEG 2000 scan takes 3,000. */
const PATIENCE = 60_000;
const CODECS = new URL(PDF_CODECS, import.meta.url).href;

export class Pdf {
  /**
   * @param {import("pdfjs-dist").PDFDocumentLoadingTask} task
   * @param {import("pdfjs-dist").PDFDocumentProxy} document
   * @param {Worker} worker
   */
  constructor(task, document, worker) {
    this.task = task;
    this.document = document;
    this.worker = worker;
  }

  /**
   * @param {ArrayBuffer} data it is used up
   * @returns {Promise<Pdf>} UnreadableFile: it is damaged, has a password, or takes too long
   */
  static async open(data) {
    const port = startWorker(PDF_WORKER);
    const task = getDocument({
      data,
      worker: PDFWorker.create({ port }),
      wasmUrl: CODECS,
      useWasm: false,
      disableFontFace: true,
      disableWorkerRendering: true,
      useSystemFonts: false,
      verbosity: 0,
    });
    try {
      return new Pdf(task, await within(PATIENCE, task.promise), port);
    } catch (error) {
      port.terminate();
      throw new UnreadableFile(error instanceof PasswordException ? "pdf_locked" : "file_broken");
    }
  }

  /** @returns {number} */
  get pages() {
    return this.document.numPages;
  }

  /**
   * @param {number} number from 1
   * @param {number} most pixels; a larger page is drawn with fewer dots an inch
   * @returns {Promise<ImageBitmap>} UnreadableFile
   */
  async picture(number, most) {
    try {
      return await within(PATIENCE, this.draw(number, most));
    } catch {
      // Whatever pdf.js stumbles over, there is one thing to say: this page cannot be drawn.
      throw new UnreadableFile("file_broken");
    }
  }

  /**
   * @param {number} number
   * @param {number} most
   */
  async draw(number, most) {
    const page = await this.document.getPage(number);
    const { width, height } = page.getViewport({ scale: 1 });
    const scale = Math.min(SCALE, Math.sqrt(most / (Math.max(1, width) * Math.max(1, height))));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.floor(width * scale));
    canvas.height = Math.max(1, Math.floor(height * scale));
    const viewport = page.getViewport({ scale });
    await page.render({ canvas, viewport, annotationMode: AnnotationMode.ENABLE }).promise;
    page.cleanup();
    return createImageBitmap(canvas);
  }

  close() {
    // Ending the worker ends all that it was asked for; nothing waits for that any more.
    this.task.destroy().catch(() => undefined);
    this.worker.terminate();
  }
}
