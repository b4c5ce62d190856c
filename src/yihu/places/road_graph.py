"""The roads for one way of moving, as arrays: what is driven (edges) and how one turns (arcs).

A *chain* is a piece of road between two junctions, an *edge* a chain in one direction. The graph is
edge-based: its *states* are edges, its *arcs* turns from one edge into the next, so that what a
turn costs, and whether it is allowed, belongs to the turn. An edge on which a ban that began
before it is still to be obeyed has a further state. Arcs are kept in both directions, in CSR form:
those out of state n are `out_to[out_at[n]:out_at[n + 1]]`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Indices = NDArray[np.int32]  # as scipy's graph functions take them
type Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """Positions in degrees (WGS-84), lengths in metres, times in seconds at a quiet hour."""

    points: Floats  # [point, 2]: longitude, latitude
    first: Ints  # [chain + 1]: where a chain's points begin
    way: Ints  # [chain]: the OpenStreetMap way it is a piece of
    main: Flags  # [chain]: a main road
    metres: Floats  # [chain]
    chain: Indices  # [edge]
    along: Flags  # [edge]: in the direction in which the chain is drawn
    seconds: Floats  # [edge]
    ease: Floats  # [edge]: how willingly it is chosen, over 0 and at most 1
    local: Flags  # [edge]: no way through
    joined: Flags  # [edge]: one can get away from it and back to it
    edge: Indices  # [state]: its edge; states 0 to edges - 1 are the edges themselves
    out_at: Indices  # [state + 1]
    out_to: Indices  # [arc]
    out_turn: Floats  # [arc]: what the turn takes
    in_at: Indices
    in_from: Indices
    in_turn: Floats

    @property
    def edges(self) -> int:
        return len(self.chain)

    @property
    def states(self) -> int:
        return len(self.edge)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Each array by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def line(self, edge: int, start: float = 0.0, end: float = 1.0) -> Floats:
        """The points of an edge in the direction of travel, between two shares of its length."""
        chain = int(self.chain[edge])
        points = np.asarray(self.points[self.first[chain] : self.first[chain + 1]])
        if not self.along[edge]:
            points = points[::-1]
        place = Plane.around(points)
        steps = np.hypot(*np.diff(place.metres(points), axis=0).T)
        at = np.concatenate([[0.0], np.cumsum(steps)])
        at /= at[-1]
        inner = points[(at > start) & (at < end)]
        ends = [
            [np.interp(share, at, points[:, axis]) for axis in (0, 1)] for share in (start, end)
        ]
        return np.vstack([ends[:1], inner, ends[1:]])

    def slowed(self, seconds: Floats) -> Graph:
        """The same graph with other times by edge."""
        return replace(self, seconds=seconds)


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres around a place, good for a city: x to the east, y to the north."""

    longitude: float
    latitude: float

    @classmethod
    def around(cls, points: Floats) -> Plane:
        return cls(*map(float, points.mean(axis=0))) if len(points) else cls(0.0, 0.0)

    @property
    def scale(self) -> Floats:
        """Metres in a degree of longitude and of latitude here, on the WGS-84 ellipsoid."""
        at = np.radians(self.latitude)
        return np.array(
            [
                111412.84 * np.cos(at) - 93.5 * np.cos(3 * at),
                111132.954 - 559.822 * np.cos(2 * at) + 1.175 * np.cos(4 * at),
            ]
        )

    def metres(self, degrees: Floats) -> Floats:
        shifted: Floats = (degrees - (self.longitude, self.latitude)) * self.scale
        return shifted

    def degrees(self, metres: Floats) -> Floats:
        shifted: Floats = metres / self.scale + (self.longitude, self.latitude)
        return shifted
