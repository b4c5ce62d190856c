"""How long help took, who came when asked, and how one house handed on to another. Pure.

Every interval names both its ends. One of which an end was never recorded is missing: counted
apart, and never nought; so is one that ends before it begins, where two clocks disagree.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil, exp, floor, lgamma, log, sqrt
from typing import NamedTuple

from yihu.reports.measures import (
    FEW,
    SECONDS_OF,
    Unit,
    Value,
    one_decimal,
    percent,
    quantile,
)
from yihu.reports.measures import interval as wilson

MEDIAN, P90 = Fraction(1, 2), Fraction(9, 10)


def _(text: str) -> str:
    """Marks a text for translation."""
    return text


# --- intervals -----------------------------------------------------------------------------------


class Mark(StrEnum):
    """A moment at which an interval begins or ends."""

    RECEIVED = "received"
    ANSWERED = "answered"
    DISPATCHED = "dispatched"
    ASSIGNED = "assigned"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    POLICE_ON_SCENE = "police_on_scene"
    CLOSED = "closed"


class Timed(NamedTuple):
    """What the figures ask of one incident, or of one unit that was assigned to one.

    `hour`: of the day in which it was received, 0 to 23. `at`: the moments that were recorded.
    """

    kind: str
    area: str
    hour: int
    at: Mapping[Mark, datetime]


@dataclass(frozen=True, slots=True)
class Interval:
    """From one moment to another. `of_units`: of each unit assigned, not of each incident."""

    name: str
    title: str
    formula: str
    begins: Mark
    ends: Mark
    unit: Unit = Unit.MINUTES
    of_units: bool = False

    def over(self, timed: Iterable[Timed]) -> "Took":
        ends = ((one.at.get(self.begins), one.at.get(self.ends)) for one in timed)
        return took(seconds_between(begun, ended) for begun, ended in ends)


def seconds_between(begun: datetime | None, ended: datetime | None) -> int | None:
    """Whole seconds; below nought where it would end before it begins."""
    if begun is None or ended is None:
        return None
    return floor((ended - begun).total_seconds())


@dataclass(frozen=True, slots=True)
class Took:
    """An interval over some of them: in seconds, in order. `missing`: an end was not recorded;
    `backwards`: it would end before it begins."""

    ordered: Sequence[int]
    missing: int = 0
    backwards: int = 0

    @property
    def total(self) -> int:
        return len(self.ordered) + self.missing + self.backwards

    def value(self, share: Fraction, unit: Unit) -> Value:
        """What that share of them does not exceed, with a 95 % interval where there is one."""
        n = len(self.ordered)
        if n < FEW:
            return Value(None, n, n, self.total, too_few=True)

        def said(seconds: Fraction) -> float:
            return one_decimal(seconds / SECONDS_OF[unit])

        bounds = None
        if held := ranks(n, share):
            low, high = (said(Fraction(self.ordered[rank - 1])) for rank in held)
            bounds = low, high
        value = said(quantile(self.ordered, share))
        return Value(value, n, n, self.total, interval=bounds)


def took(seconds: Iterable[int | None]) -> Took:
    """None is missing; below nought runs backwards."""
    every = list(seconds)
    known = [one for one in every if one is not None]
    ordered = sorted(one for one in known if one >= 0)
    return Took(ordered, len(every) - len(known), len(known) - len(ordered))


@lru_cache(maxsize=1024)
def ranks(n: int, share: Fraction) -> tuple[int, int] | None:
    """Which two of `n` ordered values, counted from 1, hold the quantile of what they were drawn
    from in at least 95 of 100 such samples, whatever its distribution; None where the values are
    too few for it (36 are needed for nine tenths).

    How many of n lie at or below the quantile is binomial: David and Nagaraja, Order Statistics,
    section 7.1.
    """
    p = float(share)
    reach = 10 * sqrt(n * p * (1 - p)) + 1
    below, low, high = 0.0, 0, 0
    for k in range(max(0, floor(n * p - reach)), min(n, ceil(n * p + reach)) + 1):
        if below <= 0.025:
            low = k
        below += _chance(k, n, p)
        if not high and below >= 0.975:
            high = k + 1
    return (low, high) if low > 0 and 0 < high <= n else None


def _chance(k: int, n: int, p: float) -> float:
    """That k of n are in, each with chance p."""
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(ways + k * log(p) + (n - k) * log(1 - p))


ANSWERING = Interval(
    "answering",
    _("接起用时"),
    _("从来电（或按下报警键）到接起"),
    Mark.RECEIVED,
    Mark.ANSWERED,
    Unit.SECONDS,
)
PROCESSING = Interval(
    "processing", _("派警用时"), _("从接起到第一次请力量去"), Mark.ANSWERED, Mark.DISPATCHED
)
TURNOUT = Interval(
    "turnout",
    _("出动用时"),
    _("每支派出的力量，从指派到出发"),
    Mark.ASSIGNED,
    Mark.EN_ROUTE,
    of_units=True,
)
TRAVEL = Interval(
    "travel",
    _("路上用时"),
    _("每支派出的力量，从出发到到场"),
    Mark.EN_ROUTE,
    Mark.ON_SCENE,
    of_units=True,
)
RESPONSE = Interval(
    "response",
    _("到场时间"),
    _("从来电到第一支力量到场，不论是哪一类力量"),
    Mark.RECEIVED,
    Mark.ON_SCENE,
)
POLICE_RESPONSE = Interval(
    "police_response",
    _("警方到场时间"),
    _("从来电到第一支民警或驻村协警到场；他们没有去的另列"),
    Mark.RECEIVED,
    Mark.POLICE_ON_SCENE,
)
TOTAL = Interval("total", _("全程用时"), _("从来电到办结或转出"), Mark.RECEIVED, Mark.CLOSED)

INTERVALS: tuple[Interval, ...] = (
    RESPONSE,
    POLICE_RESPONSE,
    ANSWERING,
    PROCESSING,
    TURNOUT,
    TRAVEL,
    TOTAL,
)
"""The first is what is shown unasked."""
NAMED = {one.name: one for one in INTERVALS}


@dataclass(frozen=True, slots=True)
class Timings:
    """Everything of a period: each incident, and each unit that was assigned to one."""

    incidents: Sequence[Timed]
    units: Sequence[Timed]

    def of(self, interval: Interval) -> Sequence[Timed]:
        return self.units if interval.of_units else self.incidents

    def took(self, interval: Interval) -> Took:
        return interval.over(self.of(interval))

    def by(self, interval: Interval, key: Callable[[Timed], str | int]) -> dict[str | int, Took]:
        """The same for each kind, area or hour of them."""
        groups: dict[str | int, list[Timed]] = defaultdict(list)
        for one in self.of(interval):
            groups[key(one)].append(one)
        return {name: interval.over(groups[name]) for name in sorted(groups)}


# --- who came when asked -------------------------------------------------------------------------


class Offered(NamedTuple):
    """One offer. `answer`: accepted, declined, silent; anything else did not come to an answer.
    `seconds` until it was given, None where none was."""

    reach: str
    answer: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class Answers:
    """How units answered the offers of waves that reached equally far. `unsettled`: withdrawn,
    or still waiting; not counted in the shares."""

    accepted: Value
    declined: Value
    silent: Value
    unsettled: int
    took: Took

    @classmethod
    def of(cls, offers: Iterable[Offered]) -> "Answers":
        several = list(offers)
        settled = [one for one in several if one.answer in ("accepted", "declined", "silent")]

        def share_of(answer: str) -> Value:
            return share(sum(one.answer == answer for one in settled), len(settled))

        said = (one.seconds for one in settled if one.answer != "silent")
        return cls(
            share_of("accepted"),
            share_of("declined"),
            share_of("silent"),
            len(several) - len(settled),
            took(said),
        )


def share(part: int, whole: int) -> Value:
    """How many in a hundred; none is given of too few."""
    few = whole < FEW
    return Value(
        None if few else percent(part, whole),
        whole,
        part,
        whole,
        too_few=few,
        interval=None if few else wilson(part, whole),
    )


# --- from one house to another -------------------------------------------------------------------


class How(StrEnum):
    """How an incident came from one house to another."""

    REPORTED = "reported"
    HANDED_OVER = "handed_over"
    REFERRED = "referred"


class Passed(NamedTuple):
    """One hand-off. `seconds` until the taker had it, None where nobody recorded that."""

    giver: str
    taker: str
    how: How
    seconds: int | None


def by_pair(passed: Iterable[Passed]) -> list[tuple[tuple[str, str, How], Took]]:
    """Hand-offs by who gave to whom, and how; the most frequent first."""
    groups: dict[tuple[str, str, How], list[int | None]] = defaultdict(list)
    for one in passed:
        groups[one.giver, one.taker, one.how].append(one.seconds)
    found = [(pair, took(seconds)) for pair, seconds in groups.items()]
    return sorted(found, key=lambda row: (-row[1].total, row[0]))
