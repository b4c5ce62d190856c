"""Reading who can be sent: units with their members on shift and where they are."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from yihu.dispatch.crew import Crew, Fix
from yihu.dispatch.kinds import Status, Travel, UnitKind
from yihu.dispatch.models import Assignment, Unit, UnitMember
from yihu.people.shifts import on_shift
from yihu.radio.models import Whereabouts


def crews(
    district: str, now: datetime | None = None, units: Iterable[UUID] | None = None
) -> list[Crew]:
    """All units of a district that were not retired, or some of them, in order of their code:
    four statements, however many there are. Off shift a unit has neither people nor a place."""
    now = now or timezone.now()
    found = Unit.objects.filter(district=district, retired_at=None)
    if units is not None:
        found = found.filter(pk__in=list(units))
    running = Assignment.objects.filter(unit__in=found.values("pk"), ended_at=None)
    loads = dict(running.values_list("unit").annotate(Count("pk")))
    people: dict[UUID, list[UUID]] = defaultdict(list)
    begun: dict[UUID, datetime] = {}
    shifts = on_shift(now).filter(
        person__units__until=None, person__units__unit__in=found.values("pk")
    )
    for unit, person, since in shifts.values_list("person__units__unit", "person", "since"):
        people[unit].append(person)
        begun[person] = max(since, begun.get(person, since))
    fixes = {
        seen.person_id: Fix(seen.longitude, seen.latitude, seen.accuracy, seen.at)
        for seen in Whereabouts.objects.filter(district=district)
        if seen.person_id in begun and seen.at >= begun[seen.person_id]
    }
    return [
        _crew(unit, tuple(dict.fromkeys(people[unit.pk])), fixes, loads.get(unit.pk, 0))
        for unit in found
    ]


def crew(unit: Unit, now: datetime | None = None) -> Crew:
    """One unit as it stands."""
    return crews(unit.district, now, [unit.pk])[0]


def _crew(unit: Unit, people: tuple[UUID, ...], fixes: dict[UUID, Fix], load: int) -> Crew:
    seen = [fixes[person] for person in people if person in fixes]
    return Crew(
        unit=unit.pk,
        code=unit.code,
        name=unit.title,
        kind=UnitKind(unit.kind),
        travel=Travel(unit.travel),
        organisation=unit.organisation_id,
        equipment=frozenset(unit.equipment),
        status=Status(unit.status),
        status_at=unit.status_at,
        incident=unit.incident_id,
        people=people,
        fix=max(seen, key=lambda fix: fix.at, default=None),
        load=load,
    )


def unit_of_person(person: UUID) -> Unit | None:
    """The unit that somebody is in now."""
    member = UnitMember.objects.filter(person=person, until=None, unit__retired_at=None)
    found = member.select_related("unit").first()
    return found.unit if found else None
