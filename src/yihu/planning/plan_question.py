"""What a plan of sites asks, whole: from it and the district's roads the answer can be made again.
Pure.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from yihu.places.road_rules import Profile


class Problem(StrEnum):
    """What is best."""

    COVER = "cover"  # most of the weight within the target: MCLP
    MEDIAN = "median"  # the shortest mean way: p-median
    CENTRE = "centre"  # the farthest as near as can be: p-centre
    BALANCE = "balance"  # between the last two
    ALL = "all"  # as few as put everybody within the target: LSCP


class Weights(StrEnum):
    RESIDENTS = "residents"
    INCIDENTS = "incidents"


ROADSIDE = "roadside"
"""The kind of a candidate that is no house: a place beside a road."""
HAND = "hand"
"""The kind of a place that somebody chose on the map."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place where a room stands or might. Position WGS-84, in degrees. `area`: the community it
    lies in, where a name alone would not tell."""

    code: str
    kind: str
    longitude: float
    latitude: float
    name: str = ""
    name_en: str = ""
    area: str = ""
    area_en: str = ""

    @property
    def position(self) -> tuple[float, float]:
        return self.longitude, self.latitude

    @property
    def told(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        """What else is told is not of the place."""
        return cls(**{name: told[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Question:
    """`minutes`: the target. `hour`: of the day, for the roads. `build`: how many new rooms.
    `standing`: rooms that stand and stay. `candidates`: houses that may be chosen; `roadside`:
    places beside a road, too. `forbidden`, `obligatory`: codes of candidates. `chosen`: sites that
    were chosen by hand: they are measured, and nothing is looked for. `incidents`: of the past
    year, by community, where they are the weights; communities with too few are left out, and
    `too_few` is how many incidents that are.
    """

    problem: Problem
    minutes: int
    travel: Profile
    hour: int
    weights: Weights
    build: int
    seconds: int
    roadside: bool
    standing: tuple[Spot, ...]
    candidates: tuple[Spot, ...]
    forbidden: tuple[str, ...] = ()
    obligatory: tuple[str, ...] = ()
    chosen: tuple[Spot, ...] = ()
    incidents: Mapping[str, int] | None = None
    too_few: int = 0

    @property
    def radius(self) -> float:
        """The target in seconds."""
        return self.minutes * 60.0

    @property
    def told(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        spots = {
            name: tuple(Spot.read(one) for one in told[name])
            for name in ("standing", "candidates", "chosen")
        }
        codes = {name: tuple(told[name]) for name in ("forbidden", "obligatory")}
        known = {
            "problem": Problem(told["problem"]),
            "travel": Profile(told["travel"]),
            "weights": Weights(told["weights"]),
        }
        return cls(**{**told, **spots, **codes, **known})
