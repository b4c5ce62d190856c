"""Reading alarms and what was said in them: whoever is on a group with the one who raised it
knows that there is one; what it is about is the control room's."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from yihu.dispatch.models import Incident
from yihu.dispatch.queries import UNSETTLED
from yihu.kernel.access import Actor
from yihu.kernel.models import Entry, Matter, Party
from yihu.kernel.queries import about_superiors, visible_to
from yihu.people.directory import current
from yihu.people.roles import REPORTER
from yihu.people.shifts import on_shift, shift_of
from yihu.radio.models import Burst, Call, GroupMember
from yihu.radio.queries import memberships

LATELY = timedelta(days=30)
"""How long a unit reads what became of what its people raised."""


def running_alarms(actor: Actor) -> QuerySet[Incident]:
    """Incidents that help is still on its way to: the actor's to work on or, on duty, raised by
    somebody on a group of theirs. The newest first."""
    groups = memberships(actor).values("group")
    mates = GroupMember.objects.filter(group__in=groups, until=None).values("person")
    known = Q(matter__in=visible_to(actor))
    if shift_of(actor.staff_id) is not None:
        known |= Q(raised_by__in=mates)
    return (
        Incident.objects.filter(known, district=actor.district, matter__step__in=UNSETTLED)
        .select_related("matter", "site", "raised_by")
        .order_by("-matter__opened_at")
    )


def said_in(actor: Actor, matter: Matter) -> QuerySet[Burst]:
    """What was said in an incident that the actor may know of, in its order."""
    known = visible_to(actor).filter(pk=matter.pk)
    return Burst.objects.filter(about__in=known).select_related("person").order_by("started_at")


def calls_about(actor: Actor, matter: Matter) -> QuerySet[Call]:
    """Calls and messages sent in an incident that the actor may know of, in their order."""
    known = visible_to(actor).filter(pk=matter.pk)
    return (
        Call.objects.filter(about__in=known, matter__in=visible_to(actor))
        .select_related("matter", "sender")
        .order_by("sent_at")
    )


def raised_beside(actor: Actor) -> QuerySet[Incident]:
    """What colleagues of the actor's unit raised lately, for whoever of it is on duty: the unit
    that reported is told how it ended. Not where whoever raised it asked to be reached with care.
    The newest first."""
    if shift_of(actor.staff_id) is None:
        return Incident.objects.none()
    now = timezone.now()
    own = current(now).filter(organisation__in={post.organisation for post in actor.posts})
    with_care = Party.objects.filter(role=REPORTER.code).exclude(contact_safety="")
    return (
        Incident.objects.filter(
            district=actor.district,
            raised_by__in=own.exclude(person=actor.id).values("person"),
            matter__in=Matter.objects.filter(opened_at__gte=now - LATELY).exclude(
                about_superiors(actor)
            ),
        )
        .exclude(matter__in=with_care.values("matter"))
        .select_related("matter", "site", "raised_by")
        .order_by("-matter__opened_at")
    )


def colleagues_of(raiser: UUID | None) -> set[UUID]:
    """Who is on duty at the unit of whoever raised an incident."""
    now = timezone.now()
    units = current(now).filter(person=raiser).values("organisation")
    beside = current(now).filter(organisation__in=units, person__in=on_shift(now).values("person"))
    return set(beside.values_list("person", flat=True))


@dataclass(frozen=True, slots=True)
class Ending:
    """How an incident ended, as a code, and whether the reminder was given with its end."""

    outcome: str = ""
    reminded: bool = False


def endings(matters: Iterable[UUID]) -> dict[UUID, Ending]:
    """How these incidents ended: one statement."""
    moved = Entry.objects.filter(matter__in=list(matters), kind="moved").order_by("seq")
    found: dict[UUID, Ending] = {}
    for entry in moved:
        facts, known = json.loads(entry.body)["facts"], found.get(entry.matter_id, Ending())
        found[entry.matter_id] = Ending(
            facts.get("outcome", known.outcome), bool(facts.get("reminded")) or known.reminded
        )
    return found
