// The control room: opens incidents beside the queue, and keeps what it shows true.
//
// The queue and the open incident ask for themselves every second, and are told to look at once by
// what the relay tells (`happening`, from the set at the foot of the page). A page that slept looks
// at everything as soon as it is seen again.
import { hold } from "../radio/hold.js";
import { newKey } from "../radio/screen.js";
import { Sound } from "../radio/sound.js";
import { MapPanel } from "../web/map.js";

const EVERY = 2000; // milliseconds between two tones while an incident waits
const at = (id) => document.getElementById(id);
const room = at("room"), pane = at("pane");
const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const NARROW = matchMedia("(max-width: 63.99rem)"); // a telephone: the parts follow one another
const IN_ROOM = { "X-Room": "pane", "X-CSRFToken": csrf };
let open = ""; // the reference of the incident in the pane
let asked = 0; // counts what was asked for, so that a slow answer does not undo a newer one

// --- the incident that is open ------------------------------------------------------------------

const addressOf = (reference) => room.dataset.pane.replace("REFERENCE", reference);

/** Put what the server answers into the pane. Another page than an incident is opened as a page. */
async function load(address, request = {}) {
  const turn = ++asked;
  pane.ariaBusy = "true";
  try {
    const answer = await fetch(address, { ...request, headers: IN_ROOM });
    const text = await answer.text();
    if (turn !== asked) return;
    if (!text.includes("data-reference") || text.includes("<html")) return location.assign(answer.url);
    pane.innerHTML = text;
    htmx.process(pane);
    opened(pane.querySelector("[data-reference]").dataset.reference);
    if (NARROW.matches) pane.scrollIntoView({ block: "start" });
    map?.choose("incidents", open);
  } catch {
    if (turn === asked) pane.dataset.failed = "";
  } finally {
    pane.ariaBusy = "false";
  }
}

function opened(reference) {
  open = reference;
  delete pane.dataset.failed;
  history.replaceState(null, "", `#${reference}`);
  mark();
}

/** The row of the incident that is open. */
function mark() {
  for (const row of document.querySelectorAll(".queue [data-row]")) {
    row.ariaCurrent = String(row.dataset.reference === open);
  }
}

export const show = (reference) => load(addressOf(reference));

room.addEventListener("click", (event) => {
  const row = event.target.closest(".queue [data-row]");
  const link = event.target.closest("a");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (row) {
    event.preventDefault();
    row.focus();
    show(row.dataset.reference);
  } else if (link && pane.contains(link) && isIncident(link)) {
    event.preventDefault();
    load(link.href);
  }
});

/** Whether a link leads to an incident itself, and not to something of it. */
function isIncident({ href }) {
  const [before, after] = room.dataset.pane.split("REFERENCE");
  const { origin, pathname } = new URL(href);
  return origin === location.origin && pathname.startsWith(before) && pathname.endsWith(after)
    && !pathname.slice(before.length, -after.length).includes("/");
}

pane.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.matches("[hx-post]")) return;
  event.preventDefault();
  const body = new FormData(event.target, event.submitter);
  load(event.target.action, { method: "POST", body });
});

// --- the map ------------------------------------------------------------------------------------

const map = MapPanel.of(at("room"));

room.addEventListener("map:chose", ({ detail: { layer, id } }) => layer === "incidents" && show(id));
map?.ready.then((drawn) => {
  if (drawn) return open && map.choose("incidents", open);
  at("room-list").hidden = false; // the same in words
  return htmx.trigger("#room-list", "list");
});

// --- what changes by itself ---------------------------------------------------------------------

const TOPICS = new Set(["alarm", "incident", "offer", "unit", "wave"]);

function look() {
  for (const layer of ["incidents", "units"]) map?.refresh(layer);
  if (at("rows")) htmx.trigger("#rows", "happening");
  if (at("story")) htmx.trigger("#story", "happening");
  for (const panel of pane.querySelectorAll("[data-panel]")) htmx.trigger(panel, "happening");
}

document.addEventListener("happening", ({ detail: { topic } }) => {
  if (topic === "unit") htmx.trigger("#forces", "unit");
  if (TOPICS.has(topic)) look();
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "rows") mark();
});

// A piece of the page that is being replaced keeps the row that has the focus, and what is typed.
let focused = "";
document.body.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  const listens = [...document.querySelectorAll("#story audio")].some(({ paused }) => !paused);
  if (target.id === "story" && listens) detail.shouldSwap = false;
  const row = target.id === "rows" && document.activeElement?.closest(".queue [data-row]");
  focused = row ? row.dataset.reference : "";
});
document.body.addEventListener("htmx:afterSwap", () => {
  if (focused) document.querySelector(`.queue [data-reference="${CSS.escape(focused)}"]`)?.focus();
  const seq = at("story")?.dataset.seq;
  if (seq) for (const field of pane.querySelectorAll(".incident-moves input[name=seq]")) field.value = seq;
});

// --- sound --------------------------------------------------------------------------------------

const sound = new Sound(), button = at("sound");
button.addEventListener("click", async () => {
  await sound.wake();
  button.ariaPressed = button.ariaPressed === "true" ? "false" : "true";
});
setInterval(() => {
  if (button.ariaPressed === "true" && at("rows")?.dataset.unanswered !== "0") sound.tone(1175);
}, EVERY);

// --- the set at the foot ------------------------------------------------------------------------

at("more")?.addEventListener("click", ({ currentTarget }) => {
  const unfolded = document.querySelector(".room-talk").classList.toggle("unfolded");
  currentTarget.ariaExpanded = String(unfolded);
});

// --- calling everybody who is near --------------------------------------------------------------

const dialog = at("all-call-form");
let picked = []; // the units that were chosen on the map

document.addEventListener("map:selected", ({ detail: { units } }) => {
  picked = units;
  if (!dialog) return;
  dialog.querySelector("[data-count]").textContent = String(units.length);
  if (units.length) dialog.querySelector("[data-picked]").checked = true;
});

if (dialog) {
  const form = dialog.querySelector("form"), told = dialog.querySelector("[data-told]"), left = dialog.querySelector("[data-left]");
  let key = newKey();
  at("all-call").addEventListener("click", () => {
    told.textContent = "";
    for (const around of form.querySelectorAll("[data-around]")) around.disabled = !open;
    if (!open) form.querySelector("[data-picked]").checked = true;
    dialog.showModal();
    form.elements.words.focus();
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());

  const send = async () => {
    const body = new FormData(form);
    body.set("key", key);
    body.set("about", open);
    for (const unit of picked) body.append("unit", unit);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-CSRFToken": csrf } });
      const { words, page } = await answer.json();
      told.textContent = words;
      if (!answer.ok) return;
      key = newKey();
      form.elements.words.value = "";
      const link = Object.assign(document.createElement("a"), { href: page, textContent: " →" });
      link.ariaLabel = words;
      told.append(link);
    } catch {
      told.textContent = dialog.dataset.offline;
    }
  };
  hold(at("all-call-hold"), {
    begin() { told.textContent = ""; },
    count(seconds) { left.textContent = String(seconds); },
    cancel() { left.textContent = ""; },
    held() { left.textContent = ""; send(); },
  });
}

// --- the beginning ------------------------------------------------------------------------------

if (location.hash.length > 1) show(decodeURIComponent(location.hash.slice(1)));
else document.querySelector('.queue [data-row][tabindex="0"]')?.focus();
