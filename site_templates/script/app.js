/**
 * The one script that every page begins with: it starts the page that it stands on.
 *
 * What a first verdict needs is in this file and in what it imports; all else are parts, which
 * parts.js loads when somebody asks for them.
 */

import { begin } from "./checks.js";
import { followLanguage } from "./language.js";
import { readPage } from "./page.js";
import { load } from "./parts.js";

const page = readPage();
if (page.path === "") {
  begin(page, followLanguage);
} else {
  load(page, "registry_page.js").then((part) => part.begin(page, followLanguage), console.error);
}
