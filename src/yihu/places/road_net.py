"""Fastest ways on one graph: scipy's Dijkstra over its states, from the positions' own spots.

Every search has one root, an extra state whose arcs lead to what the spots' edges turn into: so a
position is anywhere on an edge, may lie on several, and the way round a block back to the same edge
is found like any other. Forwards a state stands for the start of its edge, backwards for its end.

What is minimised is a cost; the time of the way that is found is the cost less what edges and turns
cost beyond their time (see `Graph.ease` and `Graph.local`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from yihu.places.road_graph import Floats, Graph, Indices, Ints
from yihu.places.road_snap import Snapper, Spots

UNWELCOME = 3000.0
"""What it costs beyond its time to turn into a road that is no way through, in seconds."""


type Complexes = NDArray[np.complex128]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A graph's arcs in one direction of search. `weights`: the row's edge, then the turn."""

    ahead: bool
    at: Indices
    to: Indices
    turn: Floats
    weights: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """All ways from one root: costs by state, and the state before each. `roots`: the states next
    to the root, ascending; `spot`: the one of the root that each of them is reached from. `step`:
    what the step from each state to the one before costs beyond its time, and times 1j its metres.
    """

    ahead: bool
    cost: Floats
    before: Indices
    roots: Ints
    spot: Ints
    step: Complexes


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """The best way of each position: seconds and metres, inf where there is none; the spot that it
    uses, and the state where it joins the tree (-1: it stays on its edge)."""

    seconds: Floats
    metres: Floats
    spot: Ints
    state: Ints


