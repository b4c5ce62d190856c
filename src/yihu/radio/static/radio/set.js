// The set: what is open now, who talks, a button to talk with, and the alarm.
import { Alarm } from "./alarm.js";
import { compose } from "./compose.js";
import { Groups } from "./groups.js";
import { listen } from "./keys.js";
import { Line } from "./line.js";
import { Panel, written } from "./panel.js";
import { Place } from "./place.js";
import { watch } from "./post.js";
import { at, isRead, post, say, show, showLevel, tell } from "./screen.js";
import { Shelf } from "./shelf.js";
import { Microphone, Sound, Speaker, canTalk } from "./sound.js";
import { Talk } from "./talk.js";

const set = at("set"), data = set.dataset;
const { "X-CSRFToken": csrf } = JSON.parse(document.body.getAttribute("hx-headers"));
const WHY = { stunned: "stunned", "lost set": "stunned", "logged in elsewhere": "elsewhere_open" }; // said when a line ends
const [ALARM, CALLED] = [1175, 988]; // hertz

const sound = new Sound();
const microphone = new Microphone(sound), speaker = new Speaker(sound);
const groups = new Groups();
const line = new Line(data.relay, data.ticket, csrf);
const shelf = new Shelf(data.stored, data.person, csrf);
const talk = new Talk({ line, sound, microphone, speaker, shelf, showFloor });
const place = new Place(data.position, data.person);
const panel = new Panel(groups, data.person, { choose, mute, call });
const left = new Set(); // groups that the relay was told to leave out
let playing = 0; // the stream that is heard

// --- what is open -------------------------------------------------------------------------------

/** The page has been told anew what is open: off duty, nothing. */
function opened() {
  const fresh = groups.open(written());
  panel.draw();
  set.dataset.duty = at("open").querySelector("[data-duty]") ? "off" : "on";
  const none = !groups.chosen;
  for (const id of ["net", "others", "write", "bursts"]) at(id).hidden = none;
  place.onDuty(set.dataset.duty === "on");
  follow();
  return fresh;
}

/** Talk and listen as was chosen. */
function follow() {
  const chosen = groups.chosen;
  for (const { id } of groups.all) if (groups.mutes(id) !== left.has(id)) turn(id, groups.mutes(id));
  if (!chosen) return;
  at("bursts").href = data.bursts.replace("GROUP", chosen.id);
  at("talk").disabled = !chosen.talks || !canTalk();
  if (at("group")) at("group").value = chosen.id;
  showFloor();
}

/** Listen to a group no longer, or again. */
function turn(id, away) {
  line.say(away ? "Leave" : "Join", { group: id });
  if (!away) return left.delete(id);
  left.add(id);
  return groups.idle(id);
}

async function refresh() {
  const answer = await fetch(data.groups).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  at("open").innerHTML = await answer.text();
  htmx.process(at("open"));
  const calls = opened().filter(({ kind }) => kind === "private");
  if (calls.length && !talk.busy && groups.chosen.id !== calls[0].id) answerCall(calls[0]);
}

function answerCall({ id, partner }) {
  choose(id);
  sound.tone(CALLED);
  tell(say("called", { name: partner }), showFloor);
}

function choose(id) {
  groups.choose(id);
  follow();
}

function mute(id, now) {
  groups.mute(id, now);
  follow();
}

/** Speak to one person alone: the group of two is opened, and both sets turn to it. */
async function call(person) {
  const answer = await post(data.call, { person }).catch(() => null);
  if (!answer?.ok) return tell(answer?.status === 409 ? (await answer.json()).words : say("nobody"), showFloor);
  groups.choose((await answer.json()).group);
  await refresh();
}

// --- who talks ----------------------------------------------------------------------------------

function showFloor() {
  panel.update();
  hear();
  const chosen = groups.chosen;
  if (!chosen || talk.busy || !isRead()) return;
  const heard = groups.heard;
  if (!heard) show("idle", say(chosen.talks ? "idle" : "listens"));
  else if (heard.level === "emergency") show("cut", say("emergency", { name: heard.talker }));
  else show("talks", say(heard === chosen ? "talks" : "elsewhere", { name: heard.talker, group: heard.name }));
}

/** One stream sounds at a time; what sounded before it falls silent. */
function hear() {
  const now = groups.heard?.stream ?? 0;
  if (playing && playing !== now) speaker.end(playing);
  playing = now;
}

function listenToLine() {
  line.addEventListener("Welcome", () => {
    at("line").textContent = say("online");
    set.dataset.line = "online";
    left.clear(); // a new login listens to all
    if (canTalk()) follow();
    else show("cut", say("cannot"));
    shelf.send();
  });
  line.addEventListener("lost", ({ detail: reason }) => {
    at("line").textContent = say(WHY[reason] ?? "offline");
    set.dataset.line = "offline";
    groups.silence();
    showFloor();
  });
  line.addEventListener("Here", ({ detail }) => { groups.here(detail); panel.update(); });
  line.addEventListener("Floor Taken", ({ detail }) => { groups.taken(detail); showFloor(); });
  line.addEventListener("Floor Idle", ({ detail }) => { groups.idle(detail.group); showFloor(); });
  line.addEventListener("Frame", ({ detail }) => {
    if (detail.stream === playing && !talk.busy) speaker.play(detail);
  });
  line.addEventListener("Groups", refresh);
  line.addEventListener("Event", ({ detail }) => happened(detail.event));
  line.addEventListener("Reload", renew);
}

/** Too much was missed: all that is shown is asked for anew. The page itself stays, since browsers
 * let a new one make no sound before somebody touches it. */
function renew() {
  refresh();
  for (const topic of ["incident", "call"]) happened({ topic });
}

function happened(event) {
  if (event.topic === "alarm") {
    sound.tone(ALARM);
    const muted = groups.muted;
    for (const { id } of muted) groups.mute(id, false);
    follow();
    if (muted.length) tell(say("unmuted"), showFloor);
  }
  if (["alarm", "incident", "group"].includes(event.topic)) htmx.trigger("#alarms", "alarm");
  document.dispatchEvent(new CustomEvent("happening", { detail: event })); // others of the page listen
}

// --- the beginning ------------------------------------------------------------------------------

listenToLine();
for (const word of ["sent", "refused"]) shelf.addEventListener(word, () => tell(say(word), showFloor));
microphone.onlevel = speaker.onlevel = showLevel;
listen(at("talk"), {
  press: () => groups.chosen?.talks && talk.press(groups.chosen.id),
  release: () => talk.release(),
  get pressed() { return talk.pressed; },
});
at("free").addEventListener("click", () => line.say("Forced Release", { group: groups.chosen.id }));
at("hang-up").addEventListener("click", () => post(data.hangUp.replace("GROUP", groups.chosen.id), {}).catch(() => {}));
compose(data.message, groups, place);
new Alarm({
  address: data.alarm,
  located: data.located,
  person: data.person,
  place,
  onheld: () => groups.urgent && talk.openMicrophone(groups.urgent.id),
});
watch(line, sound);
document.body.addEventListener("htmx:afterSwap", ({ target }) => target.id === "open" && opened());
speaker.open().catch(() => {}); // where the browser allows it; else the first touch does
addEventListener("pointerdown", () => speaker.open(), { once: true });
opened();
