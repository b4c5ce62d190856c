// A film of a simulated run (`planning/run_film.py` says how it is kept): where each unit is at a
// moment, what it does, and how calls stand. Seconds since the film begins; [longitude, latitude].

const STEP = 1e-5; // degrees of one step of the film's places
const LEG = 5; // numbers of a leg

/** A film as it was sent, with its lines and legs ready to be looked up. */
export function opened(film) {
  const place = ([x, y]) => [film.origin[0] + x * STEP, film.origin[1] + y * STEP];
  const ways = film.ways.map((steps) => measured(corners(steps).map(place)));
  return {
    ...film,
    units: film.units.map((unit, id) => ({
      id,
      kind: film.kinds[unit.kind],
      at: place(unit.at),
      on: pairs(unit.on),
      legs: legs(unit.legs, ways),
    })),
    calls: film.calls.map((call, id) => ({ ...call, id, at: place(call.at) })),
  };
}

function corners(steps) {
  let [x, y] = [0, 0];
  return pairs(steps).map(([east, north]) => [(x += east), (y += north)]);
}

function pairs(flat) {
  return Array.from({ length: flat.length / 2 }, (_, n) => [flat[2 * n], flat[2 * n + 1]]);
}

function legs(flat, ways) {
  return Array.from({ length: flat.length / LEG }, (_, n) => {
    const [told, leaves, ends, call, way] = flat.slice(n * LEG, (n + 1) * LEG);
    return { told, leaves, ends, call, way: ways[way] };
  });
}

/** A line with how far each of its corners is from its beginning, in degrees of latitude. */
function measured(line) {
  const narrow = Math.cos((line[0][1] * Math.PI) / 180);
  let far = 0;
  const upto = line.map(([x, y], n) => {
    if (n) far += Math.hypot((x - line[n - 1][0]) * narrow, y - line[n - 1][1]);
    return far;
  });
  return { line, upto };
}

/** The last of these, in their order, of which it holds; -1: of none. */
export function lastOf(rows, holds) {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(rows[middle])) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function along({ line, upto }, share) {
  const far = share * upto.at(-1);
  const n = Math.min(lastOf(upto, (one) => one <= far), line.length - 1);
  if (n === line.length - 1) return line[n];
  const part = (far - upto[n]) / (upto[n + 1] - upto[n]);
  return line[n].map((from, axis) => from + part * (line[n + 1][axis] - from));
}

/** Where a unit is, what it does, and for which call (-1: none); null while it is off shift.
 *  `doing`: stands, told (it turns out), going, there, back. */
export function unitAt(film, unit, now) {
  if (!unit.on.some(([begin, end]) => begin <= now && now <= end)) return null;
  const n = lastOf(unit.legs, ({ told }) => told <= now);
  if (n < 0) return { at: unit.at, doing: "stands", call: -1 };
  const { leaves, ends, call, way } = unit.legs[n];
  if (now < leaves) {
    const at = n ? unit.legs[n - 1].way.line.at(-1) : unit.at;
    return call < 0 ? { at, doing: "stands", call } : { at, doing: "told", call };
  }
  if (now < ends) return { at: along(way, (now - leaves) / (ends - leaves)), doing: call < 0 ? "back" : "going", call };
  const at = way.line.at(-1);
  const works = call >= 0 && !isOver(film.calls[call], now);
  return works ? { at, doing: "there", call } : { at, doing: "stands", call: -1 };
}

const isOver = ({ completed, lost }, now) => lost || (completed !== null && completed <= now);

/** waits, served, over; null: it has not come yet. */
export function callAt(call, now) {
  if (call.created > now) return null;
  if (isOver(call, now)) return "over";
  return call.first !== null && call.first <= now ? "served" : "waits";
}

/** Residents within reach of a free unit, at the last look; null where nobody looked. */
export function coveredAt({ covered }, now) {
  if (!covered.every || !covered.free.length) return null;
  const n = Math.floor((now - covered.begins) / covered.every);
  return covered.free[Math.max(0, Math.min(n, covered.free.length - 1))];
}

/** All of it at a moment. */
export function filmAt(film, now) {
  const units = film.units.flatMap((unit) => {
    const found = unitAt(film, unit, now);
    return found ? [{ id: unit.id, kind: unit.kind, ...found }] : [];
  });
  const calls = film.calls.flatMap((call) => {
    const state = callAt(call, now);
    return state ? [{ ...call, state }] : [];
  });
  return { units, calls, covered: coveredAt(film, now) };
}
