"""From a map's roads to the graph of one way of moving."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from yihu.places.osm_writer import Extract, Way
from yihu.places.road_graph import Floats, Graph, Indices, Plane
from yihu.places.road_rules import Rules
from yihu.places.road_tags import Passage, barred, passage, stop
from yihu.places.road_turns import Arc, Ban, Edge, Junctions

AHEAD = 10.0
"""Metres: a road's heading at a junction is that of its first piece of this length."""
SHORTEST = 0.05
"""Metres."""
SMALL = 1000
"""Edges: a network of fewer that hangs together only in itself is an error of the map, or a yard,
unless the whole map is not ten times as large."""


@dataclass(frozen=True, slots=True)
class Chain:
    way: int
    nodes: tuple[int, ...]
    metres: float
    headings: tuple[float, float]  # degrees from north: leaving its start; arriving at its end
    passage: Passage


def build(extract: Extract, rules: Rules) -> Graph:
    """Raises ValueError for a map with no road for this kind of traveller."""
    chains = list(_Cutter(extract, rules).chains())
    if not chains:
        raise ValueError(f"no road for {rules.profile}")
    edges = list(_edges(chains))
    junctions = Junctions(edges, rules)
    bans = list(junctions.bans(extract.relations))
    shut = {node.id for node in extract.nodes if node.tags and barred(node.tags, rules)}
    stops = {n.id: found for n in extract.nodes if n.tags and (found := stop(n.tags, rules))}
    arcs = list(junctions.turns(shut, stops, bans))
    state_edge, arcs = _obeying(len(edges), arcs, bans)
    return _arrays(extract, chains, edges, state_edge, arcs)


class _Cutter:
    """Cuts the ways that may be used at their junctions, and where there is something to stop for.
    A way's id may stand for several pieces of it."""

    def __init__(self, extract: Extract, rules: Rules) -> None:
        self.ways: list[tuple[Way, Passage]] = [
            (way, found) for way in extract.ways if (found := passage(way.tags, rules))
        ]
        self.place = {node.id: (node.lon, node.lat) for node in extract.nodes}
        longitudes, latitudes = zip(*self.place.values(), strict=True) if self.place else ((), ())
        self.plane = Plane.around(np.column_stack([longitudes, latitudes]))
        scale = self.plane.scale
        self.metres = {
            node: complex(
                (lon - self.plane.longitude) * scale[0], (lat - self.plane.latitude) * scale[1]
            )
            for node, (lon, lat) in self.place.items()
        }
        uses = Counter(ref for way, _ in self.ways for ref in way.refs)
        self.cuts = {ref for ref, times in uses.items() if times > 1}
        for way, _ in self.ways:
            self.cuts |= {way.refs[0], way.refs[-1]}
        self.cuts |= {
            node.id
            for node in extract.nodes
            if node.tags and (barred(node.tags, rules) or stop(node.tags, rules))
        }

    def chains(self) -> Iterator[Chain]:
        for way, found in self.ways:
            piece = [way.refs[0]]
            for ref in way.refs[1:]:
                if ref == piece[-1]:
                    continue
                piece.append(ref)
                if ref in self.cuts:
                    yield self._chain(way, tuple(piece), found)
                    piece = [ref]

    def _chain(self, way: Way, nodes: tuple[int, ...], found: Passage) -> Chain:
        line = [self.metres[node] for node in nodes]
        length = sum(abs(b - a) for a, b in pairwise(line))
        headings = _heading(line), (_heading(line[::-1]) + 180) % 360
        return Chain(way.id, nodes, max(length, SHORTEST), headings, found)


def _heading(line: Sequence[complex]) -> float:
    """From the first point towards the one that lies AHEAD on it."""
    left, at = AHEAD, line[0]
    for a, b in pairwise(line):
        step = abs(b - a)
        if step >= left:
            at = a + (b - a) * (left / step)
            break
        left -= step
        at = b
    away = at - line[0]
    return math.degrees(math.atan2(away.real, away.imag)) % 360


def _edges(chains: Iterable[Chain]) -> Iterator[Edge]:
    number = 0
    for chain in chains:
        (leaving, arriving), ends = chain.headings, (chain.nodes[0], chain.nodes[-1])
        circular = chain.passage.circular
        both = chain.passage.along > 0 and chain.passage.against > 0
        if chain.passage.along:
            twin = number + 1 if both else None
            yield Edge(
                number, chain.way, *ends, True, chain.metres, leaving, arriving, circular, twin
            )
            number += 1
        if chain.passage.against:
            twin = number - 1 if both else None
            back = (arriving + 180) % 360, (leaving + 180) % 360
            yield Edge(number, chain.way, *ends[::-1], False, chain.metres, *back, circular, twin)
            number += 1


