// What is shown on a map, from the bottom to the top: for each source, the layers that draw it.
// Colours are CSS with our tokens; `map_colours.js` makes numbers of them.
const FACE = ["PingFang SC", "HarmonyOS Sans SC", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei"];

const marked = (image, layout = {}, paint = {}) => ({
  type: "symbol",
  layout: {
    "icon-image": image,
    "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.6, 14, 1],
    "icon-allow-overlap": true,
    "icon-ignore-placement": true,
    "text-field": ["step", ["zoom"], "", 14, ["get", "label"]],
    "text-font": FACE,
    "text-size": 12,
    "text-anchor": "top",
    "text-offset": [0, 1.2],
    "text-optional": true,
    "text-max-width": 9,
    ...layout,
  },
  paint: {
    "text-color": "var(--ink)",
    "text-halo-color": "var(--panel)",
    "text-halo-width": 1.6,
    ...paint,
  },
});

/** What always stands where it stands is small until one looks closely. */
const SMALL = { "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.4, 13, 0.6, 15, 0.9] };

/** An old position fades: full for two minutes, a third after half an hour. */
const FADES = ["interpolate", ["linear"], ["get", "age"], 2, 1, 10, 0.6, 30, 0.35];

export const LAYERS = {
  reach: {
    "reach-area": { type: "fill", paint: { "fill-color": "var(--jade)", "fill-opacity": 0.16 } },
    "reach-edge": { type: "line", paint: { "line-color": "var(--jade)", "line-width": 1.5 } },
  },
  gaps: {
    "gaps-area": { type: "fill", paint: { "fill-color": "var(--now)", "fill-opacity": 0.2 } },
    "gaps-edge": {
      type: "line",
      paint: { "line-color": "var(--now)", "line-width": 1.5, "line-dasharray": [3, 2] },
    },
  },
  route: {
    "route-edge": {
      type: "line",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": "var(--panel)", "line-width": 8 },
    },
    "route-line": {
      type: "line",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": "var(--jade)", "line-width": 5 },
    },
  },
  area: {
    "area-fill": {
      type: "fill",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": "var(--jade)", "fill-opacity": 0.14 },
    },
    "area-edge": { type: "line", paint: { "line-color": "var(--jade)", "line-width": 2.5 } },
  },
  closures: { closures: marked("closure") },
  rooms: {
    rooms: marked(["concat", "room-", ["get", "kind"]], SMALL, {
      "icon-opacity": ["step", ["zoom"], ["case", ["==", ["get", "kind"], "service_centre"], 0, 1], 13, 1],
    }),
  },
  sites: { sites: marked("site", SMALL) },
  units: {
    units: marked(
      ["concat", "unit-", ["get", "kind"], "-", ["get", "state"], ["case", ["get", "assumed"], "-assumed", ""]],
      {
        "text-field": [
          "step", ["zoom"], "", 13, ["get", "label"], 14,
          ["format", ["get", "label"], {}, ["concat", "\n", ["get", "ago"]], { "font-scale": 0.85 }],
        ],
      },
      { "icon-opacity": FADES, "text-opacity": FADES },
    ),
  },
  incidents: {
    incidents: marked(
      ["concat", "incident-", ["to-string", ["get", "urgency"]], ["case", ["get", "waits"], "-waits", ""]],
      { "text-field": ["step", ["zoom"], "", 12, ["get", "label"]], "text-size": 13, "symbol-sort-key": ["-", 0, ["get", "urgency"]] },
    ),
  },
  calls: {
    calls: marked(["concat", "call-", ["get", "state"]], {
      "symbol-sort-key": ["match", ["get", "state"], "waits", 1, 0],
    }),
  },
  chosen: {
    chosen: {
      type: "circle",
      paint: {
        "circle-radius": 20,
        "circle-opacity": 0,
        "circle-stroke-color": "var(--ink)",
        "circle-stroke-width": 3,
      },
    },
  },
  pick: { pick: marked("pick") },
};

/** Those whose things can be chosen, the topmost first. */
export const CHOSEN_FROM = ["incidents", "units", "sites", "rooms", "closures"];
