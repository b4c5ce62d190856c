// The map panel: MapLibre on our own tiles, with the list beside it as its twin.
//
//   <div class="map" data-map …>            drawn by {% map_panel %}, which says what each is for
//
// Every panel of a page begins by itself, and leaves with its element; `element.panel` is it, and
// `MapPanel.of(element)` finds the first in an element. It can show(layer, on),
// set(layer, geojson), refresh(layer), choose(layer, id), fit(positions), pick(), lasso(),
// around(metres). It tells what was done by events that bubble:
//   map:chose {layer, id}   map:picked {longitude, latitude}   map:selected {units, polygon}
//
// Where the browser has no WebGL, or the library was not installed, `data-state` is "list": the
// twin shows the same, and around() and refresh() work all the same.
import { coloured, onTheme } from "./map_colours.js";
import { Feed } from "./map_feed.js";
import { CHOSEN_FROM, LAYERS } from "./map_layers.js";
import { FINE, marks } from "./map_marks.js";
import { circle, collection, corners, feature, inside, metres, point, polygon } from "./map_shapes.js";
import { Hand } from "./map_hand.js";

const NPM = new URL("../npm/", import.meta.url);
const REACH = 12; // pixels around a click in which a mark is meant
const PATIENCE = 5000; // milliseconds until a ground that is being drawn is asked for again
const NARROW = 640; // pixels: on a map no wider the switches would cover it
const MARGIN = { padding: { top: 64, right: 24, bottom: 24, left: 24 } };
const CLOSE = 15; // the zoom at which one thing is looked at

let library;

/** MapLibre with the protocol our tiles are read by; fetched once, when the first map is seen. */
function maplibre() {
  return (library ??= (async () => {
    const look = document.createElement("link");
    Object.assign(look, { rel: "stylesheet", href: new URL("maplibre-gl/maplibre-gl.css", NPM) });
    document.head.append(look);
    const [found] = await Promise.all([
      import(new URL("maplibre-gl/maplibre-gl.mjs", NPM)),
      script(new URL("pmtiles/pmtiles.js", NPM)), // a script of the old kind: it makes `pmtiles`
    ]);
    found.addProtocol("pmtiles", new globalThis.pmtiles.Protocol().tile);
    return found;
  })());
}

function script(address) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    Object.assign(element, { src: address, onload: resolve, onerror: reject });
    document.head.append(element);
  });
}

const json = (address) => fetch(address).then((answer) => answer.json());
const hasWebGL = () => Boolean(document.createElement("canvas").getContext("webgl2"));

export class MapPanel {
  constructor(element) {
    element.panel = this;
    this.element = element;
    this.words = JSON.parse(element.dataset.words);
    this.twin = document.querySelector(element.dataset.twin || null);
    this.given = {}; // what was set by hand, by layer
    this.chosen = null;
    this.feed = new Feed(JSON.parse(element.dataset.sources), {
      changed: (layer) => this.#draw(layer),
      isThere: () => element.isConnected || this.#leave(),
    });
    this.hand = new Hand(this);
    this.#listen();
    this.ready = this.#begin();
  }

  /** The panel of an element, or of the first map in it. */
  static of(element = document) {
    return element.panel ?? element.querySelector("[data-map]")?.panel;
  }

  // --- what may be asked of it -------------------------------------------------------------------

  show(layer, on = true) {
    this.feed.follow(layer, on);
    for (const name of Object.keys(LAYERS[layer])) {
      if (this.map?.getLayer(name)) this.map.setLayoutProperty(name, "visibility", on ? "visible" : "none");
    }
    const box = this.element.querySelector(`[data-layer="${layer}"]`);
    if (box) box.checked = on;
    this.twin?.querySelectorAll(`[data-of="${layer}"]`).forEach((part) => (part.hidden = !on));
  }

  set(layer, data) {
    this.given[layer] = data;
    this.#draw(layer);
  }

  refresh(layer) {
    return this.feed.fetch(layer);
  }

  /** What a layer shows now. */
  features(layer) {
    return (this.given[layer] ?? this.feed.data[layer] ?? collection()).features;
  }

  /** Choose a thing, or with null none; one whose data is still to come is chosen all the same. */
  choose(layer, id, { look = true } = {}) {
    const found = this.features(layer).find((one) => String(one.properties.id) === String(id));
    const spot = found?.geometry.type === "Point" ? found.geometry.coordinates : undefined;
    this.chosen = layer ? { layer, id: String(id), at: spot } : null;
    this.set("chosen", collection(spot ? [feature(point(spot))] : []));
    for (const row of this.twin?.querySelectorAll("[data-row][data-id]") ?? []) {
      row.ariaCurrent = String(row.dataset.layer === layer && row.dataset.id === String(id));
    }
    if (found && look) this.#look(found.geometry);
    return found;
  }

