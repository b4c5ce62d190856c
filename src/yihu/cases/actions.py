"""What is done in the case library, and about what keeps coming back."""

import json
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from pydantic import BaseModel

from yihu.cases import queries
from yihu.cases.loops import CASE_STUDY, MEASURE
from yihu.cases.models import (
    CaseRead,
    CaseReuse,
    CaseReview,
    CaseStudy,
    HardMatter,
    Measure,
    SharingSession,
    Theme,
)
from yihu.cases.privacy import traces
from yihu.cases.schemas import Explained, Given, Schema, Written
from yihu.direct.loops import NAMES, OFFICE
from yihu.direct.schemas import Noted
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, ActorKind, Refused, directory
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.models import Matter
from yihu.kernel.outbox import Notice
from yihu.kernel.parties import KEEPER, NewParty
from yihu.kernel.queries import visible_to
from yihu.kernel.sealed import acting_as
from yihu.kernel.writing import one_by_one
from yihu.people.models import Organisation, Person
from yihu.people.roles import HANDLER


def _key() -> bytes:
    return secrets.token_bytes(16)


# --- a hard matter, and what colleagues made of it -----------------------------------------------


def mark_hard(*, actor: Actor, matter: UUID, reason: str) -> HardMatter:
    """Say that an ended matter is one to learn from, and why; sealed in it like any note.

    Raises Refused for what is not over, for a teller whom a trace could harm, and where somebody
    is named whom the matter is about: such matters never come near the library.
    """
    with one_by_one():
        found = _source(actor, matter)
        earlier = HardMatter.objects.filter(pk=found.pk).first()
        if earlier is not None:
            return earlier
        seq = _note(actor, found, reason)
        return HardMatter.objects.create(matter=found, seq=seq, marked_at=timezone.now())


def _source(actor: Actor, matter: UUID) -> Matter:
    """A matter that may be learned from, and that this actor may work on."""
    found = visible_to(actor).select_for_update(of=("self",)).get(pk=matter, loop__in=NAMES)
    if acting_as(actor, found, OFFICE) is None:
        raise Refused("not_yours", "this matter is not this actor's to work on")
    if found.is_open:
        raise Refused("still_open", "a matter must have ended before it can be learned from")
    if code := queries.kept_from_the_library(found):
        raise Refused(code, "this matter never comes near the case library")
    return found


def _note(actor: Actor, matter: Matter, words: str) -> int:
    """Leave a note in the matter; the number of its entry."""
    done = kernel.act(
        actor=actor, matter=matter.id, name="note", client_key=_key(), payload=Noted(words=words)
    )
    return done.matter.seq


@dataclass(frozen=True, slots=True)
class Meeting:
    """A sharing session as it was held. `material`: text, and where more of it is."""

    title: str
    held_at: datetime
    host: UUID
    agenda: str
    material: str
    attendance: Collection[UUID]


def record_session(*, actor: Actor, matter: UUID, meeting: Meeting) -> SharingSession:
    """Keep a session about a hard matter, with a note in the matter itself."""
    with one_by_one():
        found = _source(actor, matter)
        present = {meeting.host, *meeting.attendance}
        _require_colleagues(actor, present, "attendance")
        session = SharingSession.objects.create(
            district=found.district,
            station_id=found.concerns_id or found.office_id,
            hard=_hard(found),
            title=meeting.title,
            held_at=meeting.held_at,
            host_id=meeting.host,
            agenda=meeting.agenda,
            material=meeting.material,
            recorded_at=timezone.now(),
        )
        session.attendance.set(Person.objects.filter(pk__in=present))
        _note(actor, found, meeting.title)
    return session


def _hard(matter: Matter) -> HardMatter:
    found = HardMatter.objects.filter(pk=matter.pk).first()
    if found is None:
        raise Refused("not_marked", "say first why this matter is one to learn from")
    return found


