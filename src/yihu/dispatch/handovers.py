"""The control room from one shift to the next: who leaves writes down what is open, who takes it
signs. The ledger holds both, and what was on the list."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from pydantic import BaseModel

from yihu.dispatch.loops import CONTROL, HANDOVER
from yihu.dispatch.models import Handover, Incident, Wave
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused, Standing, directory, fills
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.loop import Role
from yihu.kernel.models import EXERCISE, Matter
from yihu.kernel.outbox import Notice
from yihu.kernel.parties import KEEPER, NewParty
from yihu.kernel.payload import Part
from yihu.kernel.queries import visible_to
from yihu.kernel.writing import one_by_one
from yihu.people.models import Organisation
from yihu.people.queries import directed_by, stations
from yihu.radio import call_queries, hazard_queries
from yihu.radio.happenings import tell

# --- what is open ---------------------------------------------------------------------------------


class Open(StrEnum):
    """What a shift leaves to the next."""

    INCIDENT = "incident"
    WAVE = "wave"
    HAZARD = "hazard"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is open: its matter by reference, what kind of it, where it stands, and by
    when it is due (ISO 8601). No word of anybody's, and nobody's name."""

    what: Open
    reference: str
    kind: str
    step: str
    due: str = ""
    is_exercise: bool = False


def open_work(actor: Actor, office: UUID) -> list[Item]:
    """What is open at an office, as far as the actor may know of it: incidents by urgency, offers
    that are out, hazards past their day, calls that somebody has not answered."""
    return [*_incidents(actor, office), *_waves(actor, office), *_others(actor, office)]


def _incidents(actor: Actor, office: UUID) -> Iterator[Item]:
    known = visible_to(actor).filter(office=office, closed_at=None)
    running = Incident.objects.filter(matter__in=known).select_related("matter")
    for one in running.order_by("priority", "matter__due_at"):
        yield _item(Open.INCIDENT, one.matter)


def _waves(actor: Actor, office: UUID) -> Iterator[Item]:
    known = visible_to(actor).filter(office=office)
    running = Wave.objects.filter(incident__matter__in=known, closed_at=None)
    for wave in running.select_related("incident__matter").order_by("ends_at"):
        matter = wave.incident.matter
        yield Item(
            Open.WAVE,
            matter.reference,
            wave.reach,
            "",
            wave.ends_at.isoformat(),
            matter.door == EXERCISE,
        )


def _others(actor: Actor, office: UUID) -> Iterator[Item]:
    hazards = hazard_queries.hazards(actor).filter(matter__office=office)
    for hazard in hazard_queries.overdue(hazards, timezone.now()):
        yield _item(Open.HAZARD, hazard.matter, due=hazard.mend_by)
    calls = call_queries.sent_by_desk(actor).filter(matter__office=office, matter__closed_at=None)
    for call in calls.filter(Q(matter__step="silent") | Q(matter__step="mismatch")):
        yield _item(Open.CALL, call.matter)


def _item(what: Open, matter: Matter, due: datetime | None = None) -> Item:
    limit = due or matter.due_at
    return Item(
        what,
        matter.reference,
        matter.kind,
        matter.step,
        limit.isoformat() if limit else "",
        matter.door == EXERCISE,
    )


# --- from one to the other ------------------------------------------------------------------------


def hand_over_shift(*, actor: Actor, office: UUID, to: UUID, words: str, client_key: bytes) -> Done:
    """The actor's shift is over: what is open goes to `to`, who is to sign for it.

    Raises Refused: `not_yours`; `same_person`; `no_such_person` for who does not direct there;
    `not_signed_yet` while an earlier one waits; KeyReused.
    """
    if office not in directed_by(actor):
        raise Refused("not_yours", "this office is not the actor's to hand over")
    if to == actor.id:
        raise Refused("same_person", "nobody hands over to themselves", field="to")
    taking = role_of(to, office, actor.district)
    if taking is None:
        raise Refused("no_such_person", "this person does not direct there", field="to")
    with one_by_one():
        items = open_work(actor, office)
        done = kernel.open_matter(
            actor=actor, client_key=client_key, new=_new(actor, office, to, taking, words, items)
        )
        if not done.repeated:
            if waiting(office).exclude(pk=done.matter.pk).exists():
                raise Refused("not_signed_yet", "an earlier one has not been signed")
            tell(actor.district, "handover", done.matter.reference, people=[to])
        return done


def _new(
    actor: Actor, office: UUID, to: UUID, taking: Role, words: str, items: Sequence[Item]
) -> NewMatter:
    said = [Part("note", words.strip().encode(), audience="office")] if words.strip() else []

    def rows(matter: Matter) -> Sequence[Any]:
        return [
            Handover(
                matter=matter,
                office_id=office,
                from_person_id=actor.staff_id,
                to_person_id=to,
                made_at=matter.opened_at,
                open_matters=[asdict(item) for item in items],
            )
        ]

    return NewMatter(
        loop=HANDOVER,
        kind="shift",
        door="desk",
        office=office,
        watch=None,
        parties=[NewParty(role=KEEPER, parts=said)],
        facts={"to": to, "open": [f"{item.what} {item.reference}" for item in items]},
        notices=[Notice("your_turn", role=taking)],
        rows=rows,
    )


def role_of(person: UUID, office: UUID, district: str) -> Role | None:
    """As what somebody directs the office, and so may take it over; None for who does not."""
    found = directory().actor(person)
    if found is None or found.district != district:
        return None
    standing = Standing(office, None, False, None, frozenset())
    return next((role for role in CONTROL if fills(found, role, standing)), None)


def move(
    *,
    actor: Actor,
    matter: UUID,
    name: str,
    seq: int,
    client_key: bytes,
    payload: BaseModel | None = None,
) -> Done:
    """Sign for it, which only the one does to whom it was handed; or make it void.

    Raises Refused `not_named`, and as the kernel does.
    """
    with one_by_one():
        found = visible_to(actor).select_related("handover").get(pk=matter)
        if name == "sign" and found.handover.to_person_id != actor.id:
            raise Refused("not_named", "it was handed to somebody else")
        done = kernel.move(
            actor=actor, matter=matter, name=name, seq=seq, client_key=client_key, payload=payload
        )
        if name == "sign" and not done.repeated:
            Handover.objects.filter(pk=matter).update(signed_at=timezone.now())
            tell(
                actor.district,
                "handover",
                found.reference,
                people=[found.handover.from_person_id],
            )
        return done


# --- reading --------------------------------------------------------------------------------------


def handovers(actor: Actor) -> QuerySet[Handover]:
    """Those that the actor may know of, the newest first."""
    known = Handover.objects.filter(matter__in=visible_to(actor))
    return known.select_related("matter", "office", "from_person", "to_person").order_by("-made_at")


def waiting(office: UUID) -> QuerySet[Handover]:
    """Those that nobody has signed yet."""
    return Handover.objects.filter(office=office, matter__closed_at=None)


def items_of(handover: Handover) -> list[Item]:
    """What was open when it was made."""
    return [Item(**row | {"what": Open(row["what"])}) for row in handover.open_matters]


def offices_of(actor: Actor) -> QuerySet[Organisation]:
    """The stations whose control room the actor directs."""
    return stations().filter(pk__in=directed_by(actor))
