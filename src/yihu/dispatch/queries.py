"""Reading incidents. Who may know of one is the kernel's to say; who raised one sees its end."""

from uuid import UUID

from django.db.models import QuerySet

from yihu.dispatch.loops import WORKING
from yihu.dispatch.models import Incident
from yihu.kernel.access import Actor
from yihu.kernel.queries import visible_to

UNSETTLED = WORKING
"""The steps of an incident at which help is still on its way."""


def incidents(actor: Actor) -> QuerySet[Incident]:
    """The incidents this actor may work on or watch, the newest first."""
    known = Incident.objects.filter(matter__in=visible_to(actor))
    return known.select_related("matter", "site", "raised_by").order_by("-matter__opened_at")


def raised_by(actor: Actor) -> QuerySet[Incident]:
    """What the actor raised, the newest first."""
    own = Incident.objects.filter(district=actor.district, raised_by=actor.id)
    return own.select_related("matter").order_by("-matter__opened_at")


def running_alarm_of(person: UUID) -> Incident | None:
    """The newest open incident that somebody raised."""
    own = Incident.objects.filter(raised_by=person, matter__closed_at=None)
    return own.order_by("-matter__opened_at").first()
