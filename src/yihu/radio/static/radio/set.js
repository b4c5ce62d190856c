// The set: who talks, a button to talk with, and what the floor answers.
import { Line } from "./line.js";
import { Microphone, Sound, Speaker, canTalk } from "./sound.js";

const set = document.querySelector("#set");
const say = set?.dataset;
const at = (id) => document.getElementById(id);
const TO_READ = 2000; // milliseconds that a reason stands before the floor is shown again
const TOO_LONG = 2; // the cause of Floor Revoke in TS 24.380

const sound = new Sound(say?.worklet);
const microphone = new Microphone(sound);
const speaker = new Speaker(sound);
const groups = new Map(); // code → what is known of its floor
let line, pressed = false, byKey = false, readUntil = 0, mine = null; // mine: {group, stream, packet, early}

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
    await Promise.all([speaker.open(), microphone.open()]);
  } catch {
    release();
    show("cut", say.nomic);
    return;
  }
  if (!pressed) return; // let go while the browser asked
  mine = { group: group(), stream: 0, packet: 0, early: [] };
  microphone.begin();
  show("asking", say.asking);
  line.say("Floor Request", { group: mine.group });
}

async function release() {
  pressed = false;
  at("talk").ariaPressed = "false";
  const was = mine;
  if (was) {
    await microphone.end(); // the last syllable goes out first
    line.say("Floor Release", { group: was.group });
    if (was.stream) sound.tone(440);
  }
  mine = null;
  showFloor();
}

/** Until the floor is granted speech waits: no first syllable is lost. */
microphone.onpacket = (opus) => {
  if (!mine) return;
  if (!mine.stream) mine.early.push(opus);
  else line.speak(mine.stream, mine.packet++, opus);
};

function granted({ detail }) {
  if (!mine || detail.group !== mine.group) return;
  const first = !mine.stream;
  mine.stream = detail.stream;
  if (!first) return;
  sound.tone(880);
  show("mine", say.mine);
  for (const opus of mine.early.splice(0)) line.speak(mine.stream, mine.packet++, opus);
}

async function taken(sentence) {
  mine = null;
  pressed = false;
  at("talk").ariaPressed = "false";
  await microphone.end();
  sound.tone(220);
  show("cut", sentence);
  readUntil = Date.now() + TO_READ;
  setTimeout(showFloor, TO_READ);
}

// --- the line -----------------------------------------------------------------------------------

function listen() {
  line.addEventListener("Welcome", () => { at("line").textContent = say.online; ready(true); });
  line.addEventListener("lost", () => {
    at("line").textContent = say.offline;
    ready(false);
    if (mine) taken(say.offline);
  });
  line.addEventListener("Here", ({ detail }) => { known(detail.group).here = detail.count; showFloor(); });
  line.addEventListener("Floor Granted", granted);
  line.addEventListener("Floor Taken", ({ detail }) => { known(detail.group).talker = detail.granted.name; showFloor(); });
  line.addEventListener("Floor Idle", ({ detail }) => {
    known(detail.group).talker = "";
    speaker.end();
    showFloor();
  });
  line.addEventListener("Floor Queue Position Info", ({ detail }) => {
    if (mine?.group === detail.group && detail.position) show("asking", fill(say.waiting, { place: detail.position }));
  });
  line.addEventListener("Floor Deny", ({ detail }) => { if (mine?.group === detail.group) taken(say.denied); });
  line.addEventListener("Floor Revoke", ({ detail }) => {
    if (mine?.group === detail.group) {
      line.say("Floor Release", { group: detail.group });
      taken(detail.cause === TOO_LONG ? say.toolong : say.cut);
    }
  });
  line.addEventListener("Groups", () => location.reload());
  line.addEventListener("Frame", ({ detail }) => speaker.play(detail));
}

let connected = false;
function ready(now) {
  connected = now;
  at("talk").disabled = !now || listensOnly() || !canTalk();
  if (now && !canTalk()) show("cut", say.cannot);
  else if (now) showFloor();
}

if (set) {
  const { "X-CSRFToken": csrf } = JSON.parse(document.body.getAttribute("hx-headers"));
  line = new Line(say.relay, say.ticket, csrf);
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
  addEventListener("pointerdown", () => speaker.open(), { once: true });
  at("group").addEventListener("change", () => {
    at("bursts").href = at("bursts").dataset.pattern.replace("GROUP", group());
    ready(connected);
  });
  navigator.wakeLock?.request("screen").catch(() => {});
}
