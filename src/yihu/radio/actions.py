"""What somebody with a set does beside talking: raise the alarm, and free a floor."""

from datetime import datetime
from uuid import UUID

from yihu.dispatch import actions as dispatch
from yihu.dispatch.actions import Place
from yihu.dispatch.models import Incident
from yihu.kernel.access import Actor
from yihu.kernel.actions import Done
from yihu.kernel.writing import one_by_one
from yihu.people.directory import Roster
from yihu.people.roles import DIRECTING
from yihu.radio.happenings import tell
from yihu.radio.queries import memberships


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
            groups = list(memberships(actor).values_list("group", flat=True))
            tell(
                actor.district,
                "alarm",
                done.matter.reference,
                groups=groups,
                people=directing(actor.district, done.matter.office_id),
            )
        return done


def directing(district: str, office: UUID) -> set[UUID]:
    """The people who direct an office's net now."""
    roster = Roster.now(district)
    return {who.person for role in DIRECTING for who in roster.holders(role, office)}


def place_of(incident: Incident) -> Place | None:
    """Where an incident is, as far as it was said."""
    if incident.longitude is None or incident.latitude is None:
        return None
    return Place(incident.longitude, incident.latitude, incident.accuracy)
