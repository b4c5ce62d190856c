"""What a turn costs, which turns are allowed, and which a restriction forbids.

A turn's time grows with its angle along a sigmoid that favours the right-hand side, as OSRM's car
profile has it (https://github.com/Project-OSRM/osrm-backend/wiki/Profiles). Turning back is for
dead ends, for what a barrier closes, and for where nothing else is left.
https://wiki.openstreetmap.org/wiki/Relation:restriction
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from yihu.places.osm_writer import Relation
from yihu.places.road_rules import Rules
from yihu.places.road_tags import Stop

BIAS = 1.075
"""To the right a little less, to the left a little more."""
STEEP = 13.0
CLOSE = 20.0
"""Metres: so near a junction a sign without a direction is the junction's."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A directed piece of road between two junctions. `leaving`, `arriving`: its headings at both
    ends, in degrees clockwise from north; `twin`: the same piece in the other direction."""

    number: int
    way: int
    tail: int
    head: int
    along: bool
    metres: float
    leaving: float
    arriving: float
    circular: bool
    twin: int | None


@dataclass(frozen=True, slots=True)
class Ban:
    """A row of edges that may not be driven in this order; `only`: one that, once begun, must be
    driven to its end."""

    path: tuple[int, ...]
    only: bool


@dataclass(frozen=True, slots=True)
class Arc:
    start: int
    end: int
    seconds: float


class Junctions:
    """Edges by the junctions that they lead to and from."""

    def __init__(self, edges: Sequence[Edge], rules: Rules) -> None:
        self.edges, self.rules = edges, rules
        self.into: defaultdict[int, list[Edge]] = defaultdict(list)
        self.out_of: defaultdict[int, list[Edge]] = defaultdict(list)
        self.roads: defaultdict[int, int] = defaultdict(int)
        for edge in edges:
            self.into[edge.head].append(edge)
            self.out_of[edge.tail].append(edge)
            if edge.twin is None or edge.along:
                self.roads[edge.tail] += 1
                self.roads[edge.head] += 1

    def turns(
        self, barred: set[int], stops: Mapping[int, Stop], bans: Iterable[Ban]
    ) -> Iterator[Arc]:
        """Every turn at one junction that may be made, with what it takes."""
        forbidden, forced = _at_one_junction(bans)
        for node, arriving in self.into.items():
            for first in arriving:
                allowed = [
                    second
                    for second in self.out_of[node]
                    if (first.number, second.number) not in forbidden
                    and second.number in forced.get(first.number, (second.number,))
                ]
                for second in allowed:
                    back = second.number == first.twin
                    free = node in barred or 1 in (len(allowed), len(arriving))
                    if (back and free) or (not back and node not in barred):
                        seconds = self._seconds(first, second, back)
                        seconds += self._wait(stops.get(node), first, second)
                        yield Arc(first.number, second.number, seconds)

    def _seconds(self, first: Edge, second: Edge, back: bool) -> float:
        if back:
            return turn_seconds(180.0, self.rules.turn) + self.rules.u_turn
        if self.roads[first.head] <= 2:
            return 0.0
        angle = (second.leaving - first.arriving + 180.0) % 360.0 - 180.0
        seconds = turn_seconds(angle, self.rules.turn)
        if angle < 0 and not first.circular and not second.circular:
            seconds += self.rules.gap / (1 + math.exp(-(STEEP * -angle / 180 - STEEP / 4)))
        return seconds

    def _wait(self, stop: Stop | None, first: Edge, second: Edge) -> float:
        if stop is None or stop.direction not in (0, 1 if first.along else -1):
            return 0.0
        if stop.near and self.roads[first.head] == 2 and first.metres < CLOSE < second.metres:
            return 0.0
        return stop.seconds

    def bans(self, relations: Iterable[Relation]) -> Iterator[Ban]:
        """What the map's restrictions forbid this kind of traveller."""
        for relation in relations:
            kind = _kind(relation.tags, self.rules)
            ways, nodes = _members(relation)
            if kind and ways["from"] and ways["to"] and (ways["via"] or len(nodes) == 1):
                yield from self._ban(kind, ways, nodes)

    def _ban(self, kind: str, ways: Mapping[str, set[int]], nodes: set[int]) -> Iterator[Ban]:
        only = kind.startswith("only_")
        for first, path in self._paths(ways, nodes):
            back = path[-1] == self.edges[first].twin
            if not back or kind == "no_u_turn":
                yield Ban((first, *path), only)

    def _paths(
        self, ways: Mapping[str, set[int]], nodes: set[int]
    ) -> Iterator[tuple[int, tuple[int, ...]]]:
        """From an edge of the first way, over all via ways if there are any, into the last."""
        if not ways["via"]:
            for node in nodes:
                for first in self.into[node]:
                    if first.way in ways["from"]:
                        for last in self.out_of[node]:
                            if last.way in ways["to"]:
                                yield first.number, (last.number,)
            return
        starts = {edge.tail for edge in self.edges if edge.way in ways["via"]}
        for node in starts:
            for first in self.into[node]:
                if first.way in ways["from"]:
                    for path in self._over(node, ways, ()):
                        yield first.number, path

    def _over(
        self, node: int, ways: Mapping[str, set[int]], so_far: tuple[Edge, ...]
    ) -> Iterator[tuple[int, ...]]:
        seen = {edge.tail for edge in so_far}
        if {edge.way for edge in so_far} == ways["via"]:
            for last in self.out_of[node]:
                if last.way in ways["to"]:
                    yield (*(edge.number for edge in so_far), last.number)
        for edge in self.out_of[node]:
            if edge.way in ways["via"] and edge.head not in seen | {node}:
                yield from self._over(edge.head, ways, (*so_far, edge))


def turn_seconds(angle: float, most: float) -> float:
    """`angle`: degrees turned, positive to the right; `most`: what the sharpest turn takes."""
    bias = BIAS if angle >= 0 else 1 / BIAS
    return most / (1 + math.exp(-(STEEP / bias * abs(angle) / 180 - STEEP / 2 * bias)))


def _kind(tags: Mapping[str, str], rules: Rules) -> str:
    """Such as "no_left_turn"; "" for what does not bind this kind of traveller."""
    if not rules.oneways:
        return ""
    excepted = {word.strip() for word in tags.get("except", "").split(";")}
    if excepted & set(rules.access):
        return ""
    names = ("restriction", *(f"restriction:{key}" for key in rules.access))
    kind = next((tags[name] for name in names if name in tags), "")
    return kind if kind.startswith(("no_", "only_")) else ""


def _members(relation: Relation) -> tuple[dict[str, set[int]], set[int]]:
    """Way ids by role, and the nodes between."""
    ways: dict[str, set[int]] = {"from": set(), "via": set(), "to": set()}
    for one in relation.members:
        if one.type == "way" and one.role in ways:
            ways[one.role].add(one.ref)
    nodes = {one.ref for one in relation.members if (one.type, one.role) == ("node", "via")}
    return ways, nodes


def _at_one_junction(bans: Iterable[Ban]) -> tuple[set[tuple[int, int]], dict[int, set[int]]]:
    forbidden: set[tuple[int, int]] = set()
    forced: defaultdict[int, set[int]] = defaultdict(set)
    for ban in bans:
        if len(ban.path) == 2:
            if ban.only:
                forced[ban.path[0]].add(ban.path[1])
            else:
                forbidden.add((ban.path[0], ban.path[1]))
    return forbidden, dict(forced)
