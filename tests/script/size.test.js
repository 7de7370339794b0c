import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "../../site_templates/node_modules/esbuild/lib/main.js";

/** Bytes of gzip for what makes this project's trust: notes, trust documents, log and its tiles. */
const LIMIT = 4096;
/** Modules of every object here (bytes, JSON, keys and signatures): they are counted elsewhere. */
const SHARED = ["bytes", "canonical", "keys", "reasons"];

test("note, trust and log together stay small enough to be read by one person", async () => {
  const names = ["note", "trust", "merkle", "proofs"];
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: names.map((name) => `export * as ${name} from "./${name}.js";`).join("\n"),
      resolveDir: new URL("../../site_templates/script", import.meta.url).pathname,
    },
    bundle: true,
    external: SHARED.map((name) => `./${name}.js`),
    format: "esm",
    metafile: true,
    minify: true,
    target: "es2022",
    write: false,
  });
  const [{ contents } = { contents: new Uint8Array() }] = outputFiles;
  const size = gzipSync(contents, { level: 9 }).length;
  console.log(`note, trust and log: ${size} bytes of gzip`);
  const read = Object.keys(metafile.inputs).map((path) => path.replace(/.*\//, ""));
  assert.deepEqual(read.sort(), [...names.map((name) => `${name}.js`), "<stdin>"].sort());
  assert.ok(size > 1024 && size <= LIMIT, `${size} bytes`);
});
