// Plays a simulated run on the map, or two of them side by side that met the same calls: one clock,
// two maps that move together. Where no map can be drawn, the lists beside say what happens now.
//
//   space, k  play, pause        ← →  a minute, with shift ten        + −  faster, slower
import { MapPanel } from "../web/map.js";
import { collection, feature, point } from "../web/map_shapes.js";
import { filmAt, opened } from "./film_at.js";

const root = document.querySelector("[data-film]");
const words = JSON.parse(root.dataset.words);
const part = (name) => root.querySelector(`[data-film-${name}]`);
const [play, speed, at, clock, bar] = ["play", "speed", "at", "clock", "bar"].map(part);
const still = matchMedia("(prefers-reduced-motion: reduce)");
const FRAME = 66; // milliseconds between two pictures: a map takes no more of them
const CALM = 1000; // and where motion is to be reduced
const [STEP, LEAP] = [60, 600]; // seconds by key
const BUSY = new Set(["told", "going", "there"]);
const MONDAY = Date.UTC(2024, 0, 1);
const lang = document.documentElement.lang;
const day = new Intl.DateTimeFormat(lang, { weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: "UTC" });
const count = new Intl.NumberFormat(lang);
const share = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 1 });

let now = 0; // seconds since the film begins
let lasts = 0;
let begins = 0;
let seen = null; // when the last picture was drawn, while it plays

// --- one screen --------------------------------------------------------------------------------

class Screen {
  constructor(element) {
    this.element = element;
    this.panel = MapPanel.of(element);
    this.rows = new Map();
  }

  async load() {
    const answer = await fetch(this.element.dataset.address);
    if (!answer.ok) throw new Error(answer.statusText);
    this.film = opened(await answer.json());
    const drawn = await this.panel?.ready;
    if (drawn) this.map = this.panel.map;
    else this.element.querySelector("[data-film-list]").open = true;
  }

  show() {
    const found = filmAt(this.film, now);
    if (this.map) {
      this.panel.set("units", collection(found.units.map(unitMark)));
      this.panel.set("calls", collection(found.calls.filter(({ state }) => state !== "over").map(callMark)));
    }
    this.#figures(found);
    this.#list(found);
  }

  #figures({ calls, covered }) {
    const many = Object.groupBy(calls, ({ state }) => state);
    for (const state of ["waits", "served", "over"]) this.#say(state, count.format(many[state]?.length ?? 0));
    const { residents } = this.film.covered;
    this.#say("covered", covered === null ? "–" : share.format(covered / residents));
    this.#say("residents", covered === null ? "" : words.residents.replace("{n}", count.format(covered)).replace("{all}", count.format(residents)));
  }

  #say(name, text) {
    const element = this.element.querySelector(`[data-figure="${name}"]`);
    if (element.textContent !== text) element.textContent = text;
  }

  /** What happens, in words: units by kind, and every call that is not over. */
  #list({ units, calls }) {
    if (!this.element.querySelector("[data-film-list]").open) return;
    const kinds = [...new Set(this.film.units.map(({ kind }) => kind))];
    const line = (kind) => {
      const own = units.filter((one) => one.kind === kind);
      const busy = own.filter(({ doing }) => BUSY.has(doing)).length;
      return words.force.replace("{kind}", words.kinds[kind] ?? kind).replace("{free}", count.format(own.length - busy)).replace("{busy}", count.format(busy));
    };
    fill(this.element.querySelector("[data-film-forces]"), kinds.map((kind) => ({ text: line(kind) })));
    const open = calls.filter(({ state }) => state !== "over");
    fill(this.element.querySelector("[data-film-calls]"), open.map((call) => ({ text: callWords(call, units), state: call.state })));
    this.element.querySelector("[data-film-none]").hidden = open.length > 0;
  }
}

const unitMark = ({ id, kind, at: here, doing }) =>
  feature(point(here), { id, kind, label: "", state: BUSY.has(doing) ? "busy" : "free", assumed: false, age: 0, ago: "" });
const callMark = ({ id, at: here, state }) => feature(point(here), { id, state, label: "" });

function callWords({ id, created, first, state }, units) {
  const minutes = (seconds) => count.format(Math.max(0, Math.floor(seconds / 60)));
  const came = new Date(MONDAY + (begins + created) * 1000);
  const on = units.filter(({ call, doing }) => call === id && BUSY.has(doing)).length;
  return words[state].replace("{at}", day.format(came)).replace("{n}", minutes(now - (state === "waits" ? created : first))).replace("{units}", count.format(on));
}

