/**
 * The one script of download/verify.html, which is opened from a disk: the verification page, with
 * what it needs around it out of the file itself (build.mjs puts each single_X.js in place of X.js).
 */

import { begin } from "./checks.js";
import { followLanguage } from "./language.js";
import { readPage } from "./page.js";

document.documentElement.classList.add("js");
begin(readPage(), followLanguage);
