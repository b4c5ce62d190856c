"""The ground of the demo town: how its plan bends, its landscape, and its 43 communities.

The town is drawn on a plan where streets are straight, in metres from the centre, and the plan is
then bent by a conformal map (an analytic function), which keeps right angles and small shapes:
houses stay rectangles while long streets curve.
"""

import cmath
import math
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from yihu.places.plane import Cells, Point, Region, Spots, area, box, centroid, pulled, sides

# Open sea to the east of the coast: a map drawn here lies over no real street.
LONGITUDE, LATITUDE = 123.6, 30.5
_PHI = math.radians(LATITUDE)
# Length of a degree on the WGS-84 ellipsoid (m).
DEGREE_NORTH = 111132.954 - 559.822 * math.cos(2 * _PHI) + 1.175 * math.cos(4 * _PHI)
DEGREE_EAST = 111412.84 * math.cos(_PHI) - 93.5 * math.cos(3 * _PHI) + 0.118 * math.cos(5 * _PHI)

AREA_KM2 = 110.0
WIDE, HIGH = 6600.0, 5300.0  # half axes of the subdistrict on the plan
TOWN_WIDE, TOWN_HIGH = 3350.0, 2650.0  # half axes of the ring road
BULGE = 2.7  # exponent of the ring road's superellipse
RIVER_V, RIVER_HALF = -700.0, 50.0
TRUNK_U = 200.0
MOTORWAY_U = 4550.0
INTERCHANGE = MOTORWAY_U + 450j  # roughly: where the trunk road passes under the motorway
OLD_TOWN = -560.0 + -110.0j
URBAN, RURAL = 28, 15  # communities and villages


class Bend:
    """The conformal map from the plan to metres on the ground, and on to degrees."""

    def __init__(self, random: Random) -> None:
        def turn(size: float) -> complex:
            return cmath.rect(size, random.uniform(0, math.tau))

        self._second = turn(0.26 / (2 * WIDE))
        self._third = turn(0.16 / (3 * WIDE**2))
        # Poles outside the subdistrict. |f' - 1| < 1 everywhere inside, so f is one-to-one.
        start = random.uniform(0, math.tau)
        self._poles = [
            (cmath.rect(10500, start + n * math.tau / 3 + random.uniform(-0.3, 0.3)), turn(480))
            for n in range(3)
        ]
        self._turn = cmath.rect(1, random.uniform(0.10, 0.22))

    def ground(self, z: Point) -> Point:
        """Metres east and north of the town's centre, for a place on the plan."""
        away = abs(z - OLD_TOWN)
        if away < 1200:  # the old town grew; nobody drew its lanes with a ruler
            fade = 9 * math.exp(-((away / 520) ** 4))
            x, y = z.real, z.imag
            across = math.sin(y / 47) + math.sin(x / 83 + y / 31)
            z += fade * complex(across, math.sin(x / 53 + 1) + math.sin(y / 71))
        bent = z + self._second * z**2 + self._third * z**3
        for pole, weight in self._poles:
            bent += weight * cmath.log(1 - z / pole)
        return bent * self._turn


@dataclass(frozen=True, slots=True)
class Cell:
    """A community on the plan: its settlement, and its border as corners of the tiling."""

    seat: Point
    urban: bool
    corners: tuple[int, ...]


def ring_distance(z: Point) -> float:
    """1 on the ring road, less inside the town (a superellipse, which is convex)."""
    return math.pow(
        math.pow(abs(z.real / TOWN_WIDE), BULGE) + math.pow(abs(z.imag / TOWN_HIGH), BULGE),
        1 / BULGE,
    )


def ring_v(u: float) -> float:
    """How far north (and south) of the centre line the ring road passes at u; 0 beyond it."""
    rest = 1 - math.pow(abs(u / TOWN_WIDE), BULGE)
    return TOWN_HIGH * math.pow(rest, 1 / BULGE) if rest > 0 else 0.0


def ring_u(v: float) -> float:
    """The same, east and west."""
    rest = 1 - math.pow(abs(v / TOWN_HIGH), BULGE)
    return TOWN_WIDE * math.pow(rest, 1 / BULGE) if rest > 0 else 0.0


def river_v(u: float) -> float:
    """The middle of the river: straight between the quays, winding in the fields."""
    out = max(0.0, abs(u) - TOWN_WIDE)
    winding = 230 * math.sin(out / 520) + 90 * math.sin(out / 210)
    return RIVER_V + math.copysign(min(1, out / 900), u) * winding


