"""The country around the demo town: river, hill, lake, villages, the roads between, fields."""

import cmath
import math
from dataclasses import dataclass
from random import Random

from yihu.places.demo_farms import Farms, Hamlet
from yihu.places.demo_ground import (
    MOTORWAY_U,
    RIVER_HALF,
    TOWN_WIDE,
    WIDE,
    Ground,
    ring_distance,
    river_v,
)
from yihu.places.demo_names import HAMLETS, HILL, LAKE, RIVER, ROADS, VILLAGES, Name, Namer
from yihu.places.demo_sheet import Line, Mark, Shape, Sheet
from yihu.places.demo_streets import QUAY, RAMP, Streets
from yihu.places.plane import Point, densified


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a country road may join a main road; `half` crosses its carriageways."""

    at: Point
    half: complex


class Country:
    def __init__(
        self, random: Random, ground: Ground, namer: Namer, sheet: Sheet, streets: Streets
    ) -> None:
        self.random, self.ground, self.namer, self.sheet = random, ground, namer, sheet
        self.streets = streets
        self.interchange = complex(MOTORWAY_U, streets.trunk_v)
        self.hamlets: list[Hamlet] = []

    def draw(self) -> None:
        self._river()
        self._lake()
        self._settle()
        self._roads()
        self._hill()
        Farms(self.random, self.ground, self.sheet, self.hamlets).draw()

    def _area(self, ring: list[Point], **tags: str) -> None:
        self.sheet.areas.append(Shape(ring, tags))

    def _line(self, points: list[Point], kind: str, name: Name | None = None) -> Line:
        line = Line(points, kind, name)
        self.sheet.lines.append(line)
        return line

    # --- water and hill ---

    def _river(self) -> None:
        def bank(side: int) -> list[Point]:
            line = [
                complex(u, river_v(u) + side * RIVER_HALF)
                for u in range(-int(WIDE) - 900, int(WIDE) + 900, 25)
            ]
            middle = len(line) // 2
            first = last = middle
            while line[first - 2] in self.ground.inside:
                first -= 1
            while line[last + 2] in self.ground.inside:
                last += 1
            return line[first : last + 1]

        south, north = bank(-1), bank(1)
        self._area([*south, *north[::-1]], natural="water", water="river", **RIVER.tags())
        for side in (-1, 1):
            inner, outer = RIVER_HALF + 3, QUAY - 12
            ends = -TOWN_WIDE + 260, TOWN_WIDE - 260
            low, high = (river_v(0) + side * away for away in (inner, outer))
            self._area(
                [
                    complex(ends[0], low),
                    complex(ends[1], low),
                    complex(ends[1], high),
                    complex(ends[0], high),
                ],
                landuse="grass",
            )
            self._line(
                [complex(u, (low + high) / 2) for u in ends],
                "footway",
            )

    def _lake(self) -> None:
        ring = list(self.ground.lake.ring)
        self._area(ring, natural="water", water="lake", **LAKE.tags())

    def _hill(self) -> None:
        """Woods, a winding road to the top from the nearest hamlet, and paths down."""
        ring = list(self.ground.hill.ring)
        self._area(ring, natural="wood", leaf_type="mixed")
        top = sum(ring) / len(ring)
        self.sheet.marks.append(Mark(top, {"natural": "peak", "ele": "214", **HILL.tags()}))
        self.sheet.marks.append(Mark(top + 60j, {"tourism": "viewpoint"}))
        foot = min(self.hamlets, key=lambda h: abs(h.seat - top)).seat
        way = top - foot
        road = [
            foot
            + way * t / 40
            + 1j * way / abs(way) * 150 * math.sin(t / 2.6) * min(1, (40 - t) / 9)
            for t in range(2, 40)
        ]
        self._line([foot, *road], "unclassified", self.namer.of(ROADS[0]))
        for angle in (2.0, 3.3, 4.4, 5.4):
            out = way / abs(way) * cmath.exp(1j * angle)
            path = [road[-1]]
            while path[-1] in self.ground.hill:
                path.append(path[-1] + 55 * out * cmath.exp(1j * self.random.uniform(-0.9, 0.9)))
            self._line(path[:-1], "path")

    # --- settlements ---

    def _settle(self) -> None:
        seats = [cell.seat for cell in self.ground.cells if not cell.urban]
        first = len(self.ground.cells) - len(seats)
        places: list[tuple[Point, Name, int | None]] = [
            (seat, VILLAGES[n], first + n) for n, seat in enumerate(seats)
        ]
        for n in range(len(seats)):
            region = self.ground.regions[first + n]
            reach = max(abs(z - seats[n]) for z in region.ring)
            for prefix in self.random.sample(HAMLETS, 3):
                spot = self._spot(seats[n], reach, [place for place, _, _ in places])
                if spot is not None and spot in region:
                    word = VILLAGES[n]
                    name = Name(prefix.zh + word.zh, f"{prefix.en} {word.en}")
                    places.append((spot, name, None))
        for seat, name, village in places:
            self.hamlets.append(self._lanes(seat, name, village))

    def _spot(self, seat: Point, reach: float, taken: list[Point]) -> Point | None:
        for _ in range(60):
            z = seat + cmath.rect(self.random.uniform(500, reach), self.random.uniform(0, math.tau))
            if (
                self.ground.open_country(z, 190)
                and min(abs(z - other) for other in taken) > 620
                and abs(z - self.interchange) > RAMP + 300
            ):
                return z
        return None

    def _lanes(self, seat: Point, name: Name, village: int | None) -> Hamlet:
        """A bent main lane with lanes off it, and for a village a second street behind."""
        along = cmath.exp(1j * self.random.uniform(0, math.tau))
        half = self.random.randrange(4, 6) if village is not None else self.random.randrange(2, 4)
        bow = self.random.uniform(-16, 16)
        spine = [seat]
        for way in (-1, 1):
            for n in range(1, half + 1):
                z = seat + along * complex(80 * n * way, bow * n**2 / half)
                if not self.ground.open_country(z):
                    break
                spine.insert(0 if way < 0 else len(spine), z)
        street = Line(spine, "residential", self.namer.of(*ROADS) if village is not None else None)
        lanes = [street]
        tips: dict[int, list[Point]] = {-1: [], 1: []}
        for n, z in enumerate(spine):
            if z == seat:
                continue
            for side in (-1, 1):
                if self.random.random() < 0.78:
                    lean = cmath.exp(1j * self.random.uniform(-0.2, 0.2))
                    tip = z + side * 1j * along * lean * self.random.uniform(75, 150)
                    if self.ground.open_country(tip):
                        kind = "living_street" if n % 2 else "residential"
                        lanes.append(Line([z, tip], kind))
                        tips[side].append(tip)
        if village is not None:
            for ends in tips.values():
                if len(ends) > 1:
                    lanes.append(Line(ends, "residential"))
        self.sheet.lines += lanes
        place = "village" if village is not None else "hamlet"
        self.sheet.marks.append(Mark(seat + 15j * along, {"place": place, **name.tags()}))
        return Hamlet(seat, name, village, along, lanes)

    # --- roads between ---

    def _roads(self) -> None:
        anchors = self._anchors()
        seats = [h.seat for h in self.hamlets]
        joined = list(range(len(seats) + 1))  # the last stands for the main roads

        def root(n: int) -> int:
            while joined[n] != n:
                n = joined[n]
            return n

        wanted: list[tuple[float, int, int, Point]] = []
        for i, a in enumerate(seats):
            for j in range(i):
                wanted.append((abs(a - seats[j]), i, j, seats[j]))
            for anchor in anchors:
                # Reach across both carriageways, to be able to turn either way.
                far = math.copysign(1, ((anchor.at - a) * anchor.half.conjugate()).real)
                end = anchor.at + far * anchor.half
                wanted.append((abs(a - end), i, len(seats), end))
        wanted.sort(key=lambda w: (w[0], w[1], w[2]))
        outward = [0] * len(seats)
        for size, i, j, end in wanted:
            loop = root(i) == root(j)
            if loop and (size > 2300 or outward[i] > 2 or (j < len(seats) and outward[j] > 2)):
                continue
            if loop and self._detour(i, end, seats, size):
                continue
            road = self._course(seats[i], end)
            if road is None:
                continue
            joined[root(i)] = root(j)
            outward[i] += 1
            if j < len(seats):
                outward[j] += 1
            main = self.hamlets[i].village is not None
            kind = "tertiary" if main else "unclassified"
            self._line(road, kind, self.namer.of(ROADS[0]))
        reached = [h for n, h in enumerate(self.hamlets) if root(n) == root(len(seats))]
        for hamlet in self.hamlets:
            if hamlet not in reached:
                if hamlet.village is not None:
                    raise ValueError(f"no road reaches {hamlet.name.en}: draw with another seed")
                gone = {id(lane) for lane in hamlet.lanes}
                self.sheet.lines = [line for line in self.sheet.lines if id(line) not in gone]
        self.hamlets = reached

    def _detour(self, i: int, end: Point, seats: list[Point], size: float) -> bool:
        """Whether another settlement lies well between (relative neighbourhood graph)."""
        return any(
            max(abs(seats[i] - z), abs(end - z)) < 0.95 * size
            for z in seats
            if z not in (seats[i], end)
        )

    def _anchors(self) -> list[Anchor]:
        ring = next(line for line in self.sheet.lines if line.kind == "primary")
        anchors = [Anchor(z, 0j) for z in ring.points[:-1:5] if abs(z.imag - river_v(0)) > 200]
        for line in self.streets.arterials:
            first, last = line.points
            way = (last - first) / abs(last - first)
            half = 9j * way if line.kind == "trunk" else 0j
            for n in range(1, int(abs(last - first) / 450)):
                z = first + way * 450 * n
                if abs(z - self.interchange) > RAMP + 200 and abs(z.real - MOTORWAY_U) > 200:
                    anchors.append(Anchor(z, half))
        return anchors

    def _course(self, a: Point, b: Point) -> list[Point] | None:
        """A gently winding road; None if land or water forbids it."""
        size = abs(b - a)
        bow, sway = self.random.uniform(-0.09, 0.09), self.random.uniform(-0.035, 0.035)
        pieces = max(2, round(size / 110))
        road = [a]
        for n in range(1, pieces):
            t = n / pieces
            off = bow * math.sin(math.pi * t) + sway * math.sin(2 * math.pi * t)
            road.append(a + (b - a) * complex(t, off))
        road.append(b)
        wet = 0
        for z in densified(road, 40)[1:-2]:
            if (
                ring_distance(z) < 1.004
                or z not in self.ground.inside
                or z in self.ground.hill
                or z in self.ground.lake
                or abs(z - self.interchange) < RAMP + 90
            ):
                return None
            wet += abs(z.imag - river_v(z.real)) < RIVER_HALF + 40
        return road if wet <= 6 else None
