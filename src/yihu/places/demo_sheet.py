"""What is drawn on the plan of the demo town before it becomes a map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from yihu.places.demo_names import Name
from yihu.places.plane import Cells, Point, Spots, meeting

type Knot = tuple[int, int]  # level, and number of the place on that level

BEND = 80.0  # on the map, metres of a straight line between the points that let it curve

# Of each class of road: speed limit (km/h), lanes, surface.
ROADS = {
    "motorway": ("100", "3", "asphalt"),
    "motorway_link": ("40", "1", "asphalt"),
    "trunk": ("70", "3", "asphalt"),
    "primary": ("60", "4", "asphalt"),
    "secondary": ("50", "4", "asphalt"),
    "tertiary": ("40", "2", "asphalt"),
    "unclassified": ("40", "2", "concrete"),
    "residential": ("30", "2", "asphalt"),
    "living_street": ("20", "1", "paving_stones"),
    "service": ("15", "1", "concrete"),
}
PATHS = {"footway": "paving_stones", "path": "ground", "track": "gravel", "steps": "stone"}


@dataclass(slots=True)
class Line:
    """A street or path. `knots` is filled when the network is tied."""

    points: Sequence[Point]
    kind: str
    name: Name | None = None
    oneway: bool = False
    level: int = 0
    end_levels: tuple[int, int] | None = None  # where a ramp's ends lie, if not on its own level
    extra: Mapping[str, str] = field(default_factory=dict)
    knots: list[Knot] = field(default_factory=list)

    def tags(self) -> dict[str, str]:
        tags = {"highway": self.kind}
        if self.name:
            tags |= self.name.tags()
        if self.kind in ROADS:
            speed, lanes, surface = ROADS[self.kind]
            lanes = "2" if self.oneway and lanes == "4" else lanes
            tags |= {"maxspeed": speed, "lanes": lanes, "surface": surface}
        else:
            tags["surface"] = PATHS[self.kind]
        if self.oneway:
            tags["oneway"] = "yes"
        return {**tags, **self.extra}


@dataclass(frozen=True, slots=True)
class Shape:
    """A building or an area: its ring on the plan."""

    ring: Sequence[Point]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A point with tags; `fixed` to the street it lies on, or free beside it."""

    at: Point
    tags: Mapping[str, str]
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A site before it is numbered; `shape` carries its tags on the map, else a point does."""

    kind: str
    name: Name
    at: Point
    tags: Mapping[str, str]
    ring: Sequence[Point] | None = None
    community: int | None = None


@dataclass(slots=True)
class Sheet:
    lines: list[Line] = field(default_factory=list)
    buildings: list[Shape] = field(default_factory=list)
    areas: list[Shape] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    sites: list[Draft] = field(default_factory=list)


class Network:
    """The lines tied together: where two on one level meet, they share a knot."""

    TOLERANCE = 1.0  # metres within which two ends are the same place

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self._spots = Spots(self.TOLERANCE), Spots(self.TOLERANCE)
        self._tie()

    def place(self, knot: Knot) -> Point:
        level, number = knot
        return self._spots[level].places[number]

    def knot(self, z: Point, level: int = 0) -> Knot:
        return level, self._spots[level].at(z)

    def _tie(self) -> None:
        pieces = [
            (line, n, a, b) for line in self.lines for n, (a, b) in enumerate(pairwise(line.points))
        ]
        meetings: dict[tuple[int, int], list[Point]] = {}
        cells: Cells[int] = Cells(120)
        ids = {id(line): number for number, line in enumerate(self.lines)}
        for number, (line, n, a, b) in enumerate(pieces):
            for other in dict.fromkeys(cells.near(a, b, self.TOLERANCE)):
                across, m, c, d = pieces[other]
                if across is line or across.level != line.level:
                    continue
                z = meeting(a, b, c, d, self.TOLERANCE / 2)
                if z is not None:
                    meetings.setdefault((ids[id(line)], n), []).append(z)
                    meetings.setdefault((ids[id(across)], m), []).append(z)
            cells.add(a, b, number)
        for line in self.lines:
            ends = line.end_levels or (line.level, line.level)
            knots = [self.knot(line.points[0], ends[0])]
            last = len(line.points) - 2
            for n, (a, b) in enumerate(pairwise(line.points)):
                met = [
                    (abs(z - a), k, z) for k, z in enumerate(meetings.get((ids[id(line)], n), []))
                ]
                knots += [self.knot(z, line.level) for _, _, z in sorted(met)]
                knots.append(self.knot(b, ends[1] if n == last else line.level))
            line.knots = [k for n, k in enumerate(knots) if n == 0 or k != knots[n - 1]]