def blob(random: Random, centre: Point, wide: float, high: float, points: int) -> list[Point]:
    """A round shape with a natural outline."""
    phases = [random.uniform(0, math.tau) for _ in range(4)]
    ring = []
    for n in range(points):
        angle = math.tau * n / points
        size = 1 + sum(
            0.10 / k * math.sin((k + 1) * angle + p) for k, p in enumerate(phases, start=1)
        )
        ring.append(centre + complex(wide * size * math.cos(angle), high * size * math.sin(angle)))
    return ring


class Ground:
    """The landscape on the plan."""

    def __init__(self, random: Random) -> None:
        self.bend = Bend(random)
        self.hill = Region(blob(random, -4150 + 2350j, 1250, 1050, 72))
        self.lake = Region(blob(random, 3050 - 3350j, 640, 360, 48))
        seats = self._settle(random)
        self.corners, rings = _tiling(seats, self._around(random))
        self.cells = [
            Cell(seat, n < URBAN, tuple(ring))
            for n, (seat, ring) in enumerate(zip(seats, rings, strict=True))
        ]
        self.borders = self._wiggled(random)
        self.regions = [Region(self._ring(cell)) for cell in self.cells]
        self._near: Cells[int] = Cells(500)
        for n, region in enumerate(self.regions):
            self._near.add(*box(region.ring), n)
        self.outline = self._outline()
        self.inside = Region(self.outline)
        self.hill, self.lake = self._drawn_in(self.hill), self._drawn_in(self.lake)
        self.no_streets = self.hill, self.lake
        self.scale = 1.0
        self.scale = math.sqrt(AREA_KM2 * 1e6 / area(self.bent(self.outline)))

    # --- from the plan to the ground ---

    def metres(self, z: Point) -> Point:
        return self.bend.ground(z) * self.scale

    def bent(self, ring: list[Point]) -> list[Point]:
        return [self.metres(z) for z in ring]

    def degrees(self, z: Point) -> tuple[float, float]:
        """Longitude and latitude of a place on the plan, to 1e-7 degree (a centimetre)."""
        place = self.metres(z)
        return (
            round(LONGITUDE + place.real / DEGREE_EAST, 7),
            round(LATITUDE + place.imag / DEGREE_NORTH, 7),
        )

    # --- what is where ---

    def open_country(self, z: Point, margin: float = 0) -> bool:
        """Whether a village may stand here."""
        near = [margin * way for way in (1, -1, 1j, -1j)] if margin else [0j]
        return (
            ring_distance(z) > 1.06 + margin / 2650
            and abs(z.imag - river_v(z.real)) > RIVER_HALF + 60 + margin
            and abs(z.real - MOTORWAY_U) > 90 + margin
            and abs(z.real - TRUNK_U) > 40 + margin / 2
            and all(
                z + d in self.inside and z + d not in self.hill and z + d not in self.lake
                for d in near
            )
        )

    def community_at(self, z: Point) -> int:
        """Which community a place on the plan belongs to."""
        return next(n for n in self._near.near(z, z) if z in self.regions[n])

    def _drawn_in(self, land: Region) -> Region:
        """The land without what lies over the border."""
        middle = centroid(land.ring)
        return Region(pulled(land.ring, middle, lambda z: z + (z - middle) * 0.06 in self.inside))

    # --- the tiling ---

    def _settle(self, random: Random) -> list[Point]:
        """Seats of the communities, each drawn as the best of many far from the others."""
        seats: list[Point] = []

        def best(sample: list[Point]) -> Point:
            return max(sample, key=lambda z: min((abs(z - s) for s in seats), default=0.0))

        def town() -> Point:
            while True:
                z = complex(random.uniform(-TOWN_WIDE, TOWN_WIDE), random.uniform(-2650, 2650))
                if ring_distance(z) < 0.93:
                    return z

        def fields() -> Point:
            while True:
                z = complex(random.uniform(-WIDE, WIDE), random.uniform(-HIGH, HIGH))
                if (
                    abs(complex(z.real / WIDE, z.imag / HIGH)) < 0.84
                    and ring_distance(z) > 1.22
                    and abs(z.imag - river_v(z.real)) > 420
                    and min(abs(z.real - MOTORWAY_U), abs(z.real - TRUNK_U)) > 330
                    and abs(z - INTERCHANGE) > 1050
                    and z not in self.hill
                    and z not in self.lake
                ):
                    return z

        for _ in range(URBAN):
            seats.append(best([town() for _ in range(30)]))
        for _ in range(RURAL):
            seats.append(best([fields() for _ in range(60)]))
        return seats

    def _around(self, random: Random) -> list[Point]:
        """Seats of neighbours, which make the outer border."""
        return [
            complex(WIDE * math.cos(angle), HIGH * math.sin(angle)) * random.uniform(1.14, 1.27)
            for angle in (math.tau * (n + random.uniform(-0.25, 0.25)) / 30 for n in range(30))
        ]

    def _wiggled(self, random: Random) -> dict[tuple[int, int], list[Point]]:
        """A natural line for each border between two corners of the tiling.

        Kept inside the triangle of its ends and the seat beside it, so borders never cross.
        """
        beside: dict[tuple[int, int], Point] = {}
        for cell in self.cells:
            for a, b in sides(cell.corners):
                beside.setdefault((min(a, b), max(a, b)), cell.seat)
        borders = {}
        for (a, b), seat in beside.items():
            start, end = self.corners[a], self.corners[b]
            along = end - start
            size = abs(along)
            offsets = [0.0, 0.0]
            while size / (len(offsets) - 1) > 90:
                step = 0.13 * size / (len(offsets) - 1)
                offsets = [
                    value
                    for left, right in pairwise(offsets)
                    for value in (left, (left + right) / 2 + random.uniform(-step, step))
                ] + [0.0]
            first = abs(cmath.phase((seat - start) / along))
            last = abs(cmath.phase((seat - end) / -along))
            line = []
            for n, offset in enumerate(offsets):
                t = n / (len(offsets) - 1)
                room = (
                    0.6
                    * size
                    * min(
                        t * (math.tan(first) if first < 1.5 else 14),
                        (1 - t) * (math.tan(last) if last < 1.5 else 14),
                    )
                )
                kept = max(-room, min(room, offset))
                line.append(start + along * t + 1j * along / size * kept)
            borders[a, b] = line
        return borders

    def border(self, a: int, b: int) -> list[Point]:
        """The border from corner a to corner b."""
        return self.borders[a, b] if a < b else self.borders[b, a][::-1]

    def _ring(self, cell: Cell) -> list[Point]:
        return [z for a, b in sides(cell.corners) for z in self.border(a, b)[:-1]]

    def outer_edges(self) -> list[tuple[int, int]]:
        """The borders that belong to one community only, in order around the subdistrict."""
        every = {edge for cell in self.cells for edge in sides(cell.corners)}
        following = {a: b for a, b in every if (b, a) not in every}
        start = min(following)
        edges = [(start, following[start])]
        while edges[-1][1] != start:
            edges.append((edges[-1][1], following[edges[-1][1]]))
        return edges

    def _outline(self) -> list[Point]:
        return [z for a, b in self.outer_edges() for z in self.border(a, b)[:-1]]


def _tiling(seats: list[Point], outside: list[Point]) -> tuple[list[Point], list[list[int]]]:
    """Voronoi cells of the seats among all: the corners, and each cell as numbers of corners."""
    corners = Spots(0.5)
    rings = []
    for seat in seats:
        ring = [complex(x, y) for x, y in ((-3e4, -3e4), (3e4, -3e4), (3e4, 3e4), (-3e4, 3e4))]
        for other in [*seats, *outside]:
            if other != seat:
                ring = _nearer(ring, seat, other)
        numbers = [corners.at(z) for z in ring]
        rings.append([a for a, b in sides(numbers) if a != b])
    return corners.places, rings


def _nearer(ring: list[Point], seat: Point, other: Point) -> list[Point]:
    """The part of a convex ring nearer to the seat than to the other."""
    away, middle = other - seat, (seat + other) / 2

    def beyond(z: Point) -> float:
        return ((z - middle) * away.conjugate()).real

    kept = []
    for a, b in sides(ring):
        far_a, far_b = beyond(a), beyond(b)
        if far_a <= 0:
            kept.append(a)
        if (far_a <= 0) != (far_b <= 0):
            kept.append(a + (b - a) * far_a / (far_a - far_b))
    return kept