def _require_colleagues(actor: Actor, people: Collection[UUID], field: str) -> None:
    known = [directory().actor(person) for person in people]
    if not all(one and one.district == actor.district and one.posts for one in known):
        raise Refused("no_such_person", "somebody here holds no post now", field=field)


# --- a case study --------------------------------------------------------------------------------


def begin_case(*, actor: Actor, matter: UUID, client_key: bytes) -> Done:
    """Begin a case study of a hard matter; the actor is its author."""
    with one_by_one():
        found = _source(actor, matter)
        hard = _hard(found)
        station = found.concerns_id or found.office_id

        def rows(opened: Matter) -> Sequence[Any]:
            return [
                CaseStudy(
                    matter=opened,
                    district=found.district,
                    station_id=station,
                    source=hard,
                    kind=found.kind,
                )
            ]

        return kernel.open_matter(
            actor=actor,
            client_key=client_key,
            new=_work(CASE_STUDY, station, actor, rows, actor.id),
        )


def _work(
    loop: Any, station: UUID, actor: Actor, rows: Callable[[Matter], Sequence[Any]], solver: Any
) -> NewMatter:
    """A matter of this room's: run by the station, seen by whoever supervises it."""
    office = Organisation.objects.get(pk=station, district=actor.district)
    return NewMatter(
        loop=loop,
        kind=loop.name,
        door="desk",
        office=station,
        watch=office.supervisor_id,
        watched=office.supervisor_id is not None,
        parties=[NewParty(role=KEEPER)],
        notices=[Notice("your_turn", role=HANDLER)],
        rows=rows,
        solver=solver,
    )


def move(
    *,
    actor: Actor,
    matter: UUID,
    name: str,
    seq: int,
    client_key: bytes,
    payload: BaseModel | None = None,
) -> Done:
    """Move a case study or a measure on, with what this room asks beyond the loop.

    Raises Refused where a text holds a number to call or an identity number, where somebody
    would check what they wrote themselves, or the same person twice, or too early to tell.
    """
    with one_by_one():
        found = visible_to(actor).select_for_update(of=("self",)).get(pk=matter)
        remarks: dict[str, Any] = {}
        if name == "submit" and isinstance(payload, Written):
            _require_nobody_told(payload)
        elif name in ("pass_first", "publish"):
            _require_second_person(actor, found)
        elif name in ("effective", "not_effective"):
            remarks = _counted(actor, found)
        done = kernel.move(
            actor=actor,
            matter=matter,
            name=name,
            seq=seq,
            client_key=client_key,
            payload=payload,
            remarks=remarks,
        )
        if not done.repeated and name == "publish":
            _publish(done.matter)
        elif not done.repeated and name == "retire":
            CaseStudy.objects.filter(pk=matter).update(retired_at=timezone.now())
    return done


def _require_nobody_told(version: Written) -> None:
    for field, text in version.model_dump().items():
        if any(found.blocks for found in traces(text)):
            raise Refused("number_in_it", "a number that leads to somebody is in it", field=field)


def _require_second_person(actor: Actor, matter: Matter) -> None:
    """Neither who wrote any version, nor who checked this one first."""
    writers, first = set(), None
    for body in map(json.loads, matter.entries.filter(kind="moved").values_list("body", flat=True)):
        by = UUID(body["by"]["id"]) if "id" in body["by"] else None
        if body["move"] == "submit":
            writers.add(by)
            first = None
        elif body["move"] == "pass_first":
            first = by
    if actor.id in writers or actor.id == matter.solution_owner_id:
        raise Refused("own_text", "nobody checks what they wrote themselves")
    if actor.id == first:
        raise Refused("second_person", "the second check is another person's")


def _publish(matter: Matter) -> None:
    """The version that was checked, and no other, becomes readable for all."""
    version = queries.newest_version(matter)
    if version is None:
        raise Refused("erased", "the text can no longer be read")
    _require_nobody_told(version)
    if code := queries.kept_from_the_library(_source_of(matter)):
        raise Refused(code, "what it was learned from never comes near the library")
    CaseStudy.objects.filter(pk=matter.pk).update(
        **version.model_dump(), published_at=timezone.now()
    )


