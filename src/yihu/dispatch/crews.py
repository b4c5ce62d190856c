"""Reading who can be sent: units with their members on shift and where they are."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import get_language

from yihu.dispatch.crew import Crew, Fix
from yihu.dispatch.kinds import Status, Travel, UnitKind
from yihu.dispatch.models import Assignment, Unit, UnitMember
from yihu.people.shifts import on_shift

COLUMNS = (
    "pk",
    "code",
    "name",
    "name_en",
    "kind",
    "travel",
    "organisation",
    "equipment",
    "status",
    "status_at",
)
SEEN = (
    "person__units__unit",
    "person",
    "here",
    "person__whereabouts__longitude",
    "person__whereabouts__latitude",
    "person__whereabouts__accuracy",
    "person__whereabouts__at",
)
"""Who is on shift, whether their set said where it is since that began, and where it was last."""


def crews(
    district: str, now: datetime | None = None, units: Iterable[UUID] | None = None
) -> list[Crew]:
    """All units of a district that were not retired, or some of them, in order of their code:
    three statements, however many there are. Off shift a unit has neither people nor a place.

    It is asked for every second with hundreds of units: bare columns, and no rows of models.
    """
    now = now or timezone.now()
    found = Unit.objects.filter(district=district, retired_at=None)
    if units is not None:
        found = found.filter(pk__in=list(units))
    running = Assignment.objects.filter(unit__in=found.values("pk"), ended_at=None)
    loads = dict(running.values_list("unit").annotate(Count("pk")))
    people: dict[UUID, dict[UUID, Fix | None]] = defaultdict(dict)
    shifts = (
        on_shift(now)
        .filter(person__units__until=None, person__units__unit__in=found.values("pk"))
        .annotate(here=Q(person__whereabouts__at__gte=F("since")))
    )
    for unit, person, here, longitude, latitude, accuracy, at in shifts.values_list(*SEEN):
        people[unit][person] = Fix(longitude, latitude, accuracy, at) if here else None
    english = (get_language() or "").startswith("en")
    return [
        Crew(
            unit=unit,
            code=code,
            name=(name_en if english else "") or name,
            kind=UnitKind(kind),
            travel=Travel(travel),
            organisation=organisation,
            equipment=frozenset(equipment),
            status=Status(status),
            status_at=status_at,
            people=tuple(people[unit]) if unit in people else (),
            fix=_newest(people[unit].values()) if unit in people else None,
            load=loads.get(unit, 0),
        )
        for (
            unit,
            code,
            name,
            name_en,
            kind,
            travel,
            organisation,
            equipment,
            status,
            status_at,
        ) in found.values_list(*COLUMNS)
    ]


def _newest(fixes: Iterable[Fix | None]) -> Fix | None:
    return max((fix for fix in fixes if fix), key=lambda fix: fix.at, default=None)


def crew(unit: Unit, now: datetime | None = None) -> Crew:
    """One unit as it stands."""
    return crews(unit.district, now, [unit.pk])[0]


def unit_of_person(person: UUID) -> Unit | None:
    """The unit that somebody is in now."""
    member = UnitMember.objects.filter(person=person, until=None, unit__retired_at=None)
    found = member.select_related("unit").first()
    return found.unit if found else None
