"""Who is left within reach when a unit goes. Pure.

Counted are units that can be sent to whatever comes next, and residents who have at least one of
them within REACH. Times are along straight lines with a detour (`travel.py`): for some hundred
places and some hundred units that costs a millisecond, and only the difference between two units
is used.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from yihu.dispatch.crew import Crew
from yihu.dispatch.travel import Floats, seconds_between

REACH = 480.0
"""Seconds: within this a unit counts as near."""


class Demand:
    """Where people live: places (WGS-84 degrees) with how many residents each stands for."""

    def __init__(
        self, places: Sequence[tuple[float, float]] = (), residents: Sequence[float] = ()
    ) -> None:
        self.places: Floats = np.asarray(places, dtype=float).reshape(-1, 2)
        self.residents: Floats = np.asarray(residents, dtype=float)

    @cached_property
    def total(self) -> float:
        return float(self.residents.sum())


NOWHERE = Demand()


class Coverage:
    """Which places the units that are free reach. `leave()` takes one away."""

    def __init__(self, demand: Demand, free: Sequence[Crew]) -> None:
        self._rows = {crew.code: row for row, crew in enumerate(free)}
        self._residents = demand.residents
        self._reached = seconds_between(free, demand.places) <= REACH
        self._reaching = self._reached.sum(axis=0)
        self._lost = self._count()

    @property
    def kept(self) -> int:
        """Residents who have one within reach."""
        return round(float(self._residents[self._reaching > 0].sum()))

    def lost_without(self, crew: Crew) -> int:
        """Residents who would have none if this one went; 0 for one that is not counted."""
        row = self._rows.get(crew.code)
        return 0 if row is None else self._lost[row]

    def leave(self, crew: Crew) -> None:
        row = self._rows.pop(crew.code, None)
        if row is not None:
            self._reaching = self._reaching - self._reached[row]
            self._lost = self._count()

    def _count(self) -> list[int]:
        """For each unit the residents whom it alone reaches."""
        alone = self._reaching == 1
        lost: list[int] = (
            np.rint(self._reached[:, alone] @ self._residents[alone]).astype(int).tolist()
        )
        return lost
