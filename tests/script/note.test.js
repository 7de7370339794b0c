import assert from "node:assert/strict";
import { hex } from "../../site_templates/script/bytes.js";
import { parseVkey } from "../../site_templates/script/keys.js";
import { LIMIT, parse, signers } from "../../site_templates/script/note.js";
import { againWithNoble, compare, load, outcome, unbase64, withBoth } from "./vectors.js";

const { keys, cases } = load("notes");

/** @param {Record<string, any>} vector */
async function answer({ note, limit = LIMIT, known }) {
  const { text, lines } = parse(unbase64(note), limit);
  /** @type {string[]} */
  const names = known;
  const vkeys = await Promise.all(names.map((name) => parseVkey(keys[name])));
  const found = await signers({ text, lines }, vkeys);
  const isKnown = (/** @type {(typeof lines)[0]} */ line) =>
    vkeys.some(({ name, id }) => name === line.name && id === line.id);
  return {
    text,
    lines: lines.map(({ name }) => name),
    signers: names.filter((_, i) => found.has(hex(vkeys[i]?.public ?? assert.fail()))).sort(),
    unknown: lines.filter((line) => !isKnown(line)).map(({ name }) => name),
  };
}

withBoth("every vector", async () => {
  for (const vector of cases) {
    compare(await outcome(() => answer(vector)), vector["expect"], vector["name"]);
  }
  assert.ok(cases.length > 50);
});

againWithNoble();
