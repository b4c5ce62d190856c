"""Where a position lies on the roads: on an edge, not at its nearest end.

Only in the directions in which it may be driven: somebody in a one-way street must follow it, even
where the junction behind them is nearer.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from yihu.places.road_graph import Flags, Floats, Graph, Ints, Plane

NODE = 2
"""Boxes in a node of the tree: measured, half the time of the usual ten, and less than of five."""


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Positions on edges, a line each. `of`: the position's number, ascending; one in a two-way
    street has a line for each direction, one that lies as near to several roads has all of them.
    `part`: how far along the edge, 0 to 1. `away`: metres from the road."""

    of: Ints
    edge: Ints
    part: Floats
    away: Floats


class Snapper:
    """Finds the nearest of the edges that are `open`."""

    def __init__(self, graph: Graph, is_open: Flags) -> None:
        self.graph, self.open = graph, is_open
        self.plane = Plane.around(np.asarray(graph.points))
        chains = len(graph.metres)
        self.lines = shapely.linestrings(
            self.plane.metres(np.asarray(graph.points)),
            indices=np.repeat(np.arange(chains), np.diff(graph.first)),
        )
        edges = np.flatnonzero(is_open & graph.joined)
        self._by_side = np.full((chains, 2), -1, dtype=np.int64)
        self._by_side[graph.chain[edges], np.where(graph.along[edges], 0, 1)] = edges
        self._used = np.flatnonzero((self._by_side >= 0).any(axis=1))
        self._tree = shapely.STRtree(self.lines[self._used], node_capacity=NODE)

    def __call__(self, degrees: Floats) -> Spots:
        """`degrees`: [position, 2], longitude and latitude."""
        places = shapely.points(self.plane.metres(degrees))
        (of, line), away = self._tree.query_nearest(places, all_matches=True, return_distance=True)
        chain = self._used[line]
        along = shapely.line_locate_point(self.lines[chain], places[of], normalized=True)
        edges, parts = self._by_side[chain], np.column_stack([along, 1 - along])
        here = edges >= 0
        row = np.nonzero(here)[0]
        return Spots(of[row], edges[here], parts[here], away[row])

    def near(self, place: tuple[float, float], metres: float) -> Ints:
        """The chains that come within so many metres of a place."""
        at = shapely.points(self.plane.metres(np.array(place)))
        chains: Ints = self._used[self._tree.query(at, predicate="dwithin", distance=metres)]
        return chains
