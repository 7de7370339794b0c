/**
 * Checks on the verification page: a code comes in, a verdict goes out.
 *
 * Fresh data have 1.5 s to arrive while the page says "checking"; then the verdict on the stored
 * data is shown, and judged again when the fresh ones are there. So nothing flashes green and
 * then turns red, and nobody waits for a network that does not come.
 *
 * Parts that load later (camera, files, ...) are called by `use`, bring their codes in by `start`
 * and show their own states by `setState`.
 */

import { Client } from "./client.js";
import { dateAndTime } from "./dates.js";
import { byId } from "./dom.js";
import { listenToDoors } from "./doors.js";
import { loadAllWords, loadWords } from "./language.js";
import { load, loadStyle } from "./parts.js";
import { show } from "./show.js";
import { online, registryData } from "./site.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./telling.js").Verdict} Verdict */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {"link" | "camera" | "file" | "text"} Origin how a code came in */
/**
 * @typedef {object} Code
 * @property {string} text
 * @property {Origin} source
 * @property {string} [file] name of the file that it was found in
 * @property {number} [page] of a PDF, from 1; 0: none
 */
/**
 * @typedef {Code & Judged} Check
 * @typedef {object} Judged
 * @property {Verdict} verdict
 * @property {boolean} pending newer data are still on their way
 * @property {number} at by the clock of this device, seconds
 */

/** Milliseconds for which "checking" is shown before the stored data are taken. */
const PATIENCE = 1500;

/** Anchors of the page itself, which are no codes. */
const ANCHORS = new Set(["", "#", "#main"]);

/** @type {Page} */
let page;
/** @type {Client} */
let client;
/** @type {Words | null} */
let words = null;
/** @type {Check | null} */
let shown = null;
/** The code that is judged, for "check again" and for the next language. */
let code = /** @type {Code} */ ({ text: "", source: "text" });
/** Counts the checks: an answer to an earlier one is dropped. */
let turn = 0;
/** @type {Promise<void>} resolves when there are words: a tap may come before them */
let worded;
/** @type {(() => void) | null} to the list that the verdict on show was opened from */
let back = null;
/** @type {Set<(words: Words) => void>} what else speaks the language of the page */
const speakers = new Set();

/**
 * What every part may ask for.
 *
 * @returns {{page: Page, client: Client, words: Words}}
 */
export function desk() {
  if (words === null) {
    throw new Error("no words yet");
  }
  return { page, client, words };
}

/**
 * A part of the page, ready to be used: it may show every word, not only those of a verdict.
 *
 * @template {keyof import("./parts.js").Parts} Name
 * @param {Name} name
 * @returns {Promise<import("./parts.js").Parts[Name]>}
 */
export async function use(name) {
  await worded;
  const [part] = await Promise.all([
    load(page, name),
    loadAllWords(page, desk().words),
    loadStyle(page, "details.css"),
  ]);
  return part;
}

/**
 * Follow the language of the page.
 *
 * @param {(words: Words) => void} speak called with all words of each language that is chosen
 * @returns {() => void} ends it
 */
export function onWords(speak) {
  speakers.add(speak);
  return () => speakers.delete(speak);
}

/**
 * @param {"home" | "checking" | "result" | string} state a class of the page
 * @param {string} [reason] one of them takes the whole page
 */
export function setState(state, reason = "") {
  const { classList, dataset } = document.documentElement;
  classList.remove(dataset["state"] ?? "checking");
  classList.add((dataset["state"] = state));
  classList.toggle("alarm-foreign", reason === "foreign-code");
}

/**
 * @param {boolean} arrived whether this is a new verdict, and not the same one in other words
 * @param {boolean} [updated] whether it takes the place of another one
 * @returns {Promise<void>} once it is shown; rejects when its words cannot be had
 */
async function render(arrived, updated = false) {
  if (words === null || shown === null) {
    return;
  }
  const [check, chosen] = [shown, words];
  if (words.find(`reason.${check.verdict.reason}.sentence`) === undefined) {
    await loadWords(page, words, "reasons");
    if (check !== shown || chosen !== words) {
      return;
    }
  }
  if (check.verdict.reason === "foreign-code") {
    // Its screen is as red as it must be with the styles that are there; theirs make it the whole.
    await loadStyle(page, "details.css").catch(report);
    if (check !== shown || chosen !== words) {
      return;
    }
  }
  const place = byId("verdict-place");
  const focused = place.contains(document.activeElement);
  const { view, heading, announcement } = show(words, check.verdict, visitOf(check));
  place.replaceChildren(view);
  setState("result", check.verdict.reason);
  if (arrived) {
    const before = updated ? [words.text("progress.updated"), " "] : [];
    byId("announcement").replaceChildren(...before, announcement);
    scrollTo(0, 0);
  }
  if (arrived || focused) {
    heading.focus({ preventScroll: true });
  }
  complete(check, view).catch(report);
}

/**
 * Below the verdict: data, notes, actions. They come after it, from a part of their own.
 *
 * @param {Check} check
 * @param {HTMLElement} view of its verdict
 */
