"""How help went, as pages and sheets show it: two periods, groups, waves, hand-offs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.words import Words
from yihu.dispatch.kinds import Kind, Milestone, Reach
from yihu.dispatch.titles import KINDS, MILESTONES, REACHES
from yihu.reports.dispatch_measures import (
    MEDIAN,
    P90,
    Answers,
    How,
    Interval,
    Mark,
    Offered,
    Passed,
    Timed,
    Timings,
    Took,
    by_pair,
)
from yihu.reports.measures import Unit, Value
from yihu.reports.shown import UNITS

MARKS: Final[Mapping[Mark, Words]] = {
    Mark.RECEIVED: MILESTONES[Milestone.RECEIVED],
    Mark.ANSWERED: MILESTONES[Milestone.ANSWERED],
    Mark.DISPATCHED: MILESTONES[Milestone.DISPATCHED],
    Mark.ASSIGNED: _("指派"),
    Mark.EN_ROUTE: MILESTONES[Milestone.EN_ROUTE],
    Mark.ON_SCENE: MILESTONES[Milestone.ON_SCENE],
    Mark.POLICE_ON_SCENE: _("警方到场"),
    Mark.CLOSED: _("办结或转出"),
}
HOWS: Final[Mapping[How, Words]] = {
    How.REPORTED: _("报警 → 接单"),
    How.HANDED_OVER: _("现场交接"),
    How.REFERRED: _("转办"),
}
PAIRS = 40
"""Pairs of organisations that a page shows; the sheet has all."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """The median and the ninetieth percentile of one interval over some incidents or units."""

    took: Took
    unit: Unit
    median: Value
    p90: Value

    @classmethod
    def of(cls, took: Took, unit: Unit) -> "Quantiles":
        return cls(took, unit, took.value(MEDIAN, unit), took.value(P90, unit))

    @property
    def n(self) -> int:
        return self.median.n

    @property
    def few(self) -> bool:
        return self.median.too_few

    @property
    def unit_title(self) -> str:
        return str(UNITS[self.unit])


@dataclass(frozen=True, slots=True)
class Line:
    """An interval with both its ends, now and in the period before."""

    interval: Interval
    now: Quantiles
    before: Quantiles

    @classmethod
    def of(cls, interval: Interval, now: Timings, before: Timings) -> "Line":
        return cls(
            interval,
            Quantiles.of(now.took(interval), interval.unit),
            Quantiles.of(before.took(interval), interval.unit),
        )

    @property
    def label(self) -> str:
        return gettext(self.interval.title)

    @property
    def formula(self) -> str:
        return gettext(self.interval.formula)

    @property
    def ends(self) -> str:
        return f"{MARKS[self.interval.begins]} → {MARKS[self.interval.ends]}"

    @property
    def change(self) -> str:
        """By how much the median is longer or shorter than before; "" where either is too few."""
        now, before = self.now.median.value, self.before.median.value
        if now is None or before is None:
            return ""
        return f"{now - before:+.1f}".replace("-", "−")


# --- by kind, area and hour ---------------------------------------------------------------------

type Groups = list[tuple[str, Quantiles]]


def kind(name: str) -> str:
    return str(KINDS.get(Kind(name), name)) if name in {*Kind} else name


def area(name: str) -> str:
    return name or gettext("没有归到村、社区")


def hour(number: int) -> str:
    return f"{number:02}:00"


KEYS: Final[Mapping[str, tuple[Words, Callable[[Timed], Any], Callable[[Any], str]]]] = {
    "kind": (_("按类别"), lambda one: one.kind, kind),
    "area": (_("按村、社区"), lambda one: one.area, area),
    "hour": (_("按来电的钟点"), lambda one: one.hour, hour),
}


def groups(timings: Timings, interval: Interval, by: str) -> Groups:
    _title, key, said = KEYS[by]
    found = timings.by(interval, key)
    return [(said(name), Quantiles.of(took, interval.unit)) for name, took in found.items()]


def by_hour(found: Groups) -> list[tuple[str, float | None]]:
    """The medians of all hours, for a chart, None where there are too few; [] where all are."""
    medians = {name: each.median.value for name, each in found if each.median.value is not None}
    return [(hour(number), medians.get(hour(number))) for number in range(24)] if medians else []


# --- waves --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wave:
    label: str
    answers: Answers
    took: Quantiles


def waves(offers: Iterable[Offered]) -> list[Wave]:
    """How units answered, by how far the wave reached; those that never went out are not listed."""
    several = list(offers)
    found = []
    for reach in Reach:
        some = [one for one in several if one.reach == reach]
        if some:
            answers = Answers.of(some)
            took = Quantiles.of(answers.took, Unit.SECONDS)
            found.append(Wave(str(REACHES[reach]), answers, took))
    return found


# --- hand-offs ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HandOff:
    giver: str
    taker: str
    how: str
    took: Quantiles


def hand_offs(passed: Iterable[Passed]) -> list[HandOff]:
    return [
        HandOff(giver, taker, str(HOWS[how]), Quantiles.of(took, Unit.MINUTES))
        for (giver, taker, how), took in by_pair(passed)
    ]


# --- sheets -------------------------------------------------------------------------------------

EXPORT_HEAD: Final = (
    _("数字"),
    _("分组"),
    _("起点"),
    _("止点"),
    _("期间"),
    _("单位"),
    _("中位数"),
    _("中位数 95% 区间，下"),
    _("中位数 95% 区间，上"),
    _("九成不超过"),
    _("九成不超过 95% 区间，下"),
    _("九成不超过 95% 区间，上"),
    "n",
    _("缺一端的"),
    _("前后颠倒的"),
    _("说明"),
    _("怎么算的"),
)


def exported(interval: Interval, group: str, period: str, each: Quantiles) -> list[Any]:
    """One interval over one group in one period, as a row."""
    return [
        gettext(interval.title),
        group,
        str(MARKS[interval.begins]),
        str(MARKS[interval.ends]),
        period,
        *_numbers(each),
        gettext(interval.formula),
    ]


def exported_hand_off(one: HandOff, period: str) -> list[Any]:
    giver_to_taker = f"{one.giver} → {one.taker}"
    return [one.how, giver_to_taker, one.giver, one.taker, period, *_numbers(one.took), ""]


def _numbers(each: Quantiles) -> list[Any]:
    return [
        each.unit_title,
        each.median.value,
        *(each.median.interval or (None, None)),
        each.p90.value,
        *(each.p90.interval or (None, None)),
        each.n,
        each.took.missing,
        each.took.backwards,
        gettext("样本太少") if each.few else "",
    ]
