/**
 * Ready for the time without network: installs the service worker, says so, and says when a newer
 * version of the page is there.
 *
 * A newer version waits until it is asked for, or until no page of the older one is open: nothing
 * changes under the hands of somebody who is checking.
 */

import { byId, element } from "./dom.js";
import { serviceWorkerUrl } from "./workers.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {Event & {prompt(): Promise<unknown>}} Offer to install this page */

/**
 * @param {Page} page
 * @param {Words} words
 * @param {() => Promise<unknown>} again reads once more what the check of this visit has read
 */
export async function begin(page, words, again) {
  const { serviceWorker } = navigator;
  if (!page.offline || !serviceWorker) {
    return;
  }
  /** @type {ServiceWorkerRegistration | undefined} none: private browsing, or out of reach */
  const registration = await serviceWorker
    .register(serviceWorkerUrl(), { scope: page.base, updateViaCache: "none" })
    .catch(() => undefined);
  if (registration === undefined) {
    line(words, "error.storage.text");
    return;
  }
  const look = () => offerUpdate(words, registration.waiting);
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", look),
  );
  look();
  // What is kept may otherwise go when the disk is full.
  await navigator.storage?.persist?.();
  if (serviceWorker.controller === null) {
    await new Promise((done) => serviceWorker.addEventListener("controllerchange", done));
    // What was shown of the catalogue came before there was a worker to keep it.
    await again();
  }
  line(words, "asof.ready");
  hintInstall(words);
}

/**
 * @param {Words} words
 * @param {string} key
 * @param {...HTMLElement} more
 */
function line(words, key, ...more) {
  const text = element("span", { "data-word": key }, words.text(key));
  byId("offline").append(element("p", { class: "small" }, text, ...more));
}

/**
 * @param {Words} words
 * @param {string} key
 * @param {() => void} act
 * @returns {HTMLElement}
 */
function button(words, key, act) {
  const made = element("button", { type: "button", "data-word": key }, words.text(key));
  made.addEventListener("click", act);
  return made;
}

/**
 * @param {Words} words
 * @param {ServiceWorker | null} waiting
 */
function offerUpdate(words, waiting) {
  const place = byId("update");
  if (waiting === null || !place.hidden) {
    return;
  }
  const act = button(words, "button.update", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    waiting.postMessage("now");
  });
  const text = element("p", { "data-word": "update.available" }, words.text("update.available"));
  place.replaceChildren(text, element("p", { class: "actions" }, act));
  place.hidden = false;
}

/**
 * Safari drops what a page keeps after seven days unless it stands on the Home Screen; others ask
 * by themselves, or through the button that they offer.
 *
 * @param {Words} words
 */
function hintInstall(words) {
  const { standalone } = /** @type {{standalone?: boolean}} */ (navigator);
  if (standalone === false) {
    line(words, "install.why");
    line(words, "install.ios");
  }
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    const offer = /** @type {Offer} */ (event);
    const key = navigator.maxTouchPoints > 0 ? "button.install" : "button.install_desktop";
    const act = button(words, key, () => {
      act.remove();
      void offer.prompt();
    });
    byId("offline").append(act);
  });
  addEventListener("appinstalled", () => line(words, "install.done"));
}
