"""What somebody with a set does beside talking: raise the alarm, and free a floor."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from yihu.dispatch import actions as dispatch
from yihu.dispatch.actions import Place
from yihu.dispatch.models import Incident
from yihu.kernel.access import Actor
from yihu.kernel.actions import Done
from yihu.kernel.writing import one_by_one
from yihu.people.directory import Roster
from yihu.people.roles import DIRECTING
from yihu.radio.happenings import tell
from yihu.radio.models import Burst, GroupMember
from yihu.radio.queries import memberships

BEFORE = timedelta(minutes=1)
"""Speech may be on its way before the alarm is: how much earlier it still belongs to it."""


def raise_alarm(
    *,
    actor: Actor,
    client_key: bytes,
    place: Place | None = None,
    occurred_at: datetime | None = None,
) -> Done:
    """The button was held. An incident of the control room's, durable when this returns; all on
    the actor's groups and whoever directs the net are told at once."""
    with one_by_one():
        done = dispatch.raise_alarm(
            actor=actor, client_key=client_key, place=place, occurred_at=occurred_at
        )
        if not done.repeated:
            tie_to_alarm(Burst.objects.all(), done.matter.incident)
            groups = list(memberships(actor).values_list("group", flat=True))
            tell(
                actor.district,
                "alarm",
                done.matter.reference,
                groups=groups,
                people=directing(actor.district, done.matter.office_id),
            )
        return done


def move_incident(*, actor: Actor, matter: UUID, name: str, **how: Any) -> Done:
    """Move an incident on, and tell whoever raised it, all on their groups, and the control room
    that it has. `how`: as the kernel takes it."""
    with one_by_one():
        done = dispatch.move(actor=actor, matter=matter, name=name, **how)
        raiser = done.matter.incident.raised_by_id
        groups = GroupMember.objects.filter(person=raiser, until=None)
        tell(
            actor.district,
            "incident",
            done.matter.reference,
            groups=groups.values_list("group", flat=True),
            people={raiser, *directing(actor.district, done.matter.office_id)},
        )
        return done


def tie_to_alarm(bursts: QuerySet[Burst], incident: Incident) -> None:
    """What was spoken in an emergency is kept with the incident that it was spoken in."""
    bursts.filter(
        person=incident.raised_by_id,
        level="emergency",
        about=None,
        started_at__gte=incident.matter.opened_at - BEFORE,
    ).update(about=incident.matter)


def directing(district: str, office: UUID) -> set[UUID]:
    """The people who direct an office's net now."""
    roster = Roster.now(district)
    return {who.person for role in DIRECTING for who in roster.holders(role, office)}


def place_of(incident: Incident) -> Place | None:
    """Where an incident is, as far as it was said."""
    if incident.longitude is None or incident.latitude is None:
        return None
    return Place(incident.longitude, incident.latitude, incident.accuracy)
