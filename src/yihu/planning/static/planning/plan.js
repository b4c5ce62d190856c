// A plan on the map: where rooms stand and are to stand, what is reached before and after, and a new
// one that is dragged elsewhere. Without WebGL the list beside it says the same and moves them, too.
import { MapPanel } from "../web/map.js";
import { collection, feature } from "../web/map_shapes.js";

const NPM = new URL("../npm/maplibre-gl/maplibre-gl.mjs", import.meta.url);
const frame = document.getElementById("plan-map");
const list = document.getElementById("plan-sites");
const dragged = list.querySelector(".plan-dragged");
const { sites } = JSON.parse(document.getElementById("plan-data").textContent);
const panel = MapPanel.of(frame);
const markers = new Map();

/** A mark of the page's own: it follows the theme, and a keyboard reaches it. */
function mark({ code, number, title }) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = number ? "plan-mark new" : "plan-mark";
  element.textContent = number || "";
  element.ariaLabel = element.title = title;
  element.addEventListener("click", () => choose(code, { scroll: true }));
  return element;
}

function choose(code, { scroll = false, look = false } = {}) {
  for (const [each, marker] of markers) marker.getElement().ariaPressed = String(each === code);
  for (const row of list.querySelectorAll("[data-code]")) {
    row.ariaCurrent = String(row.dataset.code === code);
    if (scroll && row.dataset.code === code) row.scrollIntoView({ block: "nearest" });
  }
  const marker = markers.get(code);
  if (look && marker && !panel.map.getBounds().contains(marker.getLngLat())) {
    panel.map.easeTo({ center: marker.getLngLat() });
  }
}

/** A site was let go somewhere else: asked once more before anything is computed. */
function moved(site, marker) {
  const { lng, lat } = marker.getLngLat();
  const words = dragged.querySelector("[data-words]");
  words.textContent = words.dataset.words.replace("{name}", site.title);
  dragged.elements.site.value = site.code;
  dragged.elements.longitude.value = lng.toFixed(6);
  dragged.elements.latitude.value = lat.toFixed(6);
  for (const [code, other] of markers) if (code !== site.code) other.setLngLat(at(code));
  dragged.hidden = false;
  choose(site.code);
  dragged.querySelector("button").focus();
}

const at = (code) => sites.find((site) => site.code === code).at;

dragged.querySelector("[data-back]").addEventListener("click", () => {
  for (const [code, marker] of markers) marker.setLngLat(at(code));
  dragged.hidden = true;
});

for (const kind of ["click", "focusin"]) {
  list.addEventListener(kind, ({ target }) => {
    const row = target.closest("[data-code]");
    if (row) choose(row.dataset.code, { look: true });
  });
}

async function colour() {
  const reach = await fetch(frame.dataset.reach).then((answer) => answer.json());
  const boxes = frame.querySelector(".plan-when");
  const show = () => {
    const { value } = boxes.querySelector(":checked");
    panel.set("reach", collection(reach[value] ? [feature(reach[value])] : []));
  };
  boxes.addEventListener("change", show);
  boxes.hidden = false;
  show();
}

if (await panel?.ready) {
  const { Marker } = await import(NPM);
  for (const site of sites) {
    const draggable = Boolean(site.number);
    const marker = new Marker({ element: mark(site), draggable }).setLngLat(site.at).addTo(panel.map);
    if (draggable) marker.on("dragend", () => moved(site, marker));
    markers.set(site.code, marker);
  }
  await colour();
}
