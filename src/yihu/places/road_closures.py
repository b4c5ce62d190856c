"""Roads that are closed for now: an edit of the arrays, not another map."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from yihu.places.road_graph import Flags
from yihu.places.road_snap import Snapper


@dataclass(frozen=True, slots=True)
class Closure:
    """All roads within a radius (metres) of a place, or all of one OpenStreetMap way."""

    longitude: float
    latitude: float
    radius: float = 0.0
    way: int | None = None


def closed_chains(snapper: Snapper, closures: Iterable[Closure]) -> Flags:
    """Which chains of a graph the closures touch."""
    graph = snapper.graph
    shut = np.zeros(len(graph.metres), dtype=bool)
    for one in closures:
        if one.way is not None:
            shut |= graph.way == one.way
        else:
            shut[snapper.near((one.longitude, one.latitude), one.radius)] = True
    return shut
