/** A short tone and a tremble when a code was read: only after a tap, as browsers demand. */

/** Hz, seconds and loudness: heard beside a machine, and no fright in an office. */
const [PITCH, LENGTH, LOUDNESS] = [1_318, 0.12, 0.15];

/** @type {AudioContext | null} */
let audio = null;

/** Called by a tap: from then on the page may make a sound. */
export function prepareSignal() {
  audio ??= new AudioContext();
  audio.resume().catch(() => undefined); // without a device there is no sound, and nothing to say
}

/** Say that a code was read. */
export function signal() {
  if (navigator.userActivation?.hasBeenActive ?? audio !== null) {
    navigator.vibrate?.(60);
  }
  if (audio?.state !== "running") {
    return;
  }
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  const end = audio.currentTime + LENGTH;
  tone.frequency.value = PITCH;
  volume.gain.setValueAtTime(LOUDNESS, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, end);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(end);
}
