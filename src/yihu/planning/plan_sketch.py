"""A plan as a small drawing without a map: the communities, and where rooms stand and are to stand.
Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from yihu.places.tile_layers import Area

type Floats = NDArray[np.float64]

WIDTH = 600.0
MARGIN = 12.0
DETAIL = 0.8
"""Of the drawing's units: what of a border may be left out."""
SOME, MANY = 0.005, 0.1
"""The shares of a community outside the target from which on it is marked."""


class Mark(NamedTuple):
    """`number`: of a new room; 0 for one that stands."""

    number: int
    x: float
    y: float


class Region(NamedTuple):
    """`state`: covered, some, many (of them outside the target), or unknown."""

    path: str
    state: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """In a box `width` × `height`, in the units of an SVG."""

    width: float
    height: float
    border: str
    regions: tuple[Region, ...]
    marks: tuple[Mark, ...]


def sketch(
    outline: Mapping[str, Any],
    communities: Iterable[Area],
    left: Mapping[str, float],
    marks: Sequence[tuple[int, float, float]],
) -> Sketch:
    """`left`: by code, the share of each community outside the target. `marks`: number, longitude,
    latitude."""
    whole = shape(outline)
    west, south, east, north = whole.bounds
    squeeze = cos(radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / ((east - west) * squeeze)

    def at(places: Floats) -> Floats:
        x, y = (places[:, 0] - west) * squeeze, north - places[:, 1]
        moved: Floats = np.column_stack([x, y]) * scale + MARGIN
        return moved

    def drawn(geometry: BaseGeometry) -> str:
        return _path(shapely.transform(shapely.make_valid(geometry), at))

    placed = at(np.array([place for _number, *place in marks], dtype=float).reshape(-1, 2))
    return Sketch(
        WIDTH,
        round((north - south) * scale + 2 * MARGIN, 1),
        drawn(whole),
        tuple(
            Region(drawn(shape(one.geometry)), _state(left.get(one.code))) for one in communities
        ),
        tuple(
            Mark(number, round(float(x), 1), round(float(y), 1))
            for (number, *_place), (x, y) in zip(marks, placed, strict=True)
        ),
    )


def _state(left: float | None) -> str:
    if left is None:
        return "unknown"
    return "many" if left >= MANY else "some" if left >= SOME else "covered"


def _path(geometry: BaseGeometry) -> str:
    """As the `d` of an SVG path; holes are left by the even-odd rule."""
    rings = []
    for part in shapely.get_parts(geometry.simplify(DETAIL)):
        if part.geom_type == "Polygon":
            rings += [part.exterior, *part.interiors]
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings
    )
