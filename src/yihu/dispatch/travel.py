"""How long a unit takes along a straight line, where no road is asked. Pure, numpy."""

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

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Way:
    """How far and how long it is for a unit; infinite where there is none. `by_road`: asked of
    the district's roads, and not estimated along a line."""

    seconds: float
    metres: float
    by_road: bool


def seconds_between(crews: Sequence[Crew], places: Floats) -> Floats:
    """[unit, place]; infinite for a unit without a position. `places`: longitude and latitude."""
    at = np.array([_position(crew) for crew in crews], dtype=float).reshape(-1, 2)
    speeds = np.array([SPEEDS[crew.travel] for crew in crews], dtype=float)
    east = (at[:, :1] - places[:, 0]) * np.cos(np.radians(at[:, 1:]))
    metres = np.hypot(east, at[:, 1:] - places[:, 1]) * (DEGREE * DETOUR)
    seconds: Floats = np.nan_to_num(metres / speeds[:, None], nan=np.inf)
    return seconds


def _position(crew: Crew) -> tuple[float, float]:
    return (crew.fix.longitude, crew.fix.latitude) if crew.fix else (np.nan, np.nan)
