"""How long a step may take, and what happens when it takes longer.

Pure: `clock(within, lapse, events, calendar)` says when a step is due and at
which instants something must fire. It reads no time of its own and starts no
timer, so that a clock process which was killed finds the same rungs again.

The rules:

- The clock runs from the last `Entered`. Events are taken in order of time,
  whatever order they were recorded in; at one instant the recorded order holds.
- It pauses only when a party is asked (`Asked`), until the party answers
  (`Replied`), and for at most `PAUSE_WORKDAYS` working days, counted as service
  time from the question; then it runs again by itself, answered or not.
- A matter pauses at most `MOST_PAUSES` times in one step, all its stays in that
  step together. A further question is asked without a pause, and so is one put
  while the clock already pauses or after the step was due: being late cannot
  be undone by asking.
- A pause moves the due moment by as much as it lasted, counted as the promise
  is: service time, elapsed time, or, for working days, the closings of service
  it covered. What was left when the question was put is left when it ends.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from yihu.kernel.calendar import Calendar, aware

MOST_PAUSES = 2
PAUSE_WORKDAYS = 3

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_NOTHING = timedelta()


# --- spans -------------------------------------------------------------------


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    SERVICE_HOURS = "service_hours"
    WORKDAYS = "workdays"
    DAYS = "days"


_ELAPSED = {
    Unit.MINUTES: _MINUTE,
    Unit.HOURS: _HOUR,
    Unit.SERVICE_HOURS: _HOUR,
    Unit.DAYS: _DAY,
}


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as a loop promises it: so many of a unit, at least one.

    Service hours and working days run on the calendar; so do hours and minutes,
    unless the loop is `round_the_clock`. Days are always 24 elapsed hours.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.amount < 1:
            raise ValueError(f"a span is at least one of its unit, not {self.amount}")

    def __str__(self) -> str:
        words = self.unit.replace("_", " ")
        return f"{self.amount} {words if self.amount > 1 else words.removesuffix('s')}"

    def in_service_time(self, *, round_the_clock: bool = False) -> bool:
        """Whether it runs during service only."""
        if self.unit in (Unit.HOURS, Unit.MINUTES):
            return not round_the_clock
        return self.unit in (Unit.SERVICE_HOURS, Unit.WORKDAYS)

    def length(self, calendar: Calendar) -> timedelta:
        """How long it is: in service time where it runs in that, elapsed otherwise."""
        if self.unit is Unit.WORKDAYS:
            return self.amount * calendar.service_day
        return self.amount * _ELAPSED[self.unit]

    def after(
        self, moment: datetime, calendar: Calendar, *, round_the_clock: bool = False
    ) -> datetime:
        """When the span, begun at `moment`, is over (UTC)."""
        if self.unit is Unit.WORKDAYS:
            return calendar.add_workdays(moment, self.amount)
        if self.in_service_time(round_the_clock=round_the_clock):
            return calendar.add_service_time(moment, self.length(calendar))
        return aware(moment).astimezone(UTC) + self.length(calendar)


def minutes(n: int) -> Span:
    return Span(n, Unit.MINUTES)


def hours(n: int) -> Span:
    return Span(n, Unit.HOURS)


def service_hours(n: int) -> Span:
    return Span(n, Unit.SERVICE_HOURS)


def workdays(n: int) -> Span:
    return Span(n, Unit.WORKDAYS)


def days(n: int) -> Span:
    return Span(n, Unit.DAYS)


# --- lapses ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Escalate:
    """A ladder: the first role hears of it when the step is due, each next one `every` later."""

    roles: tuple[Hashable, ...]
    every: Span

    def __post_init__(self) -> None:
        if not self.roles:
            raise ValueError("a ladder needs a rung: name the role to escalate to")


@dataclass(frozen=True, slots=True)
class LapseMove:
    """The clock itself makes the move of that name when the step is due."""

    name: str


type Lapse = Escalate | LapseMove

_A_WORKDAY = workdays(1)


def escalate(role: Hashable, *further_roles: Hashable, every: Span = _A_WORKDAY) -> Escalate:
    return Escalate((role, *further_roles), every)


def move(name: str) -> LapseMove:
    return LapseMove(name)


# --- events ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entered:
    """The matter came into the step."""

    step: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a party was recorded."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Replied:
    """The party answered."""

    at: datetime


type Event = Entered | Asked | Replied


# --- the clock ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rung:
    """At `at` something must fire, once: `target` is the role to tell, or the move to make.

    Numbered from 1 upwards, in order of time.
    """

    number: int
    at: datetime
    target: Hashable


@dataclass(frozen=True, slots=True)
class ClockState:
    """What the events say of the step the matter is in. All moments are UTC.

    `due` supposes that an open question stays open: an answer brings it nearer,
    never before the moment of the answer. `paused_from` and `paused_until` are
    those of the last pause in this stay, be it over or not; None without one.
    `pauses` counts those the matter has used in this step. `provisional`: `due`
    was counted over days that no official calendar covers yet. `in_service_time`:
    the promise runs during service only.
    """

    within: Span
    in_service_time: bool
    entered_at: datetime
    due: datetime
    paused_from: datetime | None
    paused_until: datetime | None
    pauses: int
    provisional: bool
    rungs: tuple[Rung, ...]

    def paused(self, now: datetime) -> bool:
        if self.paused_from is None or self.paused_until is None:
            return False
        return self.paused_from <= now < self.paused_until

    def breached(self, now: datetime) -> bool:
        """From the very moment it is due, which is when the first rung fires."""
        return now >= self.due

    def late_by(self, now: datetime) -> timedelta:
        """The elapsed time since it was due; nothing before."""
        return max(now - self.due, _NOTHING)

    def next_rung(self, after: int = 0) -> Rung | None:
        """The rung that fires when `after` of them have fired; None when all have."""
        return self.rungs[after] if after < len(self.rungs) else None


def clock(
    within: Span,
    lapse: Lapse,
    events: Sequence[Event],
    calendar: Calendar,
    *,
    round_the_clock: bool = False,
) -> ClockState:
    """The state of the step last entered, by the rules at the head of this file.

    `within` and `lapse` are that step's. `ValueError` if no event says when a
    step was entered, or a moment lacks its zone.
    """
    stays = _stays(events)
    if not stays:
        raise ValueError("a clock needs the moment at which the step was entered")
    stay = stays[-1]
    promise = _Promise(within, calendar, round_the_clock)
    used = 0
    pauses: list[_Pause] = []
    for same_step in (s for s in stays if s.step == stay.step):
        pauses = promise.pauses(same_step, allowed=MOST_PAUSES - used)
        used += len(pauses)

    due = promise.due(stay, pauses)
    last = pauses[-1] if pauses else None
    on_calendar = [_Pause(stay.entered_at, due)] if promise.in_service_time else pauses
    return ClockState(
        within=within,
        in_service_time=promise.in_service_time,
        entered_at=stay.entered_at,
        due=due,
        paused_from=last.since if last else None,
        paused_until=last.until if last else None,
        pauses=used,
        provisional=any(calendar.provisional_between(p.since, p.until) for p in on_calendar),
        rungs=_rungs(lapse, due, calendar, round_the_clock),
    )


@dataclass(frozen=True, slots=True)
class _Pause:
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class _Stay:
    """One stay in a step, and what was asked and answered in it."""

    step: str
    entered_at: datetime
    events: list[Asked | Replied] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Promise:
    within: Span
    calendar: Calendar
    round_the_clock: bool

    @property
    def in_service_time(self) -> bool:
        return self.within.in_service_time(round_the_clock=self.round_the_clock)

    def pauses(self, stay: _Stay, allowed: int) -> list[_Pause]:
        """The pauses of a stay, of which at most `allowed`."""
        pauses: list[_Pause] = []
        for event in stay.events:
            at = event.at
            paused = bool(pauses) and at < pauses[-1].until
            if isinstance(event, Replied):
                if paused:
                    pauses[-1] = replace(pauses[-1], until=at)
            elif not paused and len(pauses) < allowed and at < self.due(stay, pauses):
                limit = PAUSE_WORKDAYS * self.calendar.service_day
                pauses.append(_Pause(at, self.calendar.add_service_time(at, limit)))
        return pauses

    def due(self, stay: _Stay, pauses: Sequence[_Pause]) -> datetime:
        due = self.within.after(
            stay.entered_at, self.calendar, round_the_clock=self.round_the_clock
        )
        for pause in pauses:
            due = self._later(due, pause)
        return due

    def _later(self, due: datetime, pause: _Pause) -> datetime:
        calendar = self.calendar
        if self.within.unit is Unit.WORKDAYS:
            return calendar.add_workdays(due, calendar.closings_between(pause.since, pause.until))
        if self.in_service_time:
            paused_for = calendar.service_time_between(pause.since, pause.until)
            return calendar.add_service_time(due, paused_for)
        return due + (pause.until - pause.since)


def _stays(events: Sequence[Event]) -> list[_Stay]:
    """The stays in order of time; what was asked before the first is no step's."""
    stays: list[_Stay] = []
    for event in sorted(events, key=lambda event: aware(event.at)):
        if isinstance(event, Entered):
            stays.append(_Stay(event.step, event.at.astimezone(UTC)))
        elif stays:
            stays[-1].events.append(replace(event, at=event.at.astimezone(UTC)))
    return stays


