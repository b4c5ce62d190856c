"""A recorded run as a film: where each unit is at each moment of some hours, and how calls fare.
Pure.

`film` gives what JSON can keep, small enough to be sent with a page:

    begins, lasts       when it begins (seconds since Monday, 0:00), and how long it lasts
    origin              longitude, latitude; places are whole steps of STEP degrees away from it
    ways                [x, y, dx, dy, …] each: a line, every corner from the one before
    along, straight     whether ways follow the roads, and how many of them are straight even so
    kinds               of forces, by number
    units               {kind, at: [x, y], on: [begin, end, …], legs: […]}
    legs                five numbers each: told, leaves, ends, call, way
    calls               {at, priority, created, first, police, completed, lost}
    covered             {begins, every, residents, free: […], police: […]}

All other times are whole seconds since it began, null where it never came to that; below 0 for what
began before, beyond `lasts` for what ended later. A unit stands `at` a place until its first leg,
and after each leg where that ended. It was `told` of a leg, for a `call` (its number, -1: it goes
back), and `leaves` once it has turned out. It is to be seen while it is `on`: on shift, or not back
yet. Where a leg begins elsewhere than the one before ended, a shift began in between: who comes on
shift stands at their base.
"""

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, inf, isfinite, radians
from typing import Any, Final

import numpy as np
import shapely

from yihu.planning.policies import Policy
from yihu.planning.random_laws import Records
from yihu.planning.replication import simulate
from yihu.planning.scenario import Scenario
from yihu.planning.simulation_run import Run
from yihu.planning.siting_problem import Floats

type LonLat = tuple[float, float]
type Line = Sequence[LonLat]
type Way = Callable[[LonLat, LonLat, int], Line | None]
"""From a place to another in a mode of the scenario, along the roads; None where there is none."""

HOUR, QUARTER = 3600.0, 900.0
HOURS = 3.0
STEP: Final = 1e-5
"""Degrees: about a metre."""
DEGREE = 111_320.0
LIMIT = 300_000
"""Bytes of JSON."""
SAMPLE = 60.0
"""Seconds between two looks at what is covered."""
SHORTEST = 900.0
COARSER: Final = (5.0, 10.0, 20.0, 40.0, 80.0, inf)
"""Metres by which a line may be off: the first that is coarse enough for the limit."""
SAME = 1.0
"""Metres within which two places are one."""


def recorded(scenario: Scenario, policy: Policy, seed: int) -> Run:
    """A run to be filmed: coverage is looked at every minute, all else is as without."""
    return simulate(replace(scenario, sample=SAMPLE), policy, seed, record=True)


def busiest(run: Run, hours: float = HOURS) -> tuple[float, float]:
    """Begin and end of the hours in which most calls came, from a quarter of an hour on; the first
    of those, and never before the warm-up is over. All there is where that is less."""
    scenario = run.scenario
    lasts = min(hours * HOUR, scenario.horizon - scenario.warm_up)
    first = np.ceil(scenario.warm_up / QUARTER) * QUARTER
    begins = np.arange(first, scenario.horizon - lasts + 1e-9, QUARTER)
    if not len(begins):
        begins = np.array([scenario.warm_up])
    created = run.calls["created"]
    many = np.searchsorted(created, begins + lasts) - np.searchsorted(created, begins)
    begin = float(begins[many.argmax()])
    return begin, min(begin + lasts, scenario.horizon)


def film(
    run: Run,
    positions: Sequence[LonLat],
    window: tuple[float, float] | None = None,
    *,
    way: Way | None = None,
    kinds: Sequence[str] | None = None,
    limit: int = LIMIT,
) -> dict[str, Any]:
    """`positions`: of the zones; `window`: from when to when, `busiest` if not said; `way`: along
    what units go, straight if not said; `kinds`: the names of types of units, their own if not
    said. What would exceed the limit is drawn more coarsely, and then shorter.

    ValueError where no moves were recorded though units were sent, or zones have no positions.
    """
    if len(positions) != run.scenario.travel.shape[1]:
        raise ValueError(f"{len(positions)} positions, {run.scenario.travel.shape[1]} zones")
    if not len(run.moves) and not np.isnan(run.calls["on_scene"]).all():
        raise ValueError("the run was not recorded")
    begin, end = window or busiest(run)
    cut = _Cut(run, positions, begin, end, way, kinds)
    for metres in COARSER:
        told = cut.told(metres)
        if size(told) <= limit:
            return told
    if end - begin <= SHORTEST:
        return told
    half = begin, (begin + end) / 2
    return film(run, positions, half, way=way, kinds=kinds, limit=limit)


