"""Whom to ask, in which order, and why. Pure: equal circumstances give equal advice.

Each line carries its reasons as codes with numbers; whoever is left out stands there with what
left them out. Off shift nobody appears at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from math import inf, isfinite
from typing import Any
from uuid import UUID

from yihu.dispatch.acceptance import Acceptance, Chance, enough_come
from yihu.dispatch.coverage import REACH, Coverage, Demand
from yihu.dispatch.crew import Crew
from yihu.dispatch.kinds import SENT, Kind, Status, UnitKind, Urgency, may_lead
from yihu.dispatch.policy import (
    BESIDE,
    BUSY_COST,
    CARRIED_WITHIN,
    EXTRA,
    OVER,
    STALE,
    SURE,
    Policy,
    goes_beside,
    police_first,
    policy_of,
    reserve_of,
)
from yihu.dispatch.travel import Way

NO_WAY = Way(inf, inf, by_road=False)
STORED = 30
"""Lines that are stored with their reasons; of the others, who and how long."""


class Why(StrEnum):
    """What speaks for a unit, or is to be known of it."""

    NEAREST = "nearest"
    KEEPS_COVER = "keeps_cover"  # residents
    COSTS_COVER = "costs_cover"  # residents
    CARRIES = "carries"
    BESIDE = "beside"
    WITH_OTHERS = "with_others"  # incidents
    BY_LINE = "by_line"
    INEXACT = "inexact"  # metres
    UNPLACED = "unplaced"


class Unfit(StrEnum):
    """What leaves a unit out."""

    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    NO_POSITION = "no_position"
    STALE = "stale"  # minutes
    NO_WAY = "no_way"
    POLICE_ONLY = "police_only"
    RESERVE = "reserve"  # free, of those on shift
    ASKED = "asked"
    DECLINED = "declined"
    SILENT = "silent"
    GOING = "going"
    RAISED_IT = "raised_it"


@dataclass(frozen=True, slots=True)
class Reason:
    code: Why | Unfit
    numbers: tuple[int, ...] = ()

    @property
    def stored(self) -> list[Any]:
        return [self.code.value, *self.numbers]


@dataclass(frozen=True, slots=True)
class Line:
    """One that can be asked. `cost`: seconds until it is there, with what it is busy with
    counted in; `lost`: residents who would have nobody within reach if it went."""

    crew: Crew
    way: Way
    chance: Chance
    lost: int = 0
    why: tuple[Reason, ...] = ()
    beside: bool = False
    chosen: bool = False

    @property
    def cost(self) -> float:
        return self.way.seconds + BUSY_COST * self.crew.load

    @property
    def seconds(self) -> float | None:
        return _known_or_none(self.way.seconds)

    @property
    def metres(self) -> float | None:
        return _known_or_none(self.way.metres)

    def but(self, *reasons: Reason, **more: Any) -> "Line":
        return replace(self, why=(*reasons, *self.why), **more)

    @property
    def stored(self) -> dict[str, Any]:
        return {
            "unit": self.crew.code,
            "seconds": _whole(self.seconds),
            "metres": _whole(self.metres),
            "by_road": self.way.by_road,
            "p": round(self.chance.p, 3),
            "n": self.chance.n,
            "lost": self.lost,
            "beside": self.beside,
            "chosen": self.chosen,
            "why": [reason.stored for reason in self.why],
        }


@dataclass(frozen=True, slots=True)
class LeftOut:
    crew: Crew
    reason: Reason
    seconds: float | None = None

    @property
    def stored(self) -> dict[str, Any]:
        return {"unit": self.crew.code, "left_out": self.reason.stored}


@dataclass(frozen=True, slots=True)
class Trade:
    """What the first choice costs against the nearest, and what is kept for it."""

    seconds: float
    residents: int


@dataclass(frozen=True, slots=True)
class Advice:
    """Whom to ask. `sure`: how likely enough come of those chosen."""

    policy: Policy
    needed: int
    lines: tuple[Line, ...] = ()
    beside: tuple[Line, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    trade: Trade | None = None
    sure: float = 0.0

    @property
    def chosen(self) -> list[UUID]:
        return [line.crew.unit for line in (*self.lines, *self.beside) if line.chosen]

    def line_of(self, unit: UUID) -> Line | None:
        return next((one for one in (*self.lines, *self.beside) if one.crew.unit == unit), None)

    @property
    def stored(self) -> list[dict[str, Any]]:
        """All of it, as it is kept beside what was chosen."""
        full = [*self.lines[:STORED], *self.beside[:STORED]]
        short = [*self.lines[STORED:], *self.beside[STORED:]]
        rest = [{"unit": one.crew.code, "seconds": _whole(one.seconds)} for one in short]
        return [*(one.stored for one in full), *rest, *(one.stored for one in self.left_out)]


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody is wanted for. `needed`: how many more; `asked`: what came of each unit that
    was asked before; `raised_by`: the units of whoever raised it."""

    kind: Kind
    urgency: Urgency
    needed: int = 1
    placed: bool = True
    equipment: tuple[str, ...] = ()
    asked: Mapping[UUID, Unfit] = field(default_factory=dict)
    raised_by: frozenset[UUID] = frozenset()


