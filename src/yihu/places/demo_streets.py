"""The streets of the demo town: ring, trunk roads, motorway, and streets down to the block."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from yihu.places.demo_ground import (
    MOTORWAY_U,
    OLD_TOWN,
    RIVER_HALF,
    RIVER_V,
    TOWN_HIGH,
    TOWN_WIDE,
    TRUNK_U,
    Ground,
    ring_distance,
    ring_u,
    ring_v,
    river_v,
)
from yihu.places.demo_lots import Block
from yihu.places.demo_names import (
    BANKS,
    LANES,
    MOTORWAY,
    RING,
    ROADS,
    TRUNK_EAST,
    TRUNK_NORTH,
    Name,
    Namer,
)
from yihu.places.demo_sheet import Line, Mark, Sheet
from yihu.places.plane import Point, densified

CARRIAGEWAY = 9  # from the middle of a trunk road to each of its carriageways (m)
QUAY = 85  # from the middle of the river to the street along it
CROSSING = "trunk", "primary", "secondary"  # streets that bridge the river
CLASSES = "secondary", "tertiary", "primary", "tertiary", "secondary"  # outwards from a trunk road
GREEN = 1000 + 1150j  # where the central park lies
RAMP = 460  # length of a motorway ramp


@dataclass(frozen=True, slots=True)
class Axis:
    """A street right through the town, at one u or one v."""

    at: int
    kind: str
    name: Name


def old_town(z: Point) -> bool:
    away = z - OLD_TOWN
    return abs(away.real) < 560 and abs(away.imag) < 520


def works(z: Point) -> bool:
    """The industrial quarter."""
    return z.real > 1500 and z.imag < RIVER_V


class Streets:
    def __init__(self, random: Random, ground: Ground, namer: Namer, sheet: Sheet) -> None:
        self.random, self.ground, self.namer, self.sheet = random, ground, namer, sheet
        self.trunk_v = 0
        self.arterials: list[Line] = []  # outside the ring: where country roads may join
        self.blocks: list[Block] = []
        self.margins: list[Block] = []  # cut by the ring road
        self.green: Block | None = None  # the central park

    def lay(self) -> None:
        across, along = self._axes()
        self._ring()
        for axis in across:
            self._north_south(axis)
        for axis in along:
            self._east_west(axis)
        self._motorway()
        for left, right in pairwise(_edged(across, int(TOWN_WIDE))):
            for low, high in pairwise(_edged(along, int(TOWN_HIGH))):
                if low.at < RIVER_V < high.at:
                    continue
                self._divide(
                    Block(
                        left.at + CARRIAGEWAY * (left.kind == "trunk"),
                        low.at + CARRIAGEWAY * (low.kind == "trunk"),
                        right.at - CARRIAGEWAY * (right.kind == "trunk"),
                        high.at - CARRIAGEWAY * (high.kind == "trunk"),
                    ),
                    0,
                )

    def _add(
        self, points: list[Point], kind: str, name: Name | None = None, oneway: bool = False
    ) -> Line:
        line = Line(points, kind, name, oneway)
        self.sheet.lines.append(line)
        return line

    # --- the frame ---

    def _axes(self) -> tuple[list[Axis], list[Axis]]:
        """Streets at one u from west to east, and at one v from south to north."""

        def steps(start: int, stop: int) -> Iterator[int]:
            way = 1 if stop > start else -1
            while abs(stop - start) > 760:
                start += way * self.random.randrange(430, 640)
                yield start

        def kinds(places: list[int]) -> list[Axis]:
            return [
                Axis(at, CLASSES[n % len(CLASSES)], self.namer.avenue())
                for n, at in enumerate(places)
            ]

        trunk = int(TRUNK_U)
        east, west = list(steps(trunk, 3250)), list(steps(trunk, -3250))
        across = [Axis(trunk, "trunk", TRUNK_NORTH), *kinds(east), *kinds(west)]
        north_quay, south_quay = int(RIVER_V) + QUAY, int(RIVER_V) - QUAY
        north, south = list(steps(north_quay, 2600)), list(steps(south_quay, -2600))
        self.trunk_v = north[1]
        along = [
            Axis(self.trunk_v, "trunk", TRUNK_EAST),
            Axis(north[0], "secondary", self.namer.avenue()),
            *kinds(north[2:]),
            *kinds(south),
            Axis(north_quay, "tertiary", BANKS[0]),
            Axis(south_quay, "tertiary", BANKS[1]),
        ]
        return sorted(across, key=lambda a: a.at), sorted(along, key=lambda a: a.at)

    def _ring(self) -> None:
        """Points of the superellipse, closer together where it turns."""
        top = [complex(u, ring_v(u)) for u in range(-2450, 2451, 70)]
        steep = range(int(ring_v(2450)) - 60, int(-ring_v(2450)) + 30, -60)
        right = [complex(ring_u(v), v) for v in steep]
        half = top + right
        self._add([*half, *(-z for z in half), half[0]], "primary", RING)

    def _reach(self, z: Point, way: complex) -> Point:
        """The last place inside the subdistrict on the way out."""
        while z + way * 20 in self.ground.inside:
            z += way * 20
        return z

    def _outwards(self, axis: Axis, z: Point, way: complex) -> None:
        """Carry a main street on from the ring to the border, unless hill or lake is in the way."""
        if axis.kind == "primary":
            line = [z, self._reach(z, way)]
            if not any(p in land for p in densified(line, 40) for land in self.ground.no_streets):
                self.arterials.append(self._add(line, "secondary", axis.name))

    def _north_south(self, axis: Axis) -> None:
        reach = ring_v(axis.at)
        if axis.kind == "trunk":
            self._dual(axis, complex(axis.at, -reach), complex(axis.at, reach))
            return
        south, north = complex(axis.at, -reach), complex(axis.at, reach)
        if axis.kind in CROSSING:
            self._add([south, north], axis.kind, axis.name)
        else:
            self._add([south, complex(axis.at, RIVER_V - QUAY)], axis.kind, axis.name)
            self._add([complex(axis.at, RIVER_V + QUAY), north], axis.kind, axis.name)
        self._outwards(axis, north, 1j)
        self._outwards(axis, south, -1j)

    def _east_west(self, axis: Axis) -> None:
        reach = ring_u(axis.at)
        west, east = complex(-reach, axis.at), complex(reach, axis.at)
        if axis.kind == "trunk":
            self._dual(axis, west, east)
            return
        self._add([west, east], axis.kind, axis.name)
        self._outwards(axis, east, 1)
        self._outwards(axis, west, -1)

    def _dual(self, axis: Axis, first: Point, last: Point) -> None:
        """A trunk road from border to border: two carriageways that join short of the ends."""
        way = (last - first) / abs(last - first)
        starts, ends = self._reach(first, -way), self._reach(last, way)
        start, end = starts + 150 * way, ends - 150 * way
        right = -1j * way * CARRIAGEWAY  # traffic keeps to the right
        for side, a, b, on in ((right, start, end, way), (-right, end, start, -way)):
            points = [a, a + 60 * on + side, b - 60 * on + side, b]
            self._add(points, "trunk", axis.name, oneway=True)
        for a, b in ((starts, start), (end, ends)):
            self._add([a, b], "trunk", axis.name)
        self.arterials += [Line([start, first], "trunk"), Line([last, end], "trunk")]

    def _motorway(self) -> None:
        """A viaduct with two carriageways, and a diamond of ramps down to the trunk road."""

        def middle(v: float) -> Point:
            return complex(MOTORWAY_U, v)

        south, north = (self._reach(middle(self.trunk_v), way) for way in (-1j, 1j))
        viaduct = {"bridge": "viaduct", "layer": "1"}
        gap, out = 13, 80
        start, end = south + 200j, north - 200j
        for side, a, b, on in ((gap, start, end, 1j), (-gap, end, start, -1j)):
            leave = middle(self.trunk_v) + side - RAMP * on
            merge = middle(self.trunk_v) + side + RAMP * on
            points = [a, a + 120 * on + side, leave, merge, b - 120 * on + side, b]
            self.sheet.lines.append(
                Line(points, "motorway", MOTORWAY, True, level=1, extra=viaduct)
            )
            wide = out if side > 0 else -out
            crossing = middle(self.trunk_v) + wide
            self.sheet.lines.append(
                Line(
                    [leave, crossing - 170 * on, crossing + 170 * on, merge],
                    "motorway_link",
                    oneway=True,
                    end_levels=(1, 1),
                )
            )
        for a, b in ((south, start), (end, north)):
            self.sheet.lines.append(Line([a, b], "trunk", MOTORWAY, level=1))
            self.sheet.marks.append(
                Mark(b if a == south else a, {"barrier": "toll_booth"}, fixed=True)
            )

    # --- down to the block ---

    def _divide(self, block: Block, depth: int) -> None:
        """Cut a block in two by a street until it is small enough for its quarter."""
        if self._is_green(block):
            self.green = block
            return
        size, limit = self._grain(block)
        partial = not block.whole()
        if partial:
            if all(ring_distance(z) > 1 for z in block.corners()):
                return
            size, limit = size * 0.6, limit * 0.8
        longest = max(block.wide, block.tall)
        if longest < 150 or (
            block.wide * block.tall < size * self.random.uniform(0.8, 1.35) and longest < limit
        ):
            (self.margins if partial else self.blocks).append(block)
            return
        share = self.random.uniform(0.4, 0.6)
        if block.wide >= block.tall:
            at = block.left + round(block.wide * share)
            low, high = max(block.low, -ring_v(at)), min(block.high, ring_v(at))
            ends = complex(at, low), complex(at, high)
            parts = (
                Block(block.left, block.low, at, block.high),
                Block(at, block.low, block.right, block.high),
            )
        else:
            at = block.low + round(block.tall * share)
            left, right = max(block.left, -ring_u(at)), min(block.right, ring_u(at))
            ends = complex(left, at), complex(right, at)
            parts = (
                Block(block.left, block.low, block.right, at),
                Block(block.left, at, block.right, block.high),
            )
        run = (ends[1] - ends[0]).real + (ends[1] - ends[0]).imag
        if run > 40:
            self._street(list(ends), depth, run)
        for part in parts:
            self._divide(part, depth + 1)

    def _is_green(self, block: Block) -> bool:
        return (
            block.left < GREEN.real < block.right
            and block.low < GREEN.imag < block.high
            and max(block.wide, block.tall) < 760
        )

    def _grain(self, block: Block) -> tuple[float, float]:
        """Area (m²) and longest side (m) of a block, by quarter."""
        z = block.centre
        if old_town(z):
            return 13_000, 170
        if works(z):
            return 70_000, 400
        if abs(z - complex(TRUNK_U, self.trunk_v)) < 800:
            return 27_000, 240
        return 36_000, 280

    def _street(self, ends: list[Point], depth: int, run: float) -> None:
        centre = (ends[0] + ends[1]) / 2
        if old_town(centre):
            kind, endings = ("residential", ROADS) if depth < 2 else ("living_street", LANES)
        else:
            kind, endings = ("tertiary" if depth == 0 and run > 420 else "residential"), ROADS
        # Both ends lie on older streets, so a one-way never cuts anyone off.
        oneway = depth > 0 and ring_distance(centre) < 0.75 and self.random.random() < 0.22
        if oneway and self.random.random() < 0.5:
            ends.reverse()
        self._add(ends, kind, self.namer.of(*endings), oneway)


def _edged(axes: list[Axis], half: int) -> list[Axis]:
    """With the town's outer edges, which are no streets."""
    edge = Name("", "")
    return [Axis(-half, "", edge), *axes, Axis(half, "", edge)]


def over_water(a: Point, b: Point) -> bool:
    """Whether a straight stretch lies over the river."""
    middle = (a + b) / 2
    return abs(middle.imag - river_v(middle.real)) < RIVER_HALF + 8
