/**
 * Many codes at once: files are read one after the other, judged on data fetched once, and listed.
 *
 * Nothing is stored: the list lives in this module until it is cleared or the page is closed. One
 * file with one code is no list, but a verdict like any other.
 */

import { BatchView } from "./batch_view.js";
import { desk, fail, home, onWords, open, setState, start, use } from "./checks.js";
import { choose } from "./choice.js";
import { CodeReader } from "./code_reader.js";
import { byId } from "./dom.js";
import { read } from "./fragment.js";
import { loadStyle } from "./parts.js";
import { UnreadableFile, readFile } from "./pictures.js";
import { addresses } from "./trust.js";

/** @typedef {import("./pictures.js").Found} Found */
/** @typedef {import("./telling.js").Verdict} Verdict */
/** @typedef {{key: string, max: string}} Said a sentence below "error", with its limit */
/**
 * @typedef {object} Row
 * @property {string} file its name; empty for what the camera saw
 * @property {number} page of a PDF, from 1; 0: none
 * @property {string} text of the code; empty: there is none
 * @property {Verdict | null} verdict null: there was nothing to judge
 * @property {number} at when it was judged, seconds since 1970-01-01 by the clock of this device
 * @property {string[]} beside where other codes in the same file lead; they do not count
 * @property {Said | null} fault why there is no code to judge; null without verdict: none was found
 * @property {Said | null} remark what else is to be said about the file
 * @property {import("./checks.js").Check} [check] of its verdict, once it was opened: what a person
 *   has compared stays with it
 */

/** Most files of one batch. */
const MAX_FILES = 200;

/** Seconds after which a list that nobody touches begins to count down. */
const QUIET = 900;

/** @type {Batch | null} the one on show */
let current = null;

/**
 * Read files and show what was found.
 *
 * @param {File[]} files
 */
export function takeFiles(files) {
  if (files.length > MAX_FILES) {
    complain("too_many_files", { max: desk().words.number(MAX_FILES) });
  } else if (files.length > 0) {
    begin((batch) => batch.readFiles(files));
  }
}

/**
 * Show a list of codes that the camera saw at once.
 *
 * @param {string[]} texts of ours
 */
export function takeTexts(texts) {
  begin(async (batch) => {
    await batch.addAll("", { found: texts.map((text) => ({ text, page: 0 })), remark: null });
    batch.finish();
  });
}

/** @param {(batch: Batch) => Promise<void>} work */
function begin(work) {
  loadStyle(desk().page, "scan.css").then(() => {
    current?.leave();
    const batch = (current = new Batch());
    work(batch).catch((error) => {
      batch.leave();
      fail(error);
    });
  }, fail);
}

/**
 * Say at the doors why nothing came of a choice of files.
 *
 * @param {string} key below "error"
 * @param {Record<string, string>} values
 */
function complain(key, values) {
  const { words } = desk();
  const [text, then] = byId("files-error").querySelectorAll("strong, span");
  home();
  byId("files-error").hidden = false;
  text?.replaceChildren(words.text(`error.${key}.text`, values));
  then?.replaceChildren(words.text(`error.${key}.do`, values));
  byId("files").focus();
}

class Batch {
  constructor() {
    const { client, page, words } = desk();
    this.client = client;
    this.reader = new CodeReader();
    /** @type {Row[]} */
    this.rows = [];
    this.stopped = new AbortController();
    this.view = new BatchView(words, page, {
      cancel: () => this.stopped.abort(),
      clear: () => this.clear(),
      open: (row) => this.openRow(row),
    });
    /** The one fetch that all verdicts of a batch rest on. */
    this.fresh = client.refresh();
    this.forgetWords = onWords((changed) => this.view.speak(changed));
    byId("batch-place").replaceChildren(this.view.place);
    setState("batch");
  }

  /** @param {File[]} files */
  async readFiles(files) {
    const { stopped, view } = this;
    view.progress(0, files.length);
    view.heading.focus();
    for (const [i, file] of files.entries()) {
      const reading = await this.readOne(file);
      if (stopped.signal.aborted) {
        break;
      }
      if (files.length === 1 && this.handOver(file.name, reading)) {
        return;
      }
      await this.addAll(file.name, reading);
      view.progress(i + 1, files.length);
    }
    this.finish();
  }