def size(told: dict[str, Any]) -> int:
    """Bytes, as JSON."""
    return len(json.dumps(told, separators=(",", ":")))


# --- where a unit is ------------------------------------------------------------------------------


@dataclass(slots=True)
class Leg:
    """`line`: what was really gone of the way, from `leaves` to `ends`, evenly."""

    told: float
    leaves: float
    ends: float
    call: int
    line: list[LonLat]

    def cut(self, at: float) -> None:
        """It ended earlier."""
        if at < self.ends:
            self.line = gone(self.line, max(0.0, at - self.leaves) / (self.ends - self.leaves))
            self.leaves, self.ends = min(self.leaves, at), at


def gone(line: Line, share: float) -> list[LonLat]:
    """The first part of a line, by its length."""
    corners = np.array(line, dtype=float)
    steps = np.hypot(*(np.diff(corners, axis=0) * _scale(corners[0, 1])).T)
    upto = np.concatenate([[0.0], steps.cumsum()])
    at = min(max(share, 0.0), 1.0) * upto[-1]
    whole = int(np.searchsorted(upto, at, side="right"))
    if whole >= len(line):
        return list(line)
    part = (at - upto[whole - 1]) / steps[whole - 1]
    x, y = corners[whole - 1] + part * (corners[whole] - corners[whole - 1])
    return [*line[:whole], (float(x), float(y))]


def _scale(latitude: float) -> Floats:
    """Metres of a degree of longitude, and of latitude."""
    return DEGREE * np.array([cos(radians(latitude)), 1.0])


def _metres(one: LonLat, other: LonLat) -> float:
    east, north = (np.array(other) - np.array(one)) * _scale(one[1])
    return hypot(east, north)


