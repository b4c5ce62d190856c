"""Reading who can be sent: units with their members on shift and where they are."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import get_language

from yihu.dispatch.crew import Crew, Fix
from yihu.dispatch.kinds import Status, Travel, UnitKind
from yihu.dispatch.models import Assignment, Unit, UnitMember
from yihu.kernel.reading import moment_of, text, uuid_of
from yihu.people.shifts import on_shift

type Row = tuple[Any, ...]


class Seen(NamedTuple):
    """Somebody on shift; `here`: their set has said where it is since that began, and it was there
    last."""

    unit: str
    person: str
    here: bool | None
    longitude: float
    latitude: float
    accuracy: float | None
    at: str


SEEN = (
    text("person__units__unit"),
    text("person"),
    "here",
    "person__whereabouts__longitude",
    "person__whereabouts__latitude",
    "person__whereabouts__accuracy",
    text("person__whereabouts__at"),
)


class Listed(NamedTuple):
    """A unit as its row has it."""

    unit: str
    code: str
    name: str
    name_en: str
    kind: str
    travel: str
    organisation: str
    equipment: str
    status: str
    status_at: str | None


LISTED = (
    text("pk"),
    "code",
    "name",
    "name_en",
    "kind",
    "travel",
    text("organisation"),
    text("equipment"),
    "status",
    text("status_at"),
)


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
    loads = dict(running.values_list(text("unit")).annotate(Count("pk")))
    shifts = (
        on_shift(now)
        .filter(person__units__until=None, person__units__unit__in=found.values("pk"))
        .annotate(here=Q(person__whereabouts__at__gte=F("since")))
    )
    people: dict[str, list[Row]] = defaultdict(list)
    for row in shifts.values_list(*SEEN):
        people[row[0]].append(row)
    english = (get_language() or "").startswith("en")
    return [
        _crew(row, tuple(people.get(row[0], ())), loads.get(row[0], 0), english)
        for row in found.values_list(*LISTED)
    ]


@lru_cache(maxsize=8192)
def _crew(row: Row, people: tuple[Row, ...], load: int, english: bool) -> Crew:
    """The same rows make the same crew: of a hundred units, few have changed within a second."""
    unit, seen = Listed(*row), [Seen(*one) for one in people]
    fixes = [
        Fix(one.longitude, one.latitude, one.accuracy, moment_of(one.at))
        for one in seen
        if one.here
    ]
    return Crew(
        unit=uuid_of(unit.unit),
        code=unit.code,
        name=(unit.name_en if english else "") or unit.name,
        kind=UnitKind(unit.kind),
        travel=Travel(unit.travel),
        organisation=uuid_of(unit.organisation),
        equipment=frozenset(json.loads(unit.equipment)),
        status=Status(unit.status),
        status_at=moment_of(unit.status_at) if unit.status_at else None,
        people=tuple(dict.fromkeys(uuid_of(one.person) for one in seen)),
        fix=max(fixes, key=lambda fix: fix.at, default=None),
        load=load,
    )


def crew(unit: Unit, now: datetime | None = None) -> Crew:
    """One unit as it stands."""
    return crews(unit.district, now, [unit.pk])[0]


def unit_of_person(person: UUID) -> Unit | None:
    """The unit that somebody is in now."""
    member = UnitMember.objects.filter(person=person, until=None, unit__retired_at=None)
    found = member.select_related("unit").first()
    return found.unit if found else None
