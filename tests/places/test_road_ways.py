"""Our searches against one that shares nothing with them: every way is driven, edge by edge.

On random small maps with one-ways, private roads, barriers, signals and bans over one and two
junctions, the reference relaxes all (three last edges) histories until nothing gets better.
"""

import math
from dataclasses import dataclass, field
from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.support.streets import HERE, Streets, at

from yihu.places.road_net import UNWELCOME
from yihu.places.roads import Profile, Roads

SPEED = 25 / 3.6
NAMES = "abcdefg"

type Edge = tuple[str, str, int]  # from, to, number of the way
type History = tuple[Edge, ...]


@dataclass
class Map:
    """What is drawn: `ways` are straight, from node to node, each with whether it is one-way and
    whether it is private; `bans` are rows of way numbers."""

    nodes: dict[str, tuple[float, float]]
    ways: list[tuple[str, str, bool, bool]]
    barred: set[str] = field(default_factory=set)
    signals: set[str] = field(default_factory=set)
    bans: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    def streets(self) -> Streets:
        town = Streets(**self.nodes)
        for a, b, oneway, private in self.ways:
            tags = {"oneway": "yes"} if oneway else {}
            town.way(a + b, **tags | ({"access": "private"} if private else {}))
        for node in self.barred:
            town.mark(node, barrier="bollard")
        for node in self.signals - self.barred:
            town.mark(node, highway="traffic_signals")
        for kind, path in self.bans:
            numbers = [way + 1 for way in path]
            if len(path) == 2:
                town.ban(kind, numbers[0], self.between(*path), numbers[1])
            else:
                town.ban(kind, *numbers)
        return town

    def between(self, one: int, other: int) -> str:
        return (set(self.ways[one][:2]) & set(self.ways[other][:2])).pop()


class Reference:
    def __init__(self, drawn: Map) -> None:
        self.drawn = drawn
        self.edges: list[Edge] = []
        for number, (a, b, oneway, _) in enumerate(drawn.ways):
            self.edges.append((a, b, number))
            if not oneway:
                self.edges.append((b, a, number))

    def metres(self, edge: Edge) -> float:
        (x, y), (u, v) = self.drawn.nodes[edge[0]], self.drawn.nodes[edge[1]]
        return math.hypot(u - x, v - y)

    def seconds(self, edge: Edge) -> float:
        return self.metres(edge) / SPEED

    def out_of(self, node: str) -> list[Edge]:
        return [edge for edge in self.edges if edge[0] == node]

    def follows(self, history: History, ahead: Edge) -> bool:
        """Whether one may go on to `ahead` after a history, the newest edge last."""
        here = history[-1]
        if self._banned(history, ahead):
            return False
        if here[:2] == ahead[1::-1] and here[2] == ahead[2]:
            others = [e for e in self.out_of(here[1]) if not self._banned(history[-1:], e)]
            arriving = sum(edge[1] == here[1] for edge in self.edges)
            return here[1] in self.drawn.barred or len(others) == 1 or arriving == 1
        return here[1] not in self.drawn.barred

    def _banned(self, history: History, ahead: Edge) -> bool:
        driven = tuple(edge[2] for edge in history)
        ordered: set[int] = set()
        bound = False
        for kind, path in self.drawn.bans:
            if len(path) == 2:
                if driven[-1] != path[0] or history[-1][1] != self.drawn.between(*path):
                    continue
                if kind.startswith("only"):
                    if any(e[2] == path[1] for e in self.out_of(history[-1][1])):
                        bound = True
                        ordered.add(path[1])
                elif ahead[2] == path[1]:
                    return True
            elif driven[-2:] == path[:2]:
                over = self.drawn.between(*path[1:])
                if history[-2][1] != self.drawn.between(*path[:2]) or history[-1][1] != over:
                    continue
                if kind.startswith("only"):
                    if any(e[2] == path[2] for e in self.out_of(over)) and ahead[2] != path[2]:
                        return True
                elif ahead[2] == path[2]:
                    return True
        return bound and ahead[2] not in ordered

    def turn(self, here: Edge, ahead: Edge) -> tuple[float, float]:
        """Seconds, and what it costs beyond them."""
        node = here[1]
        back = here[:2] == ahead[1::-1] and here[2] == ahead[2]
        wait = 2.0 if node in self.drawn.signals - self.drawn.barred else 0.0
        private = self.drawn.ways[ahead[2]][3] and not self.drawn.ways[here[2]][3]
        beyond = UNWELCOME if private else 0.0
        if back:
            return wait + 20 + 7.5 / (1 + math.exp(-(13 / 1.075 - 6.5 * 1.075))), beyond
        if sum(node in way[:2] for way in self.drawn.ways) <= 2:
            return wait, beyond
        (x, y), (u, v), (p, q) = (self.drawn.nodes[n] for n in (*here[:2], ahead[1]))
        cross = (u - x) * (q - v) - (v - y) * (p - u)
        dot = (u - x) * (p - u) + (v - y) * (q - v)
        share = -math.atan2(cross, dot) / math.pi
        if share >= 0:
            return wait + 7.5 / (1 + math.exp(-(13 / 1.075 * share - 6.5 * 1.075))), beyond
        left = 7.5 / (1 + math.exp(13 * 1.075 * share + 6.5 / 1.075))
        gap = 1.5 / (1 + math.exp(13 * share + 13 / 4))
        return wait + left + gap, beyond

    def way(self, source: tuple[Edge, float], target: tuple[Edge, float]) -> tuple[float, float]:
        """Cost and seconds of the best way between places on streets, by relaxing until nothing
        changes. A place is an edge and how far along it; both directions of a street count."""
        best: dict[History, tuple[float, float]] = {}
        goal = inf, inf
        for edge, share in self.sides(source):
            rest = (1 - share) * self.seconds(edge)
            best[(edge,)] = rest, rest
            for other, there in self.sides(target):
                if other == edge and there >= share:
                    direct = (there - share) * self.seconds(edge)
                    goal = min(goal, (direct, direct))
        changed = True
        while changed:
            changed = False
            for history, (cost, seconds) in list(best.items()):
                for ahead in self.out_of(history[-1][1]):
                    if not self.follows(history, ahead):
                        continue
                    turn, beyond = self.turn(history[-1], ahead)
                    for other, there in self.sides(target):
                        if other == ahead:
                            last = turn + there * self.seconds(ahead)
                            goal = min(goal, (cost + last + beyond, seconds + last))
                    whole = turn + self.seconds(ahead)
                    found = cost + whole + beyond, seconds + whole
                    key = (*history, ahead)[-2:]
                    if found < best.get(key, (inf, inf)):
                        best[key] = found
                        changed = True
        return goal

    def sides(self, place: tuple[Edge, float]) -> list[tuple[Edge, float]]:
        (a, b, number), share = place
        both = [((a, b, number), share), ((b, a, number), 1 - share)]
        return [side for side in both if side[0] in self.edges]