class Net:
    """One graph at one hour: `seconds` by edge, inf where it is closed."""

    def __init__(self, graph: Graph, seconds: Floats, snap: Snapper) -> None:
        self.graph, self.seconds, self.snap = graph, seconds, snap
        self.metres = np.asarray(graph.metres)[graph.chain]
        self.cost = seconds / graph.ease
        finite = np.isfinite(seconds)
        self.excess = np.where(finite, self.cost, 0.0) - np.where(finite, seconds, 0.0)
        self._local = np.asarray(graph.local)[graph.edge]
        self.forward = self._rows(graph.out_at, graph.out_to, graph.out_turn, ahead=True)
        self.backward = self._rows(graph.in_at, graph.in_from, graph.in_turn, ahead=False)
        copies = np.arange(graph.edges, graph.states)
        self._copies = copies[np.argsort(graph.edge[copies], kind="stable")]

    def to(self, targets: Spots) -> Tree:
        """All ways to the nearest of some spots."""
        spot, state = self._states(targets.edge)
        return self._search(self.backward, targets, spot, state, targets.part)

    def away(self, sources: Spots) -> Tree:
        """All ways from the nearest of some spots."""
        spot = np.arange(len(sources.edge))
        return self._search(self.forward, sources, spot, sources.edge, 1 - sources.part)

    def legs(self, tree: Tree, root: Spots, ends: Spots, positions: int) -> Legs:
        """The way of each position between its spots and the tree's root."""
        spot, state = np.arange(len(ends.edge)), ends.edge
        if tree.ahead:
            spot, state = self._states(ends.edge)
        edge = ends.edge[spot]
        share = ends.part[spot] if tree.ahead else 1 - ends.part[spot]
        cost = share * self.cost[edge] + tree.cost[state]
        excess, metres = share * self.excess[edge], share * self.metres[edge]
        state = state.copy()
        for on, part in zip(root.edge, root.part, strict=True):
            driven = (ends.part[spot] - part) * (1 if tree.ahead else -1)
            here = (edge == on) & (driven >= 0) & (driven * self.cost[on] < cost)
            cost[here] = driven[here] * self.cost[on]
            excess[here], metres[here] = (
                driven[here] * self.excess[on],
                driven[here] * self.metres[on],
            )
            state[here] = -1
        best = _best(ends.of[spot], cost, positions)
        legs = Legs(
            np.full(positions, np.inf),
            np.full(positions, np.inf),
            np.full(positions, -1),
            np.full(positions, -1),
        )
        found = np.flatnonzero(best >= 0)
        of = best[found]
        walked = self.walk(tree, state[of])
        legs.seconds[found] = cost[of] - excess[of] - walked.real
        legs.metres[found] = metres[of] + walked.imag
        legs.spot[found], legs.state[found] = spot[of], state[of]
        return legs

    def walk(self, tree: Tree, states: Ints) -> Complexes:
        """The sum of all steps from each state to the root, all at once; 0 from a state of -1."""
        root = self.graph.states
        at = np.where(states >= 0, states, root)
        total = np.zeros(len(states), dtype=np.complex128)
        while (at != root).any():
            total += tree.step[at]
            at = tree.before[at]
        return total

    def line(self, tree: Tree, root: Spots, ends: Spots, legs: Legs) -> Floats:
        """The points of the first position's way, which is to have one, from the root."""
        spot, state = int(legs.spot[0]), int(legs.state[0])
        edge, part = int(ends.edge[spot]), float(ends.part[spot])
        if state < 0:
            begun = [
                p for on, p in zip(root.edge, root.part, strict=True) if on == edge and p <= part
            ]
            return self.graph.line(edge, max(begun), part)
        pieces = [self.graph.line(edge, 0.0, part)]
        while (before := int(tree.before[state])) != self.graph.states:
            pieces.append(self.graph.line(int(self.graph.edge[before])))
            state = before
        start = tree.spot[np.searchsorted(tree.roots, state)]
        pieces.append(self.graph.line(int(root.edge[start]), float(root.part[start]), 1.0))
        whole: Floats = np.vstack(pieces[::-1])
        moves = np.append(True, (np.diff(whole, axis=0) != 0).any(axis=1))
        kept: Floats = whole[moves]
        return kept

    def _rows(self, at: Indices, to: Indices, turn: Floats, *, ahead: bool) -> Rows:
        row = np.repeat(np.arange(self.graph.states), np.diff(at))
        first, second = (row, to) if ahead else (to, row)
        enters = self._local[second] & ~self._local[first]
        weights = self.cost[self.graph.edge][row] + turn + UNWELCOME * enters
        return Rows(ahead, np.asarray(at), np.asarray(to), np.asarray(turn), weights)

    def _states(self, edges: Ints) -> tuple[Ints, Ints]:
        """Every state of some edges, each with the line of its edge."""
        of = self.graph.edge[self._copies]
        low = np.searchsorted(of, edges, side="left")
        count = np.searchsorted(of, edges, side="right") - low
        line, number = _runs(low, count)
        lines = np.concatenate([np.arange(len(edges)), line])
        return lines, np.concatenate([edges, self._copies[number]])

    def _search(self, rows: Rows, spots: Spots, spot: Ints, states: Ints, share: Floats) -> Tree:
        """From the states of some spots; `share`: how much of each spot's edge is driven."""
        low = rows.at[states].astype(np.int64)
        line, arc = _runs(low, rows.at[states + 1] - low)
        spot = spot[line]
        on, part = spots.edge[spot], share[spot]
        cost = rows.weights[arc] - (1 - part) * self.cost[on]
        order = np.lexsort((cost, rows.to[arc]))
        roots, first = np.unique(rows.to[arc][order], return_index=True)
        chosen = order[first]
        cost, on, part = cost[chosen], on[chosen], part[chosen]
        best, before = self._dijkstra(rows, roots, cost)
        step = self._steps(rows, before)
        direct = before[roots] == self.graph.states
        excess = cost - rows.turn[arc[chosen]] - part * self.seconds[on]
        step[roots[direct]] = (excess + 1j * part * self.metres[on])[direct]
        return Tree(rows.ahead, best, before, roots.astype(np.int64), spot[chosen], step)

    def _steps(self, rows: Rows, before: Indices) -> Complexes:
        """What each state's step costs, apart from those to the root; a step for the root too."""
        state = before[:-1]
        on = self.graph.edge[np.minimum(state, self.graph.states - 1)]
        step = np.zeros(len(before), dtype=np.complex128)
        step[:-1] = self.excess[on] + 1j * self.metres[on]
        if self._local.any():
            near = self._local[np.minimum(state, self.graph.states - 1)]
            enters = self._local & ~near if rows.ahead else near & ~self._local
            step[:-1] += UNWELCOME * enters
        return step

    def _dijkstra(self, rows: Rows, roots: Indices, cost: Floats) -> tuple[Floats, Indices]:
        states = self.graph.states
        graph = csr_array(
            (
                np.concatenate([rows.weights, cost]),
                np.concatenate([rows.to, roots]),
                np.append(rows.at, rows.at[-1] + len(roots)),
            ),
            shape=(states + 1, states + 1),
        )
        best, before = dijkstra(graph, indices=states, return_predecessors=True)
        before[before < 0] = states  # the root, and what cannot be reached: the end of a walk
        return best, before


def _runs(low: Ints, count: Ints) -> tuple[Ints, Ints]:
    """low[n], low[n] + 1, … for each n, `count[n]` of them; with the n of each."""
    line = np.repeat(np.arange(len(low)), count)
    within = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    return line, low[line] + within


def _best(of: Ints, cost: Floats, positions: int) -> Ints:
    """For each position the line that costs least; -1 where none has a finite cost."""
    best = np.full(positions, -1)
    lines = np.flatnonzero(np.isfinite(cost))
    order = lines[np.lexsort((cost[lines], of[lines]))]
    owners, first = np.unique(of[order], return_index=True)
    best[owners] = order[first]
    return best
