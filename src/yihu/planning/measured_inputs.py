"""The numbers that the answer of a simulation hangs on, as a district's own past gives them: who
comes that is asked, who is on shift, how many call, how long it takes. Pure.

Each `Input` says whether it was measured and on how much it rests, and what was declared of it
before anybody looked. Nothing is of a unit or a person: all is pooled by kind.

`measured` takes what the ledger knows, `of_table` calls that were read from a file: both give the
same `Inputs`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from yihu.dispatch.acceptance import PRIOR
from yihu.dispatch.kinds import RULES, SENT, Kind, UnitKind, Urgency
from yihu.planning.fitting import (
    HOUR,
    Fitted,
    Floats,
    Laws,
    Lognormal,
    fit,
    hours_seen,
)
from yihu.planning.past_calls import Call
from yihu.planning.study_assumptions import Assumptions

DAY = timedelta(days=1)
DAY_HOURS = 24
HELPERS: Final = tuple(kind.value for kind in UnitKind if kind not in SENT)
"""Who is alerted beside the police, being near: their density decides most."""
EXPECTED: Final[Mapping[str, float]] = {kind.value: chance for kind, chance in PRIOR.items()}


class Prior(StrEnum):
    """What was declared before anybody looked."""

    HOUSE = "house"  # what dispatch assumes of each kind of force
    STUDY = "study"  # what the study of response times assumes
    POOLED = "pooled"  # all kinds are alike
    REGISTERED = "registered"  # every unit that is registered is on shift, day and night


class Source(StrEnum):
    MEASURED = "measured"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Input[T]:
    """`value`: what holds. `n`: calls, answers, times or shifts that it rests on, seen `since`;
    None where nothing was seen, and the prior stands as it is. `prior`: what it is drawn towards,
    or stood in its place before; `expected`: that value, None where it is none of its own."""

    value: T
    n: int
    since: datetime | None
    prior: Prior
    expected: T | None = None

    @property
    def source(self) -> Source:
        return Source.ASSUMED if self.since is None else Source.MEASURED

    @classmethod
    def assumed(cls, value: T, prior: Prior) -> "Input[T]":
        return cls(value, 0, None, prior, value)


@dataclass(frozen=True, slots=True)
class Spell:
    """A time on shift: of which unit, told apart by any number that stays with it, and its kind."""

    unit: int
    force: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """From `since` on and before `until`.

    `acceptance`, `turnout`: by kind of force; `service`: by kind of call; the kinds of the house,
    and whatever else was written. Laws are of seconds.

    `calls`: a day, by kind; `by_hour[hour of the week]`: calls an hour; `by_zone`: shares of all.
    `on_shift[kind of force][hour of the day]`: units on average; `density[hour of the day]`:
    HELPERS on shift per km², nothing where the area is not known. `fitted`: what these were taken
    from, with the whole table of rates.
    """

    since: datetime
    until: datetime
    acceptance: Mapping[str, Input[float]]
    turnout: Mapping[str, Input[Lognormal]]
    service: Mapping[str, Input[Lognormal]]
    calls: Mapping[str, Input[float]]
    by_hour: tuple[Input[float], ...]
    by_zone: Mapping[str, Input[float]]
    on_shift: Mapping[str, tuple[Input[float], ...]]
    density: tuple[Input[float], ...]
    fitted: Fitted

    @property
    def a_day(self) -> Input[float]:
        """All calls."""
        total = sum(one.value for one in self.calls.values())
        n = sum(one.n for one in self.calls.values())
        return Input(total, n, self.since if n else None, Prior.POOLED)


def of_table(calls: Sequence[Call]) -> Inputs:
    """From calls that were read from a file, from the first one's day to the last one's. Of who was
    on shift a file says nothing. ValueError where there are none."""
    if not calls:
        raise ValueError("no calls, no measure")
    moments = [call.created for call in calls]
    return measured(calls, _day(min(moments)), _day(max(moments)) + DAY)


def measured(
    calls: Sequence[Call],
    since: datetime,
    until: datetime,
    *,
    spells: Iterable[Spell] = (),
    registered: Mapping[str, int] | None = None,
    km2: float | None = None,
) -> Inputs:
    """From calls and times on shift between two moments of the district's own clock. `registered`:
    units, by kind; `km2`: where they are. Calls, and shifts, are taken to be looked on from the day
    of the first one. ValueError where `since` is not before `until`.
    """
    counted = [call for call in calls if since <= call.created < until]
    begun = _begun(since, (call.created for call in counted))
    found = fit(counted, begun, until, EXPECTED)
    rates = found.arrivals
    on_shift = dict(_on_shift(list(spells), since, until, registered or {}))
    by_zone = rates.rate.sum(axis=(0, 1))
    seen = begun if counted else None
    return Inputs(
        begun,
        until,
        _acceptance(found, begun),
        dict(_laws(found.turnout, [kind.value for kind in UnitKind], _turnout, begun)),
        dict(_laws(found.service, [kind.value for kind in Kind], _service, begun)),
        {
            kind: Input(float(rate), int(n), seen, Prior.POOLED)
            for kind, rate, n in zip(
                rates.kinds, rates.rate.sum(axis=(0, 2)) / 7, rates.n, strict=True
            )
        },
        tuple(
            Input(float(rate), int(n), seen, Prior.POOLED)
            for rate, n in zip(rates.rate.sum(axis=(1, 2)), rates.n_hour, strict=True)
        ),
        {
            zone: Input(float(rate / by_zone.sum()), int(n), seen, Prior.POOLED)
            for zone, rate, n in zip(rates.zones, by_zone, rates.n_zone, strict=True)
            if zone and by_zone.any()
        },
        on_shift,
        tuple(_density(on_shift, km2)) if km2 else (),
        found,
    )


def _begun(since: datetime, moments: Iterable[datetime]) -> datetime:
    """The day of the first of them, by the district's own clock."""
    return max(since, _day(min(moments, default=since).astimezone(since.tzinfo)))


