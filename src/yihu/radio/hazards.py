"""Hazards: reported from a set, given to somebody by a day, mended with proof, and answered."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone

from yihu.dispatch.actions import Place
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.models import Matter
from yihu.kernel.parties import KEEPER, NewParty
from yihu.kernel.payload import Part
from yihu.kernel.writing import one_by_one
from yihu.people.queries import station_over, unit_of
from yihu.people.roles import REPORTER
from yihu.people.shifts import shift_of
from yihu.radio.happenings import tell
from yihu.radio.loops import HAZARD
from yihu.radio.models import Hazard
from yihu.radio.queries import directing
from yihu.radio.schemas import Assigned, Mended

LONGEST_TERM = timedelta(days=90)


def report(
    *,
    actor: Actor,
    kind: str,
    words: str,
    client_key: bytes,
    picture: bytes | None = None,
    place: Place | None = None,
) -> Done:
    """What somebody found, for the control room of their station. `picture`: as `fit_to_keep`
    made it; a position is taken on duty only. Raises Refused."""
    unit = unit_of(actor)
    station = station_over(unit) if unit else None
    if unit is None or station is None:
        raise Refused("no_station", "no station answers for this person's unit")
    if not words.strip():
        raise Refused("empty", "say what it is", field="words")
    if place is not None and shift_of(actor.id) is None:
        raise Refused("off_duty", "no position is taken off duty")
    parts = [Part("words", words.strip().encode())]
    if picture:
        parts.append(Part("photo", picture, media_type="image/jpeg"))

    def rows(matter: Matter) -> Sequence[Any]:
        return [
            Hazard(
                matter=matter,
                district=matter.district,
                kind=kind,
                found_by_id=actor.staff_id,
                unit=unit,
                longitude=place.longitude if place else None,
                latitude=place.latitude if place else None,
            )
        ]

    new = NewMatter(
        loop=HAZARD,
        kind=kind,
        door="radio",
        office=station.id,
        watch=None,
        parties=[
            NewParty(role=KEEPER, parts=parts),
            NewParty(role=REPORTER.code, person=actor.id),
        ],
        rows=rows,
    )
    with one_by_one():
        done = kernel.open_matter(actor=actor, client_key=client_key, new=new)
        if not done.repeated:
            _tell(done.matter, directing(actor.district, station.id))
        return done


def assign(
    *, actor: Actor, matter: UUID, handler: UUID, mend_by: date, seq: int, client_key: bytes
) -> Done:
    """Give it to somebody of the office, or of a unit below it, until the end of a day."""
    assigning = partial(kernel.move, name="assign", seq=seq)
    return _give(assigning, actor, matter, handler, mend_by, client_key)


def reassign(
    *, actor: Actor, matter: UUID, handler: UUID, mend_by: date, client_key: bytes
) -> Done:
    """Give it to somebody else: who had it is away, or cannot."""
    reassigning = partial(kernel.act, name="reassign")
    return _give(reassigning, actor, matter, handler, mend_by, client_key)


def _give(
    giving: Callable[..., Done],
    actor: Actor,
    matter: UUID,
    handler: UUID,
    mend_by: date,
    client_key: bytes,
) -> Done:
    today = timezone.localdate()
    if mend_by < today:
        raise Refused("too_early", "the day is over", field="mend_by")
    if mend_by > today + LONGEST_TERM:
        raise Refused("too_late", "this is too far off", field="mend_by")
    until = timezone.make_aware(datetime.combine(mend_by, time(23, 59, 59)))
    with one_by_one():
        done = giving(
            actor=actor,
            matter=matter,
            client_key=client_key,
            payload=Assigned(handler=handler, mend_by=until),
        )
        if not done.repeated:
            Hazard.objects.filter(matter=matter).update(mend_by=until)
            _tell(done.matter, {handler})
        return done


def mend(
    *, actor: Actor, matter: UUID, words: str, picture: bytes, seq: int, client_key: bytes
) -> Done:
    """It is mended: how, and a picture of it."""
    with one_by_one():
        done = kernel.move(
            actor=actor,
            matter=matter,
            name="mend",
            seq=seq,
            client_key=client_key,
            payload=Mended(words=words),
            parts=[Part("evidence_photo", picture, audience="office", media_type="image/jpeg")],
        )
        _tell(done.matter, directing(actor.district, done.matter.office_id))
        return done


def move(*, actor: Actor, matter: UUID, name: str, **how: Any) -> Done:
    """Close it, or send it back; whoever found it and whoever is to mend it are told."""
    with one_by_one():
        done = kernel.move(actor=actor, matter=matter, name=name, **how)
        found = Hazard.objects.get(matter=matter)
        _tell(done.matter, {found.found_by_id, done.matter.solution_owner_id} - {None})
        return done


def _tell(matter: Matter, people: set[Any]) -> None:
    tell(matter.district, "hazard", matter.reference, people=people)
