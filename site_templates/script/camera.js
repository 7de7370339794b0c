/** A camera as a stream of frames: which one, how large, with which light. No view, no decoder. */

/** Asked for, not demanded: at 640 pixels a certificate's code cannot be read at all. */
const WANTED = { width: { ideal: 1920 }, height: { ideal: 1080 } };

/** @typedef {"camera_denied" | "camera_none" | "camera_busy" | "insecure_context"} Trouble */

/** No picture; `key` is the key of the sentence about it, below "error". */
export class NoCamera extends Error {
  /** @param {Trouble} key */
  constructor(key) {
    super(key);
    this.key = key;
  }
}

/** @type {Record<string, Trouble>} by the name of what getUserMedia rejects with */
const TROUBLES = {
  NotAllowedError: "camera_denied",
  SecurityError: "camera_denied",
  NotFoundError: "camera_none",
  OverconstrainedError: "camera_none",
};

export class Camera {
  /**
   * @param {HTMLVideoElement} video shows the stream
   */
  constructor(video) {
    this.video = video;
    // Before it is muted, a browser may refuse to play it; the attribute mutes only what is parsed.
    video.muted = true;
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {string[]} ids of all cameras, known once one has been opened */
    this.devices = [];
    /** The one that was opened last; it stays known when it is closed. */
    this.device = "";
    this.lit = false;
    /** Counts the openings: one that was overtaken closes its stream again. */
    this.turn = 0;
  }

  /**
   * Open the camera on the back, or a certain one.
   *
   * @param {string} [deviceId]
   * @returns {Promise<boolean>} false: it was closed, or another one was opened, in the meantime
   */
  async open(deviceId) {
    this.close();
    const mine = this.turn;
    const { mediaDevices } = navigator;
    if (!mediaDevices) {
      throw new NoCamera("insecure_context");
    }
    const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "environment" };
    const stream = await mediaDevices
      .getUserMedia({ audio: false, video: { ...WANTED, ...which } })
      .catch((/** @type {unknown} */ error) => {
        throw new NoCamera(TROUBLES[error instanceof Error ? error.name : ""] ?? "camera_busy");
      });
    if (mine !== this.turn) {
      stop(stream);
      return false;
    }
    this.stream = stream;
    this.video.srcObject = stream;
    await this.video.play().catch((/** @type {unknown} */ error) => {
      // Closed before the first frame: that is no trouble.
      if (mine === this.turn) {
        throw error;
      }
    });
    await this.settle();
    return mine === this.turn;
  }

  /** What the camera can do is known once it is open: keep it focused, and count the others. */
  async settle() {
    const { track } = this;
    this.device = track?.getSettings().deviceId ?? "";
    if (can(track, "focusMode").includes("continuous")) {
      await demand(track, { focusMode: "continuous" });
    }
    const found = await navigator.mediaDevices.enumerateDevices();
    this.devices = found.filter(({ kind }) => kind === "videoinput").map((one) => one.deviceId);
  }

  /** @returns {MediaStreamTrack | undefined} */
  get track() {
    return this.stream?.getVideoTracks()[0];
  }

  /** @returns {boolean} whether it has a light */
  get hasLight() {
    return can(this.track, "torch").includes(true);
  }

  /** Turn its light on or off. */
  async switchLight() {
    this.lit = (await demand(this.track, { torch: !this.lit })) ? !this.lit : this.lit;
  }

  /** Open the next camera of this device. */
  next() {
    const at = this.devices.indexOf(this.device);
    return this.open(this.devices[(at + 1) % this.devices.length]);
  }

  /**
   * The frame on show.
   *
   * @param {boolean} closer only its middle: half as wide and high
   * @returns {Promise<ImageBitmap | null>} null: there is none yet
   */
  async frame(closer) {
    const { videoWidth: width, videoHeight: height, readyState } = this.video;
    if (readyState < HTMLMediaElement.HAVE_CURRENT_DATA || width === 0) {
      return null;
    }
    return closer
      ? createImageBitmap(this.video, width >> 2, height >> 2, width >> 1, height >> 1)
      : createImageBitmap(this.video);
  }

  /** Give the camera back to the device; its light goes out too. */
  close() {
    this.turn += 1;
    stop(this.stream);
    this.stream = null;
    this.video.srcObject = null;
    this.lit = false;
  }
}

/** @param {MediaStream | null} stream */
function stop(stream) {
  for (const track of stream?.getTracks() ?? []) {
    track.stop();
  }
}

/**
 * @param {MediaStreamTrack | undefined} track
 * @param {string} ability "torch" and "focusMode", which TypeScript does not know
 * @returns {unknown[]} its settings that are possible
 */
function can(track, ability) {
  const found = Reflect.get(track?.getCapabilities?.() ?? {}, ability);
  return Array.isArray(found) ? found : [found];
}

/**
 * @param {MediaStreamTrack | undefined} track
 * @param {Record<string, unknown>} setting
 * @returns {Promise<boolean>} false: the device says that it can, and cannot
 */
async function demand(track, setting) {
  try {
    await track?.applyConstraints({ advanced: [/** @type {any} */ (setting)] });
    return true;
  } catch {
    return false;
  }
}
