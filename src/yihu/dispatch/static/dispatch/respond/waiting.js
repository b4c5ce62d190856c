// An offer that waits for an answer rings, shakes and counts down; the screen stays on.
const EVERY = 1000; // milliseconds between two looks, and two rings
const SHAKE = [300, 100, 300]; // milliseconds on and off
const HIGH = 1175, LOW = 880; // hertz
const LENGTH = 0.18; // seconds of one tone

let context = null;

/** Browsers make no sound before somebody has touched the page. */
export function allow() {
  context ??= new AudioContext();
  return context.resume();
}
export const isAllowed = () => context?.state === "running";

export function ring() {
  if (isAllowed()) [HIGH, LOW, HIGH].forEach((pitch, place) => tone(pitch, place * LENGTH));
  navigator.vibrate?.(SHAKE);
}

function tone(pitch, after) {
  const start = context.currentTime + after;
  const sounds = new OscillatorNode(context, { frequency: pitch });
  const loud = new GainNode(context, { gain: 0 });
  loud.gain.setValueAtTime(0.35, start);
  loud.gain.exponentialRampToValueAtTime(0.01, start + LENGTH);
  sounds.connect(loud).connect(context.destination);
  sounds.start(start);
  sounds.stop(start + LENGTH);
}

/** @param ahead milliseconds by which the server's clock is ahead; @param over told once that an
 *  offer's time is over */
export function watch(ahead, over) {
  const told = new Set();
  const look = () => {
    for (const offer of document.querySelectorAll("[data-deadline]")) {
      const left = Math.ceil((Date.parse(offer.dataset.deadline) - Date.now() - ahead) / 1000);
      const line = offer.querySelector("[data-left]");
      line.textContent = left > 0 ? line.dataset.left.replace("{n}", left) : line.dataset.over;
      if (left > 0 && !("kept" in offer.dataset)) ring();
      if (left <= 0 && !told.has(offer.dataset.offer)) {
        told.add(offer.dataset.offer);
        over();
      }
    }
  };
  setInterval(look, EVERY);
  stayAwake();
  return look;
}

/** A screen that was hidden has let go of its lock. */
function stayAwake() {
  const ask = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", ask);
  ask();
}