async function complete(check, view) {
  const part = await use("details.js");
  if (view.isConnected) {
    const { below, actions } = part.details(desk().words, check, visitOf(check), page.version);
    view.append(...below);
    byId("more-actions").replaceChildren(...actions);
    if (back === null) {
      part.watchOver(check, view);
    }
  }
}

/**
 * @param {Check} check
 * @returns {import("./telling.js").Visit}
 */
function visitOf({ source, pending, at }) {
  return { now: at, online: online(), byLink: source === "link", pending };
}

/** Judge the code at hand. Every check is made on data fetched for it, where they can be had. */
async function check() {
  turn += 1;
  const mine = turn;
  const from = code;
  const { text } = from;
  forget();
  setState("checking");
  byId("announcement").textContent = words?.text("progress.checking") ?? "";
  const fresh = client.refresh().then(() => client.check(text));
  /** @type {Promise<null>} */
  const patience = new Promise((wake) => setTimeout(wake, PATIENCE, null));
  const soon = await Promise.race([fresh, patience]);
  const stored = soon === null ? await client.checkStored(text) : null;
  if (mine === turn && stored !== null) {
    await present({ ...from, verdict: stored, pending: true, at: Date.now() / 1000 });
  }
  const verdict = soon ?? (await fresh);
  if (mine === turn) {
    await present({ ...from, verdict, pending: false, at: Date.now() / 1000 });
  }
  await watch();
}

/** Whether this page has made itself ready for the time without network. */
let prepared = false;

/** What no verdict waits for: comparing with what was seen before, and getting ready. */
async function watch() {
  await client.background;
  if (!prepared && words !== null) {
    prepared = true;
    const again = async () => code.text !== "" && client.check(code.text);
    use("offline.js").then((part) => part.begin(page, desk().words, again)).catch(report);
  }
  const contradicted = client.state.conflict || shown?.verdict.reason === "conflict";
  if (!contradicted || words === null) {
    return;
  }
  (await use("alarm.js")).raise(words, client.state);
  const before = shown;
  if (before !== null && before.verdict.reason !== "conflict") {
    const verdict = await client.check(before.text);
    if (shown === before) {
      await present({ ...before, verdict });
    }
  }
}

/** @param {Check} next the first verdict on a code, or one on fresher data */
function present(next) {
  const before = shown?.verdict.reason;
  shown = next;
  return render(before !== next.verdict.reason, before !== undefined);
}

/**
 * Show a verdict that was reached before, out of a list.
 *
 * @param {Check} check
 * @param {() => void} toList shows the list again
 */
export function open(check, toList) {
  turn += 1;
  const { verdict, pending, at, ...from } = check;
  code = from;
  forget();
  back = toList;
  present(check).catch(fail);
  byId("back").hidden = false;
}

/** Take a verdict and all data of a person off the page. */
export function forget() {
  shown = null;
  back = null;
  byId("back").hidden = true;
  byId("verdict-place").replaceChildren();
  byId("more-actions").replaceChildren();
  byId("announcement").textContent = "";
  byId("trouble").hidden = true;
}

/** Back to the doors, with nothing of the last code left. */
export function home() {
  turn += 1;
  code = { text: "", source: "text" };
  forget();
  setState("home");
  sayFreshness();
  scrollTo(0, 0);
  byId("code").focus({ preventScroll: true });
}

/**
 * A fault of this program or of its files: said as such, and never as a verdict.
 *
 * @param {unknown} error
 */
export function fail(error) {
  forget();
  setState("home");
  report(error);
}

/** @param {unknown} error a fault that leaves what is shown as true as it was */
function report(error) {
  byId("trouble").hidden = false;
  console.error(error);
}

/**
 * Judge a code and show the verdict.
 *
 * @param {Code} found
 */
export function start(found) {
  code = found;
  check().catch(fail);
}

/** Take a code out of the address bar, and so out of history and screenshots, and judge it. */
function readAddress() {
  const { hash, pathname, search } = location;
  if (ANCHORS.has(hash)) {
    return false;
  }
  history.replaceState(null, "", pathname + search);
  start({ text: hash, source: "link" });
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

/** The buttons below a verdict. */
function listen() {
  byId("recheck").addEventListener("click", () => start(code));
  byId("another").addEventListener("click", home);
  byId("back").addEventListener("click", () => {
    const leave = back;
    forget();
    leave?.();
  });
}

/**
 * @param {Page} here
 * @param {typeof import("./language.js").followLanguage} followLanguage
 */
export function begin(here, followLanguage) {
  page = here;
  client = new Client({
    registry: page.registry,
    trustDigest: page.trust,
    ...registryData(page),
  });
  listen();
  listenToDoors();
  addEventListener("hashchange", readAddress);
  const opened = readAddress();
  worded = followLanguage(page, (chosen) => {
    const first = words === null;
    words = chosen;
    render(first).catch(fail);
    sayFreshness();
    if (speakers.size > 0) {
      const all = loadAllWords(page, chosen);
      all.then(() => speakers.forEach((speak) => speak(chosen)), report);
    }
  });
  if (opened) {
    worded.catch(fail);
  } else {
    Promise.all([client.refresh(), worded]).then(() => {
      sayFreshness();
      // Ahead of the first check, which may come when the network is gone.
      return Promise.all([use("details.js"), use("countdown.js"), watch()]);
    }).catch(report);
  }
}
