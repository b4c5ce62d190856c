"""Small street maps for tests: nodes in metres around a place, ways by the nodes they run over."""

from collections.abc import Mapping, Sequence

from yihu.places.osm_writer import Extract, Member, Node, Relation, Way
from yihu.places.road_build import build
from yihu.places.road_graph import Plane
from yihu.places.road_rules import RULES, Profile
from yihu.places.roads import LonLat, Roads

HERE = Plane(120.0, 30.0)

type Spot = tuple[float, float]  # metres to the east and to the north


def at(x: float, y: float) -> LonLat:
    """A place in degrees."""
    lon, lat = HERE.longitude + x / HERE.scale[0], HERE.latitude + y / HERE.scale[1]
    return float(lon), float(lat)


class Streets:
    """A map that is put together piece by piece. Streets are residential where nothing is said."""

    def __init__(self, **nodes: Spot) -> None:
        self.nodes = dict(nodes)
        self.marks: dict[str, Mapping[str, str]] = {}
        self.ways: list[tuple[str, Mapping[str, str]]] = []
        self.bans: list[tuple[str, int, str | int, int, Mapping[str, str]]] = []

    def way(self, nodes: str, **tags: str) -> int:
        """A street over nodes that are named by a letter each; its id."""
        self.ways.append((nodes, {"highway": "residential"} | tags))
        return len(self.ways)

    def mark(self, node: str, **tags: str) -> None:
        self.marks[node] = tags

    def ban(self, kind: str, first: int, via: str | int, last: int, **tags: str) -> None:
        """A restriction over a node, or over a way."""
        self.bans.append((kind, first, via, last, tags))

    def extract(self) -> Extract:
        numbers = {name: n for n, name in enumerate(self.nodes, 1)}
        return Extract(
            bounds=(0, 0, 0, 0),
            nodes=tuple(
                Node(numbers[name], *at(*spot), self.marks.get(name, {}))
                for name, spot in self.nodes.items()
            ),
            ways=tuple(
                Way(n, tuple(numbers[name] for name in nodes), tags)
                for n, (nodes, tags) in enumerate(self.ways, 1)
            ),
            relations=tuple(_restriction(n, numbers, *ban) for n, ban in enumerate(self.bans, 1)),
            note="",
        )

    def roads(self, *profiles: Profile) -> Roads:
        found = self.extract()
        return Roads({one: build(found, RULES[one]) for one in profiles or (Profile.CAR,)})


def _restriction(
    number: int,
    numbers: Mapping[str, int],
    kind: str,
    first: int,
    via: str | int,
    last: int,
    tags: Mapping[str, str],
) -> Relation:
    over = (
        Member("way", via, "via") if isinstance(via, int) else Member("node", numbers[via], "via")
    )
    members = Member("way", first, "from"), over, Member("way", last, "to")
    return Relation(number, members, {"type": "restriction", "restriction": kind} | tags)


def places(*spots: Spot) -> Sequence[LonLat]:
    return [at(*spot) for spot in spots]
