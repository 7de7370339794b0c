/** Twin of rate.py: how many times a work is done in a second of this process's CPU time. */

import { readFileSync } from "node:fs";

const SECONDS = 1;

/** The record that everyone issues. */
export function record() {
  return JSON.parse(readFileSync(new URL("record.json", import.meta.url), "utf8"));
}

function seconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** @param {() => Promise<unknown>} work */
async function rate(work) {
  let count = 0;
  // Long enough for the engine to have compiled what it finds hot.
  for (const begun = seconds(); seconds() - begun < SECONDS; count += 1) {
    await work();
  }
  const [many, begun] = [Math.max(1, count >> 3), seconds()];
  for (count = 0; seconds() - begun < SECONDS; count += many) {
    for (let turn = 0; turn < many; turn += 1) {
      await work();
    }
  }
  return count / (seconds() - begun);
}

/**
 * Print both rates and the length of what is issued, as one line of JSON.
 *
 * @param {() => Promise<any>} issue
 * @param {(made: any) => Promise<string>} verify gives the name that was issued
 * @param {string} name
 */
export async function tell(issue, verify, name) {
  const made = await issue();
  if ((await verify(made)) !== name) {
    throw new Error("not the record that was issued");
  }
  const length = (typeof made === "string" ? made : JSON.stringify(made)).length;
  const found = { issue: await rate(issue), verify: await rate(() => verify(made)), length };
  process.stdout.write(JSON.stringify(found));
}
