"""Searches over the states of a graph, compiled: for one root, or for all rows of a matrix. Pure,
and free of Python's lock, so that threads search side by side.

Dijkstra's search (1959), but states wait in buckets by what they cost (Dial 1969) instead of in a
heap: that halves the time. Buckets are wider than the least arc, so that a state may be looked at
again when a better way to it comes to light within its bucket; what is found is the same
(Cherkassky, Goldberg & Radzik 1996).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from yihu.places.road_graph import Floats, Indices, Ints

NARROW = 4
"""Buckets to the cost of an arc as it mostly is."""
MOST = 1 << 16
"""Buckets that are kept at most."""


class Arcs(NamedTuple):
    """A graph in one direction of search; the arcs of each state lie together. What is minimised is
    the cost. `width`: what two states in a bucket cost apart at most."""

    ahead: bool
    at: Indices  # [state + 1]
    to: Indices  # [arc]
    cost: Floats  # [arc]: of the state's edge, and of the turn
    seconds: Floats  # [arc]
    metres: Floats  # [state]
    width: float
    buckets: int  # a power of two


class Lines(NamedTuple):
    """Positions on states, a line each, ordered by position. `spot`: which spot it is made from;
    `part`: how far along the edge; `cost`, `seconds`, `metres`: of the whole edge."""

    of: Ints
    spot: Ints
    edge: Ints
    state: Ints
    part: Floats
    cost: Floats
    seconds: Floats
    metres: Floats


class Tree(NamedTuple):
    """The best ways from a root, or to it, by state; inf where there is none. `before`: the state
    before, or -1 - n next to the root's line n."""

    cost: Floats
    seconds: Floats
    metres: Floats
    before: Indices


class Legs(NamedTuple):
    """The best way of each position, inf where there is none; the spot that it uses (-1: there is
    none), and the state where it joins the tree (-1: it stays on its edge)."""

    cost: Floats
    seconds: Floats
    metres: Floats
    spot: Ints
    state: Ints


def arcs(
    *, ahead: bool, at: Indices, to: Indices, cost: Floats, seconds: Floats, metres: Floats
) -> Arcs:
    finite = cost[np.isfinite(cost)]
    usual, most = (np.median(finite), finite.max()) if len(finite) else (0.0, 0.0)
    width = float(max(usual / NARROW, most / MOST)) or 1.0
    buckets = 1 << int(most / width + 2).bit_length()
    return Arcs(
        ahead, _fixed(at), _fixed(to), _fixed(cost), _fixed(seconds), _fixed(metres), width, buckets
    )


def _fixed[Array: (Floats, Indices)](values: Array) -> Array:
    """Not to be written, as what is mapped from the disk: all is compiled for one type of array."""
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view


# Tuples are taken apart before any loop: looking into one inside is not free.


