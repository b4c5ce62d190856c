"""Reading incidents. Who may know of one is the kernel's to say; who raised one sees its end."""

from uuid import UUID

from django.db.models import Case, QuerySet, When

from yihu.dispatch.loops import INCIDENT, ON_DUTY, WORKING
from yihu.dispatch.models import Assignment, Incident, Unit
from yihu.kernel.access import Actor
from yihu.kernel.queries import visible_to

UNSETTLED = WORKING
"""The steps of an incident at which help is still on its way."""
URGENCY = (
    Case(
        When(matter__step=INCIDENT.openings[0], then=0),
        When(matter__step__in=WORKING, then=1),
        default=2,
    ),
    "priority",
    "matter__due_at",
    "pk",
)
"""The most urgent first: what nobody has answered, then by how soon somebody must be there, then
by the clock."""


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


# --- units ----------------------------------------------------------------------------------------

POLICE = frozenset(role.code for role in ON_DUTY)
"""Who reads the register of units: guards and volunteers know their own."""


def units_of(actor: Actor) -> QuerySet[Unit]:
    """The units that were not retired of the organisations for which the actor is on duty."""
    return _units_of(actor).filter(retired_at=None).select_related("incident__matter")


def retired_units_of(actor: Actor) -> QuerySet[Unit]:
    """Those that were, the latest first."""
    return _units_of(actor).filter(retired_at__isnull=False).order_by("-retired_at", "code")


def _units_of(actor: Actor) -> QuerySet[Unit]:
    reaches = [post.reach for post in actor.posts if post.role in POLICE]
    own = Unit.objects.filter(
        district=actor.district, organisation__in=frozenset[UUID]().union(*reaches)
    )
    return own.select_related("organisation")


def running_of(actor: Actor, unit: Unit) -> QuerySet[Assignment]:
    """What a unit is with, of what the actor may know of."""
    found = unit.assignments.filter(ended_at=None, incident__matter__in=visible_to(actor))
    return found.select_related("incident__matter")


def assigned_to(actor: Actor) -> QuerySet[Assignment]:
    """Where the actor's own unit is to go, or is, the newest first."""
    running = Assignment.objects.filter(
        ended_at=None, unit__members__person=actor.id, unit__members__until=None
    )
    found = running.select_related("incident__matter", "incident__site", "unit", "offer")
    return found.order_by("-assigned_at")