def _day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


# --- who comes, and how soon ----------------------------------------------------------------------


def _acceptance(found: Fitted, since: datetime) -> dict[str, Input[float]]:
    chances = {force: Input.assumed(chance, Prior.HOUSE) for force, chance in EXPECTED.items()}
    for force, chance in found.acceptance.items():
        expected = EXPECTED.get(force)
        prior = Prior.POOLED if expected is None else Prior.HOUSE
        chances[force] = Input(chance.p, chance.n, since, prior, expected)
    return chances


def _laws(
    found: Laws | None, kinds: Sequence[str], expected: "Expected", since: datetime
) -> Iterator[tuple[str, Input[Lognormal]]]:
    """Of every kind: its own where times were seen, else that of all, else what is assumed."""
    seen = {} if found is None else found.by
    for kind in dict.fromkeys([*kinds, *seen]):
        if kind in seen:
            yield kind, Input(seen[kind], seen[kind].n, since, Prior.POOLED)
        elif found is not None:
            yield kind, Input.assumed(found.of(kind), Prior.POOLED)
        else:
            yield kind, Input.assumed(expected(kind), Prior.STUDY)


class Expected:
    """The laws that the study of response times assumes, by kind."""

    def __init__(self, means: Mapping[str, float], otherwise: float) -> None:
        self.means, self.otherwise = means, otherwise

    def __call__(self, kind: str) -> Lognormal:
        return Lognormal.of(self.means.get(kind, self.otherwise), Assumptions().spread)


_turnout = Expected({UnitKind.POLICE: Assumptions().car_turnout}, Assumptions().turnout)
_at_scene: Final = {
    Urgency.NOW: Assumptions().service_now,
    Urgency.SOON: Assumptions().service_soon,
    Urgency.CAN_WAIT: Assumptions().service_wait,
}
_service = Expected(
    {kind: _at_scene[rule.urgency] for kind, rule in RULES.items()}, Assumptions().service_soon
)


