"""The alarm from a set, and keeping what is said in it with its incident."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from yihu.dispatch import actions as dispatch
from yihu.dispatch import assignments
from yihu.dispatch.actions import Place
from yihu.dispatch.kinds import Door
from yihu.dispatch.models import Incident
from yihu.dispatch.queries import running_alarm_of
from yihu.kernel.access import Actor
from yihu.kernel.actions import Done
from yihu.kernel.writing import one_by_one
from yihu.radio.alarm_queries import colleagues_of
from yihu.radio.happenings import tell
from yihu.radio.models import Burst, GroupMember
from yihu.radio.queries import directing, memberships

EMERGENCY = "emergency"
"""The level of a burst that an alarm begins."""
BEFORE = timedelta(minutes=1)
"""Speech may be on its way before the alarm is: how much earlier it still belongs to it."""
GUIDED_FOR = timedelta(minutes=10)
"""How long what is said on a group after speech in an emergency belongs to that incident."""


def raise_alarm(
    *,
    actor: Actor,
    client_key: bytes,
    place: Place | None = None,
    occurred_at: datetime | None = None,
    door: Door = Door.RADIO,
) -> Done:
    """The button was held. An incident of the control room's, durable when this returns; all on
    the actor's groups and whoever directs the net are told at once."""
    with one_by_one():
        done = dispatch.raise_alarm(
            actor=actor,
            client_key=client_key,
            place=place,
            occurred_at=occurred_at,
            door=door,
        )
        if not done.repeated:
            _spoken_in(done.matter.incident).update(about=done.matter)
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
    """Move an incident on, and tell whoever raised it, their unit, all on their groups, and the
    control room that it has. Its end, and that of what went into it, frees the units that are
    still with it. `how`: as the kernel takes it."""
    with one_by_one():
        done = dispatch.move(actor=actor, matter=matter, name=name, **how)
        if not done.matter.is_open:
            assignments.release(done.matter)
        if name in dispatch.TELLING:
            for told_along in done.matter.absorbed.filter(closed_at__isnull=False):
                assignments.release(told_along)
        raiser = done.matter.incident.raised_by_id
        groups = GroupMember.objects.filter(person=raiser, until=None)
        tell(
            actor.district,
            "incident",
            done.matter.reference,
            groups=groups.values_list("group", flat=True),
            people=directing(actor.district, done.matter.office_id)
            | _known(raiser)
            | colleagues_of(raiser),
        )
        return done


def tie_to_incident(burst: Burst) -> None:
    """Speech is kept with the incident that its group is for. In an emergency with the alarm that
    its talker has raised, which finds it itself where it comes only now; and what others say on
    that group soon after, since it is the guidance that was given."""
    own = Burst.objects.filter(pk=burst.pk, about=None)
    if burst.group.about_id is not None:
        own.update(about=burst.group.about_id)
    elif burst.level == EMERGENCY:
        incident = running_alarm_of(burst.person_id)
        if incident is not None:
            _spoken_in(incident).filter(pk=burst.pk).update(about=incident.matter)
    else:
        cries = Burst.objects.filter(
            group=burst.group_id,
            level=EMERGENCY,
            about__closed_at=None,
            about__isnull=False,
            started_at__range=(burst.started_at - GUIDED_FOR, burst.started_at),
        )
        own.update(about=cries.order_by("-started_at").values("about")[:1])


def _known(raiser: UUID | None) -> set[UUID]:
    """Whoever raised it, where it was one of the net."""
    return {raiser} if raiser else set()


def _spoken_in(incident: Incident) -> QuerySet[Burst]:
    """What whoever raised it spoke in this emergency, and was not tied to anything yet."""
    since = incident.matter.opened_at - BEFORE
    own = Burst.objects.filter(person=incident.raised_by_id, about=None, started_at__gte=since)
    return own.filter(level=EMERGENCY)


def place_of(incident: Incident) -> Place | None:
    """Where an incident is, as far as it was said."""
    if incident.longitude is None or incident.latitude is None:
        return None
    return Place(incident.longitude, incident.latitude, incident.accuracy)
