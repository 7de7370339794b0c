/**
 * Takes data of persons off the page when nobody has touched it for a while: first a countdown,
 * which can be ended for good, or by clearing at once (WCAG 2.2.1).
 */

import { desk, fail } from "./checks.js";
import { byId, element } from "./dom.js";
import { loadStyle } from "./parts.js";

/** Seconds of the countdown. */
const LAST = 60;
/** What shows that somebody is there. Printing does, too. */
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "input", "beforeprint", "afterprint"];

/** @type {WeakSet<object>} what somebody wants to keep on show */
const kept = new WeakSet();
/** Ends the watch over what was on show before. */
let watching = new AbortController();

/**
 * Watch over something until it leaves the page. There is one watch at a time.
 *
 * @param {object} subject what is shown; the same one in another language is kept as before
 * @param {Element} view of it
 * @param {number} quiet seconds without a sign of anybody until the countdown begins
 * @param {() => void} clear
 */
export function guard(subject, view, quiet, clear) {
  watching.abort();
  watching = new AbortController();
  if (kept.has(subject)) {
    return;
  }
  const { signal } = watching;
  let idle = 0;
  for (const sign of SIGNS) {
    addEventListener(sign, () => (idle = 0), { signal, passive: true });
  }
  const timer = setInterval(() => {
    idle += 1;
    if (!view.isConnected) {
      watching.abort();
    } else if (idle >= quiet) {
      clearInterval(timer);
      countDown(subject, view, clear, watching).catch(fail);
    }
  }, 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/**
 * @param {object} subject
 * @param {Element} view
 * @param {() => void} clear
 * @param {AbortController} watch
 */
async function countDown(subject, view, clear, watch) {
  await loadStyle(desk().page, "scan.css");
  let left = LAST;
  const { words } = desk();
  const told = () => words.text("session.countdown", { n: words.number(left) });
  const line = element("p", { "aria-hidden": "true" }, told());
  const keep = button("keep_open", () => {
    kept.add(subject);
    watch.abort();
  });
  const now = button("clear_now", () => end());
  const bar = element(
    "div",
    { class: "countdown" },
    element("p", { class: "unseen", role: "alert" }, told()),
    line,
    element("p", { class: "actions" }, keep, now),
  );
  const end = () => {
    watch.abort();
    clear();
    byId("announcement").textContent = desk().words.text("session.cleared");
  };
  const timer = setInterval(() => {
    left -= 1;
    line.textContent = told();
    if (!view.isConnected) {
      watch.abort();
    } else if (left <= 0) {
      end();
    }
  }, 1000);
  watch.signal.addEventListener("abort", () => {
    clearInterval(timer);
    const focused = bar.contains(document.activeElement);
    bar.remove();
    document.documentElement.classList.remove("counting");
    if (focused) {
      view.querySelector("h1")?.focus({ preventScroll: true });
    }
  });
  document.documentElement.classList.add("counting");
  document.body.append(bar);
}

/**
 * @param {string} key
 * @param {() => void} pressed
 */
function button(key, pressed) {
  const made = element("button", { type: "button" }, desk().words.text(`button.${key}`));
  made.addEventListener("click", pressed);
  return made;
}
