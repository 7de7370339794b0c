/**
 * The verification page: a code comes in by the address or by the paste box, a verdict goes out.
 *
 * Fresh data have 1.5 s to arrive while the page says "checking"; then the verdict on the stored
 * data is shown, and judged again when the fresh ones are there. So nothing flashes green and
 * then turns red, and nobody waits for a network that does not come.
 */

import { Client } from "./client.js";
import { dateAndTime } from "./dates.js";
import { byId } from "./dom.js";
import { followLanguage } from "./language.js";
import { readPage } from "./page.js";
import { show } from "./show.js";

/** @typedef {import("./telling.js").Verdict} Verdict */
/** @typedef {import("./words.js").Words} Words */

/** Milliseconds for which "checking" is shown before the stored data are taken. */
const PATIENCE = 1500;

/** Anchors of the page itself, which are no codes. */
const ANCHORS = new Set(["", "#", "#main"]);

const page = readPage();
const client = new Client({
  base: new URL(page.base, location.href).href,
  registry: page.registry,
  trustDigest: page.trust,
  fetch: (/** @type {Parameters<typeof fetch>} */ ...request) => fetch(...request),
});

/** @type {Words | null} */
let words = null;
/** @type {{verdict: Verdict, byLink: boolean, pending: boolean} | null} */
let shown = null;
/** The code that is judged, for "check again" and for the next language. */
let code = { text: "", byLink: false };
/** Counts the checks: an answer to an earlier one is dropped. */
let turn = 0;

/**
 * @param {"home" | "checking" | "result"} state
 * @param {string} [reason] two reasons take the whole page
 */
function setState(state, reason = "") {
  const { classList } = document.documentElement;
  classList.toggle("checking", state === "checking");
  classList.toggle("result", state === "result");
  classList.toggle("alarm-foreign", reason === "foreign-code");
  classList.toggle("alarm-conflict", reason === "conflict");
}

/** @param {boolean} arrived whether this is a new verdict, and not the same one in other words */
function render(arrived) {
  if (words === null || shown === null) {
    return;
  }
  const place = byId("verdict-place");
  const focused = place.contains(document.activeElement);
  const { verdict, byLink, pending } = shown;
  const visit = { now: Date.now() / 1000, online: navigator.onLine, byLink, pending };
  const { view, heading, announcement } = show(words, verdict, visit, page.version);
  place.replaceChildren(view);
  setState("result", verdict.reason);
  if (arrived) {
    byId("announcement").textContent = announcement;
    scrollTo(0, 0);
  }
  if (arrived || focused) {
    heading.focus({ preventScroll: true });
  }
}

/** Judge the code at hand. Every check is made on data fetched for it, where they can be had. */
async function check() {
  turn += 1;
  const mine = turn;
  const { text, byLink } = code;
  forget();
  setState("checking");
  byId("announcement").textContent = words?.text("progress.checking") ?? "";
  const fresh = client.refresh().then(() => client.check(text));
  /** @type {Promise<null>} */
  const patience = new Promise((wake) => setTimeout(wake, PATIENCE, null));
  const soon = await Promise.race([fresh, patience]);
  const stored = soon === null ? await client.checkStored(text) : null;
  if (mine === turn && stored !== null) {
    present({ verdict: stored, byLink, pending: true });
  }
  const verdict = soon ?? (await fresh);
  if (mine === turn) {
    present({ verdict, byLink, pending: false });
  }
}

/** @param {NonNullable<typeof shown>} next the first verdict on a code, or one on fresher data */
function present(next) {
  const before = shown?.verdict.reason;
  shown = next;
  render(before !== next.verdict.reason);
  if (before !== undefined && words !== null) {
    byId("announcement").prepend(words.text("progress.updated"), " ");
  }
}

/** Take a verdict and all data of a person off the page. */
function forget() {
  shown = null;
  byId("verdict-place").replaceChildren();
  byId("announcement").textContent = "";
  byId("trouble").hidden = true;
}

/**
 * A fault of this program or of its files: said as such, and never as a verdict.
 *
 * @param {unknown} error
 */
function fail(error) {
  forget();
  setState("home");
  byId("trouble").hidden = false;
  console.error(error);
}

/**
 * @param {string} text
 * @param {boolean} byLink
 */
function start(text, byLink) {
  code = { text, byLink };
  check().catch(fail);
}

/** Take a code out of the address bar, and so out of history and screenshots, and judge it. */
function readAddress() {
  const { hash, pathname, search } = location;
  if (ANCHORS.has(hash)) {
    return false;
  }
  history.replaceState(null, "", pathname + search);
  start(hash, true);
  return true;
}

/** How old the data on this device are, said before anything is checked. */
function sayFreshness() {
  const issued = client.state.note?.issued;
  if (words !== null) {
    byId("freshness").textContent =
      issued === undefined
        ? words.text("asof.none")
        : words.text("asof.updated", { asof: dateAndTime(words, issued) });
  }
}

/** The door for pasted text. */
function listenToPaste() {
  const field = /** @type {HTMLTextAreaElement} */ (byId("code"));
  const error = /** @type {HTMLElement} */ (byId("paste-error").firstElementChild);
  byId("paste").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value;
    const empty = text.trim() === "";
    error.hidden = !empty;
    field.setAttribute("aria-invalid", String(empty));
    if (empty) {
      field.focus();
      return;
    }
    field.value = "";
    start(text, false);
  });
  byId("recheck").addEventListener("click", () => start(code.text, code.byLink));
  byId("another").addEventListener("click", () => {
    turn += 1;
    code = { text: "", byLink: false };
    forget();
    setState("home");
    sayFreshness();
    scrollTo(0, 0);
    field.focus({ preventScroll: true });
  });
}

listenToPaste();
addEventListener("hashchange", readAddress);
if (!readAddress()) {
  client.refresh().then(sayFreshness, fail);
}
followLanguage(page, (chosen) => {
  const first = words === null;
  words = chosen;
  render(first);
  sayFreshness();
}).catch(fail);
