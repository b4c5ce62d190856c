"""Fastest ways on one graph at one hour, from and to the spots of positions.

A search begins where its root's spots lie, with what their edges turn into: so a position is
anywhere on an edge, may lie on several, and the way round a block back to the same edge is found
like any other. Forwards a state stands for the start of its edge, backwards for its end.

What is minimised is a cost, which edges and turns have beyond their time (see `Graph.ease` and
`Graph.local`); what is answered is the time of the way that was found.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from yihu.places import road_search
from yihu.places.road_graph import Floats, Graph, Indices, Ints
from yihu.places.road_search import Arcs, Legs, Lines, Tree
from yihu.places.road_snap import Snapper, Spots

UNWELCOME = 3000.0
"""What it costs beyond its time to turn into a road that is no way through, in seconds."""
EVERYWHERE = np.empty(0, dtype=np.int64)
BLOCK = 16
"""Rows of a matrix that a thread takes at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """The ways between one root and some positions."""

    root: Lines
    tree: Tree
    legs: Legs


class Net:
    """One graph at one hour: `seconds` by edge, inf where it is closed."""

    def __init__(self, graph: Graph, seconds: Floats, snap: Snapper) -> None:
        self.graph, self.seconds, self.snap = graph, seconds, snap
        self.metres = np.asarray(graph.metres)[graph.chain]
        self.cost = seconds / graph.ease
        self._local = np.asarray(graph.local)[graph.edge]
        self.forward = self._arcs(graph.out_at, graph.out_to, graph.out_turn, ahead=True)
        self.backward = self._arcs(graph.in_at, graph.in_from, graph.in_turn, ahead=False)
        copies = np.arange(graph.edges, graph.states)
        self._copies = copies[np.argsort(graph.edge[copies], kind="stable")]

    def away(self, sources: Spots) -> Tree:
        """All ways from the nearest of some spots."""
        lines = self._lines(sources, every=False)
        return road_search.tree(self.forward, lines, 0, len(lines.of), EVERYWHERE)

    def between(self, arcs: Arcs, root: Spots, ends: Spots, positions: int) -> Ways:
        """The ways between the nearest of the root's spots and each of some positions."""
        begun = self._lines(root, every=not arcs.ahead)
        lines = self._lines(ends, every=arcs.ahead)
        tree = road_search.tree(arcs, begun, 0, len(begun.of), lines.state)
        legs = road_search.legs(tree, begun, 0, len(begun.of), lines, positions, arcs.ahead)
        return Ways(begun, tree, legs)

    def table(self, arcs: Arcs, roots: Spots, rows: int, ends: Spots, columns: int) -> Floats:
        """Seconds [root, end] between positions, by as many threads as there are cores."""
        begun = self._lines(roots, every=not arcs.ahead)
        lines = self._lines(ends, every=arcs.ahead)
        first = np.searchsorted(begun.of, np.arange(rows + 1))
        seconds = np.empty((rows, columns))

        def fill(low: int) -> None:
            high = low + BLOCK
            road_search.table(arcs, begun, first[low : high + 1], lines, seconds[low:high])

        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(fill, range(0, rows, BLOCK)))
        return seconds

    def line(self, ways: Ways, ends: Spots) -> Floats:
        """The points of the first position's way, which is to have one, from the root."""
        root, before, legs = ways.root, ways.tree.before, ways.legs
        spot, state = int(legs.spot[0]), int(legs.state[0])
        edge, part = int(ends.edge[spot]), float(ends.part[spot])
        if state < 0:
            begun = [
                p for on, p in zip(root.edge, root.part, strict=True) if on == edge and p <= part
            ]
            return self.graph.line(edge, max(begun), part)
        pieces = [self.graph.line(edge, 0.0, part)]
        while before[state] >= 0:
            state = int(before[state])
            pieces.append(self.graph.line(int(self.graph.edge[state])))
        start = -1 - int(before[state])
        pieces.append(self.graph.line(int(root.edge[start]), float(root.part[start]), 1.0))
        whole: Floats = np.vstack(pieces[::-1])
        moves = np.append(True, (np.diff(whole, axis=0) != 0).any(axis=1))
        kept: Floats = whole[moves]
        return kept

    def _arcs(self, at: Indices, to: Indices, turn: Floats, *, ahead: bool) -> Arcs:
        row = np.repeat(np.arange(self.graph.states), np.diff(at))
        first, second = (row, to) if ahead else (to, row)
        enters = self._local[second] & ~self._local[first]
        edge = self.graph.edge[row]
        return road_search.arcs(
            ahead=ahead,
            at=at,
            to=to,
            cost=self.cost[edge] + turn + UNWELCOME * enters,
            seconds=self.seconds[edge] + turn,
            metres=self.metres[self.graph.edge],
        )

    def _lines(self, spots: Spots, *, every: bool) -> Lines:
        """Where one sets out, one has obeyed all bans. Where one arrives, one may still be under
        some: on `every` state of the edge."""
        spot, state = np.arange(len(spots.edge)), spots.edge
        if every:
            spot, state = self._states(spots)
        edge = spots.edge[spot]
        return Lines(
            of=spots.of[spot],
            spot=spot,
            edge=edge,
            state=state,
            part=spots.part[spot],
            cost=self.cost[edge],
            seconds=self.seconds[edge],
            metres=self.metres[edge],
        )

    def _states(self, spots: Spots) -> tuple[Ints, Ints]:
        """Every state of the spots' edges, each with the number of its spot, by position."""
        of = self.graph.edge[self._copies]
        low = np.searchsorted(of, spots.edge, side="left")
        count = np.searchsorted(of, spots.edge, side="right") - low
        copied = np.repeat(np.arange(len(low)), count)
        within = np.arange(len(copied)) - np.repeat(np.cumsum(count) - count, count)
        spot = np.concatenate([np.arange(len(low)), copied])
        state = np.concatenate([spots.edge, self._copies[low[copied] + within]])
        order = np.argsort(spots.of[spot], kind="stable")
        return spot[order], state[order]
