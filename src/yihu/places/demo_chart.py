"""From the plan of the demo town to OpenStreetMap's nodes, ways and relations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from yihu.places.demo_ground import Ground
from yihu.places.demo_names import Name
from yihu.places.demo_sheet import BEND, Knot, Line, Network, Sheet
from yihu.places.demo_streets import over_water
from yihu.places.demo_traffic import Arm, Ban, Traffic
from yihu.places.osm_writer import Extract, Member, Node, Relation, Tags, Way
from yihu.places.plane import Point, densified, sides

NOTE = "A fictional town. Streets, names and figures are invented; the place is open sea."


class Chart:
    def __init__(self, ground: Ground, network: Network) -> None:
        self.ground, self.network = ground, network
        self.nodes: list[Node] = []
        self.ways: list[Way] = []
        self.relations: list[Relation] = []
        self._knots: dict[Knot, int] = {}
        self._knot_tags: defaultdict[Knot, dict[str, str]] = defaultdict(dict)
        self._way_of: dict[tuple[int, Knot, Knot], int] = {}

    # --- elements ---

    def node(self, z: Point, tags: Tags | None = None) -> int:
        lon, lat = self.ground.degrees(z)
        self.nodes.append(Node(len(self.nodes) + 1, lon, lat, tags or {}))
        return len(self.nodes)

    def way(self, refs: Sequence[int], tags: Tags) -> int:
        self.ways.append(Way(len(self.ways) + 1, tuple(refs), tags))
        return len(self.ways)

    def relation(self, members: Iterable[Member], tags: Tags) -> int:
        self.relations.append(Relation(len(self.relations) + 1, tuple(members), tags))
        return len(self.relations)

    def ring(self, ring: Sequence[Point], tags: Tags) -> int:
        refs = [self.node(z) for z in densified([*ring, ring[0]], BEND)[:-1]]
        return self.way([*refs, refs[0]], tags)

    # --- borders ---

    def borders(self, subdistrict: Tags, communities: Sequence[Tags]) -> None:
        """The tiling: each stretch between two corners is one way, shared by its neighbours."""
        corners: dict[int, int] = {}

        def corner(number: int) -> int:
            if number not in corners:
                corners[number] = self.node(self.ground.corners[number])
            return corners[number]

        outer = {frozenset(edge) for edge in self.ground.outer_edges()}
        ways: dict[frozenset[int], int] = {}
        for (a, b), line in self.ground.borders.items():
            edge = frozenset((a, b))
            refs = [corner(a), *(self.node(z) for z in line[1:-1]), corner(b)]
            level = "8" if edge in outer else "10"
            ways[edge] = self.way(refs, {"boundary": "administrative", "admin_level": level})

        def boundary(edges: Iterable[tuple[int, int]], level: str, tags: Tags) -> None:
            members = [Member("way", ways[frozenset(edge)], "outer") for edge in edges]
            head = {"type": "boundary", "boundary": "administrative", "admin_level": level}
            self.relation(members, head | dict(tags))

        boundary(self.ground.outer_edges(), "8", subdistrict)
        for cell, tags in zip(self.ground.cells, communities, strict=True):
            boundary(sides(cell.corners), "10", tags)

    # --- streets ---

    def streets(self, sheet: Sheet, traffic: Traffic) -> None:
        for knot in sorted(traffic.signals):
            self._knot_tags[knot]["highway"] = "traffic_signals"
        for mark in sheet.marks:
            if mark.fixed:
                level = 1 if mark.tags.get("barrier") == "toll_booth" else 0
                self._knot_tags[self.network.knot(mark.at, level)] |= mark.tags
        stops = _ends(traffic.bans)
        for number, line in enumerate(sheet.lines):
            self._street(number, line, stops[number])
        for ban in traffic.bans:
            self._ban(ban)

    def _knot(self, knot: Knot) -> int:
        if knot not in self._knots:
            tags = self._knot_tags.get(knot, {})
            self._knots[knot] = self.node(self.network.place(knot), tags)
        return self._knots[knot]

    def _street(self, number: int, line: Line, stops: set[Knot]) -> None:
        """One way from stop to stop and from bank to bank."""
        tags = line.tags()
        refs = [self._knot(line.knots[0])]
        stretches: list[tuple[int, Knot, Knot]] = []
        wet = False
        # Country roads reach the river anywhere, so they need points close to its banks.
        step = BEND / 2 if line.kind in ("tertiary", "unclassified", "secondary") else BEND

        def finish() -> None:
            way = self.way(refs, tags | (_bridge(line.name) if wet else {}))
            for stretch in stretches:
                self._way_of[stretch] = way

        for a, b in pairwise(line.knots):
            points = densified([self.network.place(a), self.network.place(b)], step)
            for n, (start, end) in enumerate(pairwise(points)):
                over = line.level == 0 and over_water(start, end)
                if (over != wet or (n == 0 and a in stops)) and len(refs) > 1:
                    finish()
                    refs, stretches = refs[-1:], []
                wet = over
                refs.append(self._knot(b) if n == len(points) - 2 else self.node(end))
                if not stretches or stretches[-1] != (number, a, b):
                    stretches.append((number, a, b))
        finish()

    def _ban(self, ban: Ban) -> None:
        via = (
            [Member("way", self._way(arm), "via") for arm in ban.over]
            if ban.over
            else [Member("node", self._knots[ban.arriving.end], "via")]
        )
        members = [
            Member("way", self._way(ban.arriving), "from"),
            *via,
            Member("way", self._way(ban.leaving), "to"),
        ]
        self.relation(members, {"type": "restriction", "restriction": ban.kind})

    def _way(self, arm: Arm) -> int:
        forward = arm.line, arm.start, arm.end
        return self._way_of.get(forward) or self._way_of[arm.line, arm.end, arm.start]

    # --- the rest ---

    def shapes(self, sheet: Sheet) -> None:
        for shape in (*sheet.areas, *sheet.buildings):
            self.ring(shape.ring, shape.tags)
        for mark in sheet.marks:
            if not mark.fixed:
                self.node(mark.at, mark.tags)

    def track(self, points: Sequence[Point], tags: Mapping[str, str]) -> None:
        """A line that meets no street: the metro in its tunnel."""
        self.way([self.node(z) for z in densified(points, BEND)], tags)

    def extract(self) -> Extract:
        lons, lats = [n.lon for n in self.nodes], [n.lat for n in self.nodes]
        bounds = min(lons), min(lats), max(lons), max(lats)
        return Extract(bounds, tuple(self.nodes), tuple(self.ways), tuple(self.relations), NOTE)


def _ends(bans: Iterable[Ban]) -> defaultdict[int, set[Knot]]:
    """Where a line must be cut so that the ways of a restriction end at its turn."""
    stops: defaultdict[int, set[Knot]] = defaultdict(set)
    for ban in bans:
        stops[ban.arriving.line].add(ban.arriving.end)
        stops[ban.leaving.line].add(ban.leaving.start)
        for arm in ban.over:
            stops[arm.line] |= {arm.start, arm.end}
    return stops


def _bridge(name: Name | None) -> dict[str, str]:
    tags = {"bridge": "yes", "layer": "1"}
    if name:
        word = name.zh.removesuffix("大道").removesuffix("路").removesuffix("街")
        tags |= {
            "bridge:name": word + "桥",
            "bridge:name:en": name.en.rsplit(" ", 1)[0] + " Bridge",
        }
    return tags