@njit(nogil=True, cache=True)
def tree(graph: Arcs, root: Lines, low: int, high: int, wanted: Ints) -> Tree:
    """All ways from the nearest of the root's lines from `low` up to `high`, or to it. Where states
    are wanted, no further than to the last of these: what is found of others may be too long.

    Buckets are used over and over, like those of a wheel: what waits costs at most one arc more
    than what is looked at. Each is a ring: its states, and behind all states its own place. A state
    that does not wait is a ring by itself.
    """
    ahead, at, to, arc_cost, arc_seconds, edge_metres, width, buckets = graph
    _, _, _, root_state, root_part, root_cost, root_seconds, root_metres = root
    states = len(edge_metres)
    cost, seconds = np.full(states, np.inf), np.full(states, np.inf)
    metres, before = np.full(states, np.inf), np.empty(states, dtype=np.int32)
    right = np.arange(states + buckets, dtype=np.int32)
    left = right.copy()
    unfound = np.zeros(states, dtype=np.bool_)
    unfound[wanted] = True
    missing = unfound.sum() if len(wanted) else -1
    line, waiting, bucket = low, 0, 0
    while line < high or waiting > 0:
        if line < high:
            state, origin = root_state[line], -1 - line
            undriven = root_part[line] if ahead else 1 - root_part[line]
            spent, took = -undriven * root_cost[line], -undriven * root_seconds[line]
            driven = -undriven * root_metres[line]
            line += 1
        else:
            state = origin = int(right[states + bucket])
            if state >= states:
                if missing == 0:  # what waits in later buckets costs more
                    break
                bucket = (bucket + 1) & (buckets - 1)
                continue
            missing -= unfound[state]
            unfound[state] = False
            right[left[state]], left[right[state]] = right[state], left[state]
            right[state] = left[state] = state
            waiting -= 1
            spent, took, driven = cost[state], seconds[state], metres[state]
        for arc in range(at[state], at[state + 1]):
            costs, there = spent + arc_cost[arc], to[arc]
            if costs < cost[there]:
                waiting += right[there] == there
                right[left[there]], left[right[there]] = right[there], left[there]
                place = states + (np.int64(costs / width) & (buckets - 1))
                right[there], left[there] = right[place], place
                left[right[place]] = right[place] = there
                cost[there], seconds[there] = costs, took + arc_seconds[arc]
                metres[there], before[there] = driven + edge_metres[state], origin
    return Tree(cost, seconds, metres, before)


@njit(nogil=True, cache=True)
def legs(
    tree: Tree, root: Lines, low: int, high: int, ends: Lines, positions: int, ahead: bool
) -> Legs:
    """The way of each position between its lines and the root that the tree was made from, or
    along its edge to the root where both lie on it."""
    tree_cost, tree_seconds, tree_metres, _ = tree
    _, _, root_edge, _, root_part, _, _, _ = root
    of, end_spot, edge, end_state, part, edge_cost, edge_seconds, edge_metres = ends
    cost, seconds = np.full(positions, np.inf), np.full(positions, np.inf)
    metres = np.full(positions, np.inf)
    spot, state = np.full(positions, -1), np.full(positions, -1)
    for n in range(len(of)):
        joins, share = end_state[n], part[n] if ahead else 1 - part[n]
        costs = share * edge_cost[n] + tree_cost[joins]
        took = share * edge_seconds[n] + tree_seconds[joins]
        driven = share * edge_metres[n] + tree_metres[joins]
        for line in range(low, high):
            straight = part[n] - root_part[line] if ahead else root_part[line] - part[n]
            if root_edge[line] == edge[n] and 0 <= straight * edge_cost[n] < costs:
                costs, took = straight * edge_cost[n], straight * edge_seconds[n]
                driven, joins = straight * edge_metres[n], -1
        if costs < cost[of[n]]:
            cost[of[n]], seconds[of[n]], metres[of[n]] = costs, took, driven
            spot[of[n]], state[of[n]] = end_spot[n], joins
    return Legs(cost, seconds, metres, spot, state)


@njit(nogil=True, cache=True)
def table(graph: Arcs, roots: Lines, first: Ints, ends: Lines, seconds: Floats) -> None:
    """Fills `seconds` [root, end]: root n has the lines from `first[n]` up to `first[n + 1]`."""
    everywhere = np.empty(0, dtype=np.int64)
    for n in range(len(seconds)):
        low, high = first[n], first[n + 1]
        ways = tree(graph, roots, low, high, everywhere)
        seconds[n] = legs(ways, roots, low, high, ends, seconds.shape[1], graph.ahead).seconds


def warm() -> None:
    """Has all of these compiled, or loads what was: then nobody who asks waits for it."""
    none, numbers, few = np.empty(0), np.empty(0, dtype=np.int64), np.zeros(1, dtype=np.int32)
    graph = arcs(ahead=True, at=few, to=few[:0], cost=none, seconds=none, metres=none)
    lines = Lines(numbers, numbers, numbers, numbers, none, none, none, none)
    legs(tree(graph, lines, 0, 0, numbers), lines, 0, 0, lines, 0, True)
    table(graph, lines, np.zeros(1, dtype=np.int64), lines, np.empty((0, 0)))
