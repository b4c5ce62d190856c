"""Reading organisations and people."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from yihu.kernel.access import Actor
from yihu.people.models import Leave, Organisation, OrganisationKind
from yihu.people.roles import DIRECTING, DISPATCHER, NO_POLICE_POWERS, RESPONDING


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


def unit_of(actor: Actor) -> Organisation | None:
    """The organisation in which the actor holds a post; the first by code, where there are more."""
    held = Organisation.objects.filter(pk__in={post.organisation for post in actor.posts})
    return held.first()


def station_over(unit: Organisation) -> Organisation | None:
    """The station that a unit is, or answers to along the line of command."""
    found: Organisation | None = unit
    while found is not None and found.kind != OrganisationKind.STATION:
        found = found.parent
    return found


def reach_of(actor: Actor) -> frozenset[UUID]:
    """The organisations in which an actor holds a post, and everything below them."""
    return frozenset[UUID]().union(*(post.reach for post in actor.posts))


def directed_by(actor: Actor) -> frozenset[UUID]:
    """The organisations whose net an actor directs: sites, forces, sets, talk groups."""
    reaches = [post.reach for post in actor.posts if post.role in DIRECTING]
    return frozenset[UUID]().union(*reaches)


def is_crew(actor: Actor) -> bool:
    """Whether somebody is a guard or volunteer and nothing else: the net is all that is theirs."""
    return all(post.role in NO_POLICE_POWERS for post in actor.posts)


def responds(actor: Actor) -> bool:
    """Whether somebody is of those who are sent."""
    return any(post.role in RESPONDING for post in actor.posts)


def sits_in_control(actor: Actor) -> bool:
    """Whether somebody dispatches and does nothing else: no letter is for them."""
    return all(post.role == DISPATCHER.code for post in actor.posts)


def communities(district: str) -> QuerySet[Organisation]:
    """The villages and communities of a district."""
    return Organisation.objects.filter(district=district, kind=OrganisationKind.COMMUNITY)