# --- who is there ---------------------------------------------------------------------------------


def _on_shift(
    spells: Sequence[Spell], since: datetime, until: datetime, registered: Mapping[str, int]
) -> Iterator[tuple[str, tuple[Input[float], ...]]]:
    """A unit counts once, however many of it are on shift. Of a kind of which no shift was ever
    seen, or not at such an hour, all that are registered are taken to be there."""
    within = [one for one in spells if one.since < until and one.until > since]
    begun = _begun(since, (max(one.since, since) for one in within))
    looked_on = hours_seen(begun, until).reshape(7, DAY_HOURS).sum(axis=0)
    by_force: dict[str, list[Spell]] = defaultdict(list)
    for one in within:
        by_force[one.force].append(one)
    for force in sorted({*by_force, *registered}):
        there = Input.assumed(float(registered.get(force, 0)), Prior.REGISTERED)
        if force not in by_force:
            yield force, (there,) * DAY_HOURS
            continue
        hours, many = _unit_hours(by_force[force], begun, until)
        yield (
            force,
            tuple(
                Input(float(all_ / seen), int(n), begun, Prior.REGISTERED, there.value)
                if seen
                else there
                for all_, seen, n in zip(hours, looked_on, many, strict=True)
            ),
        )


def _unit_hours(spells: Sequence[Spell], begun: datetime, until: datetime) -> tuple[Floats, Floats]:
    """By hour of the day: the hours that units were on shift, and how many times one was."""
    first = begun.replace(minute=0, second=0, microsecond=0)
    last = (until - first) / HOUR
    edges = np.array(_merged(spells, first)).clip((begun - first) / HOUR, last)
    start, end = edges[edges[:, 0] < edges[:, 1]].T
    hours = int(np.ceil(last))
    on = (_before(end, hours) - _before(start, hours))[:hours]
    began, ended = np.floor(start).astype(np.int64), np.ceil(end).astype(np.int64)
    many = np.bincount(began, minlength=hours + 1) - np.bincount(ended, minlength=hours + 1)
    day = (first.hour + np.arange(hours)) % DAY_HOURS
    return (
        np.bincount(day, on, minlength=DAY_HOURS),
        np.bincount(day, many.cumsum()[:hours], minlength=DAY_HOURS),
    )


def _merged(spells: Sequence[Spell], first: datetime) -> list[tuple[float, float]]:
    """In hours since a moment; those of a unit that overlap or touch are one."""
    merged: list[tuple[float, float]] = []
    unit: int | None = None
    for one in sorted(spells, key=lambda spell: (spell.unit, spell.since)):
        start, end = (one.since - first) / HOUR, (one.until - first) / HOUR
        if one.unit == unit and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
        unit = one.unit
    return merged


def _before(moments: Floats, hours: int) -> Floats:
    """By hour: how much of it lies before each of these, summed."""
    whole = np.floor(moments).astype(np.int64)
    count = np.bincount(whole, minlength=hours + 1)
    begun = np.bincount(whole, moments - whole, minlength=hours + 1)
    later: Floats = count[::-1].cumsum()[::-1] - count + begun
    return later


def _density(on_shift: Mapping[str, Sequence[Input[float]]], km2: float) -> Iterator[Input[float]]:
    """Measured where all are of whom there are any."""
    helpers = [hours for force, hours in on_shift.items() if force in HELPERS]
    for here in zip(*helpers, strict=True):
        there = [one for one in here if one.value or one.since]
        seen = [one.since for one in there if one.since is not None]
        yield Input(
            sum(one.value for one in here) / km2,
            sum(one.n for one in here),
            min(seen) if seen and len(seen) == len(there) else None,
            Prior.REGISTERED,
            sum(one.expected or 0.0 for one in here) / km2,
        )
