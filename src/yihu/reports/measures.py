"""How figures are made from cases: counts, shares, spreads, changes, each with what it came from.

Pure. Under `FEW` cases no share, median or change is given, since a single message
would swing it.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

FEW = 20
"""Fewer cases than this make no share, median or percentile."""
LIMITS = (1, 15)
"""Days within which an answer is looked for."""
LATER = LIMITS[-1] + 1
"""What stands for more days than the last limit."""

_DAY = 86_400


# --- what is counted -----------------------------------------------------------------------------


class Case(NamedTuple):
    """What the figures ask of one message, up to the moment of the report.

    Many messages are alike in all of it, so that a `Pile` counts them. `kind` is the
    latest, "" where nobody gave one; `came_as` is the one it was sent as. `age`: the
    longest of LIMITS that has passed since it was received, else 0. `answered`: the
    shortest of LIMITS within which it was, LATER, or None. `invited`: the resident was
    asked for a verdict; `verdict` and `rating` are the last ones given, `own_network`
    says that they came from the station's own network. `ended`: where, "" while open.
    `flag`: why it may be one of many alike, "" for most.
    """

    kind: str = ""
    came_as: str = ""
    reporter: str = ""
    flag: str = ""
    age: int = LIMITS[-1]
    answered: int | None = None
    ended: str = ""
    reopened: bool = False
    invited: bool = False
    verdict: str = ""
    rating: int | None = None
    own_network: bool = False
    excused: bool = False

    @property
    def text(self) -> str:
        """All of it but the age, which no row can keep."""
        return json.dumps(self._replace(age=0), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str, age: int) -> "Case":
        return cls(*json.loads(text))._replace(age=age)


def age_of(old: timedelta) -> int:
    return max((days for days in LIMITS if old >= timedelta(days=days)), default=0)


def answered_within(seconds: int | None) -> int | None:
    if seconds is None:
        return None
    return next((days for days in LIMITS if seconds <= days * _DAY), LATER)


class Clock(StrEnum):
    """What is measured from the moment a message was received."""

    RECEIVED = "received"
    CONTACTED = "contacted"
    ANSWERED = "answered"


CLOCKS = tuple(Clock)

type Seconds = tuple[int | None, int | None, int | None]
"""How long each of CLOCKS took; None for what has not happened."""


class Pile:
    """Cases counted by what they have in common, and how long things took, in order."""

    def __init__(self, counts: Counter[Case], took: Iterable[Seconds]) -> None:
        self.counts = counts
        self.total = counts.total()
        columns = list(zip(*took, strict=True)) or [()] * len(CLOCKS)
        self._took = {
            clock: sorted(seconds for seconds in column if seconds is not None)
            for clock, column in zip(CLOCKS, columns, strict=True)
        }

    @classmethod
    def joined(cls, piles: Iterable["Pile"]) -> "Pile":
        counts: Counter[Case] = Counter()
        whole = cls(counts, ())
        for one in piles:
            counts.update(one.counts)
            for clock, seconds in one._took.items():
                whole._took[clock] += seconds
        for seconds in whole._took.values():
            seconds.sort()
        whole.total = counts.total()
        return whole

    @classmethod
    def of(cls, cases: Iterable[tuple[Case, Seconds]]) -> "Pile":
        several = list(cases)
        return cls(Counter(case for case, _took in several), [took for _case, took in several])

    def count(self, test: "Test") -> int:
        return sum(count for case, count in self.counts.items() if test(case))

    def took(self, clock: Clock) -> list[int]:
        return self._took[clock]

    def by(self, *names: str) -> dict[tuple[str, ...], int]:
        """How many there are of each combination of these columns."""
        found: Counter[tuple[str, ...]] = Counter()
        for case, count in self.counts.items():
            found[tuple(getattr(case, name) for name in names)] += count
        return dict(sorted(found.items()))


NOTHING = Pile(Counter(), [])

type Test = Callable[[Case], bool]


class Unit(StrEnum):
    COUNT = "count"
    PERCENT = "percent"
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"
    SECONDS = "seconds"


SECONDS_OF = {Unit.DAYS: _DAY, Unit.HOURS: 3600, Unit.MINUTES: 60, Unit.SECONDS: 1}


@dataclass(frozen=True, slots=True)
class Value:
    """A figure's value with what it was made from: `numerator` out of `denominator`.

    `value` is a whole number, or rounded to one decimal; None where it would mean
    nothing: nothing to count, or `too_few`. `n`: how many it rests on. `interval`: 95 %,
    in the value's unit. `invited`: how many were asked, where people were.
    """

    value: int | float | None
    n: int
    numerator: int
    denominator: int
    too_few: bool = False
    interval: tuple[float, float] | None = None
    invited: int | None = None


# --- kinds of figures ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure's name, title and formula in words; what is common to all kinds of them."""

    name: str
    title: str
    formula: str

    @property
    def unit(self) -> Unit:
        raise NotImplementedError

    def of(self, cases: Pile, before: Pile = NOTHING) -> Value:
        """From the cases of a period, and of as long a one a year before."""
        raise NotImplementedError

    def counted(self, case: Case) -> bool:
        """Whether a case is in the numerator; a spread asks for a duration instead."""
        raise NotImplementedError

    def among_whom(self, case: Case) -> bool:
        """Whether a case is in the denominator."""
        return True


