/**
 * Makes records as the page does: arguments are a published folder, the registry's id, the digest
 * of trust/1, the moment in seconds and "online" or "offline"; texts of codes come on standard
 * input, one a line; records go out as one JSON list of texts.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "../../site_templates/script/client.js";
import { recordFile } from "../../site_templates/script/record_file.js";

const [folder = "", registry = "", trustDigest = "", now = "0", mode = ""] = process.argv.slice(2);
const base = "https://site.example/";

/** @type {typeof globalThis.fetch} */
const read = async (address) => {
  try {
    return new Response(readFileSync(join(folder, String(address).slice(base.length))));
  } catch {
    return new Response(null, { status: 404 });
  }
};

const client = new Client({ base, registry, trustDigest, fetch: read, now: () => Number(now) });
await client.refresh();
await client.background;
const records = [];
for (const text of readFileSync(0, "ascii").trim().split("\n")) {
  const verdict = await (mode === "online" ? client.check(text) : client.checkStored(text));
  records.push(
    recordFile(
      verdict,
      { kind: "text", file: null, page: null },
      {
        document: "card",
        name: "order",
        birth_date: "match",
        face: "match",
        paper: "not_done",
      },
      "0.1.0",
    ),
  );
}
console.log(JSON.stringify(records));
