"""What stands on the blocks of the demo town: compounds, lanes, schools, shops, works, parks."""

import math
from collections.abc import Callable, Mapping
from random import Random

from yihu.places.demo_ground import TRUNK_U, Ground, ring_distance
from yihu.places.demo_lots import VERGE, Block, Lot
from yihu.places.demo_names import (
    COMPOUNDS,
    HOSPITAL,
    MALLS,
    MARKET,
    PARK,
    SCHOOLS,
    STATION,
    WORKS,
    Name,
    Namer,
)
from yihu.places.demo_sheet import Draft, Line, Mark, Shape, Sheet
from yihu.places.demo_streets import old_town, works
from yihu.places.plane import Point, pulled


class Blocks:
    """Gives each block its use and draws what stands on it."""

    def __init__(self, random: Random, ground: Ground, namer: Namer, sheet: Sheet) -> None:
        self.random, self.ground, self.namer, self.sheet = random, ground, namer, sheet

    def fill(self, blocks: list[Block], trunk_v: int) -> None:
        centre = complex(TRUNK_U, trunk_v)
        free = [b for b in blocks if min(b.wide, b.tall) > 2 * VERGE + 25]
        self._civic(free)
        roomy = [b for b in free if min(b.wide, b.tall) >= 120 and not works(b.centre)]
        town_plan: tuple[tuple[int, Callable[[Lot], None], Callable[[Block], float]], ...] = (
            (1, self._station, lambda b: -abs(b.centre - centre)),
            (7, self._mall, lambda b: -abs(b.centre - centre) + self.random.uniform(0, 1500)),
            (4, self._hospital, lambda _: self.random.random()),
            (26, self._school, lambda _: self.random.random()),
            (14, self.park, lambda _: self.random.random()),
            (12, self._market, lambda _: self.random.random()),
        )
        for number, draw, worth in town_plan:
            roomy.sort(key=worth)
            for _ in range(number):
                block = roomy.pop()
                free.remove(block)
                draw(self._lot(block))
        for block in free:
            lot = self._lot(block)
            fringe = ring_distance(block.centre) > 0.72
            if fringe and self.random.random() < 0.2:
                use = self.random.choice(("construction", "grass", "allotments", "brownfield"))
                self._area(lot.whole(), landuse=use)
            elif works(block.centre):
                self._works(lot)
            elif old_town(block.centre):
                self._old_lanes(lot)
            elif abs(block.centre - centre) < 750 and self.random.random() < 0.6:
                self._offices(lot)
            elif self.random.random() < 0.07:
                self._shops(lot)
            elif min(lot.wide, lot.deep) < 85:
                self._old_lanes(lot)
            else:
                # Most slabs face south.
                self._compound(Lot(block, self.random.choice((0, 0, 0, 2, 2, 1))))

    def margins(self, blocks: list[Block]) -> None:
        """Green and allotments on what the ring road cuts off."""
        for block in blocks:
            ring = Lot(block, 0).whole()
            inner = min(ring, key=ring_distance)
            if ring_distance(inner) < 0.97:
                use = self.random.choice(("grass", "grass", "allotments", "forest", "meadow"))
                drawn = pulled(ring, inner, lambda z: ring_distance(z) < 0.985)
                self._area(drawn, landuse=use)

    def _lot(self, block: Block) -> Lot:
        return Lot(block, self.random.randrange(4))

    # --- pieces ---

    def _area(self, ring: list[Point], **tags: str) -> None:
        self.sheet.areas.append(Shape(ring, tags))

    def _building(self, ring: list[Point], kind: str, levels: int, **tags: str) -> None:
        tags = {"building": kind, "building:levels": str(levels), **tags}
        self.sheet.buildings.append(Shape(ring, tags))

    def _drive(self, *points: Point, kind: str = "service") -> None:
        self.sheet.lines.append(Line(points, kind))

    def _site(
        self, kind: str, name: Name, at: Point, ring: list[Point], tags: Mapping[str, str]
    ) -> None:
        self.sheet.sites.append(Draft(kind, name, at, tags, ring))

    def _entrance(self, lot: Lot, x: float, inwards: float, barrier: str = "lift_gate") -> None:
        """A drive from the street through a gate at the lot's edge."""
        self._drive(lot.at(x, -VERGE), lot.at(x, 0), lot.at(x, inwards))
        self.sheet.marks.append(Mark(lot.at(x, 0), {"barrier": barrier}, fixed=True))

    # --- where people live ---

    def _compound(self, lot: Lot) -> None:
        """小区: slabs in rows, inner drives, a gate for cars and one for walkers."""
        wide, deep = lot.wide, lot.deep
        name = self.namer.of(*COMPOUNDS)
        towers = self.random.random() < 0.4
        pitch = 50 if towers else 37
        levels = (
            self.random.choice((18, 24, 26, 32)) if towers else self.random.choice((5, 6, 6, 7))
        )
        edge = 9
        columns = max(1, round((wide - 2 * edge) / (105 if towers else 125)))
        rows = max(1, int((deep - 2 * edge) // pitch))
        step_x, step_y = (wide - 2 * edge) / columns, (deep - 2 * edge) / rows
        xs = [edge + n * step_x for n in range(columns + 1)]
        for x in xs:
            self._drive(lot.at(x, edge), lot.at(x, deep - edge))
        for n in range(rows + 1):
            if n in (0, rows) or n % 2 == 0:
                y = edge + n * step_y
                self._drive(lot.at(edge, y), lot.at(wide - edge, y))
        gate = xs[len(xs) // 2] if columns > 1 else wide / 2
        self._entrance(lot, gate, edge)
        side = edge + step_y * self.random.randrange(rows + 1)
        self._drive(lot.at(edge, side), lot.at(0, side), lot.at(-VERGE, side), kind="footway")
        self.sheet.marks.append(
            Mark(lot.at(0, side), {"barrier": "gate", "foot": "yes", "motor_vehicle": "no"}, True)
        )
        homes = 0
        number = 0
        for x in xs[:-1]:
            for row in range(rows):
                y = edge + row * step_y
                room = step_x - 16
                if self.random.random() < 0.05:
                    self._area(
                        lot.rectangle(x + 10, y + 9, room - 4, step_y - 18), leisure="garden"
                    )
                    continue
                pieces = 2 if room > 64 else 1
                size = (room - 10 * (pieces - 1)) / pieces
                slab = min(size, 34 if towers else 58)
                thick = 16 if towers else 12.5
                for piece in range(pieces):
                    left = x + 8 + piece * (size + 10) + (size - slab) / 2
                    low = y + (step_y - thick) / 2 + self.random.uniform(-2, 2)
                    number += 1
                    homes += 1
                    self._building(
                        lot.rectangle(left, low, slab, thick),
                        "apartments",
                        levels,
                        **{"addr:place": name.zh, "addr:housenumber": f"{number}幢"},
                    )
        tags = {"landuse": "residential", "residential": "gated", **name.tags()}
        self._site("compound", name, lot.at(gate, 0), lot.whole(), tags)

    def _old_lanes(self, lot: Lot) -> None:
        """Narrow houses along the streets and along blind lanes that lead between them."""
        self._area(lot.whole(), landuse="residential")
        wide, deep = lot.wide, lot.deep
        lanes = max(1, round(wide / 44))
        step = wide / lanes
        for n in range(lanes):
            x = (n + 0.5) * step
            through = self.random.random() < 0.25
            stop = deep + VERGE if through else deep * self.random.uniform(0.62, 0.88)
            kind = "living_street" if n % 2 == 0 else "footway"
            self._drive(lot.at(x, -VERGE), lot.at(x, stop), kind=kind)
            for side in (-1, 1):
                y = 0.0
                while y < deep - 8:
                    front = self.random.uniform(8, 15)
                    front = min(front, deep - y)
                    depth = step / 2 - self.random.uniform(3.5, 7.5)
                    left = x + 3.2 if side > 0 else x - 3.2 - depth
                    if front > 6 and self.random.random() < 0.93:
                        self._building(
                            lot.rectangle(left, y, depth, front - 0.8),
                            self.random.choice(("house", "house", "house", "residential")),
                            self.random.choice((1, 2, 2, 2, 3)),
                        )
                    y += front

    # --- where people go ---

    def _civic(self, free: list[Block]) -> None:
        """For each community in town, its service centre on the nearest small block."""
        for number, cell in enumerate(self.ground.cells):
            if cell.urban:
                region = self.ground.regions[number]
                near = [b for b in free if all(z in region for z in b.corners())]
                worth = [abs(b.centre - cell.seat) + min(b.wide, b.tall) * 0.8 for b in near]
                block = near[worth.index(min(worth))]
                free.remove(block)
                self.centre(self._lot(block), number)

    def centre(self, lot: Lot, community: int) -> None:
        """A service centre on its square, and homes."""
        x, y = lot.wide / 2, 14.0
        half = min(24.0, lot.wide / 2 - 6)
        self._area(lot.whole(), landuse="residential")
        self._area(lot.rectangle(4, 2, lot.wide - 8, 10), highway="pedestrian", area="yes")
        ring = lot.rectangle(x - half, y, 2 * half, 15)
        self._drive(lot.at(x, -VERGE), lot.at(x, 7))
        self.sheet.sites.append(
            Draft(
                "service_centre",
                Name("", ""),
                lot.at(x, y + 7),
                {"building": "public", "building:levels": "3", "amenity": "community_centre"},
                ring,
                community,
            )
        )
        row = y + 32
        while row + 13 < lot.deep:
            self._building(lot.rectangle(8, row, lot.wide - 16, 12), "apartments", 6)
            row += 30

    def _station(self, lot: Lot) -> None:
        x = lot.wide / 2
        self._area(lot.whole(), landuse="institutional")
        self._entrance(lot, x, 22, "gate")
        self._drive(lot.at(12, 22), lot.at(lot.wide - 12, 22))
        tags = {"amenity": "police", "building": "public", "building:levels": "7"}
        self._site(
            "police_station", STATION, lot.at(x, 42), lot.rectangle(x - 34, 32, 68, 20), tags
        )
        self._building(lot.rectangle(x - 30, lot.deep - 24, 60, 15), "public", 4)

    def _school(self, lot: Lot) -> None:
        wide, deep = lot.wide, lot.deep
        ending = self.random.choice((SCHOOLS[0], SCHOOLS[0], SCHOOLS[1], SCHOOLS[2]))
        name = self.namer.of(ending)
        amenity = "kindergarten" if ending is SCHOOLS[2] else "school"
        self._entrance(lot, wide / 2, 20, "gate")
        self._drive(lot.at(12, 20), lot.at(wide - 12, 20))
        for n in range(min(3, int((deep - 30) // 34))):
            self._building(lot.rectangle(10, 28 + 32 * n, min(70, wide * 0.45), 13), amenity, 4)
        self._area(
            lot.rectangle(wide * 0.58, 30, wide * 0.36, deep - 42), leisure="track", sport="running"
        )
        tags = {"amenity": amenity, **name.tags()}
        self._site("school", name, lot.at(wide / 2, 0), lot.whole(), tags)

    def _mall(self, lot: Lot) -> None:
        name = self.namer.of(*MALLS)
        wide, deep = lot.wide, lot.deep
        self._area(lot.whole(), landuse="retail")
        ring = [
            lot.at(18, 22),
            lot.at(wide * 0.62, 22),
            lot.at(wide - 18, 22 + deep * 0.18),
            lot.at(wide - 18, deep - 20),
            lot.at(18, deep - 20),
        ]
        self._drive(lot.at(9, -VERGE), lot.at(9, deep - 9), lot.at(wide - 9, deep - 9))
        self._drive(lot.at(wide - 9, deep - 9), lot.at(wide - 9, -VERGE))
        tags = {"building": "retail", "building:levels": "6", "shop": "mall", **name.tags()}
        self._site("mall", name, lot.at(wide / 2, deep / 2), ring, tags)

    def _hospital(self, lot: Lot) -> None:
        name = self.namer.of(HOSPITAL)
        wide, deep = lot.wide, lot.deep
        self._entrance(lot, wide / 2, 18)
        self._drive(lot.at(10, 18), lot.at(wide - 10, 18), lot.at(wide - 10, deep - 8))
        self._drive(lot.at(10, 18), lot.at(10, deep - 8), lot.at(wide - 10, deep - 8))
        self._building(lot.rectangle(20, 28, wide - 40, 24), "hospital", 5)
        for n in range(int((deep - 70) // 36)):
            self._building(lot.rectangle(24, 64 + 36 * n, wide - 48, 18), "hospital", 11)
        tags = {"amenity": "hospital", "emergency": "yes", **name.tags()}
        self._site("hospital", name, lot.at(wide / 2, 0), lot.whole(), tags)

    def park(self, lot: Lot) -> None:
        name = self.namer.of(PARK)
        wide, deep = lot.wide, lot.deep
        middle = lot.at(wide * 0.5, deep * 0.55)
        loop = [
            middle
            + complex(
                wide * 0.36 * math.cos(a) * (1 + 0.1 * math.sin(3 * a)), deep * 0.33 * math.sin(a)
            )
            * 1j**lot.turns
            for a in (math.tau * n / 24 for n in range(24))
        ]
        self.sheet.lines.append(Line([*loop, loop[0]], "footway"))
        for x, y, n in (
            (wide / 2, -VERGE, 18),
            (wide + VERGE, deep / 2, 0),
            (-VERGE, deep / 2, 12),
        ):
            self._drive(lot.at(x, y), loop[n], kind="footway")
        pond = [middle + (z - middle) * 0.62 for z in loop]
        self._area(pond, natural="water", water="pond")
        tags = {"leisure": "park", **name.tags()}
        self._site("park", name, lot.at(wide / 2, 4), lot.whole(), tags)

    def _market(self, lot: Lot) -> None:
        name = self.namer.of(MARKET)
        wide, deep = lot.wide, lot.deep
        self._area(lot.whole(), landuse="retail")
        self._drive(lot.at(wide / 2, -VERGE), lot.at(wide / 2, 12))
        self._drive(lot.at(8, 12), lot.at(wide - 8, 12))
        tags = {"building": "retail", "building:levels": "2", "amenity": "marketplace"}
        ring = lot.rectangle(14, 22, wide - 28, min(46, deep * 0.4))
        self._site("market", name, lot.at(wide / 2, 26), ring, tags | name.tags())
        row = 22 + min(46, deep * 0.4) + 14
        while row + 14 < deep:
            self._building(lot.rectangle(10, row, wide - 20, 12), "apartments", 6)
            row += 30

    # --- where people work ---

    def _offices(self, lot: Lot) -> None:
        self._area(lot.whole(), landuse="commercial")
        wide, deep = lot.wide, lot.deep
        for x in range(2):
            for y in range(2):
                size = self.random.uniform(24, 42)
                left = (0.06 + 0.5 * x) * wide + 4
                low = (0.06 + 0.5 * y) * deep + 4
                self._building(
                    lot.rectangle(left, low, min(size, wide * 0.4), min(size, deep * 0.4)),
                    self.random.choice(("office", "office", "commercial", "hotel")),
                    self.random.choice((9, 12, 16, 22, 28, 36)),
                )
        self._drive(lot.at(wide * 0.5, -VERGE), lot.at(wide * 0.5, deep + VERGE))

    def _shops(self, lot: Lot) -> None:
        """Shop houses around the edge, a yard inside."""
        self._area(lot.whole(), landuse="retail")
        wide, deep = lot.wide, lot.deep
        self._drive(lot.at(wide / 2, -VERGE), lot.at(wide / 2, deep * 0.7))
        for y, thick in ((2.0, 13.0), (deep - 15, 13.0)):
            x = 2.0
            while x + 16 < wide:
                front = self.random.uniform(12, 26)
                front = min(front, wide - 2 - x)
                if y > deep / 2 or abs(x + front / 2 - wide / 2) > front / 2 + 5:
                    self._building(lot.rectangle(x, y, front - 1, thick), "retail", 3)
                x += front
        for x in (16.0, wide - 32):
            self._building(lot.rectangle(x, 24, 16, deep - 50), "apartments", 6)

    def _works(self, lot: Lot) -> None:
        """Sheds around a yard behind a gate."""
        wide, deep = lot.wide, lot.deep
        self._entrance(lot, wide / 2, 20)
        self._drive(lot.at(14, 20), lot.at(wide - 14, 20))
        self._drive(lot.at(wide / 2, 20), lot.at(wide / 2, deep - 12))
        self._building(lot.rectangle(16, 28, min(46, wide / 2 - 34), 14), "office", 4)
        y = 52.0
        while y + 40 < deep:
            tall = self.random.uniform(34, 62)
            tall = min(tall, deep - y - 12)
            for left in (14.0, wide / 2 + 9):
                if self.random.random() < 0.9:
                    self._building(lot.rectangle(left, y, wide / 2 - 23, tall), "industrial", 1)
            y += tall + 14
        name = self.namer.of(*WORKS)
        tags = {"landuse": "industrial", **name.tags()}
        self._site("works", name, lot.at(wide / 2, 0), lot.whole(), tags)