/** Lines of a list, keeping those that stay. */
function fill(list, lines) {
  while (list.children.length > lines.length) list.lastElementChild.remove();
  lines.forEach(({ text, state }, n) => {
    const item = list.children[n] ?? list.appendChild(document.createElement("li"));
    if (item.textContent !== text) item.textContent = text;
    if (state && item.dataset.state !== state) item.dataset.state = state;
  });
}

const screens = [...root.querySelectorAll("[data-film-screen]")].map((element) => new Screen(element));

/** Maps that show the same piece of the ground. */
function together(maps) {
  let moving = false;
  for (const map of maps) {
    map.on("move", () => {
      if (moving) return;
      moving = true;
      for (const other of maps) {
        if (other !== map) other.jumpTo({ center: map.getCenter(), zoom: map.getZoom() });
      }
      moving = false;
    });
  }
}

// --- playing -----------------------------------------------------------------------------------

function show() {
  at.value = now;
  clock.textContent = day.format(new Date(MONDAY + (begins + now) * 1000));
  at.ariaValueText = clock.textContent;
  for (const screen of screens) screen.show();
}

function step(moment) {
  if (seen === null) return;
  const since = moment - seen;
  if (since >= (still.matches ? CALM : FRAME)) {
    now = Math.min(lasts, now + (since / 1000) * Number(speed.value));
    seen = moment;
    if (now >= lasts) stop();
    show();
  }
  requestAnimationFrame(step);
}

function begin() {
  if (now >= lasts) now = 0;
  seen = performance.now();
  play.textContent = words.pause;
  requestAnimationFrame(step);
}

function stop() {
  seen = null;
  play.textContent = words.play;
}

const toggle = () => (seen === null ? begin() : stop());

function seek(moment) {
  now = Math.max(0, Math.min(lasts, moment));
  show();
}

function faster(by) {
  const next = speed.selectedIndex + by;
  if (next >= 0 && next < speed.options.length) speed.selectedIndex = next;
}

const KEYS = {
  " ": toggle,
  k: toggle,
  ArrowLeft: ({ shiftKey }) => seek(now - (shiftKey ? LEAP : STEP)),
  ArrowRight: ({ shiftKey }) => seek(now + (shiftKey ? LEAP : STEP)),
  "+": () => faster(1),
  "=": () => faster(1),
  "-": () => faster(-1),
};

/** Keys are the film's own while its bar has them: on a map arrows move the map. */
bar.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const alone = !event.ctrlKey && !event.altKey && !event.metaKey;
  const taken = target === speed || (key === " " && target === play);
  const single = key.length === 1 && key !== " ";
  if (!alone || taken || !(key in KEYS) || (single && document.documentElement.dataset.keys === "off")) return;
  event.preventDefault();
  KEYS[key](event);
});

play.addEventListener("click", toggle);
at.addEventListener("input", () => seek(Number(at.value)));
for (const list of root.querySelectorAll("[data-film-list]")) list.addEventListener("toggle", () => lasts && show());

/** On a narrow screen one of two is shown at a time. */
root.addEventListener("change", ({ target }) => {
  if (target.name !== "film-which") return;
  screens.forEach(({ element }, n) => element.toggleAttribute("data-shown", String(n) === target.value));
  for (const { map } of screens) map?.resize();
});

async function load() {
  const note = part("note");
  note.hidden = false;
  try {
    await Promise.all(screens.map((screen) => screen.load()));
  } catch {
    note.textContent = words.missing;
    return;
  }
  note.hidden = true;
  [{ begins, lasts }] = screens.map(({ film }) => film);
  at.max = lasts;
  const maps = screens.flatMap(({ map }) => map ?? []);
  together(maps);
  for (const map of maps) map.on("style.load", show); // a style that comes anew has nothing on it
  const straight = screens.some(({ film }) => !film.along);
  part("straight").hidden = !straight;
  bar.hidden = false;
  for (const { element } of screens) element.querySelector("[data-film-told]").hidden = false;
  root.dataset.ready = "";
  show();
}

new IntersectionObserver((found, watching) => {
  if (!found.some(({ isIntersecting }) => isIntersecting)) return;
  watching.disconnect();
  load();
}, { rootMargin: "400px" }).observe(root);
