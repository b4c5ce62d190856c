"""Where the residents of a district live, as coverage counts them."""

from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry import shape

from yihu.dispatch.coverage import NOWHERE, Demand
from yihu.places import map_files
from yihu.places.tile_layers import Area

SPACING = 0.006
"""Degrees between two places of a community: some 600 m."""


def demand(district: str) -> Demand:
    """A lattice over each community whose population is known, its residents spread evenly;
    nothing where the district has no map yet, so that no coverage is claimed."""
    found = map_files.current(district)
    return _spread(district, found.stamp) if found else NOWHERE


@lru_cache(maxsize=8)
def _spread(district: str, stamp: str) -> Demand:
    found = map_files.current(district)
    places: list[tuple[float, float]] = []
    residents: list[float] = []
    for area in found.communities if found else ():
        inside = _lattice(area)
        places += inside
        residents += [(area.population or 0) / len(inside)] * len(inside)
    return Demand(places, residents)


def _lattice(area: Area) -> list[tuple[float, float]]:
    """At least one place, inside the community."""
    outline = shapely.make_valid(shape(area.geometry))
    west, south, east, north = outline.bounds
    across, up = np.meshgrid(
        np.arange(west + SPACING / 2, east, SPACING), np.arange(south + SPACING / 2, north, SPACING)
    )
    here = shapely.contains_xy(outline, across, up)
    found = list(zip(across[here].tolist(), up[here].tolist(), strict=True))
    middle = outline.representative_point()
    return found or [(middle.x, middle.y)]
