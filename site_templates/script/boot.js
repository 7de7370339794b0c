/**
 * Runs before the first paint, so that nothing jumps: a page opened by a code starts in the
 * "checking" state, and a page that will change its language does not show the other one first.
 */

import { readPage } from "./page.js";
import { readersLanguage } from "./reader.js";

const root = document.documentElement;
root.classList.add("js");
if (location.hash.length > 1 && location.hash !== "#main") {
  root.classList.add("checking");
}
const page = readPage();
if (readersLanguage(page) !== page.language) {
  root.classList.add("switching");
}
