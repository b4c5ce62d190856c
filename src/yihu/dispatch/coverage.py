"""Who is left within reach when a unit goes. Pure.

Counted are units that can be sent to whatever comes next, and residents who have at least one of
them within REACH. Times are along straight lines with a detour (`travel.py`): for some hundred
places and some hundred units that costs a millisecond, and only the difference between two units
is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yihu.dispatch.crew import Crew
from yihu.dispatch.travel import lines

REACH = 480.0
"""Seconds: within this a unit counts as near."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Where people live: places (WGS-84 degrees) with how many residents each stands for."""

    places: tuple[tuple[float, float], ...] = ()
    residents: tuple[float, ...] = ()

    @property
    def total(self) -> float:
        return sum(self.residents)


class Coverage:
    """Which places the units that are free reach. `leave()` takes one away."""

    def __init__(self, demand: Demand, free: Sequence[Crew]) -> None:
        self._rows = {crew.unit: row for row, crew in enumerate(free)}
        self._residents = np.asarray(demand.residents, dtype=float)
        self._reached = (
            np.stack([lines(crew, demand.places)[0] <= REACH for crew in free])
            if free and demand.places
            else np.zeros((len(free), len(demand.places)), dtype=bool)
        )
        self._times = self._reached.sum(axis=0)

    @property
    def kept(self) -> int:
        """Residents who have one within reach."""
        return round(float(self._residents[self._times > 0].sum()))

    def lost_without(self, crew: Crew) -> int:
        """Residents who would have none if this one went; 0 for one that is not counted."""
        row = self._rows.get(crew.unit)
        if row is None:
            return 0
        alone = self._reached[row] & (self._times == 1)
        return round(float(self._residents[alone].sum()))

    def leave(self, crew: Crew) -> None:
        row = self._rows.pop(crew.unit, None)
        if row is not None:
            self._times = self._times - self._reached[row]
