// Plays an incident again: what happened, what was said, and where its units were. It stands alone,
// so that a file can carry it.

const root = document.getElementById("replay");
const score = JSON.parse(document.getElementById("replay-data").textContent);
const rows = [...root.querySelectorAll("[data-at]")];
const part = (name) => document.getElementById(`replay-${name}`);
const [play, speed, at, clock, plan, list] =
  ["play", "speed", "at", "clock", "plan", "events"].map(part);
const begins = score.begins ? Date.parse(score.begins) : 0;

let now = 0; // seconds since it began
let seen = null; // when the last picture was drawn, while it plays

// --- where a unit is ---------------------------------------------------------------------------

const LOST = 180; // seconds without a position after which nobody is moved on between two

/** A unit's position at a moment, between the two that are known; null before the first. */
function where(fixes, moment) {
  const next = fixes.findIndex(([when]) => when > moment);
  if (next === 0) return null;
  const from = fixes[next < 0 ? fixes.length - 1 : next - 1];
  const to = next < 0 ? from : fixes[next];
  const span = to[0] - from[0];
  const share = span > 0 && span <= LOST ? (moment - from[0]) / span : 0;
  return [from[1] + share * (to[1] - from[1]), from[2] + share * (to[2] - from[2]), from[3]];
}

// --- the plan ----------------------------------------------------------------------------------

const DEGREE = 111320; // metres of a degree of latitude
const [WIDE, HIGH, EDGE] = [600, 420, 48];
const places = [
  ...(score.place ? [score.place] : []),
  ...score.tracks.flatMap(({ fixes }) => fixes.map(([, lon, lat]) => [lon, lat])),
];

/** From degrees to the plan, north above: all of it fits. */
function projection() {
  const [lons, lats] = [0, 1].map((axis) => places.map((place) => place[axis]));
  const middle = [lons, lats].map((all) => (Math.min(...all) + Math.max(...all)) / 2);
  const east = DEGREE * Math.cos((middle[1] * Math.PI) / 180);
  const metres = places.map(([lon, lat]) => [(lon - middle[0]) * east, (lat - middle[1]) * DEGREE]);
  const reach = (axis, room) =>
    Math.max(50, ...metres.map((place) => Math.abs(place[axis]))) / (room / 2 - EDGE);
  const scale = Math.max(reach(0, WIDE), reach(1, HIGH)); // metres of a unit of the plan
  const project = ([lon, lat]) => [
    WIDE / 2 + ((lon - middle[0]) * east) / scale,
    HIGH / 2 - ((lat - middle[1]) * DEGREE) / scale,
  ];
  return { project, scale };
}

function drawn(name, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  plan.append(element);
  return element;
}

const line = (points) => points.map((point) => point.map((each) => each.toFixed(1)).join()).join(" ");
let units = [];

function draw() {
  if (!places.length) return;
  const { project, scale } = projection();
  units = score.tracks.map(({ name, fixes }) => {
    const way = fixes.map(([when, lon, lat]) => ({ when, point: project([lon, lat]) }));
    drawn("polyline", { class: "way", points: line(way.map(({ point }) => point)) });
    return {
      fixes, way, project,
      gone: drawn("polyline", { class: "gone" }),
      mark: drawn("circle", { class: "unit", r: 8 }),
      label: drawn("text", { "text-anchor": "middle" }, name),
    };
  });
  if (score.place) {
    const [x, y] = project(score.place);
    drawn("path", { class: "place", d: `M${x - 9} ${y - 9}l18 18m0 -18l-18 18` });
  }
  const length = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].findLast((m) => m / scale <= 160) ?? 20;
  drawn("path", { class: "scale", d: `M20 ${HIGH - 20}h${length / scale}` });
  drawn("text", { x: 20, y: HIGH - 28 }, `${length} ${root.dataset.metres}`);
}

/** What else may show it, such as a map, is told where everybody is. */
function tell() {
  const here = score.tracks.map(({ name, kind, fixes }, id) => ({ id, name, kind, at: where(fixes, now) }));
  root.dispatchEvent(new CustomEvent("replay:at", { detail: here.filter(({ at }) => at) }));
}

function moveUnits() {
  for (const { fixes, way, project, gone, mark, label } of units) {
    const place = where(fixes, now);
    mark.style.display = label.style.display = place ? "" : "none";
    if (!place) {
      gone.setAttribute("points", "");
      continue;
    }
    const [x, y] = project(place);
    const past = way.filter(({ when }) => when <= now).map(({ point }) => point);
    gone.setAttribute("points", line([...past, [x, y]]));
    mark.setAttribute("cx", x);
    mark.setAttribute("cy", y);
    mark.classList.toggle("coarse", place[2]);
    label.setAttribute("x", x);
    label.setAttribute("y", y - 14);
  }
}

// --- what happened, and what was said ------------------------------------------------------------

const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium", hourCycle: "h23" });
const said = (seconds) => time.format(begins + 1000 * seconds);

function states() {
  const here = rows.filter((row) => Number(row.dataset.at) <= now).at(-1);
  for (const row of rows) {
    const before = Number(row.dataset.at) <= now;
    row.dataset.state = row === here ? "here" : before ? "past" : "ahead";
  }
  if (seen !== null && here) {
    list.scrollTop = here.offsetTop - list.offsetTop - list.clientHeight / 3;
  }
}

/** Each burst sounds at its time, at the speed of the rest. */
function sound() {
  for (const row of rows) {
    const audio = row.querySelector("audio");
    if (!audio) continue;
    const [from, until] = [Number(row.dataset.at), Number(row.dataset.until)];
    const due = seen !== null && from <= now && now < until;
    const sounds = row.hasAttribute("data-sounds");
    row.toggleAttribute("data-sounds", due);
    if (due && !sounds) {
      audio.playbackRate = Number(speed.value);
      audio.currentTime = now - from;
      audio.play().catch(() => {}); // it does not sound here; the rest goes on
    } else if (sounds && !due) audio.pause();
  }
}

/** From another place, or at another speed: what sounds begins anew there. */
function resound() {
  for (const row of root.querySelectorAll("[data-sounds]")) {
    row.querySelector("audio").pause();
    row.removeAttribute("data-sounds");
  }
}

// --- playing ------------------------------------------------------------------------------------

function show() {
  at.value = now;
  clock.textContent = said(now);
  states();
  moveUnits();
  sound();
  tell();
}

function step(moment) {
  if (seen === null) return;
  now = Math.min(score.lasts, now + ((moment - seen) / 1000) * Number(speed.value));
  seen = moment;
  if (now >= score.lasts) stop();
  show();
  requestAnimationFrame(step);
}

function stop() {
  seen = null;
  play.textContent = root.dataset.play;
}

play.addEventListener("click", () => {
  if (seen !== null) stop();
  else {
    if (now >= score.lasts) now = 0;
    seen = performance.now();
    play.textContent = root.dataset.pause;
    requestAnimationFrame(step);
  }
  show();
});

at.addEventListener("input", () => {
  now = Number(at.value);
  resound();
  show();
});

speed.addEventListener("change", resound);

for (const moment of root.querySelectorAll("time[data-offset]")) {
  moment.textContent = said(Number(moment.dataset.offset));
}
for (const hidden of root.querySelectorAll(".replay-bar [hidden]")) hidden.hidden = false;
draw();
show();
