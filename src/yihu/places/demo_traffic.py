"""Rules of the road in the demo town: signals, forbidden turns, bus stops."""

import cmath
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from yihu.places.demo_ground import Ground
from yihu.places.demo_names import Name
from yihu.places.demo_sheet import ROADS, Draft, Knot, Line, Network, Sheet

MAIN = "trunk", "primary", "secondary"
TURNS = (("no_left_turn", 36), ("no_right_turn", 8), ("only_straight_on", 8))
U_TURNS = 14
STOP_EVERY = 430  # metres between bus stops, at least


@dataclass(frozen=True, slots=True)
class Arm:
    """One stretch of a line between neighbouring knots, in the direction of travel."""

    line: int
    start: Knot
    end: Knot


@dataclass(frozen=True, slots=True)
class Ban:
    """A turn restriction: arrive by one arm, pass over others, leave by another."""

    kind: str
    arriving: Arm
    over: tuple[Arm, ...]  # none: the turn is at one knot
    leaving: Arm


class Traffic:
    def __init__(self, random: Random, ground: Ground, sheet: Sheet, network: Network) -> None:
        self.random, self.ground, self.sheet, self.network = random, ground, sheet, network
        self.leaving: defaultdict[Knot, list[Arm]] = defaultdict(list)
        self.arriving: defaultdict[Knot, list[Arm]] = defaultdict(list)
        for number, line in enumerate(sheet.lines):
            if line.kind in ROADS:
                for a, b in pairwise(line.knots):
                    self._drive(Arm(number, a, b))
                    if not line.oneway:
                        self._drive(Arm(number, b, a))
        self.signals = {knot for knot in self.leaving if self._signalled(knot)}
        self.bans = [*self._turns(), *self._u_turns()]
        self._bus_stops()

    def _drive(self, arm: Arm) -> None:
        self.leaving[arm.start].append(arm)
        self.arriving[arm.end].append(arm)

    def _line(self, arm: Arm) -> Line:
        return self.sheet.lines[arm.line]

    def _streets(self, knot: Knot) -> dict[int, Line]:
        arms = (*self.leaving[knot], *self.arriving[knot])
        return {arm.line: self._line(arm) for arm in arms}

    def _signalled(self, knot: Knot) -> bool:
        """Two main streets crossing, or one and a tertiary."""
        streets = self._streets(knot).values()
        main = {s.name for s in streets if s.kind in MAIN}
        lesser = {s.name for s in streets if s.kind == "tertiary"}
        arms = len(self.leaving[knot]) + len(self.arriving[knot])
        return arms > 3 and (len(main) > 1 or bool(main and lesser))

    def _bearing(self, arm: Arm) -> complex:
        way = self.network.place(arm.end) - self.network.place(arm.start)
        return way / abs(way)

    def _turn(self, first: Arm, second: Arm) -> float:
        """Degrees turned, positive to the left."""
        return math.degrees(cmath.phase(self._bearing(second) / self._bearing(first)))

    def _turns(self) -> Iterator[Ban]:
        """At crossings of four two-way arms, so that another way round always remains."""
        crossings = [
            knot
            for knot in sorted(self.signals)
            if len(self.leaving[knot]) == 4
            and len(self.arriving[knot]) == 4
            and len(self._streets(knot)) == 2
        ]
        self.random.shuffle(crossings)
        for kind, number in TURNS:
            wanted = {"no_left_turn": 90, "no_right_turn": -90}.get(kind, 0)
            for _ in range(min(number, len(crossings))):
                knot = crossings.pop()
                first = self.random.choice(self.arriving[knot])
                for second in self.leaving[knot]:
                    if abs(self._turn(first, second) - wanted) < 30:
                        yield Ban(kind, first, (), second)

    def _u_turns(self) -> Iterator[Ban]:
        """Across the median of a trunk road: off one carriageway, over, back on the other."""
        found = []
        for knot in sorted(self.leaving):
            if not any(self._line(arm).kind == "trunk" for arm in self.arriving[knot]):
                continue
            for over in self.leaving[knot]:
                if self._line(over).kind == "trunk":
                    continue
                for first in self.arriving[knot]:
                    for second in self.leaving[over.end]:
                        dual = self._line(first), self._line(second)
                        if (
                            first.line != second.line
                            and all(line.kind == "trunk" and line.oneway for line in dual)
                            and dual[0].name == dual[1].name
                            and abs(self._turn(first, over) - 90) < 40
                            and abs(self._turn(over, second) - 90) < 40
                        ):
                            found.append(Ban("no_u_turn", first, (over,), second))
        yield from self.random.sample(found, min(U_TURNS, len(found)))

    def _bus_stops(self) -> None:
        """Beyond a signal, on the right-hand side, named for the crossing."""
        for line in list(self.sheet.lines):
            if line.kind not in MAIN or line.name is None or line.level:
                continue
            since = STOP_EVERY / 2
            for a, b in pairwise(line.knots):
                start, end = self.network.place(a), self.network.place(b)
                since += abs(end - start)
                across = next(
                    (s.name for s in self._streets(a).values() if s.name not in (None, line.name)),
                    None,
                )
                if since < STOP_EVERY or a not in self.signals or across is None:
                    continue
                way = (end - start) / abs(end - start)
                at = start + way * min(45, abs(end - start) / 2) - 11j * way
                if at not in self.ground.inside:
                    continue
                since = 0.0
                name = Name(f"{line.name.zh}{across.zh}口", f"{line.name.en} at {across.en}")
                tags = {"highway": "bus_stop", "public_transport": "platform", "bus": "yes"}
                self.sheet.sites.append(Draft("bus_stop", name, at, tags))
