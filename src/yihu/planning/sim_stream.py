"""Calls to come, as a simulation draws them: from what was fitted to the past, or assumed. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import sqrt
from typing import Final

import numpy as np

from yihu.dispatch.kinds import Kind
from yihu.planning.fitting import Fitted, Lognormal, Rates, fit
from yihu.planning.past_calls import Call
from yihu.planning.sim_question import CallClass, Span, Stream
from yihu.planning.siting_problem import Floats
from yihu.planning.study_assumptions import Assumptions

ENOUGH = 50
"""Calls of which fewer say too little of how many come, when and where."""
LEAST = timedelta(days=7)
"""How long must have been looked on: each hour of the week once."""
EXPECTED: Final[Mapping[str, float]] = {
    "1v2": Assumptions().share_now,
    "2a1": Assumptions().share_soon,
    "3a1": 1 - Assumptions().share_now - Assumptions().share_soon,
}
"""The classes of calls that are assumed, and how large a part of all each is."""
STUDIED = 600_000
"""Residents of the district in which the study assumes so many calls."""
DIGITS = 6


def assumed(residents: int, seen: int = 0, days: float = 0.0) -> Stream:
    """Where too few were seen: to so many residents as many calls as the study of response times
    assumes, one a day at least; as residents live, more in the evening than at night."""
    told = Assumptions()
    a_day = max(1.0, told.calls * residents / STUDIED)
    night, evening = np.full(7, told.night), np.full(5, told.evening)
    rest = (24 - night.sum() - evening.sum()) / 12
    day = np.concatenate([night, np.full(11, rest), evening, [rest]]) * a_day / 24
    by_hour = np.tile(day, 7)[:, None] * np.array(list(EXPECTED.values()))
    return Stream(
        "prior", seen, days, tuple(EXPECTED), (), _rows(by_hour), ((),) * len(EXPECTED), {}, {}
    )


def of_calls(calls: Sequence[Call]) -> Stream | None:
    """Fitted to calls whose kinds are the house's and whose zones are codes of communities, from
    the first day's beginning to the last one's end; None where they are too few, or a week was not
    looked on."""
    if not calls:
        return None
    moments = [call.created for call in calls]
    since, until = _day(min(moments)), _day(max(moments)) + timedelta(days=1)
    found = fit([replace(call, kind=_class(call.kind)) for call in calls], since, until)
    return of_fitted(found, "file")


def of_fitted(found: Fitted, origin: str) -> Stream | None:
    """From what was fitted by kind, or by class; None where that rests on too little."""
    rates = found.arrivals
    seen = int(rates.n.sum())
    if seen < ENOUGH or timedelta(hours=rates.hours) < LEAST:
        return None
    classes = sorted({_class(kind) for kind in rates.kinds})
    service = {} if found.service is None else found.service.by
    turnout = {} if found.turnout is None else found.turnout.by
    return Stream(
        origin,
        seen,
        rates.hours / 24,
        tuple(classes),
        rates.zones if rates.zones != ("",) else (),
        *_told(rates, classes),
        service=_by_class(service),
        turnout={force: _span([law]) for force, law in turnout.items() if law.n},
        unplaced=rates.unplaced,
    )


def _class(kind: str) -> str:
    """A class as it is; the class of a kind."""
    return CallClass.of(Kind(kind)).code if kind in Kind else kind


def _told(
    rates: Rates, classes: Sequence[str]
) -> tuple[tuple[tuple[float, ...], ...], tuple[tuple[float, ...], ...]]:
    """By hour and class; by class and zone."""
    total = np.zeros((len(rates.rate), len(classes), len(rates.zones)))
    for number, kind in enumerate(rates.kinds):
        total[:, classes.index(_class(kind))] += rates.rate[:, number]
    by_hour, where = total.sum(axis=2), total.sum(axis=0)
    if rates.zones == ("",):
        return _rows(by_hour), ((),) * len(classes)
    shares = where / np.maximum(where.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    return _rows(by_hour), _rows(shares)


def _by_class(laws: Mapping[str, Lognormal]) -> dict[str, Span]:
    grouped: dict[str, list[Lognormal]] = defaultdict(list)
    for kind, law in laws.items():
        if law.n:
            grouped[_class(kind)].append(law)
    return {code: _span(group) for code, group in grouped.items()}


def _span(laws: Iterable[Lognormal]) -> Span:
    """One law in place of several, whose logarithms it has the mean and the deviation of."""
    each = list(laws)
    weights = np.array([law.n for law in each], dtype=float) / sum(law.n for law in each)
    means = np.array([law.mu for law in each])
    squares = means**2 + np.array([law.sigma for law in each]) ** 2
    mean = float(weights @ means)
    spread = sqrt(max(float(weights @ squares) - mean**2, 0.0))
    return Span(round(mean, DIGITS), round(spread, DIGITS), sum(law.n for law in each))


def _rows(table: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(one), DIGITS) for one in row) for row in table)


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
