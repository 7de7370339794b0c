/**
 * Bundles the browser side: script/ and styles/ -> dist/assets/ and dist/manifest.json.
 *
 * The manifest maps a logical name ("app.js", "main.css") to
 * `{"file": "assets/app-<hash>.js", "integrity": "sha256-...", "imports": ["assets/..."]}`.
 * `imports` are the files that an entry loads at once, not those that it loads when it needs
 * them. A chunk that is shared or loaded later is listed under its own file name, so that every
 * file of dist/assets/ is in the manifest. All names carry a hash of their content, and the same
 * sources give the same bytes on every machine.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
/** Where the files are written first: a bundle that fails leaves the last good one in dist/. */
const STAGED = "dist.part";

/** The module that every page loads. */
const APP = "script/app.js";
/** Modules that a page loads when they are needed (script/parts.js). */
const PARTS = [
  "script/alarm.js",
  "script/batch.js",
  "script/countdown.js",
  "script/details.js",
  "script/offline.js",
  "script/pdf_pages.js",
  "script/registry_page.js",
  "script/scanner.js",
  "script/translate.js",
];
/** The script of download/verify.html, which holds all of the verification page. */
const SINGLE = "script/single.js";
/** Modules that it has others in the place of: single_X.js for X.js. */
const REPLACED = ["parts", "site", "workers"];
/** Classic scripts, which import nothing at run time: before the first paint, and outside pages. */
const CLASSICS = ["script/boot.js", "script/retire.js", "script/worker.js"];
/**
 * Workers: modules in files of their own, whose names the scripts that start them get as constants
 * (script/built.d.ts).
 */
const WORKERS = { DECODE_WORKER: "script/decode_worker.js", PDF_WORKER: "script/pdf_worker.js" };
/** What the PDF worker imports by fixed names from one folder, when a page of a PDF needs it. */
const PDF_CODECS = ["openjpeg_nowasm_fallback.js", "jbig2_nowasm_fallback.js"].map(
  (name) => `node_modules/pdfjs-dist/wasm/${name}`,
);

/**
 * Properties that only our own objects have: a bundle gives them short names. All of them are in
 * camelCase, which no file of ours uses (docs/formats.md), and no browser has one of them.
 */
const OWN_NAMES = (
  "acceptList asOf birthDay blankNumber byLink checkStored clockWrong compareHistory " +
  "expiryDay fetchCheckpoint fetchList fetchState finalRoot forgetRemoved inScope issueDay " +
  "keepBefore logRoot logSize maxAge notLogged passportName proofMissing refreshFrom " +
  "restoreBefore rootAt schemeDigest setNote tooNew trustDigest trustExpired trustExpires " +
  "trustIssued trustVersion unlessTooNew"
).split(" ");

/** @typedef {{file: string, integrity: string, imports: string[]}} Entry */
/** @typedef {import("esbuild").Metafile["outputs"]} Outputs */

/**
 * @param {string[]} entryPoints paths from site_templates/
 * @param {import("esbuild").BuildOptions} options what differs from the common options
 * @returns {Promise<Outputs>} the files written below STAGED
 */
async function bundle(entryPoints, options) {
  if (entryPoints.length === 0) {
    return {};
  }
  const result = await build({
    absWorkingDir: HERE,
    assetNames: "assets/[name]-[hash]",
    bundle: true,
    charset: "utf8",
    chunkNames: "assets/[name]-[hash]",
    entryNames: "assets/[name]-[hash]",
    entryPoints,
    legalComments: "inline",
    logLevel: "warning",
    minify: true,
    outdir: STAGED,
    target: ["es2022", "chrome111", "firefox113", "safari16.4"],
    ...options,
    metafile: true,
  });
  return result.metafile.outputs;
}

/** The word of a broken rule, which tests compare with Python's and no page shows. */
const RULE_WORD = /(throw new (?:Malformed|TooNew))\("[a-z0-9-]+"\)/g;

/**
 * Lets every part import the app, so that all that pages share lies in one file and none is cut
 * into pieces that belong to two or three parts; and leaves out the words of broken rules.
 *
 * @type {import("esbuild").Plugin}
 */
const sharing = {
  name: "sharing",
  setup({ onLoad }) {
    const parts = new Set(PARTS.map((path) => join(HERE, path)));
    onLoad({ filter: /[/\\]script[/\\][a-z_]+\.js$/ }, async ({ path }) => {
      const text = (await readFile(path, "utf8")).replace(RULE_WORD, "$1()");
      return { contents: parts.has(path) ? `${text}\nimport "./app.js";\n` : text, loader: "js" };
    });
  },
};

/** @type {import("esbuild").Plugin} for the single file, which has no host around it */
const withoutHost = {
  name: "without host",
  setup({ onLoad, onResolve }) {
    const filter = new RegExp(`^[.]/(${REPLACED.join("|")})[.]js$`);
    onResolve({ filter }, ({ path, resolveDir }) => ({
      path: join(resolveDir, `single_${basename(path)}`),
    }));
    onLoad({ filter: /[/\\]script[/\\][a-z_]+\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(RULE_WORD, "$1()"),
      loader: "js",
    }));
  },
};

/**
 * @param {string} path a file below site_templates/
 * @returns {Promise<string>} its digest as Subresource Integrity writes it
 */
async function integrity(path) {
  return `sha256-${createHash("sha256").update(await readFile(path)).digest("base64")}`;
}

/**
 * @param {Outputs} outputs
 * @param {string} path one of them
 * @returns {string[]} what it loads at once, directly or through another file, as paths from STAGED
 */