  #look({ type, coordinates }) {
    if (type !== "Point") this.fit(corners(coordinates));
    else this.map?.easeTo({ center: coordinates, zoom: Math.max(this.map.getZoom(), CLOSE) });
  }

  /** Bring these positions into sight. */
  fit(positions, { padding = 60 } = {}) {
    if (!this.map || !positions.length) return;
    const [xs, ys] = [positions.map(([x]) => x), positions.map(([, y]) => y)];
    const bounds = [[Math.min(...xs), Math.min(...ys)], [Math.max(...xs), Math.max(...ys)]];
    this.map.fitBounds(bounds, { padding, maxZoom: CLOSE, duration: 0 });
  }

  /** A way along the roads, as positions; none takes it away. */
  route(positions = []) {
    const line = { type: "LineString", coordinates: positions };
    this.set("route", collection(positions.length ? [feature(line)] : []));
  }

  /** Let a position be picked: by a click, or with Enter in the middle of the map. */
  pick() {
    this.hand.take("pick");
  }

  /** Let a ring be drawn around units. */
  lasso() {
    this.hand.take("lasso");
  }

  /** The units within so many metres of what is chosen, else of the middle of the map. */
  async around(radius) {
    const needed = ["units", this.chosen?.layer].filter((layer) => layer && !this.features(layer).length);
    await Promise.all(needed.map((layer) => this.refresh(layer)));
    const centre = this.chosen?.at ?? this.map?.getCenter().toArray();
    if (centre) this.select(circle(centre, radius), (at) => metres(at, centre) <= radius);
    else this.#answer(this.words.nowhere);
  }

  /** Choose the units in a ring, and tell which they are. */
  select(ring, holds = (at) => inside(at, ring)) {
    const found = this.features("units").filter(({ geometry }) => holds(geometry.coordinates));
    this.set("area", collection([feature(polygon(ring))]));
    this.#selected(found.map(({ properties }) => properties.id), ring);
  }

  unselect() {
    this.set("area", collection());
    this.#selected([], null);
  }

  tell(name, detail) {
    this.element.dispatchEvent(new CustomEvent(`map:${name}`, { bubbles: true, detail }));
  }

  // --- how it begins -----------------------------------------------------------------------------

  async #begin() {
    const layers = this.element.querySelector(".map-layers");
    if (layers) layers.open = this.element.clientWidth > NARROW;
    for (const box of this.element.querySelectorAll("[data-layer]")) this.show(box.dataset.layer, box.checked);
    if (!hasWebGL()) return this.#listOnly("nothing");
    try {
      const [found, style] = await Promise.all([maplibre(), this.#style()]);
      this.#draws(found, style);
    } catch {
      return this.#listOnly("missing");
    }
    const drawn = await new Promise((done) => {
      this.map.once("style.load", () => done(true));
      this.map.once("error", () => done(false)); // before there is a style, it is the style that is wrong
    });
    if (!drawn) return this.#listOnly("wrong");
    this.element.dataset.state = "map";
    return true;
  }

  /** The page has taken the element away. */
  #leave() {
    this.map?.remove();
    this.map = undefined;
    return false;
  }

  #listOnly(why) {
    this.element.dataset.state = "list";
    this.#say(this.words[why]);
    return false;
  }

  /** Our own style, or another's; where the district lies is ours to say in either case. */
  async #style() {
    const { ground, style } = this.element.dataset;
    const ours = await json(ground);
    this.style = style ? { ...(await json(style)), metadata: { bounds: ours.metadata.bounds } } : ours;
    const { state, words } = this.style.metadata;
    this.#say(words ?? "");
    if (state === "drawing") setTimeout(() => this.#again(), PATIENCE);
    return this.style;
  }

  /** The ground was being drawn; perhaps it stands now. */
  async #again() {
    try {
      const { metadata } = await this.#style();
      if (metadata.state === "drawing") return;
      this.#restyle();
      if (metadata.bounds) this.map.fitBounds(metadata.bounds, MARGIN);
    } catch {
      setTimeout(() => this.#again(), PATIENCE);
    }
  }

  #draws({ Map, AttributionControl, ScaleControl }, style) {
    const { bounds } = style.metadata;
    this.placed = Boolean(bounds);
    this.map = new Map({
      container: this.element.querySelector(".map-canvas"),
      style: coloured(style),
      ...(bounds ? { bounds, fitBoundsOptions: MARGIN } : { center: [0, 0], zoom: 1 }),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      minZoom: 7,
      fadeDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
      localIdeographFontFamily: getComputedStyle(document.body).fontFamily,
      locale: this.words.locale,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.addControl(new AttributionControl({ compact: false }), "bottom-right");
    this.map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
    this.map.on("style.load", () => this.#dress());
    this.map.on("click", (event) => this.#clicked(event));
    onTheme(() => this.#restyle());
  }

  #restyle() {
    this.map.setStyle(coloured(this.style), { diff: false });
  }

  /** What is shown goes on top of a style that has just come. */
  #dress() {
    const { map } = this;
    for (const [name, image] of marks(this.words.signs)) map.addImage(name, image, FINE);
    for (const [source, layers] of Object.entries(LAYERS)) {
      map.addSource(source, { type: "geojson", data: collection(this.features(source)) });
      const visibility = this.#isOn(source) ? "visible" : "none";
      for (const [id, layer] of Object.entries(layers)) {
        const { layout, ...rest } = coloured(layer);
        map.addLayer({ id, source, ...rest, layout: { ...layout, visibility } });
      }
    }
    if (!this.placed) this.#place();
  }

  #isOn(layer) {
    return this.element.querySelector(`[data-layer="${layer}"]`)?.checked ?? true;
  }

  #draw(layer) {
    this.map?.getSource(layer)?.setData(collection(this.features(layer)));
    if (this.map && !this.placed) this.#place();
    if (layer === this.chosen?.layer) this.choose(layer, this.chosen.id, { look: false });
  }

  /** Nobody has said where the district lies: it is where its things are. */
  #place() {
    const positions = CHOSEN_FROM.flatMap((layer) => this.features(layer)).map(({ geometry }) => geometry.coordinates);
    this.placed = positions.length > 0;
    this.fit(positions);
  }

  // --- what a reader does ------------------------------------------------------------------------

  #listen() {
    this.element.addEventListener("change", ({ target }) => {
      if (target.dataset.layer) this.show(target.dataset.layer, target.checked);
    });
    this.element.addEventListener("click", (event) => {
      const what = event.target.closest("[data-do]")?.dataset.do;
      if (what) this.#do(what);
    });
    this.twin?.addEventListener("click", (event) => this.#fromTwin(event));
    this.twin?.addEventListener("focusin", (event) => this.#fromTwin(event));
    document.body.addEventListener("htmx:afterSettle", () => this.#twinCame());
  }

  #do(what) {
    const bounds = this.style?.metadata?.bounds;
    if (what === "in") this.map?.zoomIn();
    if (what === "out") this.map?.zoomOut();
    if (what === "whole" && bounds) this.map?.fitBounds(bounds, MARGIN);
    if (what === "lasso") this.lasso();
    if (what === "clear") this.unselect();
    if (what === "around") this.around(Number(this.element.querySelector("[data-radius]").value));
  }

  #clicked({ point: at, lngLat }) {
    if (this.hand.picks) return this.hand.picked(lngLat.toArray());
    if (this.hand.busy) return;
    const box = [[at.x - REACH, at.y - REACH], [at.x + REACH, at.y + REACH]];
    const layers = CHOSEN_FROM.filter((layer) => this.map.getLayer(layer));
    const [found] = this.map.queryRenderedFeatures(box, { layers });
    if (!found) return this.choose(null, null);
    const { layer, properties } = found;
    this.choose(layer.id, properties.id, { look: false });
    this.tell("chose", { layer: layer.id, id: properties.id });
    this.twin?.querySelector("[data-row][aria-current='true']")?.scrollIntoView({ block: "nearest" });
  }

  #fromTwin({ target }) {
    const row = target.closest("[data-row][data-id]");
    if (row && row.ariaCurrent !== "true") this.choose(row.dataset.layer, row.dataset.id);
  }

  /** The list was fetched anew: it knows nothing of what is chosen and what is shown. */
  #twinCame() {
    if (this.chosen) this.choose(this.chosen.layer, this.chosen.id, { look: false });
    for (const part of this.twin?.querySelectorAll("[data-of]") ?? []) part.hidden = !this.#isOn(part.dataset.of);
  }

  #selected(units, ring) {
    this.#answer(ring ? this.words.selected.replace("{n}", units.length) : "");
    this.element.toggleAttribute("data-has-area", Boolean(ring));
    this.tell("selected", { units, polygon: ring });
  }

  #answer(words) {
    const said = this.element.querySelector("[data-selected]");
    if (said) said.textContent = words;
  }

  #say(words) {
    const note = this.element.querySelector(".map-note");
    note.textContent = words;
    note.hidden = !words;
  }
}

function begin() {
  for (const element of document.querySelectorAll("[data-map]")) element.panel ?? new MapPanel(element);
}
begin();
document.addEventListener("htmx:afterSettle", begin);
