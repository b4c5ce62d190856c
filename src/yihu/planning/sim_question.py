"""What a simulation asks, whole: from it and the district's map the answer can be made again. Pure.

Calls are told apart by what the house's rules make of them (`CallClass`), not by what happened.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from yihu.dispatch.kinds import RULES, Kind, Travel, UnitKind
from yihu.dispatch.policy import police_first
from yihu.planning.plan_question import Spot

DAY_HOURS = range(6, 22)
"""The hours of the day that are not the night."""


class Way(StrEnum):
    """Whom to ask first: what is compared."""

    ROAD = "road"
    STRAIGHT = "straight"
    EXPECTED = "expected"
    COVERAGE = "coverage"
    RESERVE = "reserve"
    PHASED = "phased"
    POLICE = "police"


class Source(StrEnum):
    """Where a number comes from."""

    MEASURED = "measured"
    ASSUMED = "assumed"
    GIVEN = "given"  # whoever asks wrote it


@dataclass(frozen=True, slots=True)
class Known:
    """`n`: what a measured one rests on. `was`: what a given one stands in place of, and whether
    that was measured by `n` or assumed (n = 0)."""

    value: float
    source: Source
    n: int = 0
    was: float | None = None

    def given(self, value: float) -> "Known":
        """As somebody wrote it: the same where they left it as it was shown."""
        before = self.value if self.was is None else self.was
        if value == before:
            source = Source.MEASURED if self.n else Source.ASSUMED
            return Known(value, source, self.n)
        return Known(value, Source.GIVEN, self.n, before)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        return cls(told["value"], Source(told["source"]), told["n"], told["was"])


@dataclass(frozen=True, slots=True)
class Post:
    """Where a unit waits (WGS-84, degrees; None: nobody said, it is taken to be at the station),
    and how it goes."""

    travel: Travel
    at: tuple[float, float] | None

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        return cls(Travel(told["travel"]), told["at"] and tuple(told["at"]))


@dataclass(frozen=True, slots=True)
class Force:
    """A kind of force. `posts`: of the units that are registered. `day`, `night`: how many are on
    shift from 6 to 22, and from 22 to 6; where that is more than there are posts, the others are
    spread as residents are. `acceptance`: of ten who are asked, how many tenths come."""

    kind: UnitKind
    posts: tuple[Post, ...]
    day: Known
    night: Known
    acceptance: Known

    @property
    def most(self) -> int:
        return int(max(self.day.value, self.night.value))

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        numbers = {name: Known.read(told[name]) for name in ("day", "night", "acceptance")}
        return cls(UnitKind(told["kind"]), tuple(map(Post.read, told["posts"])), **numbers)


@dataclass(frozen=True, slots=True, order=True)
class CallClass:
    """Calls that are treated alike. `urgency`: 1 is first. `police`: only police and auxiliaries
    lead, as long as there are any; `violent`: beside them only guards are told. `units`: how many
    are sent."""

    urgency: int
    police: bool
    violent: bool
    units: int

    @classmethod
    def of(cls, kind: Kind) -> Self:
        rule = RULES[kind]
        return cls(int(rule.urgency), police_first(kind), rule.violent, rule.units)

    @property
    def code(self) -> str:
        who = "v" if self.violent else "p" if self.police else "a"
        return f"{self.urgency}{who}{self.units}"

    @classmethod
    def read(cls, code: str) -> Self:
        return cls(int(code[0]), code[1] != "a", code[1] == "v", int(code[2:]))


@dataclass(frozen=True, slots=True)
class Span:
    """A lognormal law of times: the logarithm of seconds has mean `mu` and deviation `sigma`. `n`:
    times that it rests on, 0: assumed."""

    mu: float
    sigma: float
    n: int = 0


@dataclass(frozen=True, slots=True)
class Stream:
    """Where calls come from, when, and how long each takes. `origin`: history, file, or prior,
    where there were too few; `n`: how many were seen, over `days`; `unplaced`: of them of no
    community.

    `by_hour[hour of the week][class]`: calls an hour, hour 0 is Monday, 0:00;
    `shares[class][zone]`: of them in each community, by its code; no zones: as residents live.
    `service[class]`, `turnout[kind of force]`: those that were measured; others are assumed.
    """

    origin: str
    n: int
    days: float
    classes: tuple[str, ...]
    zones: tuple[str, ...]
    by_hour: tuple[tuple[float, ...], ...]
    shares: tuple[tuple[float, ...], ...]
    service: Mapping[str, Span]
    turnout: Mapping[str, Span]
    unplaced: int = 0

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        tables = {name: tuple(map(tuple, told[name])) for name in ("by_hour", "shares")}
        codes = {name: tuple(told[name]) for name in ("classes", "zones")}
        spans = {
            name: {code: Span(**one) for code, one in told[name].items()}
            for name in ("service", "turnout")
        }
        return cls(**{**told, **tables, **codes, **spans})


@dataclass(frozen=True, slots=True)
class Arm:
    """One of what is compared: a rule, with the plan's new sites or without."""

    way: Way
    sites: bool = False


@dataclass(frozen=True, slots=True)
class SimQuestion:
    """`ways`: the first is what the others are measured against. `width`: how many are asked at
    once where offers are phased; `reserve`: how many are kept free for what is urgent. `calls`: a
    day; `handling`: seconds from the call to the first offer.

    `sites`: new ones of a plan (`plan`: its number, and `plan_name`), each with one unit of
    `stationed`. `runs`: replications of `days`, from `seed`. `station`: where those wait of whom
    nobody said where.
    """

    ways: tuple[Way, ...]
    width: int
    reserve: int
    forces: tuple[Force, ...]
    stream: Stream
    calls: Known
    handling: Known
    runs: int
    days: int
    seed: int
    station: tuple[float, float] | None = None
    plan: int | None = None
    plan_name: str = ""
    sites: tuple[Spot, ...] = ()
    stationed: UnitKind = UnitKind.AUXILIARY

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The rules as it stands; where a plan was chosen, the first of them with its sites."""
        asked = tuple(Arm(way) for way in self.ways)
        return (*asked, Arm(self.ways[0], sites=True)) if self.sites else asked

    @property
    def told(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self)

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Self:
        known = {
            "ways": tuple(map(Way, told["ways"])),
            "forces": tuple(map(Force.read, told["forces"])),
            "stream": Stream.read(told["stream"]),
            "calls": Known.read(told["calls"]),
            "handling": Known.read(told["handling"]),
            "station": told["station"] and tuple(told["station"]),
            "sites": tuple(map(Spot.read, told["sites"])),
            "stationed": UnitKind(told["stationed"]),
        }
        return cls(**{**told, **known})
