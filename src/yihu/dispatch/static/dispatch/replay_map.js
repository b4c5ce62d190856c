// The replay on the map, where one can be drawn: it takes the place of the plan.
import { MapPanel } from "../web/map.js";
import { collection, feature, point } from "../web/map_shapes.js";

const root = document.getElementById("replay");
const { tracks, place } = JSON.parse(document.getElementById("replay-data").textContent);
const { kind, urgency } = root.dataset;

const line = (fixes) => ({ type: "LineString", coordinates: fixes.map(([, lon, lat]) => [lon, lat]) });
const unit = ({ id, name, kind: sort, at: [lon, lat, coarse] }) =>
  feature(point([lon, lat]), { id, label: name, kind: sort, state: "busy", assumed: coarse, age: 0, ago: "" });

const panel = MapPanel.of();
if (await panel?.ready) {
  const scene = { id: "scene", label: kind, urgency: Number(urgency), waits: false };
  panel.set("incidents", collection(place ? [feature(point(place), scene)] : []));
  panel.set("route", collection(tracks.filter(({ fixes }) => fixes.length > 1).map(({ fixes }) => feature(line(fixes)))));
  root.addEventListener("replay:at", ({ detail }) => panel.set("units", collection(detail.map(unit))));
  root.dataset.drawn = "map";
  panel.map.resize(); // it had no room until now
  panel.fit([...(place ? [place] : []), ...tracks.flatMap(({ fixes }) => line(fixes).coordinates)]);
  document.getElementById("replay-at").dispatchEvent(new Event("input")); // where they are just now
}