def _source_of(matter: Matter) -> Matter:
    return Matter.objects.get(hard__cases=matter.pk)


# --- what colleagues do with a case --------------------------------------------------------------


def reuse(*, actor: Actor, case: UUID, reference: str) -> CaseReuse:
    """Say that a case helped to handle a matter; Refused where the matter is not the actor's."""
    with one_by_one():
        known = visible_to(actor).filter(loop__in=NAMES)
        matter = known.filter(reference=reference.strip().upper()).first()
        if matter is None:
            raise Refused("no_such_matter", "no such matter is known here", field="reference")
        study = queries.published(actor).select_related("source").get(pk=case)
        if study.source_id == matter.pk:
            raise Refused("own_matter", "the case was learned from this matter", field="reference")
        if acting_as(actor, matter, OFFICE) is None:
            raise Refused("not_yours", "the matter is not this actor's", field="reference")
        made, _new = CaseReuse.objects.get_or_create(
            case=study, matter=matter, defaults={"at": timezone.now()}
        )
        return made


def review(*, actor: Actor, case: UUID, helpful: bool, words: str) -> CaseReview:
    """What the actor found of a case, in place of what they said before; not of their own."""
    with one_by_one():
        study = queries.published(actor).get(pk=case)
        if study.matter.solution_owner_id == actor.id:
            raise Refused("own_text", "nobody reviews what they wrote themselves")
        said = {"helpful": helpful, "words": words, "at": timezone.now()}
        made, _new = CaseReview.objects.update_or_create(case=study, by_id=actor.id, defaults=said)
        return made


def note_read(*, actor: Actor, case: CaseStudy) -> None:
    """Into the reader's own learning log, where nobody else looks."""
    CaseRead.objects.update_or_create(case=case, by_id=actor.id, defaults={"at": timezone.now()})


# --- corrective measures -------------------------------------------------------------------------


def open_measure(
    *, actor: Actor, theme: Theme, payload: Schema, client_key: bytes, quarter: str = ""
) -> Done:
    """Open a measure about a theme. With `Given`, a named person owns it; without, the chief
    does until somebody is named. One at a time is open for a theme."""
    handler = payload.handler if isinstance(payload, Given) else None
    with one_by_one():
        Theme.objects.select_for_update().get(pk=theme.pk)
        if actor.kind is ActorKind.STAFF and not queries.oversees(actor, theme.station_id):
            raise Refused("not_yours", "whoever sees the whole office opens a measure")
        if Measure.objects.filter(theme=theme, matter__closed_at=None).exists():
            raise Refused("running", "a measure about this is under way")
        if handler is not None:
            _require_colleagues(actor, [handler], "handler")

        def rows(opened: Matter) -> Sequence[Any]:
            return [Measure(matter=opened, theme=theme, quarter=quarter)]

        done = kernel.open_matter(
            actor=actor,
            client_key=client_key,
            new=_work(MEASURE, theme.station_id, actor, rows, handler),
        )
        if isinstance(payload, Given) and not done.repeated:
            words = Explained(words=payload.words)
            kernel.act(
                actor=actor,
                matter=done.matter.id,
                name="note",
                client_key=_key(),
                payload=words,
            )
    return done


def _counted(actor: Actor, matter: Matter) -> dict[str, Any]:
    """How many alike before and since it was carried out, over equally many days."""
    if actor.id == matter.solution_owner_id:
        raise Refused("own_text", "someone other than its owner checks a measure")
    carried = queries.carried_out_at(matter)
    passed = (timezone.now() - carried).days
    if passed < settings.ALIKE_DAYS:
        raise Refused("too_early", "too little time has passed to tell")
    before, after = queries.count_around(Measure.objects.get(pk=matter.pk).theme_id, carried)
    return {"before": before, "after": after, "days": settings.ALIKE_DAYS}
