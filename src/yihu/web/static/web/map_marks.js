// The marks on a map, drawn with the page's own colours and fonts. What kind of thing it is shows in
// the shape and the sign in it, not in the colour alone; a hollow one stands where nobody said it is.
import { worth } from "./map_colours.js";

const RATIO = 2; // drawn twice as fine as it is shown
const R = 13; // half of a mark's size, in pixels

const SHAPES = {
  square: (pen) => pen.roundRect(-R * 0.85, -R * 0.85, R * 1.7, R * 1.7, 4),
  circle: (pen) => pen.arc(0, 0, R * 0.92, 0, 7),
  diamond: (pen) => polygon(pen, 4, R * 1.12, 0),
  triangle: (pen) => polygon(pen, 3, R * 1.2, 0, R * 0.18),
  pentagon: (pen) => polygon(pen, 5, R * 1.05, 0, R * 0.05),
  hexagon: (pen) => polygon(pen, 6, R, 0),
  octagon: (pen) => polygon(pen, 8, R * 0.98, Math.PI / 8),
  shield: (pen) => {
    pen.moveTo(0, -R);
    pen.lineTo(R * 0.85, -R * 0.65);
    pen.quadraticCurveTo(R * 0.9, R * 0.55, 0, R);
    pen.quadraticCurveTo(-R * 0.9, R * 0.55, -R * 0.85, -R * 0.65);
    pen.closePath();
  },
};

function polygon(pen, corners, radius, turn, down = 0) {
  for (let n = 0; n < corners; n++) {
    const angle = turn - Math.PI / 2 + (n * 2 * Math.PI) / corners;
    pen.lineTo(radius * Math.cos(angle), radius * Math.sin(angle) + down);
  }
  pen.closePath();
}

const UNITS = { police: "shield", auxiliary: "square", guard: "circle", grid_worker: "pentagon", mini_fire: "octagon", volunteer: "hexagon" };
const STATES = { free: "var(--jade)", busy: "var(--soon)", out: "var(--muted)" };
const URGENCIES = { 1: "var(--now)", 2: "var(--soon)", 3: "var(--muted)" };
const HOUSES = { police_station: "shield", police_room: "shield", service_centre: "square" };

function mark(shape, colour, sign, { hollow = false, ring = false } = {}) {
  const size = (R + 5) * 2 * RATIO;
  const canvas = new OffscreenCanvas(size, size);
  const pen = canvas.getContext("2d");
  pen.scale(RATIO, RATIO);
  pen.translate(R + 5, R + 5);
  const [ink, ground] = [worth(colour), worth("var(--panel)")];
  if (ring) {
    pen.beginPath();
    pen.arc(0, 0, R + 3, 0, 7);
    pen.lineWidth = 2.5;
    pen.strokeStyle = ink;
    pen.stroke();
    pen.scale(0.8, 0.8);
  }
  pen.beginPath();
  SHAPES[shape](pen);
  pen.fillStyle = hollow ? ground : ink;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = hollow ? ink : ground;
  pen.stroke();
  pen.fillStyle = hollow ? ink : ground;
  pen.font = `600 ${R}px ${getComputedStyle(document.body).fontFamily}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(sign, 0, 1);
  return pen.getImageData(0, 0, size, size);
}

/** Every mark by its name; `signs` gives the letter in each, in the reader's language. */
export function* marks(signs) {
  for (const [kind, shape] of Object.entries(UNITS)) {
    for (const [state, colour] of Object.entries(STATES)) {
      yield [`unit-${kind}-${state}`, mark(shape, colour, signs[kind])];
      yield [`unit-${kind}-${state}-assumed`, mark(shape, colour, signs[kind], { hollow: true })];
    }
  }
  for (const [urgency, colour] of Object.entries(URGENCIES)) {
    yield [`incident-${urgency}`, mark("triangle", colour, "")];
    yield [`incident-${urgency}-waits`, mark("triangle", colour, "", { ring: true })];
  }
  yield ["call-waits", mark("triangle", "var(--now)", "", { ring: true })];
  yield ["call-served", mark("diamond", "var(--soon)", "")];
  for (const [kind, shape] of Object.entries(HOUSES)) {
    yield [`room-${kind}`, mark(shape, "var(--muted)", signs[kind], { hollow: true })];
  }
  yield ["site", mark("diamond", "var(--muted)", signs.site, { hollow: true })];
  yield ["closure", mark("square", "var(--now)", "×", { hollow: true })];
  yield ["pick", mark("circle", "var(--now)", "＋")];
}

/** The names that `addImage` takes, with how fine they are drawn. */
export const FINE = { pixelRatio: RATIO };
