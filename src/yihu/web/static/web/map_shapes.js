// Shapes on the ground: what lies in them, and how far apart two places are. Positions are
// [longitude, latitude] in degrees, distances in metres.
const DEGREE = 111_320; // metres of a degree of latitude

/** Along a straight line; good enough over a few kilometres. */
export function metres([x, y], [u, v]) {
  const east = (u - x) * Math.cos(((y + v) / 2) * (Math.PI / 180));
  return Math.hypot(east, v - y) * DEGREE;
}

/** Whether a place lies in a ring (even-odd rule). */
export function inside([x, y], ring) {
  let within = false;
  for (let n = 0, before = ring.length - 1; n < ring.length; before = n++) {
    const [[ax, ay], [bx, by]] = [ring[n], ring[before]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  }
  return within;
}

/** A circle on the ground, as a closed ring. */
export function circle([x, y], radius, corners = 64) {
  const [up, along] = [radius / DEGREE, radius / DEGREE / Math.cos((y * Math.PI) / 180)];
  return Array.from({ length: corners + 1 }, (_, n) => {
    const angle = (n % corners) * ((2 * Math.PI) / corners);
    return [x + along * Math.cos(angle), y + up * Math.sin(angle)];
  });
}

/** Every position of a geometry, however deep it lies. */
export const corners = (coordinates) =>
  typeof coordinates[0] === "number" ? [coordinates] : coordinates.flatMap(corners);

export const collection = (features = []) => ({ type: "FeatureCollection", features });
export const feature = (geometry, properties = {}) => ({ type: "Feature", geometry, properties });
export const point = (at) => ({ type: "Point", coordinates: at });
export const polygon = (ring) => ({ type: "Polygon", coordinates: [ring] });
