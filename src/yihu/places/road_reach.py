"""What can be reached in a given time, drawn on a grid and traced."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.ndimage import binary_closing, binary_dilation
from shapely.geometry import MultiPolygon, mapping

from yihu.places.road_graph import Floats, Ints
from yihu.places.road_snap import Spots

if TYPE_CHECKING:
    from yihu.places.road_net import Net

CELL = 40.0
"""Metres: the side of a cell of the grid."""
BESIDE = 2
"""Cells: what lies so near a reached road is reached."""


class Reach:
    def __init__(self, net: "Net") -> None:
        self.net, self.graph = net, net.graph

    def polygons(self, sources: Spots, limits: Sequence[float]) -> list[dict[str, Any]]:
        """A GeoJSON MultiPolygon for each limit (seconds)."""
        plane = self.net.snap.plane
        places, seconds = self._samples(sources, max(limits, default=0))
        return [
            mapping(shapely.transform(_traced(places[seconds <= limit]), plane.degrees))
            for limit in limits
        ]

    def _samples(self, sources: Spots, limit: float) -> tuple[Floats, Floats]:
        """Places along the edges, a cell apart at most, and when the first comes there, for those
        that are reached within the limit."""
        net, graph = self.net, self.graph
        begun = np.full(graph.edges, np.inf)
        np.minimum.at(begun, graph.edge, net.away(sources).seconds)
        reached = np.flatnonzero(begun <= limit)
        edge = np.concatenate([reached, sources.edge])
        start = np.append(begun[reached], -sources.part * net.seconds[sources.edge])
        pieces = np.ceil(net.metres[edge] / CELL).astype(np.int64) + 1
        line = np.repeat(np.arange(len(edge)), pieces)
        step = np.arange(len(line)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        share = step / np.maximum(pieces - 1, 1)[line]
        when = start[line] + share * net.seconds[edge[line]]
        good = (when >= 0) & (when <= limit)  # what lies behind a source on its edge is not reached
        return self._places(edge[line[good]], share[good]), when[good]

    def _places(self, edge: Ints, share: Floats) -> Floats:
        along = np.where(self.graph.along[edge], share, 1 - share)
        points = shapely.line_interpolate_point(
            self.net.snap.lines[self.graph.chain[edge]], along, normalized=True
        )
        places: Floats = shapely.get_coordinates(points)
        return places


def _traced(places: Floats) -> MultiPolygon:
    """The outline of the cells that places lie in, and of those beside."""
    if not len(places):
        return MultiPolygon()
    cells = np.floor(places / CELL).astype(np.int64)
    low = cells.min(axis=0) - BESIDE - 2
    size = cells.max(axis=0) - low + BESIDE + 3
    grid = np.zeros(size, dtype=bool)
    grid[tuple((cells - low).T)] = True
    grid = binary_closing(binary_dilation(grid, iterations=BESIDE), iterations=1)
    padded = np.pad(grid, ((0, 0), (1, 1)))
    column, begin = np.nonzero(padded[:, 1:] & ~padded[:, :-1])
    _, end = np.nonzero(~padded[:, 1:] & padded[:, :-1])
    left = (column + low[0]) * CELL
    boxes = shapely.box(left, (begin + low[1]) * CELL, left + CELL, (end + low[1]) * CELL)
    outline = shapely.simplify(shapely.union_all(boxes), CELL)
    parts = outline.geoms if outline.geom_type == "MultiPolygon" else [outline]
    return MultiPolygon([part for part in parts if not part.is_empty])
