/**
 * What of the page's script the tests of this folder run: `node coverage.js FOLDER`, where FOLDER is
 * what NODE_V8_COVERAGE named while they ran. Fails below the bounds, and says where.
 *
 * A branch is a block that V8 counts: a function, an arm of `if`, `?:`, `&&`, `||`, `??`, `switch`,
 * `catch`, a loop, and what follows a `return` or `throw`. What one process or one import of a module
 * (fallback.test.js has several) did not run, another may have run.
 */

import { readdirSync, readFileSync } from "node:fs";

const SCRIPT = new URL("../../site_templates/script/", import.meta.url);
/** The twins of signing/, and what they stand on: every branch runs. */
const CORE = new Set(
  ("build_note bytes canonical cbor certificate cose fragment keys merkle noble note proofs reasons " +
    "status trust verify").split(" "),
);
/**
 * What acts on a document, a camera, a picture, a worker or a store of a browser: tests/browser runs
 * it, in browsers. A new module is gated unless it is named here.
 */
const BROWSER = new Set(
  ("alarm app batch batch_files batch_view boot camera checks code_reader countdown decode_worker " +
    "details doors inquiry language offline page parts pdf_pages pdf_worker pictures reader " +
    "record_file registry_history registry_page retire scanner signal single site store ticks " +
    "translate worker workers").split(" "),
);
/** Percent of the branches. */
const BOUNDS = { core: 100, rest: 95 };

/** @typedef {{startOffset: number, endOffset: number, count: number}} Range */

/**
 * @param {string} folder
 * @returns {Map<string, Range[][]>} by file: the ranges of each time that it was loaded, widest first
 */
function loads(folder) {
  /** @type {Map<string, Range[][]>} */
  const found = new Map();
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
    for (const { url, functions } of result) {
      const path = url.startsWith(SCRIPT.href) && url.slice(SCRIPT.href.length).replace(/[?#].*/, "");
      if (path) {
        const ranges = functions.flatMap((/** @type {{ranges: Range[]}} */ one) => one.ranges);
        found.set(path, [...(found.get(path) ?? []), ranges]);
      }
    }
  }
  return found;
}

/**
 * @param {Range[]} ranges of one load
 * @param {number} length of the file
 * @returns {Uint8Array} 1 where it was run: the innermost range decides
 */
function ran(ranges, length) {
  const marks = new Uint8Array(length);
  const nested = [...ranges].sort(
    (a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset,
  );
  for (const { startOffset, endOffset, count } of nested) {
    marks.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  }
  return marks;
}

/**
 * @param {string} path of a file in script/
 * @param {Range[][]} found its loads
 * @returns {{all: number, run: number, missed: string[]}} branches, and lines where some did not run
 */
function branches(path, found) {
  const text = readFileSync(new URL(path, SCRIPT), "utf8");
  const marks = found.map((ranges) => ran(ranges, text.length));
  const ever = Uint8Array.from(text, (_, at) => (marks.some((mark) => mark[at]) ? 1 : 0));
  const blocks = new Map(
    found.flat().map(({ startOffset, endOffset }) => [`${startOffset} ${endOffset}`, startOffset]),
  );
  // V8 lets some blocks begin with a blank before the first thing that runs.
  const missing = [...blocks.values()].filter((start) => !ever[start]);
  const lines = missing.map((start) => text.slice(0, start).split("\n").length);
  const missed = [...new Set(lines)].sort((a, b) => a - b).map((line) => `${path}:${line}`);
  return { all: blocks.size, run: blocks.size - missing.length, missed };
}

/** @param {string} folder */
function report(folder) {
  const loaded = loads(folder);
  const names = readdirSync(SCRIPT).filter((name) => /^[a-z0-9_]+\.js$/.test(name));
  const kinds = { core: CORE, rest: new Set(names.map((name) => name.slice(0, -3))) };
  for (const name of [...CORE, ...BROWSER]) {
    kinds.rest.delete(name);
    if (!names.includes(`${name}.js`)) {
      throw new Error(`coverage: there is no ${name}.js`);
    }
  }
  for (const [kind, modules] of Object.entries(kinds)) {
    const found = [...modules].map((name) => {
      const times = loaded.get(`${name}.js`);
      return times ? branches(`${name}.js`, times) : { all: 1, run: 0, missed: [`${name}.js: all`] };
    });
    const [all, run] = [found.map((one) => one.all), found.map((one) => one.run)].map((counts) =>
      counts.reduce((a, b) => a + b, 0),
    );
    const percent = (100 * (run ?? 0)) / (all ?? 1);
    console.log(`script, ${kind}: ${run} of ${all} branches, ${percent.toFixed(1)} %`);
    console.log(found.flatMap((one) => one.missed).join(" "));
    if (percent < BOUNDS[/** @type {keyof typeof BOUNDS} */ (kind)]) {
      process.exitCode = 1;
    }
  }
}

report(process.argv[2] ?? "");
