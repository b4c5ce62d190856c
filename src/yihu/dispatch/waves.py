"""Waves of offers: opened, and seen to once they have ended.

Whoever calls these holds the incident's matter (`locked`), so that two clocks or two dispatchers
stand in line, and what one has done the other finds.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from yihu.dispatch import reach
from yihu.dispatch.assignments import assign, members_of, tell_of
from yihu.dispatch.crew import Crew
from yihu.dispatch.crews import crews
from yihu.dispatch.kinds import Answer, Kind, Reach, Verdict, may_lead
from yihu.dispatch.loops import WORKING
from yihu.dispatch.models import Assignment, Incident, Offer, Recommendation, Wave
from yihu.dispatch.recommend import Advice
from yihu.dispatch.schemas import Offered, Override, Silent
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, ActorKind, Refused, clock_actor
from yihu.kernel.models import Entry, Matter, Reply
from yihu.kernel.outbox import Notice
from yihu.kernel.queries import visible_to
from yihu.kernel.reference import key_hash
from yihu.people.roles import OFFICER, STATION_CHIEF
from yihu.radio.happenings import tell

SECONDS = 20
"""How long an offer waits for its answer."""
BY_PHONE = frozenset({Reach.PHONE, Reach.DUTY_OFFICER, Reach.CHIEF})
"""Waves that ring the telephones of whoever is asked."""

NOTICES = {
    Reach.DUTY_OFFICER: (Notice("your_turn", role=OFFICER),),
    Reach.CHIEF: (Notice("escalated", role=STATION_CHIEF),),
}
"""Who reads of it at the desk, too."""


@dataclass(frozen=True, slots=True)
class NewWave:
    """A wave about to go out. `units`: who is asked; `beside`: those of them who go beside the
    police; `people`: who is told beyond the units' members."""

    reach: Reach
    units: Sequence[UUID]
    beside: Collection[UUID] = ()
    people: Sequence[UUID] = ()
    seconds: int = SECONDS
    override: Override | None = None
    words: str = ""


def locked(actor: Actor, incident: UUID) -> Matter:
    """The incident's matter, held until the transaction ends. Raises Matter.DoesNotExist."""
    known = visible_to(actor).select_for_update(of=("self",)).select_related("incident")
    return known.get(pk=incident, incident__isnull=False)


def coming(incident: UUID) -> int:
    """Units on their way or there, without those beside them."""
    return Assignment.objects.filter(incident=incident, ended_at=None, alongside=False).count()


def lacking(incident: Incident) -> int:
    """How many more are needed than come."""
    return max(incident.units_needed - coming(incident.pk), 0)


# --- going out ------------------------------------------------------------------------------------


def open_wave(
    *, actor: Actor, matter: Matter, new: NewWave, advice: Advice, client_key: bytes
) -> Wave:
    """Ask them. Without anybody to ask the wave ends as it begins.

    Raises Refused: `off_duty` where nobody of all these units is on shift; as the kernel does.
    """
    if (earlier := _wave_of(matter, client_key)) is not None:
        return earlier
    now = timezone.now()
    asked = _present(matter, new)
    people = [*dict.fromkeys([*(p for crew in asked for p in crew.people), *new.people])]
    beside = [crew.unit for crew in asked if _goes_beside(crew, matter, new)]
    latest = Wave.objects.filter(incident=matter.pk).aggregate(latest=Max("number"))["latest"] or 0
    payload = Offered(
        wave=latest + 1,
        reach=new.reach,
        units=[crew.unit for crew in asked],
        alongside=beside,
        people=people,
        policy=advice.policy,
        override=new.override or "",
        words=new.words,
    )
    kernel.act(
        actor=actor,
        matter=matter.pk,
        name="offer",
        client_key=client_key,
        payload=payload,
        notices=NOTICES.get(new.reach, ()),
    )
    ends = now + timedelta(seconds=new.seconds if people else 0)
    wave = Wave.objects.create(
        incident_id=matter.pk,
        number=payload.wave,
        reach=new.reach,
        opened_at=now,
        ends_at=ends,
        recommendation=keep(actor, matter.pk, advice, asked, new.override),
    )
    Offer.objects.bulk_create(
        _offer(wave, crew, advice, now, beside=crew.unit in beside) for crew in asked
    )
    _tell(matter, new.reach, people)
    return wave


