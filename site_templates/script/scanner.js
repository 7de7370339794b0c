/**
 * The camera on the page: a dialogue with its picture, until a code was read or somebody leaves.
 *
 * Every other frame is looked at twice as closely. One of our codes is taken at once; any other
 * code only after ours had some more time to come into view.
 */

import { Camera, NoCamera } from "./camera.js";
import { desk, fail, start, use } from "./checks.js";
import { choose } from "./choice.js";
import { CodeReader } from "./code_reader.js";
import { element } from "./dom.js";
import { loadStyle } from "./parts.js";
import { prepareSignal, signal } from "./signal.js";
import { addresses } from "./trust.js";

/** @typedef {import("./choice.js").Choice} Choice */

/** Milliseconds between two frames; a decoder needs 20 to 100 for one. */
const PAUSE = 40;
/** Milliseconds for which a code that is not ours waits for one that is. */
const HOLD = 1_500;

/** Open the camera. Called by a tap, so that the device may make a sound afterwards. */
export function scan() {
  prepareSignal();
  loadStyle(desk().page, "scan.css")
    .then(() => new Scanner().run())
    .catch(fail);
}

class Scanner {
  constructor() {
    const { words } = desk();
    /** @param {string} key @param {() => unknown} pressed @param {string} [kind] */
    const button = (key, pressed, kind = "") => {
      const made = element("button", { type: "button", class: kind }, words.text(`button.${key}`));
      made.addEventListener("click", pressed);
      return made;
    };
    const video = element("video", { playsinline: "", "aria-hidden": "true" });
    this.camera = new Camera(/** @type {HTMLVideoElement} */ (video));
    this.reader = new CodeReader();
    this.hint = element("p", { class: "hint", role: "status" });
    this.trouble = element("div", { class: "trouble", role: "alert" });
    this.finder = element("div", { class: "finder" }, video, element("div", { class: "aim" }), this.hint);
    this.light = button("light_on", () => this.switchLight().catch(fail));
    this.other = button("switch_camera", () => this.watch(() => this.camera.next()));
    this.again = button("rescan", () => this.watch(() => this.camera.open()), "primary");
    this.dialog = /** @type {HTMLDialogElement} */ (
      element(
        "dialog",
        { class: "scanner", "aria-labelledby": "scanner" },
        element("h2", { id: "scanner" }, words.text("button.scan")),
        this.finder,
        this.trouble,
        element(
          "p",
          { class: "actions" },
          ...[this.again, this.light, this.other, button("stop", () => this.dialog.close())],
        ),
      )
    );
    /** Ends the watching of one camera. */
    this.watching = new AbortController();
  }

  /** Until the dialogue is closed, by a code or by somebody. */
  async run() {
    const { dialog } = this;
    const left = new AbortController();
    document.body.append(dialog);
    dialog.showModal();
    document.addEventListener(
      "visibilitychange",
      () => document.visibilityState === "hidden" && this.pause(),
      { signal: left.signal },
    );
    const closed = new Promise((done) => dialog.addEventListener("close", done, { once: true }));
    this.watch(() => this.camera.open());
    await closed;
    left.abort();
    this.release();
    this.reader.stop();
    dialog.remove();
  }

  /**
   * Read what a camera shows.
   *
   * @param {() => Promise<boolean>} open false: overtaken
   */
  watch(open) {
    this.release();
    this.watching = new AbortController();
    this.look(open, this.watching.signal).catch((error) => {
      if (!(error instanceof NoCamera)) {
        this.dialog.close();
        return fail(error);
      }
      this.release();
      this.say(error.key);
    });
  }

  /**
   * @param {() => Promise<boolean>} open
   * @param {AbortSignal} stopped
   */
  async look(open, stopped) {
    const { words, client } = desk();
    const { camera } = this;
    this.show("waiting", words.text("progress.camera"));
    if (!(await open())) {
      return;
    }
    this.show("open", words.text("progress.aim"));
    camera.track?.addEventListener("ended", () => this.say("camera_busy"), { signal: stopped });
    /** @type {{choice: Choice, since: number} | null} */
    let held = null;
    for (let closer = false; !stopped.aborted; closer = !closer) {
      const frame = await camera.frame(closer);
      const texts = frame === null ? [] : await this.reader.frame(frame, closer);
      const { trust } = client.state;
      const choice = choose(texts, trust && addresses(trust));
      held ??= texts.length > 0 ? { choice, since: performance.now() } : null;
      const waited = held !== null && performance.now() - held.since > HOLD;
      if (!stopped.aborted && (choice.ours.length > 0 || waited)) {
        return this.take(choice.ours.length > 0 || held === null ? choice : held.choice);
      }
      await new Promise((next) => setTimeout(next, PAUSE));
    }
  }

  /** @param {Choice} choice with one code at least */
  take({ ours, others }) {
    signal();
    this.dialog.close();
    const [text = others[0] ?? "", ...more] = ours;
    if (more.length === 0) {
      start({ text, source: "camera" });
    } else {
      use("batch.js").then((batch) => batch.takeTexts(ours), fail);
    }
  }

  /** @param {string} key of the sentence on what is wrong */
  say(key) {
    const { words, page } = desk();
    const sentence = (/** @type {string} */ part) => words.text(`error.${key}.${part}`, { site: page.site });
    this.show("stopped", "");
    this.trouble.replaceChildren(
      element("p", {}, element("strong", {}, sentence("text"))),
      element("p", {}, sentence("do")),
    );
  }

  /** Nobody is looking: the camera is given back until somebody asks for it again. */
  pause() {
    this.release();
    this.show("stopped", "");
  }

  release() {
    this.watching.abort();
    this.camera.close();
  }

  /**
   * @param {"waiting" | "open" | "stopped"} state
   * @param {string} hint
   */
  show(state, hint) {
    const open = state === "open";
    this.trouble.replaceChildren();
    this.hint.textContent = hint;
    this.finder.classList.toggle("waiting", state === "waiting");
    this.finder.hidden = state === "stopped";
    this.again.hidden = state !== "stopped";
    this.light.hidden = !(open && this.camera.hasLight);
    this.other.hidden = !(open && this.camera.devices.length > 1);
    this.nameLight();
  }

  async switchLight() {
    await this.camera.switchLight();
    this.nameLight();
  }

  nameLight() {
    this.light.textContent = desk().words.text(`button.light_${this.camera.lit ? "off" : "on"}`);
  }
}
