// The way there, from where this phone is: asked for again as it moves, drawn where there is a map.
import { MapPanel } from "../../web/map.js";
import { collection, feature, point } from "../../web/map_shapes.js";

const EVERY = 10_000; // milliseconds between two questions
const ASKED = { enableHighAccuracy: true, maximumAge: 15_000, timeout: 20_000 };
const way = document.getElementById("way"), words = document.getElementById("way-words");
const { from, longitude, latitude } = way.dataset;
const target = longitude ? [Number(longitude), Number(latitude)] : null;
let here = null, fitted = false, asked = 0;

async function ask() {
  if (document.visibilityState !== "visible" || Date.now() - asked < EVERY) return;
  asked = Date.now();
  const query = here ? `?${new URLSearchParams(here)}` : "";
  const answer = await fetch(from + query, { redirect: "error" }).catch(() => null);
  if (!answer?.ok) return;
  const said = await answer.json();
  if (words.textContent !== said.words) words.textContent = said.words;
  draw(said.line);
}

async function draw(line) {
  const panel = MapPanel.of(way);
  await panel?.ready;
  if (!panel?.map) return;
  panel.set("chosen", collection(target ? [feature(point(target))] : []));
  panel.route(line);
  if (!fitted && target) panel.fit(line.length ? line : [target]);
  fitted ||= line.length > 0;
}

navigator.geolocation?.watchPosition(({ coords }) => {
  const first = !here;
  here = { longitude: coords.longitude, latitude: coords.latitude };
  if (first) asked = 0;
  ask();
}, () => {}, ASKED);
setInterval(ask, EVERY);
ask();
