"""Figures as pages and sheets show them: labels, units, charts and tables."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yihu.direct.kinds import Kind, Reporter
from yihu.reports import figures
from yihu.reports.measures import Change, Count, Figure, Pile, Report, Unit, Value

UNITS = {
    Unit.COUNT: _("件"),
    Unit.PERCENT: "%",
    Unit.DAYS: _("天"),
    Unit.HOURS: _("小时"),
    Unit.MINUTES: _("分钟"),
    Unit.SECONDS: _("秒"),
}

FIRST = (
    figures.MESSAGES,
    figures.PRAISE_SHARE,
    figures.RESPONSE,
    figures.CLOSED_SHARE,
    figures.COMPLAINTS_CHANGE,
)
"""With the three clocks, what is on the first screen."""
RESIDENTS = (
    figures.SOLVED,
    figures.SATISFIED_SHARE,
    figures.NO_VERDICT,
    figures.UNRATED,
    figures.REOPENED,
    figures.OWN_NETWORK,
    figures.SOLVED_OUTSIDE,
)
ANSWERS = (
    figures.UNANSWERED,
    figures.WITHIN_1,
    figures.WITHIN_15,
    figures.EXCUSED,
    figures.WITHDRAWN,
    figures.FLAGGED,
)
BOTH_WAYS = (
    figures.COMPLAINTS_CHANGE,
    figures.COMPLAINTS_CHANGE_AS_SENT,
    figures.RECLASSIFIED,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure with its value, as the component `figure` takes it."""

    figure: Figure
    value: Value

    @property
    def label(self) -> str:
        return gettext(self.figure.title)

    @property
    def formula(self) -> str:
        return gettext(self.figure.formula)

    @property
    def number(self) -> float | str | None:
        """A change brings its sign."""
        value = self.value.value
        if value is not None and isinstance(self.figure, Change):
            return f"{value:+.1f}".replace("-", "−")
        return value

    @property
    def unit(self) -> str:
        return str(UNITS[self.figure.unit])

    @property
    def of(self) -> tuple[int, int] | None:
        """A change is no fraction, and all messages are one of themselves."""
        if isinstance(self.figure, Change) or self.figure is figures.MESSAGES:
            return None
        return self.value.numerator, self.value.denominator

    @property
    def n(self) -> int | None:
        counts = isinstance(self.figure, Count) and self.figure is not figures.MESSAGES
        return None if counts else self.value.n

    @property
    def said(self) -> str:
        """What a fraction would not say."""
        if not isinstance(self.figure, Change):
            return ""
        return gettext("本期 %(now)d 件，一年前 %(then)d 件") % {
            "now": self.value.numerator,
            "then": self.value.denominator,
        }


def several(report: Report, chosen: Iterable[Figure]) -> list[Shown]:
    return [Shown(figure, report.values[figure.name]) for figure in chosen]


CLOCKS = (_("接收"), _("沟通"), _("处置"))


def clocks(report: Report) -> list[tuple[str, Shown, Shown]]:
    """The three clocks: what each is called, its median and its ninetieth percentile."""
    found = []
    for title, pair in zip(CLOCKS, figures.THREE_CLOCKS, strict=True):
        median, p90 = several(report, pair)
        found.append((str(title), median, p90))
    return found


# --- words ---------------------------------------------------------------------------------------


def kind(name: str) -> str:
    return str(dict(Kind.choices).get(name, name)) if name else gettext("未分类")


def reporter(name: str) -> str:
    return str(dict(Reporter.choices).get(name, name)) if name else gettext("没有说明")


# --- charts and tables ---------------------------------------------------------------------------

type Bars = list[tuple[str, float | None]]


def by_kind(report: Report) -> Bars:
    known = [*Kind.values, *sorted(set(report.by_kind) - set(Kind.values))]
    return [(kind(name), report.by_kind.get(name, 0)) for name in known]


def by_reporter(report: Report) -> dict[str, Any]:
    """Who wrote × which kind; residents first, apart from all others."""
    who = [*Reporter.values, *sorted({one for one, _kind in report.by_reporter} - _REPORTERS)]
    kinds = [*Kind.values, *sorted({one for _who, one in report.by_reporter} - set(Kind.values))]
    rows = []
    for one in who:
        counts = [report.by_reporter.get((one, name), 0) for name in kinds]
        rows.append((reporter(one), [*counts, sum(counts)]))
    whole = [sum(column) for column in zip(*(counts for _who, counts in rows), strict=True)]
    return {"kinds": [kind(name) for name in kinds], "rows": rows, "whole": whole}


_REPORTERS = set(Reporter.values)


def month(number: int) -> str:
    return f"{number // 100}-{number % 100:02}"


def by_month(piles: Mapping[int, Pile], months: Sequence[int]) -> Bars:
    return [(month(one), piles[one].total if one in piles else 0) for one in months]


def clocks_by_month(
    piles: Mapping[int, Pile], months: Sequence[int]
) -> list[tuple[str, list[tuple[str, float | None]]]]:
    """The median of each clock, month by month; None where there are too few."""
    found = []
    for median, _p90 in figures.THREE_CLOCKS:
        rows = [
            (month(one), median.of(piles[one]).value if one in piles else None) for one in months
        ]
        found.append((gettext(median.title), rows))
    return found


def exported(report: Report, chosen: Iterable[Figure]) -> Iterable[list[Any]]:
    """Each figure as a row of a sheet, without its period."""
    for figure in chosen:
        value = report.values[figure.name]
        low, high = value.interval or (None, None)
        yield [
            gettext(figure.title),
            value.value,
            str(UNITS[figure.unit]),
            value.numerator,
            value.denominator,
            value.n,
            low,
            high,
            value.invited,
            gettext("样本太少") if value.too_few else "",
            gettext(figure.formula),
        ]


EXPORT_HEAD = (
    _("数字"),
    _("值"),
    _("单位"),
    _("分子"),
    _("分母"),
    "n",
    _("95% 区间，下"),
    _("95% 区间，上"),
    _("请过"),
    _("说明"),
    _("怎么算的"),
)
