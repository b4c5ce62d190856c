"""Raising an alarm, and moving an incident on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Value
from django.db.models.functions import Greatest, Least
from django.utils import timezone
from pydantic import BaseModel

from yihu.dispatch import joining, referral, review
from yihu.dispatch.kinds import RULES, Door, Kind
from yihu.dispatch.loops import INCIDENT
from yihu.dispatch.models import Incident
from yihu.dispatch.queries import raised_by
from yihu.dispatch.schemas import Located, Prioritised, Reclassified, Referred, Reported
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, ActorKind, Refused
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.models import Matter
from yihu.kernel.outbox import Notice
from yihu.kernel.parties import KEEPER, NewParty
from yihu.kernel.writing import one_by_one
from yihu.people.models import Organisation
from yihu.people.queries import station_over, unit_of
from yihu.people.roles import DISPATCHER, REPORTER

MOMENTS = {
    "answer": "answered_at",
    "resolve": "resolved_at",
    "tell": "told_at",
    "tell_along": "told_at",
    "refer": "told_at",
    "contain": "contained_at",
}
"""Which moment of an incident a move or an act is."""
TELLING = ("tell", "refer")
"""Moves by which whoever raised it is told."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position: WGS-84 degrees, and how far off it may be, in metres."""

    longitude: float
    latitude: float
    accuracy: float | None = None

    def __post_init__(self) -> None:
        if not (-180 <= self.longitude <= 180 and -90 <= self.latitude <= 90):
            raise ValueError("not a position on earth")
        if self.accuracy is not None and not 0 <= self.accuracy < 1e6:
            raise ValueError("not a number of metres")

    def __str__(self) -> str:
        within = "" if self.accuracy is None else f" ±{self.accuracy:.0f} m"
        return f"{self.latitude:.5f}, {self.longitude:.5f}{within}"


def raise_alarm(
    *,
    actor: Actor,
    client_key: bytes,
    place: Place | None = None,
    occurred_at: datetime | None = None,
    door: Door = Door.RADIO,
) -> Done:
    """The button was held: an incident for the control room of the actor's station.

    Durable when this returns; a retry with the same key is answered as before, whatever position
    it carries. `door`: TRAINING for an exercise. Raises Refused for somebody with no station over
    them.
    """
    unit = unit_of(actor)
    station = station_over(unit) if unit else None
    if station is None:
        raise Refused("no_station", "no station answers for this person's unit")

    def rows(matter: Matter) -> Sequence[Any]:
        return [_incident(matter, actor, unit, place)]

    return kernel.open_matter(
        actor=actor,
        client_key=client_key,
        occurred_at=occurred_at,
        new=NewMatter(
            loop=INCIDENT,
            kind=Kind.PANIC_ALARM.value,
            door=door.value,
            office=station.id,
            watch=station.supervisor_id,
            parties=[NewParty(role=KEEPER), NewParty(role=REPORTER.code, person=actor.id)],
            notices=[Notice("your_turn", role=DISPATCHER)],
            rows=rows,
        ),
    )


def _incident(
    matter: Matter, actor: Actor, unit: Organisation | None, place: Place | None
) -> Incident:
    return Incident(
        matter=matter,
        district=matter.district,
        kind=matter.kind,
        priority=RULES[Kind(matter.kind)].urgency,
        raised_by_id=actor.staff_id,
        site=unit,
        units_needed=RULES[Kind(matter.kind)].units,
        called_at=matter.opened_at,
        longitude=place.longitude if place else None,
        latitude=place.latitude if place else None,
        accuracy=place.accuracy if place else None,
    )


def locate(*, actor: Actor, reference: str, place: Place, client_key: bytes) -> Done:
    """Whoever raised it says where they are, after the alarm has gone out.

    Raises Incident.DoesNotExist for any other incident than one of the actor's own.
    """
    with one_by_one():
        incident = raised_by(actor).get(matter__reference=reference)
        done = kernel.act(
            actor=_reporter(actor, incident),
            matter=incident.pk,
            name="locate",
            client_key=client_key,
            payload=Located(words=str(place)),
        )
        if not done.repeated:
            incident.longitude, incident.latitude = place.longitude, place.latitude
            incident.accuracy = place.accuracy
            incident.save(update_fields=["longitude", "latitude", "accuracy"])
        return done


def report(*, actor: Actor, reference: str, words: str, client_key: bytes) -> Done:
    """Whoever raised it says more. Raises as `locate` does."""
    incident = raised_by(actor).get(matter__reference=reference)
    return kernel.act(
        actor=_reporter(actor, incident),
        matter=incident.pk,
        name="report",
        client_key=client_key,
        payload=Reported(words=words),
    )


def _reporter(actor: Actor, incident: Incident) -> Actor:
    """A member of staff as the party that they are in what they raised."""
    own = incident.matter.parties.get(role=REPORTER.code, person=actor.id)
    return Actor(ActorKind.PARTY, own.id, actor.district)


def move(
    *,
    actor: Actor,
    matter: UUID,
    name: str,
    seq: int,
    client_key: bytes,
    payload: BaseModel | None = None,
) -> Done:
    """Move an incident on, by the rules of its loop; the moment that it reaches is written once.

    Whoever raised what was merged into it is told with it, and it ends after them.
    """
    with one_by_one():
        done = kernel.move(
            actor=actor,
            matter=matter,
            name=name,
            seq=seq,
            client_key=client_key,
            payload=payload,
            remarks=review.remarks(matter, name),
        )
        if done.repeated:
            return done
        review.require_reminder(matter, payload)
        if name == "refer":
            incident = Incident.objects.get(pk=matter)
            referral.require_fit(incident, payload if isinstance(payload, Referred) else None)
        if name in TELLING:
            along = joining.tell_along(
                actor=actor, incident=matter, payload=payload, client_key=client_key
            )
            for other in along:
                _reached(other, "told_at")
        if not done.matter.is_open:
            joining.require_none_waiting(matter)
        if moment := MOMENTS.get(name):
            _reached(matter, moment)
        return done


def act(
    *,
    actor: Actor,
    matter: UUID,
    name: str,
    client_key: bytes,
    payload: BaseModel | None = None,
) -> Done:
    """Do something to an incident; what its row says of kind, urgency and moments follows."""
    with one_by_one():
        done = kernel.act(
            actor=actor, matter=matter, name=name, client_key=client_key, payload=payload
        )
        if done.repeated:
            return done
        if isinstance(payload, Reclassified):
            _reclassified(matter, payload.kind)
        if isinstance(payload, Prioritised):
            Incident.objects.filter(pk=matter).update(priority=payload.priority)
        if moment := MOMENTS.get(name):
            _reached(matter, moment)
        return done


def _reclassified(matter: UUID, kind: Kind) -> None:
    """What proves worse is at once as urgent, and for as many units, as its kind asks; what proves
    less stays as it was until somebody says so."""
    Incident.objects.filter(pk=matter).update(
        kind=kind.value,
        priority=Least("priority", Value(RULES[kind].urgency.value)),
        units_needed=Greatest("units_needed", Value(RULES[kind].units)),
    )


def _reached(matter: UUID, moment: str) -> None:
    """A moment of an incident is now, unless it was before."""
    Incident.objects.filter(pk=matter, **{moment: None}).update(**{moment: timezone.now()})
