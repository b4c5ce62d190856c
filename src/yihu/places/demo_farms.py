"""Farm houses of the demo town's villages, and the fields around them."""

import cmath
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from yihu.places.demo_ground import HIGH, WIDE, Ground, ring_distance
from yihu.places.demo_names import Name
from yihu.places.demo_sheet import BEND, Draft, Line, Shape, Sheet
from yihu.places.plane import Cells, Point, Region, area, box, densified, distance, hull, pulled

FIELD_WIDE, FIELD_HIGH = 300, 230  # metres, before the corners are moved
USES = (  # of a field, with its share
    (70, {"landuse": "farmland", "crop": "rice"}),
    (40, {"landuse": "farmland", "crop": "vegetable"}),
    (14, {"landuse": "orchard"}),
    (9, {"natural": "water", "water": "pond"}),
    (8, {"landuse": "greenhouse_horticulture"}),
    (10, {"landuse": "forest"}),
    (8, {"landuse": "meadow"}),
)


@dataclass(slots=True)
class Hamlet:
    """A settlement of farm houses along a lane."""

    seat: Point
    name: Name
    village: int | None  # the community whose seat this is
    along: complex  # direction of its main lane
    lanes: list[Line]


class Farms:
    def __init__(self, random: Random, ground: Ground, sheet: Sheet, hamlets: list[Hamlet]) -> None:
        self.random, self.ground, self.sheet, self.hamlets = random, ground, sheet, hamlets
        self.roads: Cells[tuple[Point, Point]] = Cells(60)
        self.houses: Cells[Point] = Cells(60)
        self.settled: Cells[Region] = Cells(300)

    def draw(self) -> None:
        self._houses()
        self._fields()

    def _houses(self) -> None:
        """Farm houses along the lanes, clear of every road and of one another."""
        for line in self.sheet.lines:
            for a, b in pairwise(line.points):
                if ring_distance(a) > 0.9 or ring_distance(b) > 0.9:
                    self.roads.add(a, b, (a, b))
        for hamlet in self.hamlets:
            built = []
            if hamlet.village is not None:
                built.append(self._village_centre(hamlet))
            for lane in hamlet.lanes:
                for a, b in pairwise(lane.points):
                    built += self._row(a, b)
            outline = hull(z for z in built)
            if len(outline) > 2:
                middle = sum(outline) / len(outline)
                around = [z + 16 * (z - middle) / abs(z - middle) for z in outline]
                outline = densified([*around, around[0]], 50)[:-1]
                land = pulled(outline, middle, self.ground.open_country)
                tags = {"landuse": "residential"} | hamlet.name.tags()
                self.sheet.areas.append(Shape(land, tags))
                self.settled.add(*box(land), Region(land))

    def _village_centre(self, hamlet: Hamlet) -> Point:
        for away in range(20, 140, 6):
            for turn in (1j, -1j, 1 + 1j, 1 - 1j, -1 + 1j, -1 - 1j):
                z = hamlet.seat + hamlet.along * turn * away
                if self._clear(z, 18):
                    for end in (z, z + 9 * hamlet.along, z - 9 * hamlet.along):
                        self.houses.add(end, end, end)
                    self.sheet.sites.append(
                        Draft(
                            "service_centre",
                            Name("", ""),
                            z,
                            {
                                "building": "public",
                                "building:levels": "3",
                                "amenity": "community_centre",
                            },
                            _box(z, hamlet.along, 24, 12),
                            hamlet.village,
                        )
                    )
                    return z
        raise ValueError(f"no room for a service centre in {hamlet.name.en}: use another seed")

    def _row(self, a: Point, b: Point) -> list[Point]:
        way = (b - a) / abs(b - a)
        built = []
        for side in (-1j, 1j):
            for row in (13, 31):
                s = self.random.uniform(6, 14)
                while s < abs(b - a) - 3:
                    z = a + way * s + side * way * (row + self.random.uniform(-1.5, 1.5))
                    if self.random.random() < 0.86 and self._clear(z, 10.5):
                        wide, deep = self.random.uniform(10.5, 13), self.random.uniform(9.5, 11.5)
                        turned = way * cmath.exp(1j * self.random.uniform(-0.06, 0.06))
                        tags = {
                            "building": "house",
                            "building:levels": str(self.random.choice((2, 3, 3, 4, 4, 5))),
                        }
                        self.sheet.buildings.append(Shape(_box(z, turned, wide, deep), tags))
                        self.houses.add(z, z, z)
                        built.append(z)
                    s += self.random.uniform(15, 19)
        return built

    def _clear(self, z: Point, room: float) -> bool:
        return (
            all(abs(z - other) > 15 for other in self.houses.near(z, z, 15))
            and all(distance(z, a, b) > room for a, b in self.roads.near(z, z, room))
            and self.ground.open_country(z, 14)  # the whole house, not only its middle
        )

    def _fields(self) -> None:
        """Uneven fields wherever the country is open, following borders and banks."""
        columns, rows = int(2.4 * WIDE / FIELD_WIDE), int(2.4 * HIGH / FIELD_HIGH)
        corners = {
            (i, j): complex(
                (i - columns / 2) * FIELD_WIDE + self.random.uniform(-60, 60),
                (j - rows / 2) * FIELD_HIGH + self.random.uniform(-50, 50),
            )
            for i in range(columns + 1)
            for j in range(rows + 1)
        }
        weights = [weight for weight, _ in USES]
        for i in range(columns):
            for j in range(rows):
                steps = (i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)
                use = self.random.choices(USES, weights)[0][1]
                self._field([corners[step] for step in steps], use)

    def _field(self, ring: list[Point], use: dict[str, str]) -> None:
        middle = sum(ring) / len(ring)
        if not self._open(middle):
            return
        share = 0.6 if "water" in use else 0.96
        around = [middle + (z - middle) * share for z in (*ring, ring[0])]
        ring = pulled(densified(around, 50)[:-1], middle, self._open)
        drawn = densified([*ring, ring[0]], BEND)
        if "water" in use and any(
            distance(z, a, b) < 40 for z in drawn for a, b in self.roads.near(middle, z)
        ):
            return
        if area(ring) > 6000 and all(self._open(z) for z in drawn):
            self.sheet.areas.append(Shape(ring, use))

    def _open(self, z: Point) -> bool:
        """Whether a field may be here; a few metres off the border, which bends a little."""
        return self.ground.open_country(z, 3) and all(
            z not in land for land in self.settled.near(z, z)
        )


def _box(z: Point, along: complex, wide: float, deep: float) -> list[Point]:
    """A rectangle around z, counter-clockwise, its width along a direction."""
    x, y = along * wide / 2, 1j * along * deep / 2
    return [z - x - y, z + x - y, z + x + y, z - x + y]
