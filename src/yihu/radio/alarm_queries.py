"""Reading alarms and what was said in them: whoever is on a group with the one who raised it
knows that there is one; what it is about is the control room's."""

import json
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from yihu.dispatch.models import Incident
from yihu.dispatch.queries import UNSETTLED
from yihu.kernel.access import Actor
from yihu.kernel.models import Entry, Matter
from yihu.kernel.queries import visible_to
from yihu.people.shifts import shift_of
from yihu.radio.models import Burst, Call, GroupMember
from yihu.radio.queries import memberships


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


def outcomes(matters: Iterable[UUID]) -> dict[UUID, str]:
    """How these incidents ended, as codes: one statement."""
    moved = Entry.objects.filter(matter__in=list(matters), kind="moved").order_by("seq")
    facts = ((entry.matter_id, json.loads(entry.body)["facts"]) for entry in moved)
    return {matter: said["outcome"] for matter, said in facts if "outcome" in said}
