"""How figures are made from cases: counts, shares, spreads, each with what it came from. Pure.

Under `FEW` cases no share or median is given, since a single message would swing it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

FEW = 20
"""Fewer cases than this make no share, median or percentile."""

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


# --- what is counted -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """One message, as its entries in the ledger tell it up to the moment of the report.

    `answered_after` and the two others are the time from opening to the first answer,
    the first thing the office did, the first words it wrote to the resident; None if
    that has not happened. Where only the day of a message or its answer is known,
    `answered_after` is whole days between the dates. `verdict` is the last one given.
    `kind` is "" where nobody gave one. `ended`: where it ended, "" while open.
    """

    kind: str
    age: timedelta
    answered_after: timedelta | None = None
    received_after: timedelta | None = None
    contacted_after: timedelta | None = None
    ended: str = ""
    reopened: int = 0
    verdict: str = ""
    rating: int | None = None
    excused: bool = False


type Cases = Sequence[Case]
type Test = Callable[[Case], bool]
type Measure = Callable[[Case], timedelta | None]


class Unit(StrEnum):
    COUNT = "count"
    PERCENT = "percent"
    DAYS = "days"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure's value with what it was made from.

    `value` is a whole number, or rounded to one decimal; None where it would mean
    nothing: nothing to count, or `too_few`.
    """

    value: int | float | None
    n: int
    numerator: int | None = None
    denominator: int | None = None
    too_few: bool = False


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

    def of(self, cases: Cases) -> Value:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Count(Figure):
    """How many cases pass the test."""

    counts: Test

    @property
    def unit(self) -> Unit:
        return Unit.COUNT

    def of(self, cases: Cases) -> Value:
        return Value(sum(map(self.counts, cases)), n=len(cases))


@dataclass(frozen=True, slots=True)
class Share(Figure):
    """How many in a hundred of those `among` pass the test."""

    part: Test
    among: Test

    @property
    def unit(self) -> Unit:
        return Unit.PERCENT

    def of(self, cases: Cases) -> Value:
        whole = [case for case in cases if self.among(case)]
        part = sum(map(self.part, whole))
        few = len(whole) < FEW
        value = None if few else percent(part, len(whole))
        return Value(value, len(whole), part, len(whole), too_few=few)


@dataclass(frozen=True, slots=True)
class Spread(Figure):
    """The duration that a given share of the cases does not exceed; the median at one half."""

    measure: Measure
    share: Fraction
    in_unit: Unit

    @property
    def unit(self) -> Unit:
        return self.in_unit

    def of(self, cases: Cases) -> Value:
        found = sorted(d for d in map(self.measure, cases) if d is not None)
        if len(found) < FEW:
            return Value(None, len(found), too_few=True)
        unit = _DAY if self.in_unit is Unit.DAYS else _HOUR
        return Value(one_decimal(Fraction(quantile(found, self.share) / unit)), len(found))


def percent(part: int, whole: int) -> float:
    """To one decimal, halves upwards; all but one is never 100, and one is never 0.

    351 of 352 are 99.7, 2999 of 3000 are 99.9, and 1 of 3000 is 0.1.
    """
    rounded = one_decimal(Fraction(100 * part, whole))
    if 0 < part < whole:
        return min(max(rounded, 0.1), 99.9)
    return rounded


def one_decimal(exact: Fraction) -> float:
    ratio = Decimal(exact.numerator) / Decimal(exact.denominator)
    return float(ratio.quantize(Decimal("0.1"), ROUND_HALF_UP))


def quantile(ordered: Sequence[timedelta], share: Fraction) -> timedelta:
    """The smallest value that at least `share` of the values do not exceed (nearest rank).

    The median of an even number lies halfway between the two in the middle.
    """
    rank = len(ordered) * share
    at = -(-rank.numerator // rank.denominator) - 1  # rounded up, from 0
    if share == Fraction(1, 2) and len(ordered) % 2 == 0:
        return (ordered[at] + ordered[at + 1]) / 2
    return ordered[at]


# --- a report ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """From `since`, included, to `until`, not included; None is open."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of some cases in a period, and how many of each kind there are."""

    period: Period
    values: dict[str, Value]
    by_kind: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, figures: Sequence[Figure], cases: Cases, period: Period) -> "Report":
        kinds = sorted({case.kind for case in cases})
        return cls(
            period,
            {figure.name: figure.of(cases) for figure in figures},
            {kind: sum(case.kind == kind for case in cases) for kind in kinds},
        )