@dataclass(frozen=True, slots=True)
class Count(Figure):
    """How many cases pass the test."""

    counts: Test

    @property
    def unit(self) -> Unit:
        return Unit.COUNT

    def of(self, cases: Pile, before: Pile = NOTHING) -> Value:
        found = cases.count(self.counts)
        return Value(found, cases.total, found, cases.total)

    def counted(self, case: Case) -> bool:
        return self.counts(case)


@dataclass(frozen=True, slots=True)
class Share(Figure):
    """How many in a hundred of those `among` pass the test; `asked`: whoever could have said so."""

    part: Test
    among: Test
    asked: Test | None = None

    @property
    def unit(self) -> Unit:
        return Unit.PERCENT

    def of(self, cases: Pile, before: Pile = NOTHING) -> Value:
        part, whole = cases.count(self.counted), cases.count(self.among)
        few = whole < FEW
        return Value(
            None if few else percent(part, whole),
            whole,
            part,
            whole,
            too_few=few,
            interval=None if few else interval(part, whole),
            invited=cases.count(self.asked) if self.asked else None,
        )

    def counted(self, case: Case) -> bool:
        return self.among(case) and self.part(case)

    def among_whom(self, case: Case) -> bool:
        return self.among(case)


@dataclass(frozen=True, slots=True)
class Spread(Figure):
    """The duration that a given share of the cases does not exceed; the median at one half."""

    clock: Clock
    share: Fraction
    in_unit: Unit

    @property
    def unit(self) -> Unit:
        return self.in_unit

    def of(self, cases: Pile, before: Pile = NOTHING) -> Value:
        return self.over(cases.took(self.clock), cases.total)

    def over(self, ordered: Sequence[int], total: int) -> Value:
        """Of durations in order, and of how many cases they are."""
        n = len(ordered)
        if n < FEW:
            return Value(None, n, n, total, too_few=True)
        length = SECONDS_OF[self.in_unit]
        return Value(one_decimal(quantile(ordered, self.share) / length), n, n, total)


@dataclass(frozen=True, slots=True)
class Change(Figure):
    """By how many in a hundred there are more or fewer than a year before."""

    counts: Test

    @property
    def unit(self) -> Unit:
        return Unit.PERCENT

    def of(self, cases: Pile, before: Pile = NOTHING) -> Value:
        now, then = cases.count(self.counts), before.count(self.counts)
        few = then < FEW
        return Value(None if few else change(now, then), then, now, then, too_few=few)

    def counted(self, case: Case) -> bool:
        return self.counts(case)


# --- arithmetic ----------------------------------------------------------------------------------


def percent(part: int, whole: int) -> float:
    """To one decimal, halves upwards; all but one is never 100, and one is never 0.

    351 of 352 are 99.7, 2999 of 3000 are 99.9, and 1 of 3000 is 0.1.
    """
    rounded = one_decimal(Fraction(100 * part, whole))
    if 0 < part < whole:
        return min(max(rounded, 0.1), 99.9)
    return rounded


def change(now: int, then: int) -> float:
    """In percent of what was then, to one decimal: 53 after 100 are -47.0. A change is never 0."""
    rounded = one_decimal(Fraction(100 * (now - then), then))
    if now != then and rounded == 0:
        return 0.1 if now > then else -0.1
    return rounded if now else -100.0


def interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, in percent: it stays within 0 and 100."""
    z, share = 1.959964, part / whole
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    reach = z / (1 + z * z / whole)
    reach *= sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    low, high = max(0.0, middle - reach), min(1.0, middle + reach)
    return round(100 * low, 1), round(100 * high, 1)


def one_decimal(exact: Fraction) -> float:
    ratio = Decimal(exact.numerator) / Decimal(exact.denominator)
    return float(ratio.quantize(Decimal("0.1"), ROUND_HALF_UP))


def quantile(ordered: Sequence[int], share: Fraction) -> Fraction:
    """The smallest value that at least `share` of the values do not exceed (nearest rank).

    The median of an even number lies halfway between the two in the middle.
    """
    rank = len(ordered) * share
    at = -(-rank.numerator // rank.denominator) - 1  # rounded up, from 0
    if share == Fraction(1, 2) and len(ordered) % 2 == 0:
        return Fraction(ordered[at] + ordered[at + 1], 2)
    return Fraction(ordered[at])


# --- a report ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """From `since`, included, to `until`, not included; None is open."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of some cases in a period, and how many there are of each kind, and by whom.

    `by_first_kind` counts them as they were sent, whatever somebody made of them since.
    """

    period: Period
    values: dict[str, Value]
    by_kind: dict[str, int] = field(default_factory=dict)
    by_first_kind: dict[str, int] = field(default_factory=dict)
    by_reporter: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, figures: Sequence[Figure], cases: Pile, period: Period, before: Pile = NOTHING
    ) -> "Report":
        return cls(
            period,
            {figure.name: figure.of(cases, before) for figure in figures},
            {kind: count for (kind,), count in cases.by("kind").items()},
            {kind: count for (kind,), count in cases.by("came_as").items()},
            {(who, kind): count for (who, kind), count in cases.by("reporter", "kind").items()},
        )
