"""How likely a unit comes when it is asked: by its kind of force, the hour and how far it is. Pure.

Pooled over all units of a kind, never for a unit or a person: nobody is rated, and whoever
declines with a reason loses nothing by it. Where few were asked, what is known of the field
stands in: a Beta prior that counts as much as PRIOR_WEIGHT answers.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from yihu.dispatch.kinds import UnitKind


class HourBand(StrEnum):
    """The part of the day, by the district's clock."""

    DAY = "day"  # 6 to 18
    EVENING = "evening"  # 18 to 23
    NIGHT = "night"


class DistanceBand(StrEnum):
    """How far a unit is along the road: up to 500 m, 1.5 km, 4 km, and beyond."""

    HERE = "here"
    NEAR = "near"
    FAR = "far"
    BEYOND = "beyond"
    UNKNOWN = "unknown"


FARTHEST: Mapping[DistanceBand, float] = MappingProxyType(
    {DistanceBand.HERE: 500, DistanceBand.NEAR: 1500, DistanceBand.FAR: 4000}
)
"""Metres."""
LIMITS, BANDS = tuple(FARTHEST.values()), (*FARTHEST, DistanceBand.BEYOND)
PRIOR: Mapping[UnitKind, float] = MappingProxyType(
    {
        UnitKind.POLICE: 0.9,
        UnitKind.AUXILIARY: 0.8,
        UnitKind.MINI_FIRE: 0.75,
        UnitKind.GUARD: 0.65,
        UnitKind.GRID_WORKER: 0.6,
        UnitKind.VOLUNTEER: 0.4,
    }
)
"""What is assumed before anybody was asked: whoever is paid to come mostly does. An assumption of
ours, which some tens of answers outweigh."""
PRIOR_WEIGHT = 10
"""How many answers the assumption counts for."""

type Cell = tuple[UnitKind, HourBand, DistanceBand]


@dataclass(frozen=True, slots=True)
class Chance:
    """`p`: how likely one like this comes; `n`: how many offers to such it rests on."""

    p: float
    n: int


def hour_band(hour: int) -> HourBand:
    if 6 <= hour < 18:
        return HourBand.DAY
    return HourBand.EVENING if 18 <= hour < 23 else HourBand.NIGHT


def distance_band(metres: float | None) -> DistanceBand:
    if metres is None:
        return DistanceBand.UNKNOWN
    return BANDS[bisect_left(LIMITS, metres)]


@dataclass(frozen=True, slots=True)
class Asked:
    """How many were asked at an hour (0 to 23) over such a distance, and how many came; which
    units these were, or people, nobody needs to know."""

    kind: UnitKind
    hour: int
    distance: DistanceBand
    n: int
    came: int


class Acceptance:
    """The chances as they follow from what was asked before."""

    def __init__(self, asked: Iterable[Asked] = ()) -> None:
        self._cells: Counter[Cell] = Counter()
        self._came: Counter[Cell] = Counter()
        for one in asked:
            cell = (one.kind, hour_band(one.hour), one.distance)
            self._cells[cell] += one.n
            self._came[cell] += one.came
        self._chance = cache(self._counted)

    def of(self, kind: UnitKind, at: datetime, metres: float | None) -> Chance:
        """`at`: in the district's own time."""
        return self._chance(kind, hour_band(at.hour), distance_band(metres))

    def _counted(self, kind: UnitKind, hour: HourBand, distance: DistanceBand) -> Chance:
        came, n = self._came[kind, hour, distance], self._cells[kind, hour, distance]
        return Chance((PRIOR[kind] * PRIOR_WEIGHT + came) / (PRIOR_WEIGHT + n), n)


def enough_come(chances: Sequence[float], needed: int) -> float:
    """How likely at least `needed` of these come, each for themselves."""
    if needed <= 0:
        return 1.0
    exactly = [1.0] + [0.0] * needed  # exactly[k]: k came; the last: `needed` or more
    for p in chances:
        for came in range(needed, 0, -1):
            stays = exactly[came] if came == needed else exactly[came] * (1 - p)
            exactly[came] = stays + exactly[came - 1] * p
        exactly[0] *= 1 - p
    return exactly[needed]