class _Cut:
    """Some hours of a run."""

    def __init__(
        self,
        run: Run,
        positions: Sequence[LonLat],
        begin: float,
        end: float,
        way: Way | None,
        kinds: Sequence[str] | None,
    ) -> None:
        self.run, self.positions, self.way = run, positions, way
        self.begin, self.end = begin, end
        types = run.scenario.unit_types
        self.kinds = list(kinds or [one.name for one in types])
        self._known: dict[tuple[LonLat, LonLat, int], list[LonLat] | None] = {}
        order = np.argsort(run.moves["unit"], kind="stable")
        self._moves = run.moves[order]
        first = np.searchsorted(self._moves["unit"], np.arange(len(run.scenario.units) + 1))
        self.tracks = [
            self._track(unit, self._moves[first[unit] : first[unit + 1]])
            for unit in range(len(run.scenario.units))
        ]
        sent = {leg.call for _at, legs in self.tracks for leg in legs if leg.call >= 0}
        calls = run.calls
        over = np.where(np.isnan(calls["completed"]), inf, calls["completed"])
        over = np.where(calls["lost"], calls["created"] + SAMPLE, over)
        shown = (calls["created"] < end) & (over > begin)
        self.calls = sorted(sent | set(np.flatnonzero(shown).tolist()))

    # --- the legs of a unit -----------------------------------------------------------------------

    def _track(self, unit: int, moves: Records) -> tuple[LonLat, list[Leg]]:
        """Where it stands first, and its legs in the window."""
        home = self.positions[int(self.run.scenario.units.base[unit])]
        until, begun = moves["until"].tolist(), moves["begun"].tolist()
        last = bisect_right(begun, self.end)
        first = next((n for n in range(last) if until[n] > self.begin), last)
        first = max(first - 1, 0)  # where it may still be at work
        while first > 0 and _is_turned(moves, first):
            first -= 1
        at = self._left_at(moves[first - 1]) if first else home
        if first and self._came_on(unit, until[first - 1], self.begin) is not None:
            at = home
        where, legs = at, list[Leg]()
        for n in range(first, last):
            for leg in self._leg(unit, moves, n, where, legs[-1] if legs else None):
                legs.append(leg)
                where = leg.line[-1]
        shown = [leg for leg in legs if self._is_seen(leg) and leg.told < self.end]
        return (shown[0].line[0] if shown else where), shown

    def _is_seen(self, leg: Leg) -> bool:
        return leg.ends > self.begin or self._over(leg.call) > self.begin

    def _leg(
        self, unit: int, moves: Records, n: int, where: LonLat, before: Leg | None
    ) -> Iterator[Leg]:
        """A move as a leg from `where` the unit is, one of no length where it did not leave or was
        there; where it is elsewhere by then since it came on shift, first that."""
        move = moves[n]
        begun, departed = float(move["begun"]), float(move["departed"])
        arrives, until = float(move["arrives"]), float(move["until"])
        turned = n > 0 and _is_turned(moves, n)
        origin = self.positions[int(move["origin"])]
        if not turned and _metres(where, origin) > SAME:
            since = self._came_on(unit, before.told if before else -inf, begun)
            moment = begun if since is None else since
            if before is not None:
                before.cut(moment)
            yield Leg(moment, moment, moment, -1, [origin])
            where = origin
        leaves = begun if turned else max(begun, departed)
        if until <= leaves:
            yield Leg(begun, until, until, int(move["call"]), [where])
            return
        line = self._way(where, self.positions[int(move["target"])], unit)
        share = (until - leaves) / (arrives - leaves)
        yield Leg(begun, leaves, until, int(move["call"]), gone(line, share))

    def _left_at(self, move: Records) -> LonLat:
        zone = "origin" if move["until"] <= move["departed"] else "target"
        return self.positions[int(move[zone])]

    def _came_on(self, unit: int, after: float, upto: float) -> float | None:
        """When it last came on shift, after one moment and up to another."""
        duty = self.run.scenario.units.duty[unit]
        for hour in range(int(upto // HOUR), max(int(max(after, 0.0) // HOUR), 0), -1):
            if duty[hour % len(duty)] and not duty[(hour - 1) % len(duty)]:
                return hour * HOUR
        return None

    def _way(self, source: LonLat, target: LonLat, unit: int) -> list[LonLat]:
        scenario = self.run.scenario
        mode = scenario.unit_types[int(scenario.units.type[unit])].mode
        key = source, target, mode
        if key not in self._known:
            found = self.way(*key) if self.way else None
            self._known[key] = None if found is None else [source, *found, target]
        return self._known[key] or [source, target]

    # --- told -------------------------------------------------------------------------------------

    def told(self, metres: float) -> dict[str, Any]:
        """With lines that may be so much off."""
        middle = np.array(self.positions).mean(axis=0)
        print_ = _Print((round(float(middle[0]), 5), round(float(middle[1]), 5)), metres)
        units = [self._unit(unit, print_) for unit in range(len(self.tracks))]
        return {
            "begins": self.begin,
            "lasts": round(self.end - self.begin),
            "origin": print_.origin,
            "along": self.way is not None,
            "straight": sum(line is None for line in self._known.values()),
            "kinds": self.kinds,
            "units": units,
            "calls": [self._call(number, print_) for number in self.calls],
            "ways": print_.ways,
            "covered": self._covered(),
        }

    def _unit(self, unit: int, print_: "_Print") -> dict[str, Any]:
        at, legs = self.tracks[unit]
        numbers = {call: number for number, call in enumerate(self.calls)}
        return {
            "kind": int(self.run.scenario.units.type[unit]),
            "at": print_.place(at),
            "on": [self._since(one) for span in self._on(unit, legs) for one in span],
            "legs": [
                told
                for leg in legs
                for told in (
                    *map(self._since, (leg.told, leg.leaves, leg.ends)),
                    numbers.get(leg.call, -1),
                    print_.way(leg.line),
                )
            ],
        }

    def _on(self, unit: int, legs: Sequence[Leg]) -> list[tuple[float, float]]:
        """On shift, or still at work, or on the way; in the window."""
        duty = self.run.scenario.units.duty[unit]
        hours = range(int(self.begin // HOUR), int(-(-self.end // HOUR)))
        spans = [(hour * HOUR, (hour + 1) * HOUR) for hour in hours if duty[hour % len(duty)]]
        for n, leg in enumerate(legs):
            over = legs[n + 1].told if n + 1 < len(legs) else inf
            spans.append((leg.told, max(leg.ends, min(over, self._over(leg.call)))))
        merged: list[tuple[float, float]] = []
        for begin, end in sorted(spans):
            if merged and begin <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(merged[-1][1], end)
            else:
                merged.append((begin, end))
        clipped = [(max(begin, self.begin), min(end, self.end)) for begin, end in merged]
        return [(begin, end) for begin, end in clipped if begin < end]

    def _over(self, call: int) -> float:
        if call < 0:
            return -inf
        completed = float(self.run.calls["completed"][call])
        return completed if isfinite(completed) else self.end

    def _call(self, number: int, print_: "_Print") -> dict[str, Any]:
        call = self.run.calls[number]
        kind = self.run.scenario.call_types[int(call["type"])]
        moments = {
            name: self._since(float(call[column]))
            for name, column in (
                ("created", "created"),
                ("first", "on_scene"),
                ("police", "police"),
                ("completed", "completed"),
            )
        }
        at = print_.place(self.positions[int(call["zone"])])
        return {"at": at, "priority": kind.priority, **moments, "lost": bool(call["lost"])}

    def _covered(self) -> dict[str, Any]:
        """By sample, from the last one before it begins."""
        run, every = self.run, self.run.scenario.sample
        weights = run.scenario.world.weights.sum()
        first = int(self.begin // every) if isfinite(every) else 0
        last = int(self.end // every) + 1 if isfinite(every) else 0
        found = np.rint(run.covered[first:last] * weights).astype(int)
        return {
            "begins": self._since(first * every) if len(found) else 0,
            "every": every if isfinite(every) else None,
            "residents": round(float(weights)),
            "free": found[:, 0].tolist(),
            "police": found[:, 1].tolist(),
        }

    def _since(self, moment: float) -> int | None:
        return round(moment - self.begin) if isfinite(moment) else None


def _is_turned(moves: Records, n: int) -> bool:
    """Whether a unit was turned round on the way of the move before."""
    before, move = moves[n - 1], moves[n]
    under_way = before["departed"] < before["until"] < before["arrives"]
    return bool(under_way and move["departed"] < move["begun"] == before["until"])


class _Print:
    """Places as whole steps from an origin, each line once."""

    def __init__(self, origin: LonLat, metres: float) -> None:
        self.origin, self.metres = origin, metres
        self.ways: list[list[int]] = []
        self._numbers: dict[tuple[int, ...], int] = {}

    def place(self, at: LonLat) -> list[int]:
        return [round((one - zero) / STEP) for one, zero in zip(at, self.origin, strict=True)]

    def way(self, line: Sequence[LonLat]) -> int:
        """Its number."""
        steps: list[int] = []
        x, y = 0, 0
        for corner in self._thinned(line):
            east, north = self.place(corner)
            if not steps or (east, north) != (x, y):
                steps += (east - x, north - y)
                x, y = east, north
        key = tuple(steps)
        if key not in self._numbers:
            self._numbers[key] = len(self.ways)
            self.ways.append(steps)
        return self._numbers[key]

    def _thinned(self, line: Sequence[LonLat]) -> Line:
        if len(line) < 3:
            return line
        if self.metres == inf:
            return [line[0], line[-1]]
        scale = _scale(line[0][1])
        metres = (np.array(line) - line[0]) * scale
        kept = shapely.get_coordinates(shapely.LineString(metres).simplify(self.metres))
        return [line[0], *map(tuple, kept[1:-1] / scale + line[0]), line[-1]]
