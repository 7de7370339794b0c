/** Prints what keys.js answers to the signatures in the file of its argument, with both engines. */

import { readFileSync } from "node:fs";
import { answers } from "./ed25519_answers.js";

const path = process.argv[2] ?? "";
const cases = JSON.parse(readFileSync(path, "utf8"));
console.log(JSON.stringify(await answers(cases, "../../site_templates/script")));
