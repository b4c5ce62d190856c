// What keeps a set at its post: the screen stays on, the battery is watched, and a set that has
// heard nothing of the network for long says so.
import { at, say } from "./screen.js";

const SILENT = 10 * 60_000, LOOKS_EVERY = 5000; // milliseconds
const LOW = 0.2;

export function watch(line, sound) {
  stayAwake();
  watchBattery();
  watchSilence(line, sound);
}

/** A screen that was hidden has let go of its lock. */
function stayAwake() {
  const ask = () => document.visibilityState === "visible" && navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", ask);
  ask();
}

async function watchBattery() {
  const battery = await navigator.getBattery?.().catch(() => null);
  if (!battery) return;
  const show = () => {
    const low = !battery.charging && battery.level <= LOW;
    at("battery").textContent = low ? say("battery", { percent: Math.round(battery.level * 100) }) : "";
  };
  battery.addEventListener("levelchange", show);
  battery.addEventListener("chargingchange", show);
  show();
}

function watchSilence(line, sound) {
  let since = Date.now(), warned = 0;
  line.addEventListener("Welcome", () => { since = 0; });
  line.addEventListener("lost", () => { since ||= Date.now(); });
  setInterval(() => {
    const minutes = since && Date.now() - since >= SILENT ? Math.floor((Date.now() - since) / 60_000) : 0;
    if (minutes === warned) return;
    warned = minutes;
    at("silent").textContent = minutes ? say("silent", { minutes }) : "";
    if (minutes) sound.tone(220);
  }, LOOKS_EVERY);
}
