"""How far each wave of offers reaches: further than the one before, and never into nothing."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from django.db.models import Q

from yihu.dispatch.crew import Crew
from yihu.dispatch.duties import duty_officers, leaders
from yihu.dispatch.kinds import Kind, Reach, may_lead
from yihu.dispatch.models import Assignment, UnitMember
from yihu.dispatch.recommend import Advice, Unfit
from yihu.dispatch.waves import SECONDS, NewWave
from yihu.kernel.models import EXERCISE, Matter
from yihu.people.shifts import on_shift

NEXT: Mapping[Reach, Reach] = MappingProxyType(
    {
        Reach.BEST: Reach.WIDER,
        Reach.WIDER: Reach.PHONE,
        Reach.PHONE: Reach.DUTY_OFFICER,
        Reach.DUTY_OFFICER: Reach.CHIEF,
    }
)
WAITS: Mapping[Reach, int] = MappingProxyType(
    {
        Reach.BEST: SECONDS,
        Reach.WIDER: 20,
        Reach.PHONE: 25,
        Reach.DUTY_OFFICER: 60,
        Reach.CHIEF: 120,
    }
)
"""Seconds. With nobody answering, the officer on duty is reached 65 seconds after the first offer
and a few ticks of the clock."""
WIDER = 6
"""How many more are asked in the second wave."""
RUNG = 10
"""How many are rung at once."""
OUT_OF_SIGHT = frozenset({Unfit.STALE, Unfit.NO_POSITION})
"""Who could come and is asked by telephone only, since nobody knows where they are."""


def wave_from(matter: Matter, reach: Reach, advice: Advice) -> NewWave:
    """The first wave from `reach` on that finds anybody; an empty one to the chief where there is
    nobody at all."""
    new = _wave(matter, reach, advice)
    while not (new.units or new.people) and (further := NEXT.get(new.reach)):
        new = _wave(matter, further, advice)
    return new


def _wave(matter: Matter, reach: Reach, advice: Advice) -> NewWave:
    units: Sequence[UUID] = ()
    people: Sequence[UUID] = ()
    match reach:
        case Reach.BEST:
            units = advice.chosen
        case Reach.WIDER:
            units = [line.crew.unit for line in advice.lines][:WIDER]
        case Reach.PHONE:
            units = _by_telephone(matter, advice)
        case Reach.DUTY_OFFICER:
            people = duty_officers(matter.office_id, matter.district)
            units = _units_of(matter, people)
        case Reach.CHIEF:
            people = leaders(matter.office_id, matter.district)
            units = _units_of(matter, people)
    beside = [line.crew.unit for line in advice.beside]
    return NewWave(reach, units, beside, people, WAITS[reach])


def _by_telephone(matter: Matter, advice: Advice) -> list[UUID]:
    """Those who were silent, and those whose set is."""
    silent = [one.crew for one in advice.left_out if one.reason.code is Unfit.SILENT]
    unseen = [one.crew for one in advice.left_out if one.reason.code in OUT_OF_SIGHT]
    able = [crew for crew in (*silent, *unseen) if _can_go(crew, matter)]
    return [crew.unit for crew in able[:RUNG]]


def _can_go(crew: Crew, matter: Matter) -> bool:
    return crew.can_be_sent and may_lead(crew.kind, Kind(matter.kind))


def _units_of(matter: Matter, people: Sequence[UUID]) -> list[UUID]:
    """The units of these people, where one of them can answer an offer for it. An exercise calls
    nobody away from what is real."""
    here = on_shift().filter(person__in=people).values("person")
    found = UnitMember.objects.filter(person__in=here, until=None, unit__retired_at=None)
    taken = Q(incident=matter.pk)
    if matter.door == EXERCISE:
        taken |= ~Q(incident__matter__door=EXERCISE)
    going = Assignment.objects.filter(taken, ended_at=None).values("unit")
    return list(dict.fromkeys(found.exclude(unit__in=going).values_list("unit", flat=True)))
