/* What a scan sounds and looks like: the same three answers as at the station. */
const TONES = { // [hertz, seconds], one after the other
  good: [[660, 0.09], [990, 0.12]],
  again: [[520, 0.08]],
  bad: [[220, 0.2], [180, 0.2]],
};
const SHOWN_MS = { good: 1500, again: 1500, bad: 4000 };
let sound = null;
let ends = 0;

/* Browsers let a page sound only after somebody touched it. */
export function ready() {
  if (!sound && "AudioContext" in window) sound = new AudioContext();
  if (sound && sound.state === "suspended") sound.resume();
}

export function signal(kind) {
  document.body.dataset.signal = kind;
  clearTimeout(ends);
  ends = setTimeout(() => delete document.body.dataset.signal, SHOWN_MS[kind]);
  if (!sound || sound.state !== "running") return;
  let at = sound.currentTime;
  for (const [hertz, seconds] of TONES[kind]) {
    const tone = sound.createOscillator();
    const level = sound.createGain();
    level.gain.value = kind === "again" ? 0.08 : 0.2;
    tone.frequency.value = hertz;
    tone.connect(level).connect(sound.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds;
  }
}

/* What the server's answer says: a refusal, a repeat, or yes. */
export function kindOf(main) {
  if (main.querySelector("[role=alert], .flash.problem")) return "bad";
  if (main.querySelector(".flash.again")) return "again";
  return main.querySelector(".flash") ? "good" : "";
}
