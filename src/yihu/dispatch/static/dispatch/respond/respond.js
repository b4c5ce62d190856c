// The responder's page: told by the relay that something changed, it asks the web server what.
import { Line } from "../../radio/line.js";
import { Queue } from "./queue.js";
import { through } from "./shown.js";
import { allow, isAllowed, ring, watch } from "./waiting.js";

const TOPICS = new Set(["incident", "offer", "unit"]);
const SELDOM = 30_000, OFTEN = 2000; // milliseconds between two looks, with a line and without
const PATIENCE = 10_000; // milliseconds that an answer may take
const SKEW = 5000; // milliseconds that this clock may be off before it is put right
const GOING = "yihu respond going";

/** Milliseconds by which the server's clock is ahead of this one. It told its time while the page was
 *  asked for and came: however long that took, and all that came after, says nothing of any clock. */
function aheadBy(told) {
  const { requestStart, responseStart } = performance.getEntriesByType("navigation")[0];
  const asked = performance.timeOrigin + requestStart, came = performance.timeOrigin + responseStart;
  if (told < asked - SKEW) return told - asked;
  return told > came + SKEW ? told - came : 0;
}

const at = (id) => document.getElementById(id);
const page = at("respond"), data = page.dataset;
const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const ahead = aheadBy(Date.parse(data.now));
const queue = new Queue(data.person, ahead);
const reported = new Set();
let seen = "", looking = null, changed = false, online = false;

// --- what is asked, and what goes on -------------------------------------------------------------

/** Ask for what changed; never twice at a time, and once more where something changed meanwhile: the
 *  answer on its way may be older than that. */
function look() {
  changed = true;
  looking ??= lookOn().finally(() => { looking = null; });
  return looking;
}

async function lookOn() {
  while (changed) {
    changed = false;
    await refresh().catch(() => {});
  }
}

async function refresh() {
  const signal = AbortSignal.timeout(PATIENCE); // a line that died keeps no later look waiting
  const answer = await fetch(`${data.from}?seen=${seen}`, { redirect: "error", signal });
  if (answer.status !== 200) return;
  const focused = document.activeElement?.closest("#now") && keyOf(document.activeElement);
  seen = answer.headers.get("X-Seen");
  at("now").innerHTML = await answer.text();
  if (focused) [...at("now").querySelectorAll("a, button, input")].find((one) => keyOf(one) === focused)?.focus();
  drawn();
}

/** What an element is, from one drawing to the next. */
const keyOf = (one) => [one.closest("form")?.action ?? "", one.name ?? "", one.value ?? one.href ?? ""].join(" ");

function drawn() {
  tick();
  keepGoing();
  report();
  for (const one of at("now").querySelectorAll("[data-going]")) if (!sceneOf(one.dataset.going)) drawScene(one.dataset.going);
  for (const scene of document.querySelectorAll("[data-scene-of]")) {
    scene.hidden = !at("now").querySelector(`[data-going="${scene.dataset.sceneOf}"]`);
  }
}

/** Tell that an offer has been shown, once; again only where that did not arrive. */
async function report() {
  if (document.visibilityState !== "visible") return;
  for (const { dataset: { heard } } of at("now").querySelectorAll("[data-heard]")) {
    if (reported.has(heard)) continue;
    reported.add(heard);
    const answer = await fetch(heard, { method: "POST", headers: { "X-CSRFToken": csrf } }).catch(() => null);
    if (!answer?.ok) reported.delete(heard);
  }
}

/** What can still be reported when the page is opened without a network: references, and no words. */
function keepGoing() {
  const going = [...at("now").querySelectorAll("[data-going]")].map(({ dataset }) => ({ reference: dataset.going, unit: dataset.unit }));
  localStorage.setItem(GOING, JSON.stringify({ person: data.person, going }));
}

// --- the run card, and what is sent from the scene -----------------------------------------------

const sceneOf = (reference) => document.querySelector(`[data-scene-of="${reference}"]`);

const drawings = new Map(); // how often each was asked for: a slow answer does not undo a newer one

async function drawScene(reference) {
  const turn = (drawings.get(reference) ?? 0) + 1;
  drawings.set(reference, turn);
  const answer = await fetch(data.scene.replace("REFERENCE", reference), { redirect: "error" }).catch(() => null);
  if (!answer?.ok) return;
  const drawn = document.createRange().createContextualFragment(await answer.text());
  if (turn !== drawings.get(reference)) return;
  const old = sceneOf(reference);
  if (!old) at("scenes").append(drawn);
  else old.querySelector(".respond-card").replaceWith(drawn.querySelector(".respond-card")); // what is being written stays
}

// --- one touch -----------------------------------------------------------------------------------

page.addEventListener("click", ({ target }) => {
  const step = target.closest("[data-step]");
  if (!step) return;
  const minutes = step.parentElement.querySelector("input");
  minutes.value = Math.min(180, Math.max(1, (Number(minutes.value) || 0) + Number(step.dataset.step)));
});
// an offer that was answered falls silent at once, whether or not there is a network
page.addEventListener("kept", ({ target }) => {
  const offer = target.closest("[data-offer]");
  if (offer) offer.dataset.kept = "";
});
queue.addEventListener("sent", ({ detail: { deed } }) => {
  look();
  if (deed.refresh) drawScene(deed.refresh);
});

// --- the beginning -------------------------------------------------------------------------------

const tick = watch(ahead, look);
through(queue);
queue.keepTrying();

const line = new Line(data.relay, data.ticket, csrf);
line.addEventListener("Welcome", () => { online = true; look(); });
line.addEventListener("lost", () => { online = false; });
line.addEventListener("Event", ({ detail }) => TOPICS.has(detail.event.topic) && look());
line.addEventListener("Reload", look);
setInterval(() => document.visibilityState === "visible" && !online && look(), OFTEN);
setInterval(look, SELDOM);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());

function showSound() {
  at("sound-state").textContent = isAllowed() ? at("sound-state").dataset.on : "";
  at("sound").ariaPressed = String(isAllowed());
}
at("sound").addEventListener("click", () => allow().then(() => { ring(); showSound(); }));
addEventListener("pointerdown", () => allow().then(showSound), { once: true });

navigator.serviceWorker?.register(data.worker, { type: "module", scope: new URL(data.from, location).pathname.replace("now/", "") })
  .catch(() => { at("worker-state").textContent = at("worker-state").dataset.none; });
if (!navigator.serviceWorker) at("worker-state").textContent = at("worker-state").dataset.none;
drawn();