function loadedAtOnce(outputs, path) {
  /** @type {Set<string>} */
  const found = new Set();
  const pending = [path];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const { path: file, kind, external } of outputs[next]?.imports ?? []) {
      if (kind !== "dynamic-import" && !external && !found.has(file)) {
        found.add(file);
        pending.push(file);
      }
    }
  }
  return [...found].sort();
}

/**
 * An entry of which the parts share everything is an empty file that imports one other: then that
 * one takes its place, and a page has one file less to ask for.
 *
 * @param {Outputs} outputs
 * @returns {Promise<Outputs>} without such files, which are gone from the disk too
 */
async function withoutStubs(outputs) {
  const kept = { ...outputs };
  for (const [path, { inputs, imports, entryPoint }] of Object.entries(outputs)) {
    const [only, ...more] = imports.filter(({ kind }) => kind === "import-statement");
    const real = only && outputs[only.path];
    if (entryPoint && real && more.length === 0 && Object.keys(inputs).length === 0) {
      kept[only.path] = { ...real, entryPoint };
      delete kept[path];
      await rm(join(HERE, path));
    }
  }
  return kept;
}

/**
 * @param {Outputs} outputs
 * @returns {Promise<[string, Entry][]>} the manifest lines of these files
 */
async function entries(outputs) {
  const inDist = (/** @type {string} */ path) => path.slice(STAGED.length + 1);
  return Promise.all(
    Object.entries(outputs).map(async ([path, output]) => {
      const isEntry = output.entryPoint !== undefined && PAGE_ENTRIES.has(output.entryPoint);
      /** @type {Entry} */
      const entry = {
        file: inDist(path),
        integrity: await integrity(join(HERE, path)),
        imports: loadedAtOnce(outputs, path).map(inDist),
      };
      return [isEntry ? basename(output.entryPoint ?? "") : inDist(path), entry];
    }),
  );
}

/**
 * @param {Outputs} outputs
 * @param {string} source an entry point of them
 * @returns {string} the file that was made of it
 */
function fileOf(outputs, source) {
  const found = Object.entries(outputs).find(([, output]) => output.entryPoint === source);
  if (found === undefined) {
    throw new Error(source);
  }
  return found[0];
}

/**
 * @returns {Promise<string>} the folder from STAGED that the codecs of PDF_CODECS were copied to;
 *   its name carries a hash of them
 */
async function copyCodecs() {
  const contents = await Promise.all(PDF_CODECS.map((path) => readFile(join(HERE, path))));
  const hash = createHash("sha256").update(Buffer.concat(contents)).digest("hex").slice(0, 12);
  const folder = `assets/pdf-${hash}`;
  await mkdir(join(HERE, STAGED, folder), { recursive: true });
  await Promise.all(
    PDF_CODECS.map((path, i) =>
      writeFile(join(HERE, STAGED, folder, basename(path)), contents[i] ?? ""),
    ),
  );
  return folder;
}

/**
 * @param {string} folder from STAGED
 * @returns {Promise<[string, Entry][]>} the manifest lines of the files in it
 */
async function copied(folder) {
  const names = (await readdir(join(HERE, STAGED, folder))).sort();
  return Promise.all(
    names.map(async (name) => {
      const file = `${folder}/${name}`;
      return [file, { file, integrity: await integrity(join(HERE, STAGED, file)), imports: [] }];
    }),
  );
}

/** @type {import("esbuild").BuildOptions} */
const ESM = {
  format: "esm",
  splitting: true,
  plugins: [sharing],
  mangleProps: new RegExp(`^(${OWN_NAMES.join("|")})$`),
};
/** @type {import("esbuild").BuildOptions} */
const WHOLE = { ...ESM, format: "iife", splitting: false, plugins: [withoutHost] };
const styles = (await readdir(join(HERE, "styles")))
  .filter((name) => name.endsWith(".css"))
  .sort()
  .map((name) => `styles/${name}`);
const PAGE_ENTRIES = new Set([APP, SINGLE, ...PARTS, ...CLASSICS, ...Object.values(WORKERS), ...styles]);

try {
  await rm(join(HERE, STAGED), { recursive: true, force: true });
  const workers = await bundle(Object.values(WORKERS), { format: "esm" });
  const codecs = await copyCodecs();
  const define = Object.fromEntries([
    ["PDF_CODECS", JSON.stringify(`${basename(codecs)}/`)],
    ...Object.entries(WORKERS).map(([constant, source]) => [
      constant,
      JSON.stringify(basename(fileOf(workers, source))),
    ]),
  ]);
  const lines = [
    ...(await entries(await withoutStubs(await bundle([APP, ...PARTS], { ...ESM, define })))),
    ...(await entries(await bundle([SINGLE], { ...WHOLE, define }))),
    ...(await entries(workers)),
    ...(await copied(codecs)),
    ...(await entries(await bundle(CLASSICS, { format: "iife" }))),
    ...(await entries(await bundle(styles, {}))),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  await writeFile(
    join(HERE, STAGED, "manifest.json"),
    `${JSON.stringify(Object.fromEntries(lines), null, 1)}\n`,
  );
  await rm(join(HERE, "dist"), { recursive: true, force: true });
  await rename(join(HERE, STAGED), join(HERE, "dist"));
} catch (fault) {
  // What esbuild found it has printed already, with file and line.
  if (!(fault instanceof Error && "errors" in fault)) {
    throw fault;
  }
  process.exitCode = 1;
}