def recommend(
    task: Task,
    crews: Iterable[Crew],
    ways: Mapping[UUID, Way],
    acceptance: Acceptance,
    demand: Demand,
    now: datetime,
) -> Advice:
    """`ways`: for each unit with a position, how it would get there; `now`: local time."""
    here = [crew for crew in crews if crew.on_duty]
    free = [crew for crew in here if crew.can_be_sent and crew.kind in SENT]
    police = sum(crew.kind in SENT for crew in here)
    kept_back = task.urgency is Urgency.CAN_WAIT and len(free) <= reserve_of(police)
    coverage = Coverage(demand, free)
    able: list[Line] = []
    out: list[LeftOut] = []
    for crew in here:
        way = ways.get(crew.unit, NO_WAY)
        reason = _unfit(task, crew, way, now)
        if reason is None and kept_back and crew.kind in SENT:
            reason = Reason(Unfit.RESERVE, (len(free), police))
        if reason is not None:
            out.append(LeftOut(crew, reason, _known_or_none(way.seconds)))
            continue
        chance = acceptance.of(crew.kind, now, _known_or_none(way.metres))
        lost = coverage.lost_without(crew)
        able.append(Line(crew, way, chance, lost, _known(task, crew, way)))
    able.sort(key=lambda line: (line.cost, line.crew.code))
    leads, others = _split(task, able)
    chosen, trade = _choose(task, leads, coverage)
    beside = _beside(task, [*others, *leads], {line.crew.code for line in chosen})
    taken = {line.crew.code for line in (*chosen, *beside)}
    out += [LeftOut(line.crew, Reason(Unfit.POLICE_ONLY), line.seconds) for line in others
            if line.crew.code not in taken]  # fmt: skip
    rest = [line for line in leads if line.crew.code not in taken]
    return Advice(
        policy=policy_of(task.urgency, placed=task.placed),
        needed=task.needed,
        lines=(*chosen, *rest),
        beside=tuple(beside),
        left_out=tuple(sorted(out, key=lambda one: (one.seconds or inf, one.crew.code))),
        trade=trade,
        sure=enough_come([line.chance.p for line in chosen], task.needed),
    )


# --- who can be asked -----------------------------------------------------------------------------