def _obeying(edges: int, arcs: Iterable[Arc], bans: Sequence[Ban]) -> tuple[list[int], list[Arc]]:
    """States and arcs that obey bans over more than one junction.

    A state is an edge with how far each ban is that was begun on the way there; a ban that is
    one step from its end takes the last turn away, or leaves nothing else.
    """
    out_of: defaultdict[int, list[Arc]] = defaultdict(list)
    for arc in arcs:
        out_of[arc.start].append(arc)
    begins: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for number, ban in enumerate(bans):
        if len(ban.path) > 2:
            begins[ban.path[0], ban.path[1]].add(number)
    state_edge, made = list(range(edges)), list[Arc]()
    numbers: dict[tuple[int, frozenset[tuple[int, int]]], int] = {}
    open_states = [(edge, frozenset[tuple[int, int]]()) for edge in range(edges)]
    for number, (edge, begun) in enumerate(open_states):  # grows while it is gone through
        for arc in out_of[edge]:
            going = {(ban, 1) for ban in begins.get((edge, arc.end), ())}
            for rule, at in begun:
                ban = bans[rule]
                wanted, last = ban.path[at + 1], at + 2 == len(ban.path)
                if ban.only != (arc.end == wanted) and (last or ban.only):
                    break
                if arc.end == wanted and not last:
                    going.add((rule, at + 1))
            else:
                end = arc.end
                if going:
                    key = end, frozenset(going)
                    if key not in numbers:
                        numbers[key] = len(state_edge)
                        state_edge.append(end)
                        open_states.append(key)
                    end = numbers[key]
                made.append(Arc(number, end, arc.seconds))
    return state_edge, made


def _arrays(
    extract: Extract,
    chains: Sequence[Chain],
    edges: Sequence[Edge],
    state_edge: Sequence[int],
    arcs: Sequence[Arc],
) -> Graph:
    place = {node.id: (node.lon, node.lat) for node in extract.nodes}
    lengths = [len(chain.nodes) for chain in chains]
    of = _chain_of(edges)
    passages = [chains[n].passage for n in of]
    along = np.array([edge.along for edge in edges])
    speeds = np.array(
        [p.along if edge.along else p.against for p, edge in zip(passages, edges, strict=True)]
    )
    metres = np.array([chain.metres for chain in chains])
    chain = np.array(of, dtype=np.int32)
    states = len(state_edge)
    starts = np.array([arc.start for arc in arcs], dtype=np.int32)
    ends = np.array([arc.end for arc in arcs], dtype=np.int32)
    turn = np.array([arc.seconds for arc in arcs], dtype=np.float64)
    out_at, out_to, out_turn = _rows(states, starts, ends, turn)
    in_at, in_from, in_turn = _rows(states, ends, starts, turn)
    return Graph(
        points=np.array([place[node] for one in chains for node in one.nodes]),
        first=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        way=np.array([one.way for one in chains], dtype=np.int64),
        main=np.array([one.passage.main for one in chains]),
        metres=metres,
        chain=chain,
        along=along,
        seconds=metres[chain] / (speeds / 3.6),
        ease=np.array([one.ease for one in passages]),
        local=np.array([one.local for one in passages]),
        joined=_joined(len(edges), states, starts, ends),
        edge=np.array(state_edge, dtype=np.int32),
        out_at=out_at,
        out_to=out_to,
        out_turn=out_turn,
        in_at=in_at,
        in_from=in_from,
        in_turn=in_turn,
    )


def _chain_of(edges: Sequence[Edge]) -> list[int]:
    """The number of each edge's chain: one where it is the second of its twins."""
    numbers: list[int] = []
    for edge in edges:
        second = edge.twin is not None and not edge.along
        numbers.append((numbers[-1] if numbers else -1) + (not second))
    return numbers


def _rows(
    states: int, rows: Indices, columns: Indices, values: Floats
) -> tuple[Indices, Indices, Floats]:
    order = np.argsort(rows, kind="stable")
    at = np.zeros(states + 1, dtype=np.int32)
    np.cumsum(np.bincount(rows, minlength=states), out=at[1:])
    return at, columns[order], values[order]


def _joined(edges: int, states: int, starts: Indices, ends: Indices) -> np.ndarray:
    graph = csr_array((np.ones(len(starts)), (starts, ends)), shape=(states, states))
    _, part = connected_components(graph, directed=True, connection="strong")
    sizes = np.bincount(part)
    joined: np.ndarray = (sizes >= min(SMALL, sizes.max() / 10))[part[:edges]]
    return joined
