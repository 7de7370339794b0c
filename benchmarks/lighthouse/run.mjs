/**
 * Prints what Lighthouse says of an address, in three categories; exit code 1 under 100.
 *
 * A busy machine makes a slow page: the run with the median performance of three is the one told.
 */

import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const RUNS = 3;
const [address, chromePath] = process.argv.slice(2);
// The page follows its reader's language: this one is in Japan.
const chromeFlags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--accept-lang=ja"];
const onlyCategories = ["performance", "accessibility", "best-practices"];

const chrome = await launch({ chromePath, chromeFlags });
const runs = [];
try {
  for (let run = 0; run < RUNS; run += 1) {
    const { lhr } = await lighthouse(address, { port: chrome.port, onlyCategories });
    if (lhr.runtimeError) {
      throw new Error(lhr.runtimeError.message);
    }
    runs.push(lhr);
  }
} finally {
  chrome.kill();
}

const scores = (id) => runs.map((run) => Math.round((run.categories[id].score ?? 0) * 100));
const order = runs.toSorted((a, b) => a.categories.performance.score - b.categories.performance.score);
const { categories, audits } = order[Math.floor(RUNS / 2)];
for (const { id, score, auditRefs } of Object.values(categories)) {
  const points = Math.round((score ?? 0) * 100);
  console.log(`${id.padEnd(16)}${String(points).padStart(4)}   (${scores(id).join(", ")})`);
  for (const short of auditRefs.filter((ref) => ref.weight > 0 && (audits[ref.id].score ?? 1) < 1)) {
    const { title, displayValue = "", details } = audits[short.id];
    console.log(`  ${title} ${displayValue}`);
    for (const item of details?.items ?? []) {
      console.log(`    ${JSON.stringify(item).slice(0, 400)}`);
    }
  }
  if (points < 100) {
    process.exitCode = 1;
  }
}
