/**
 * The ways in: the camera, files that are chosen, dropped or pasted, and pasted text.
 *
 * What reads them are parts; a door only opens one, with what must be taken in the event itself.
 */

import { fail, start, use } from "./checks.js";
import { byId } from "./dom.js";

/** @param {File[]} files */
function takeFiles(files) {
  use("batch.js").then((batch) => batch.takeFiles(files), fail);
}

/**
 * @param {DataTransfer | null} data of a drop or a paste
 * @returns {boolean} whether it was something to check
 */
function take(data) {
  const files = [...(data?.files ?? [])];
  const text = data?.getData("text/plain").trim() ?? "";
  if (files.length > 0) {
    takeFiles(files);
  } else if (text !== "") {
    start({ text, source: "text" });
  }
  return files.length > 0 || text !== "";
}

/** The door for pasted text, which says so when there is none. */
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
    start({ text, source: "text" });
  });
}

/** A file or a text that is dropped anywhere is taken, and never opened in place of the page. */
function listenToDrops() {
  const { classList } = document.documentElement;
  addEventListener("dragover", (event) => {
    event.preventDefault();
    classList.add("dropping");
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) {
      classList.remove("dropping");
    }
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    classList.remove("dropping");
    take(event.dataTransfer);
  });
  addEventListener("paste", (event) => {
    const data = event.clipboardData;
    const typing = event.target instanceof HTMLTextAreaElement && !data?.files.length;
    if (!typing && take(data)) {
      event.preventDefault();
    }
  });
}

/**
 * What another program shared with the installed page: its service worker has it, and hands it over
 * once.
 */
function takeShared() {
  const { search, pathname } = location;
  const worker = navigator.serviceWorker?.controller;
  if (!new URLSearchParams(search).has("shared")) {
    return;
  }
  history.replaceState(null, "", pathname);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data: { files, text } }) => {
    if (files.length > 0) {
      takeFiles(files);
    } else if (text !== "") {
      start({ text: text.match(/https?:\S+#\S+/)?.[0] ?? text, source: "text" });
    }
  };
  worker?.postMessage("shared", [port2]);
}

/** Once, when the page begins. */
export function listenToDoors() {
  const chosen = /** @type {HTMLInputElement} */ (byId("files"));
  byId("scan").addEventListener("click", () => {
    use("scanner.js").then((scanner) => scanner.scan(), fail);
  });
  chosen.addEventListener("change", () => {
    takeFiles([...(chosen.files ?? [])]);
    chosen.value = "";
  });
  listenToPaste();
  listenToDrops();
  takeShared();
}
