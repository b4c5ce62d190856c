"""Positions on a flat plan: a box of a given width, north above. Pure.

Over a district's few kilometres a degree of longitude is a degree of latitude times the cosine
of the latitude, well within the width of a mark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

MARGIN = 0.05
"""Of the box, left free on every side."""
LEAST = 0.005
"""Degrees of latitude, about 500 m: a plan shows no less."""

type Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """`height` follows from `width`; `scale`: pixels a degree of latitude."""

    west: float
    north: float
    scale: float
    squeeze: float
    width: float
    height: float

    @classmethod
    def around(cls, positions: Sequence[Position], width: float = 960) -> "Plan":
        """A plan that holds these positions: longitude and latitude in degrees."""
        longitudes = [longitude for longitude, _ in positions] or [0.0]
        latitudes = [latitude for _, latitude in positions] or [0.0]
        west, east = min(longitudes), max(longitudes)
        south, north = min(latitudes), max(latitudes)
        squeeze = max(cos(radians((south + north) / 2)), 0.01)
        across = max((east - west) * squeeze, LEAST)
        down = max(north - south, LEAST)
        scale = width / (across * (1 + 2 * MARGIN))
        middle = (west + east) / 2
        return cls(
            west=middle - across * (1 + 2 * MARGIN) / 2 / squeeze,
            north=(south + north) / 2 + down / 2 + across * MARGIN,
            scale=scale,
            squeeze=squeeze,
            width=width,
            height=round((down + 2 * across * MARGIN) * scale, 1),
        )

    def at(self, position: Position) -> Position:
        """Where a position lies, in pixels from the upper left."""
        longitude, latitude = position
        x = (longitude - self.west) * self.squeeze * self.scale
        return round(x, 1), round((self.north - latitude) * self.scale, 1)

    @property
    def kilometre(self) -> float:
        """How many pixels a kilometre is."""
        return round(self.scale / 111.32, 1)
