// What the set shows: the line, who talks, how loud, and sentences that stand until they are read.
const TO_READ = 2000; // milliseconds that a sentence stands before the floor is shown again

export const at = (id) => document.getElementById(id);
export const says = JSON.parse(at("says")?.textContent ?? "{}");
/** A sentence of the set's with values in it. */
export const say = (name, values = {}) => says[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);

const bars = [...document.querySelectorAll(".set-level i")];
let readUntil = 0;

/** @param state idle, talks, asking, mine, cut: what the page is coloured by */
export function show(state, text) {
  at("set").dataset.state = state;
  if (at("talker").textContent !== text) at("talker").textContent = text; // said aloud once
}

export const isRead = () => Date.now() >= readUntil;

/** A sentence for once; then whatever `after` shows. */
export function tell(text, after) {
  show("cut", text);
  readUntil = Date.now() + TO_READ;
  setTimeout(after, TO_READ);
}

export function showLevel(level) {
  const lit = Math.min(7, Math.round(Math.sqrt(level) * 12));
  bars.forEach((bar, place) => bar.classList.toggle("on", Math.abs(place - 3) < lit / 2));
}

/** A POST to our own web server; rejects where it cannot be reached. */
export function post(address, fields) {
  const { "X-CSRFToken": csrf } = JSON.parse(document.body.getAttribute("hx-headers"));
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  return fetch(address, { method: "POST", body, headers: { "X-CSRFToken": csrf }, redirect: "manual" });
}

/** 32 hex digits: this deed's own key, the same for every try. */
export const newKey = () => crypto.getRandomValues(new Uint8Array(16)).reduce((hex, byte) => hex + byte.toString(16).padStart(2, "0"), "");