def _rungs(
    lapse: Lapse, due: datetime, calendar: Calendar, round_the_clock: bool
) -> tuple[Rung, ...]:
    if isinstance(lapse, LapseMove):
        return (Rung(1, due, lapse.name),)
    rungs = [Rung(1, due, lapse.roles[0])]
    for role in lapse.roles[1:]:
        at = lapse.every.after(rungs[-1].at, calendar, round_the_clock=round_the_clock)
        rungs.append(Rung(len(rungs) + 1, at, role))
    return tuple(rungs)


# --- what a page shows -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Remaining:
    """The time left, or late by: `count` whole minutes, hours or days, rounded down.

    What is left of a promise that runs during service only is service time, a day
    of it being a working day (`in_service_time`). Lateness is elapsed time, since
    whoever waits, waits at night too. `soon`: under a quarter of the span, or under
    an hour, is left. While `paused` what is left stands still, and is not `soon`.
    """

    late: bool
    soon: bool
    paused: bool
    unit: Unit
    count: int
    in_service_time: bool


def remaining(state: ClockState, now: datetime, calendar: Calendar) -> Remaining:
    """What the clock chip says at `now`; `calendar` is the one the state was made with."""
    if state.breached(now):
        unit, count = _whole(state.late_by(now), _DAY)
        return Remaining(True, False, False, unit, count, False)
    paused = state.paused(now)
    since = state.paused_until if paused and state.paused_until else now
    if state.in_service_time:
        left, day = calendar.service_time_between(since, state.due), calendar.service_day
    else:
        left, day = state.due - since, _DAY
    soon = not paused and left < max(state.within.length(calendar) / 4, _HOUR)
    unit, count = _whole(left, day)
    return Remaining(False, soon, paused, unit, count, state.in_service_time)


def _whole(time: timedelta, day: timedelta) -> tuple[Unit, int]:
    if time >= day:
        return Unit.DAYS, time // day
    if time >= _HOUR:
        return Unit.HOURS, time // _HOUR
    return Unit.MINUTES, time // _MINUTE
