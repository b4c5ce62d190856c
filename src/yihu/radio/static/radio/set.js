// The set: who talks, a button to talk with, and what the floor answers.
import { Line } from "./line.js";
import { Shelf } from "./shelf.js";
import { Microphone, Sound, Speaker, canTalk } from "./sound.js";
import { Speech } from "./speech.js";

const set = document.querySelector("#set");
const say = set?.dataset;
const at = (id) => document.getElementById(id);
const TO_READ = 2000; // milliseconds that a reason stands before the floor is shown again
const TOO_LONG = 2; // the cause of Floor Revoke in TS 24.380

const ANSWERED_WITHIN = 2000; // milliseconds that a short word waits for the floor

const sound = new Sound();
const microphone = new Microphone(sound);
const speaker = new Speaker(sound);
const groups = new Map(); // code → what is known of its floor
let line, shelf, connected = false, pressed = false, byKey = false, readUntil = 0;
let mine = null; // the Speech that is being spoken here
let over = Promise.resolve(); // once the last one has gone out

const group = () => at("group").value;
const listensOnly = () => at("group").selectedOptions[0].hasAttribute("data-listens");
const known = (code) => groups.get(code) ?? groups.set(code, { talker: "", here: 0 }).get(code);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function show(state, text) {
  set.dataset.state = state;
  at("talker").textContent = text;
}

function showFloor() {
  const { talker, here } = known(group());
  at("here").textContent = fill(say.here, { count: here });
  if (mine || pressed || Date.now() < readUntil) return;
  if (talker) show("talks", fill(say.talks, { name: talker }));
  else show("idle", listensOnly() ? say.listens : say.idle);
}

function showLevel(level) {
  const lit = Math.min(7, Math.round(Math.sqrt(level) * 12));
  const bars = [...set.querySelectorAll(".set-level i")];
  bars.forEach((bar, place) => bar.classList.toggle("on", Math.abs(place - 3) < lit / 2));
}

// --- talking ------------------------------------------------------------------------------------

async function press() {
  if (pressed || at("talk").disabled) return;
  pressed = true;
  at("talk").ariaPressed = "true";
  try {
    await Promise.all([speaker.open(), microphone.open(), over]);
  } catch (fault) {
    release();
    show("cut", fault instanceof DOMException ? say.nomic : say.cannot);
    return;
  }
  if (!pressed) return; // let go while the browser asked
  mine = new Speech(line, group());
  microphone.begin();
  if (connected) {
    show("asking", say.asking);
    line.say("Floor Request", { group: mine.group });
  } else keepOn();
}

/** Without a line speech is kept, and sent once there is one. */
function keepOn() {
  mine.cut();
  show("cut", say.kept);
}

function release() {
  pressed = false;
  at("talk").ariaPressed = "false";
  if (mine) over = finish(mine);
  else showFloor();
}

async function finish(speech) {
  await microphone.end(); // the last syllable goes out first
  await Promise.race([speech.answered, new Promise((done) => setTimeout(done, ANSWERED_WITHIN))]);
  if (mine !== speech) return; // it was taken meanwhile
  mine = null;
  const left = speech.end();
  line.say("Floor Release", { group: speech.group });
  if (speech.stream) sound.tone(440);
  if (left) await shelf.keep(left).catch(() => tell(say.unkept));
  showFloor();
}

microphone.onpacket = (opus) => mine?.add(opus);

function granted({ detail }) {
  if (detail.group !== mine?.group || mine.stream) return;
  mine.granted(detail);
  sound.tone(880);
  if (pressed) show("mine", say.mine);
}

async function taken(sentence) {
  mine = null;
  pressed = false;
  at("talk").ariaPressed = "false";
  await microphone.end();
  sound.tone(220);
  tell(sentence);
}

/** A sentence that stands long enough to be read. */
function tell(sentence) {
  show("cut", sentence);
  readUntil = Date.now() + TO_READ;
  setTimeout(showFloor, TO_READ);
}

// --- the line -----------------------------------------------------------------------------------

function listen() {
  line.addEventListener("Welcome", () => {
    at("line").textContent = say.online;
    ready(true);
    shelf.send();
  });
  line.addEventListener("lost", () => {
    at("line").textContent = say.offline;
    for (const each of groups.values()) each.talker = "";
    speaker.end();
    ready(false);
    if (mine) keepOn();
  });
  line.addEventListener("Here", ({ detail }) => { known(detail.group).here = detail.count; showFloor(); });
  line.addEventListener("Floor Granted", granted);
  line.addEventListener("Floor Taken", ({ detail }) => {
    Object.assign(known(detail.group), { talker: detail.granted.name, stream: detail.stream });
    showFloor();
  });
  line.addEventListener("Floor Idle", ({ detail }) => {
    known(detail.group).talker = "";
    speaker.end(known(detail.group).stream);
    showFloor();
  });
  line.addEventListener("Floor Queue Position Info", ({ detail }) => {
    if (mine?.group !== detail.group || !detail.position) return;
    mine.waits();
    show("asking", fill(say.waiting, { place: detail.position }));
  });
  line.addEventListener("Floor Deny", ({ detail }) => { if (mine?.group === detail.group) over = taken(say.denied); });
  line.addEventListener("Floor Revoke", ({ detail }) => {
    if (mine?.group === detail.group) {
      line.say("Floor Release", { group: detail.group });
      over = taken(detail.cause === TOO_LONG ? say.toolong : say.cut);
    }
  });
  for (const word of ["Groups", "Reload"]) line.addEventListener(word, renew);
  line.addEventListener("Frame", ({ detail }) => speaker.play(detail));
}

/** The page anew, but not while somebody speaks into it. */
async function renew() {
  await over;
  if (mine || pressed) setTimeout(renew, ANSWERED_WITHIN);
  else location.reload();
}

function ready(now) {
  connected = now;
  at("talk").disabled = listensOnly() || !canTalk();
  if (now && !canTalk()) show("cut", say.cannot);
  else showFloor();
}

if (set) {
  const { "X-CSRFToken": csrf } = JSON.parse(document.body.getAttribute("hx-headers"));
  line = new Line(say.relay, say.ticket, csrf);
  shelf = new Shelf(say.stored, say.person, csrf);
  for (const word of ["sent", "refused"]) shelf.addEventListener(word, () => tell(say[word]));
  listen();
  microphone.onlevel = speaker.onlevel = showLevel;
  const talk = at("talk");
  talk.addEventListener("pointerdown", (event) => { talk.setPointerCapture(event.pointerId); byKey = false; press(); });
  for (const over of ["pointerup", "pointercancel", "lostpointercapture"]) talk.addEventListener(over, () => pressed && release());
  talk.addEventListener("contextmenu", (event) => event.preventDefault());
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, a, button:not(#talk)");
    if (event.code !== "Space" || event.repeat || event.isComposing || typing) return;
    event.preventDefault();
    byKey = true;
    press();
  });
  addEventListener("keyup", (event) => { if (event.code === "Space" && pressed) { event.preventDefault(); release(); } });
  addEventListener("blur", () => pressed && byKey && release()); // the key's end would be missed
  speaker.open().catch(() => {}); // where the browser allows it; else the first touch does
  addEventListener("pointerdown", () => speaker.open(), { once: true });
  at("group").addEventListener("change", () => {
    at("bursts").href = at("bursts").dataset.pattern.replace("GROUP", group());
    ready(connected);
  });
  navigator.wakeLock?.request("screen").catch(() => {});
}
