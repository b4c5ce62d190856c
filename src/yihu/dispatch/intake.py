"""Taking an incident that somebody tells us of: by telephone, over the radio, at a room's counter,
or handed over by another body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from yihu.direct.actions import Safety
from yihu.dispatch.actions import Place
from yihu.dispatch.kinds import RULES, Door, Kind, Urgency
from yihu.dispatch.loops import INCIDENT, ON_DUTY
from yihu.dispatch.milestones import true_time
from yihu.dispatch.models import Incident
from yihu.dispatch.schemas import Placed
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.models import Matter
from yihu.kernel.outbox import Notice
from yihu.kernel.parties import KEEPER, NewParty
from yihu.kernel.payload import Part
from yihu.kernel.writing import one_by_one
from yihu.people.models import Organisation, Person
from yihu.people.queries import station_over, unit_of
from yihu.people.roles import DISPATCHER, REPORTER, TELLER, VILLAGE_AUXILIARY
from yihu.radio.happenings import tell
from yihu.radio.queries import directing

TAKING = (*ON_DUTY, VILLAGE_AUXILIARY)
"""Who writes down what somebody else tells them; a guard or a volunteer raises their own."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who called, as far as they said. Name and number are sealed; a number is for us to ring,
    and no notice goes to it. `safety`: how they may be rung at all."""

    name: str = ""
    phone: str = ""
    safety: Safety = Safety.OPEN


UNKNOWN = Caller()


@dataclass(frozen=True, slots=True)
class Spot:
    """Where it is. `landmark`: the name of something on the map, which any list may show;
    `address`: as it was said, sealed, since it may be somebody's home."""

    landmark: str = ""
    address: str = ""
    site: UUID | None = None
    place: Place | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """What an incident's row keeps of it."""
        where = self.place
        return {
            "site_id": self.site,
            "place": self.landmark,
            "longitude": where.longitude if where else None,
            "latitude": where.latitude if where else None,
            "accuracy": where.accuracy if where else None,
        }

    def __str__(self) -> str:
        return self.address or self.landmark or str(self.place or "")


NOWHERE = Spot()


def takes_calls(actor: Actor) -> bool:
    """Whether somebody's post lets them write down what others tell them."""
    roles = {role.code for role in TAKING}
    return any(post.role in roles for post in actor.posts)


def station_of(actor: Actor) -> Organisation:
    """The station whose incidents the actor takes. Raises Refused for whoever takes none."""
    unit = unit_of(actor)
    station = station_over(unit) if unit else None
    if station is None:
        raise Refused("no_station", "no station answers for this person's unit")
    if not takes_calls(actor):
        raise Refused("not_yours", "incidents are taken by police staff")
    return station


def take(
    *,
    actor: Actor,
    kind: Kind,
    door: Door,
    client_key: bytes,
    words: str = "",
    spot: Spot = NOWHERE,
    caller: Caller = UNKNOWN,
    raised_by: UUID | None = None,
    priority: Urgency | None = None,
    units_needed: int | None = None,
    called_at: datetime | None = None,
    answered_at: datetime | None = None,
    by_program: bool = False,
    facts: Mapping[str, Any] | None = None,
) -> Done:
    """Open an incident at the actor's station; a retry with the same key is answered as before.

    `raised_by`: a member of staff or of the net who reported it, instead of a resident.
    `called_at`, `answered_at`: when it rang and was picked up; None where nobody knows.
    Whoever may answer an alarm and writes it down has thereby answered it, so that the control
    room's minute does not run for what somebody is dealing with. What a program hands over, or
    somebody who could not deal with it, waits to be answered.
    Raises Refused, also for times that cannot be (see `milestones.true_time`), and KeyReused.
    """
    station = station_of(actor)
    if not (words.strip() or str(spot).strip()):
        raise Refused("nothing_said", "say what it is, or where", field="words")
    if raised_by is not None and not _is_staff(raised_by, actor.district):
        raise Refused("no_such_reporter", "nobody of this district", field="raised_by")
    if spot.site is not None and not _is_here(spot.site, actor.district):
        raise Refused("no_such_site", "no such site in this district", field="place")
    answered = not by_program and any(actor.holds(role, station.id) for role in ON_DUTY)
    rule = RULES[kind]
    now = timezone.now()
    rang = true_time(called_at, now) if called_at else None
    picked_up = true_time(answered_at, now, rang) if answered_at else None

    def rows(matter: Matter) -> Sequence[Any]:
        return [
            Incident(
                matter=matter,
                district=matter.district,
                kind=kind.value,
                priority=priority or rule.urgency,
                raised_by_id=raised_by,
                taken_by_id=actor.staff_id,
                units_needed=units_needed or rule.units,
                called_at=rang,
                answered_at=picked_up,
                **spot.columns,
            )
        ]

    new = NewMatter(
        loop=INCIDENT,
        kind=kind.value,
        door=door.value,
        office=station.id,
        watch=station.supervisor_id,
        parties=_parties(words, spot, caller, raised_by),
        facts=dict(facts or {}),
        notices=[] if answered else [Notice("your_turn", role=DISPATCHER)],
        rows=rows,
    )
    with one_by_one():
        done = kernel.open_matter(actor=actor, new=new, client_key=client_key)
        if done.repeated:
            return done
        if answered:
            done = kernel.move(
                actor=actor, matter=done.matter.pk, name="answer", seq=1, client_key=client_key
            )
        tell_control(done.matter)
        return done


def _parties(words: str, spot: Spot, caller: Caller, person: UUID | None) -> list[NewParty]:
    """Who is owed the end of it, with what was said sealed under their key; where that is one of
    the net, a keeper beside them for what staff write."""
    said = [
        Part("words", words.strip().encode()),
        Part("place", spot.address.strip().encode(), audience="office"),
        Part("name", caller.name.strip().encode(), audience="identity"),
        Part("phone", caller.phone.strip().encode(), audience="identity"),
    ]
    parts = [part for part in said if part.content]
    if person is not None:
        return [NewParty(role=KEEPER), NewParty(role=REPORTER.code, person=person, parts=parts)]
    return [NewParty(role=TELLER.code, parts=parts, contact_safety=caller.safety.value)]


def place_at(*, actor: Actor, incident: UUID, spot: Spot, client_key: bytes) -> Done:
    """Where it is, as it is known now; what was said of it before stays in its entry.

    Raises Refused, Matter.DoesNotExist.
    """
    if not str(spot).strip():
        raise Refused("nothing_said", "say where it is", field="place")
    if spot.site is not None and not _is_here(spot.site, actor.district):
        raise Refused("no_such_site", "no such site in this district", field="place")
    with one_by_one():
        done = kernel.act(
            actor=actor,
            matter=incident,
            name="place",
            client_key=client_key,
            payload=Placed(words=str(spot)),
        )
        if not done.repeated:
            Incident.objects.filter(pk=incident).update(**spot.columns)
            tell_control(done.matter)
        return done


def tell_control(matter: Matter) -> None:
    """The control room hears that there is something to see in an incident."""
    people = directing(matter.district, matter.office_id)
    tell(matter.district, "incident", matter.reference, people=people)


def _is_staff(person: UUID, district: str) -> bool:
    return Person.objects.filter(pk=person, district=district, is_active=True).exists()


def _is_here(site: UUID, district: str) -> bool:
    return Organisation.objects.filter(pk=site, district=district).exists()