@st.composite
def maps(draw: st.DrawFn) -> Map:
    count = draw(st.integers(3, len(NAMES)))
    # In general position, and far enough apart for a heading to be that of the whole street.
    spots = draw(
        st.lists(
            st.tuples(st.integers(0, 40), st.integers(0, 40)),
            min_size=count,
            max_size=count,
            unique=True,
        )
    )
    nodes = {
        name: (x * 97.0 + 3.1 * n * n, y * 89.0 - 2.3 * n * n)
        for n, (name, (x, y)) in enumerate(zip(NAMES, spots, strict=False))
    }
    names = sorted(nodes)
    pairs = [(a, b) for a in names for b in names if a < b]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=2, max_size=10, unique=True))
    ways = []
    for a, b in chosen:
        a, b = (a, b) if draw(st.booleans()) else (b, a)
        ways.append(
            (a, b, draw(st.sampled_from([True, False, False])), draw(st.integers(0, 7)) == 0)
        )
    drawn = Map(nodes, ways)
    drawn.barred = set(draw(st.lists(st.sampled_from(names), max_size=1)))
    drawn.signals = set(draw(st.lists(st.sampled_from(names), max_size=2)))
    drawn.bans = draw(st.lists(bans(ways), max_size=3)) if any(_rows(ways)) else []
    return drawn


def _rows(ways: list[tuple[str, str, bool, bool]]) -> list[tuple[int, ...]]:
    """Two or three ways that follow one another."""
    numbers = range(len(ways))
    ends = [set(way[:2]) for way in ways]
    pairs = [(m, n) for m in numbers for n in numbers if m != n and len(ends[m] & ends[n]) == 1]
    threes = [
        (m, n, k)
        for m, n in pairs
        for o, k in pairs
        if o == n and k != m and ends[m] & ends[n] != ends[n] & ends[k]
    ]
    return [*pairs, *threes]


def bans(ways: list[tuple[str, str, bool, bool]]) -> st.SearchStrategy[tuple[str, tuple[int, ...]]]:
    kinds = st.sampled_from(["no_left_turn", "no_straight_on", "only_right_turn"])
    return st.tuples(kinds, st.sampled_from(_rows(ways)))


def on(reference: Reference, roads: Roads, place: tuple[Edge, float]) -> tuple[float, float]:
    """Where it is, in degrees; on a street that no search leaves out, and on no other."""
    (a, b, _), share = place
    (x, y), (u, v) = reference.drawn.nodes[a], reference.drawn.nodes[b]
    spot = at(x + (u - x) * share, y + (v - y) * share)
    snapped = roads._snapper(Profile.CAR)(np.array([spot]))
    graph = roads.graphs[Profile.CAR]
    assume(len(snapped.edge) == len(reference.sides(place)))
    assume(set(graph.way[graph.chain[snapped.edge]]) == {place[0][2] + 1})
    return spot


@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(maps(), st.data())
def test_every_search_finds_the_way_that_driving_all_of_them_finds(
    drawn: Map, data: st.DataObject
) -> None:
    reference = Reference(drawn)
    roads = drawn.streets().roads()
    place = st.tuples(st.sampled_from(reference.edges), st.integers(1, 17).map(lambda n: n / 18.3))
    source, *targets = data.draw(st.lists(place, min_size=2, max_size=3))
    start = on(reference, roads, source)
    goals = [on(reference, roads, target) for target in targets]
    expected = [reference.way(source, target)[1] for target in targets]
    several = [start] * 3  # more of these than of the goals: then columns are reckoned
    for found in (
        roads.from_one(start, goals, Profile.CAR).seconds,
        [roads.to_one(goal, [start], Profile.CAR).seconds[0] for goal in goals],
        roads.matrix([start], goals, Profile.CAR)[0],
        roads.matrix(several, goals, Profile.CAR)[1],
    ):
        assert list(found) == pytest.approx(expected, rel=1e-3, abs=1e-2)
    for goal, seconds in zip(goals, expected, strict=True):
        found = roads.route(start, goal, Profile.CAR)
        assert (found is None) == (seconds == inf)
        if found is not None:
            assert found.seconds == pytest.approx(seconds, rel=1e-3, abs=1e-2)
            line = HERE.metres(np.array(found.line))
            assert np.hypot(*np.diff(line, axis=0).T).sum() == pytest.approx(
                found.metres, rel=2e-3, abs=0.1
            )