  /**
   * @param {File} file
   * @returns {Promise<import("./pictures.js").Reading & {fault?: Said}>}
   */
  async readOne(file) {
    try {
      return await readFile(file, this.reader, this.stopped.signal);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) {
        throw error;
      }
      return { found: [], remark: null, fault: { key: error.key, max: error.max } };
    }
  }

  /**
   * One file: its one code is shown at once, and what is wrong with it is said at the doors.
   *
   * @param {string} file its name
   * @param {Awaited<ReturnType<Batch["readOne"]>>} reading
   * @returns {boolean} false: it has several codes, which are a list
   */
  handOver(file, { found, fault, remark }) {
    const { ours, others } = this.chosen(found);
    const [text, ...more] = ours.length > 0 ? ours : others.slice(0, 1);
    if (more.length > 0 || (remark && text !== undefined)) {
      return false;
    }
    this.leave();
    if (text === undefined) {
      complain(fault?.key ?? "no_code", fault ? { max: fault.max } : {});
    } else {
      const page = found.find((one) => one.text === text)?.page ?? 0;
      start({ text, source: "file", file, page });
    }
    return true;
  }

  /** @param {Found[]} found */
  chosen(found) {
    const { trust } = this.client.state;
    const texts = [...new Set(found.map(({ text }) => text))];
    return choose(texts, trust && addresses(trust));
  }

  /**
   * Judge what one file holds and list it: ours, or else the others, or that there is nothing.
   *
   * @param {string} file
   * @param {Awaited<ReturnType<Batch["readOne"]>>} reading
   */
  async addAll(file, { found, fault = undefined, remark }) {
    await this.fresh;
    const { ours, others } = this.chosen(found);
    const counted = ours.length > 0 ? ours : others;
    const beside = ours.length > 0 ? others.map((text) => this.hostOf(text)) : [];
    const rows = found.filter(
      ({ text }, i) =>
        counted.includes(text) && found.findIndex((one) => one.text === text) === i,
    );
    if (rows.length === 0) {
      const at = Date.now() / 1000;
      const none = { file, page: 0, text: "", verdict: null, at, beside: [], remark };
      this.add({ ...none, fault: fault ?? null });
    }
    for (const [i, { text, page }] of rows.entries()) {
      const verdict = await this.judged(text);
      const first = i === 0;
      this.add({
        ...{ file, page, text, verdict, at: Date.now() / 1000, fault: null },
        ...{ beside: first ? beside : [], remark: first ? remark : null },
      });
    }
  }

  /**
   * @param {string} text
   * @returns {Promise<Verdict>}
   */
  judged(text) {
    const { client } = this;
    return client.state.fetched ? client.check(text) : client.checkStored(text);
  }

  /**
   * @param {string} text of a code that is not ours
   * @returns {string} where it leads; empty where it leads nowhere
   */
  hostOf(text) {
    const { trust } = this.client.state;
    return read(text, trust && addresses(trust)).host ?? "";
  }

  /** @param {Row} row */
  add(row) {
    this.rows.push(row);
    this.view.add(row);
  }

  finish() {
    this.reader.stop();
    this.view.finish();
    setState("batch");
    const clear = () => this.clear();
    use("countdown.js").then(({ guard }) => guard(this, this.view.place, QUIET, clear), fail);
  }

  /**
   * Show the verdict of a row as it was judged, with a way back to the list.
   *
   * @param {Row} row
   */
  openRow(row) {
    const { file, page, text, verdict, at } = row;
    if (verdict !== null) {
      const source = file === "" ? "camera" : "file";
      row.check ??= { text, source, file, page, verdict, pending: false, at };
      open(row.check, () => {
        setState("batch");
        this.view.returnTo(row);
      });
    }
  }

  /** Back to the doors, without the list. */
  clear() {
    this.leave();
    home();
  }

  /** Take the list and all data of persons in it off the page. */
  leave() {
    this.stopped.abort();
    this.reader.stop();
    this.forgetWords();
    byId("batch-place").replaceChildren();
    if (current === this) {
      current = null;
    }
  }
}
