"""How long a unit takes along a straight line, where no road can be asked. Pure, numpy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yihu.dispatch.crew import Crew
from yihu.dispatch.kinds import Travel

DEGREE = 111_320.0
"""Metres of a degree of latitude."""
DETOUR = 1.35
"""How much longer the road is than the line, in towns."""
SPEEDS = {Travel.CAR: 8.3, Travel.EBIKE: 5.5, Travel.FOOT: 1.7}
"""Metres in a second, in a town and in a hurry."""

type Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Way:
    """How far and how long it is for a unit; infinite where there is none. `by_road`: asked of
    the district's roads, and not estimated along a line."""

    seconds: float
    metres: float
    by_road: bool


def lines(crew: Crew, places: Sequence[tuple[float, float]]) -> tuple[Row, Row]:
    """Seconds and metres from a unit to each of these places; infinite without a position."""
    if crew.fix is None:
        nowhere = np.full(len(places), np.inf)
        return nowhere, nowhere
    at = np.asarray(places, dtype=float).reshape(-1, 2)
    east = (at[:, 0] - crew.fix.longitude) * np.cos(np.radians(crew.fix.latitude))
    north = at[:, 1] - crew.fix.latitude
    metres = np.hypot(east, north) * DEGREE * DETOUR
    return metres / SPEEDS[crew.travel], metres


def along_line(crew: Crew, place: tuple[float, float]) -> Way:
    seconds, metres = lines(crew, [place])
    return Way(float(seconds[0]), float(metres[0]), by_road=False)
