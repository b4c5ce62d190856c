"""Reading organisations and people."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from yihu.people.models import Leave, Organisation, OrganisationKind


def stations() -> QuerySet[Organisation]:
    """Police stations, in order of their code."""
    return Organisation.objects.filter(kind=OrganisationKind.STATION)


def leaves_of(people: Iterable[UUID], limit: int = 50) -> list[Leave]:
    """The newest leaves of these people, with who stood in; two statements."""
    return list(
        Leave.objects.filter(person__in=list(people))
        .select_related("person", "recorded_by", "ended_by")
        .prefetch_related("stand_ins__person")
        .order_by("-since", "-id")[:limit]
    )
