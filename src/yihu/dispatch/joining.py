"""Whoever raised what was merged is told with the incident that it went into, and nothing ends
before that."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from pydantic import BaseModel

from yihu.dispatch.loops import RAISED
from yihu.dispatch.review import is_delicate
from yihu.dispatch.schemas import Told
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused
from yihu.kernel.models import Matter, Party, SealedPart

JOINED = "joined"


def joined(incident: UUID) -> QuerySet[Matter]:
    """The matters that went into an incident and wait to be told with it, the oldest first."""
    return Matter.objects.filter(merged_into=incident, step=JOINED).order_by("opened_at")


def tell_along(
    *, actor: Actor, incident: UUID, payload: BaseModel | None, client_key: bytes
) -> list[UUID]:
    """With the words that told whoever raised the incident, those are told who raised what went
    into it; the matters of which this is true now. Where somebody cannot be reached, or must not
    be, it waits for the reason why, and for a second person. Each is given the reminder, also
    where whoever raised the first could be harmed by it.
    """
    words = getattr(payload, "words", "")
    told = []
    for matter in joined(incident):
        if not is_delicate(matter.pk) and all(map(_can_be_told, _owed(matter))):
            kernel.move(
                actor=actor,
                matter=matter.pk,
                name="tell_along",
                seq=matter.seq,
                client_key=client_key,
                payload=Told(words=words),
            )
            told.append(matter.pk)
    return told


def require_none_waiting(incident: UUID) -> None:
    """Raises Refused while somebody who raised a part of it has not been told."""
    if joined(incident).exists():
        raise Refused("joined_wait", "those who raised what was merged have not been told")


def _owed(matter: Matter) -> Iterable[Party]:
    return matter.parties.filter(role__in=[role.code for role in RAISED])


def _can_be_told(party: Party) -> bool:
    """One of the net always; a resident who left a number."""
    if party.person_id is not None:
        return True
    numbers = SealedPart.objects.filter(matter=party.matter_id, party=party, what="phone")
    return numbers.filter(erased_at=None).exists()