def _present(matter: Matter, new: NewWave) -> list[Crew]:
    """Those of the units who are on shift, in the order in which they were named."""
    found = {crew.unit: crew for crew in crews(matter.district, units=new.units)}
    present = [found[unit] for unit in new.units if unit in found and found[unit].on_duty]
    if new.units and not (present or new.people):
        raise Refused("off_duty", "nobody of these units is on duty", field="units")
    return present


def _goes_beside(crew: Crew, matter: Matter, new: NewWave) -> bool:
    return crew.unit in new.beside or not may_lead(crew.kind, Kind(matter.kind))


def _offer(wave: Wave, crew: Crew, advice: Advice, now: datetime, *, beside: bool) -> Offer:
    line = advice.line_of(crew.unit)
    return Offer(
        wave=wave,
        incident_id=wave.incident_id,
        unit_id=crew.unit,
        alongside=beside,
        offered_at=now,
        deadline=wave.ends_at,
        distance=line.metres if line else None,
        travel=line.seconds if line else None,
    )


def _tell(matter: Matter, how_far: Reach, people: Sequence[UUID]) -> None:
    tell(matter.district, "offer", matter.reference, people=people)
    tell_of(matter)
    reach.knock(people, matter.incident)
    if how_far in BY_PHONE:
        reach.ring(people, matter.incident)


def keep(
    actor: Actor,
    incident: UUID,
    advice: Advice,
    chosen: Iterable[Crew],
    override: Override | None = None,
) -> Recommendation:
    """The whole list beside what was chosen of it."""
    return Recommendation.objects.create(
        incident_id=incident,
        made_at=timezone.now(),
        policy=advice.policy,
        lines=advice.stored,
        chosen=[crew.code for crew in chosen],
        chosen_by_id=actor.id if actor.kind is ActorKind.STAFF else None,
        override=override or "",
    )


def _wave_of(matter: Matter, client_key: bytes) -> Wave | None:
    """The wave that this very key has opened before: a second click, a retry."""
    reply = Reply.objects.filter(pk=key_hash(f"{matter.id.hex} offer", client_key)).first()
    if reply is None:
        return None
    entry = Entry.objects.get(matter=matter, seq=reply.seq + 1)
    return Wave.objects.get(incident=matter.pk, number=json.loads(entry.body)["facts"]["wave"])


# --- what came of it ------------------------------------------------------------------------------


def close(wave: Wave, matter: Matter, now: datetime) -> None:
    """The wave is over. Where enough come, or nobody is wanted any more, those who did not answer
    are let go; else they were silent, and the entry says so."""
    waiting = wave.offers.filter(answer=Answer.WAITING)
    wave.closed_at = now
    wave.save(update_fields=["closed_at"])
    wanted = matter.step in WORKING and lacking(matter.incident) > 0
    units = list(waiting.values_list("unit", flat=True))
    waiting.update(answer=Answer.SILENT if wanted else Answer.WITHDRAWN)
    if wanted and units:
        kernel.act(
            actor=clock_actor(matter.district),
            matter=matter.pk,
            name="fall_silent",
            client_key=f"silent {wave.number}".encode(),
            payload=Silent(wave=wave.number, units=units),
        )
    if units:
        tell_of(matter, _members(units))


def promote(matter: Matter) -> int:
    """Whoever stands by goes, where one is lacking again; how many were seen to. One who has gone
    off shift meanwhile stands by no longer."""
    standing_by = Offer.objects.filter(incident=matter.pk, verdict=Verdict.STANDBY)
    seen_to = 0
    for offer in standing_by.order_by("answered_at")[: lacking(matter.incident)]:
        offer.verdict = Verdict.ASSIGNED if _sent(matter, offer) else Verdict.NOT_NEEDED
        offer.save(update_fields=["verdict"])
        seen_to += 1
    return seen_to


def _sent(matter: Matter, offer: Offer) -> bool:
    try:
        made = assign(
            actor=clock_actor(matter.district),
            incident=matter.pk,
            unit=offer.unit_id,
            client_key=offer.pk.bytes,
        )
    except Refused:
        return False
    made.offer = offer
    made.save(update_fields=["offer"])
    return True


def let_go(matter: Matter) -> int:
    """Nobody needs to stand by any longer; how many did."""
    standing_by = Offer.objects.filter(incident=matter.pk, verdict=Verdict.STANDBY)
    units = list(standing_by.values_list("unit", flat=True))
    if units:
        standing_by.update(verdict=Verdict.NOT_NEEDED)
        tell_of(matter, _members(units))
    return len(units)


def _members(units: Iterable[UUID]) -> list[UUID]:
    return [person for unit in units for person in members_of(unit)]