def _unfit(task: Task, crew: Crew, way: Way, now: datetime) -> Reason | None:
    if crew.unit in task.raised_by:
        return Reason(Unfit.RAISED_IT)
    if crew.unit in task.asked:
        return Reason(task.asked[crew.unit])
    if crew.status is Status.UNAVAILABLE:
        return Reason(Unfit.UNAVAILABLE)
    if not crew.can_be_sent:
        return Reason(Unfit.BUSY)
    if not task.placed:
        return None
    if crew.fix is None:
        return Reason(Unfit.NO_POSITION)
    if (age := now - crew.fix.at) > STALE:
        return Reason(Unfit.STALE, (int(age.total_seconds() // 60),))
    return None if isfinite(way.seconds) else Reason(Unfit.NO_WAY)


def _known(task: Task, crew: Crew, way: Way) -> tuple[Reason, ...]:
    """What is to be known of a unit, whatever place it has in the list."""
    found = []
    if task.equipment and crew.equipment.issuperset(task.equipment):
        found.append(Reason(Why.CARRIES))
    if crew.load:
        found.append(Reason(Why.WITH_OTHERS, (crew.load,)))
    if not task.placed:
        return (*found, Reason(Why.UNPLACED))
    if crew.fix and crew.fix.accuracy and crew.fix.accuracy > 200:
        found.append(Reason(Why.INEXACT, (round(crew.fix.accuracy),)))
    if not way.by_road:
        found.append(Reason(Why.BY_LINE))
    return tuple(found)


def _split(task: Task, able: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Those who can be sent, and those who only go beside them."""
    leading = {kind for kind in UnitKind if may_lead(kind, task.kind)}
    if police_first(task.kind) and any(line.crew.kind in SENT for line in able):
        leading &= SENT
    leads = [line for line in able if line.crew.kind in leading]
    return leads, [line for line in able if line.crew.kind not in leading]


# --- who is asked ---------------------------------------------------------------------------------


def _choose(
    task: Task, leads: Sequence[Line], coverage: Coverage
) -> tuple[list[Line], Trade | None]:
    """As many as it takes to be sure that enough come, the best first."""
    left, chosen, trade = list(leads), list[Line](), None
    most = task.needed + EXTRA[task.urgency]
    while left and len(chosen) < most:
        if len(chosen) >= task.needed and _sure(task, chosen):
            break
        pick = _best(task, left, coverage)
        left.remove(pick)
        reasons = []
        if not chosen:
            trade = _trade(pick, leads[0])
            reasons = _first_reasons(task, pick, leads[0], trade)
        coverage.leave(pick.crew)
        chosen.append(pick.but(*reasons, chosen=True))
    return [*chosen, *_carrying(task, left, chosen)], trade


def _sure(task: Task, chosen: Sequence[Line]) -> bool:
    return enough_come([line.chance.p for line in chosen], task.needed) >= SURE[task.urgency]


def _best(task: Task, left: Sequence[Line], coverage: Coverage) -> Line:
    if task.urgency is Urgency.NOW or not task.placed:
        return left[0]
    within = min(REACH, left[0].cost + OVER)
    near = [line for line in left if line.cost <= within] or [left[0]]
    return min(near, key=lambda line: (coverage.lost_without(line.crew), _awaited(line)))


WAIT = 20.0
"""Seconds that silence costs before the next one is asked."""


def _awaited(line: Line) -> float:
    """Seconds until one like this is there, if such are asked until one comes."""
    return line.cost + WAIT * (1 - line.chance.p) / line.chance.p


def _trade(pick: Line, nearest: Line) -> Trade | None:
    if pick.crew.unit == nearest.crew.unit or pick.lost >= nearest.lost:
        return None
    return Trade(pick.way.seconds - nearest.way.seconds, nearest.lost - pick.lost)


def _first_reasons(task: Task, pick: Line, nearest: Line, trade: Trade | None) -> list[Reason]:
    if not task.placed:
        return []
    if trade is not None:
        return [Reason(Why.KEEPS_COVER, (trade.residents,))]
    found = [Reason(Why.NEAREST)] if pick.crew.unit == nearest.crew.unit else []
    return [*found, Reason(Why.COSTS_COVER, (pick.lost,))] if pick.lost else found


def _carrying(task: Task, left: Sequence[Line], chosen: Sequence[Line]) -> list[Line]:
    """One more who carries what is needed, where none of those chosen does and one is not far."""
    wanted = frozenset(task.equipment)
    if not wanted or not chosen or any(wanted <= line.crew.equipment for line in chosen):
        return []
    near = [line for line in left if line.cost <= chosen[0].cost + CARRIED_WITHIN]
    found = next((line for line in near if wanted <= line.crew.equipment), None)
    return [replace(found, chosen=True)] if found else []


def _beside(task: Task, able: Iterable[Line], taken: set[str]) -> list[Line]:
    """The nearest who go beside those who are sent, at once, where it is urgent."""
    if task.urgency is not Urgency.NOW or not task.placed:
        return []
    near = [
        line
        for line in able
        if line.cost <= REACH
        and line.crew.code not in taken
        and goes_beside(line.crew.kind, task.kind)
    ]
    near.sort(key=lambda line: (line.cost, line.crew.code))
    return [line.but(Reason(Why.BESIDE), beside=True, chosen=True) for line in near[:BESIDE]]


def _known_or_none(number: float) -> float | None:
    return number if isfinite(number) else None


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)
