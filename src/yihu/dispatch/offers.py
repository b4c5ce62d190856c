"""Asking units to come, and their answers.

Any member of a unit who is on shift answers for it, as their party of the incident; the first
answer counts. One that comes after the deadline is taken as long as somebody is needed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from yihu.dispatch.advising import advise
from yihu.dispatch.assignments import assign as send
from yihu.dispatch.assignments import begun, responder, responder_or_staff, tell_of
from yihu.dispatch.kinds import Answer, Reach, Verdict
from yihu.dispatch.loops import WORKING
from yihu.dispatch.milestones import true_time
from yihu.dispatch.models import Assignment, Incident, Offer, Wave
from yihu.dispatch.policy import BESIDE
from yihu.dispatch.reaching import wave_from
from yihu.dispatch.recommend import Advice
from yihu.dispatch.schemas import Accepted, Declined, Needed, Override, Unable
from yihu.dispatch.waves import SECONDS, NewWave, coming, lacking, locked, open_wave, promote
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused, clock_actor
from yihu.kernel.queries import visible_to
from yihu.kernel.writing import one_by_one
from yihu.people.shifts import shift_of

SHORTEST, LONGEST = 10, 300
"""Seconds that a dispatcher may give an offer."""
MOST = 40
"""Units that are asked at once."""
STANDING_BY = 1
"""How many stand by until those who are sent have arrived."""


def recommend(*, actor: Actor, incident: Incident) -> Advice:
    """Whom to ask, and why. Raises Matter.DoesNotExist for whom the incident is not."""
    visible_to(actor).only("pk").get(pk=incident.pk)
    return advise(incident)


def offer(
    *,
    actor: Actor,
    incident: UUID,
    units: Sequence[UUID],
    client_key: bytes,
    reach: Reach = Reach.BEST,
    override: Override | None = None,
    words: str = "",
    seconds: int = SECONDS,
    beside: Collection[UUID] = (),
) -> Wave:
    """Ask these units; those who may not be sent by themselves are asked to go beside the others.

    A retry with the same key is the same wave. `beside`: units that are to go so though they
    might be sent. Raises Matter.DoesNotExist, and Refused: `nobody_chosen`, `too_many`,
    `off_duty`; as the kernel does.
    """
    chosen = list(dict.fromkeys(units))
    if not chosen:
        raise Refused("nobody_chosen", "choose whom to ask", field="units")
    if len(chosen) > MOST:
        raise Refused("too_many", "these are too many at once", field="units")
    found = Incident.objects.select_related("matter").get(
        pk=visible_to(actor).only("pk").get(pk=incident).pk
    )
    advice = advise(found)  # before the matter is held: nobody waits for it
    new = NewWave(
        reach=reach,
        units=chosen,
        beside={*beside, *(line.crew.unit for line in advice.beside)},
        seconds=min(max(seconds, SHORTEST), LONGEST),
        override=override,
        words=words,
    )
    with one_by_one():
        matter = locked(actor, incident)
        return open_wave(actor=actor, matter=matter, new=new, advice=advice, client_key=client_key)


# --- answering ------------------------------------------------------------------------------------


def waiting_for(actor: Actor) -> QuerySet[Offer]:
    """Offers to the actor's own unit that nobody of it has answered, the newest first."""
    mine = Offer.objects.filter(
        answer=Answer.WAITING,
        unit__members__person=actor.id,
        unit__members__until=None,
        incident__matter__step__in=WORKING,
    )
    found = mine.select_related("incident__matter", "incident__site", "unit", "wave")
    return found.order_by("-offered_at")


def hear(*, actor: Actor, offer: UUID) -> None:
    """A set of theirs has shown it. Once; again it does nothing. Raises Offer.DoesNotExist."""
    mine = _own(actor).get(pk=offer)
    with one_by_one():
        if Offer.objects.filter(pk=mine.pk, heard_at=None).update(heard_at=timezone.now()):
            tell_of(mine.incident.matter)


def accept(
    *,
    actor: Actor,
    offer: UUID,
    eta: int | None,
    client_key: bytes,
    occurred_at: datetime | None = None,
) -> Offer:
    """The unit comes, `eta` seconds from now by its own word; what it is told is the verdict.

    Raises Offer.DoesNotExist; Refused: `off_duty`, `not_asked` for a member who has come on shift
    since, `over` once nobody is wanted any more; as `true_time`.
    """
    with one_by_one():
        mine, party = _held(actor, offer)
        if mine.answer in (Answer.ACCEPTED, Answer.DECLINED):
            return mine
        at = true_time(occurred_at, timezone.now(), begun(mine.incident))
        verdict = _verdict(mine)
        kernel.act(
            actor=party,
            matter=mine.incident_id,
            name="accept",
            client_key=client_key,
            payload=Accepted(unit=mine.unit_id, eta=eta, verdict=verdict),
            remarks={"late": True} if mine.answer == Answer.SILENT else {},
            occurred_at=at,
        )
        mine.eta, mine.verdict = eta, verdict
        _answered(mine, actor, Answer.ACCEPTED, max(at, mine.offered_at))
        if verdict is Verdict.ASSIGNED:
            send(
                actor=actor,
                incident=mine.incident_id,
                unit=mine.unit_id,
                client_key=client_key,
                offer=mine,
                alongside=mine.alongside,
            )
        tell_of(mine.incident.matter, _fellows(mine))
        return mine


def decline(*, actor: Actor, offer: UUID, reason: Unable, client_key: bytes) -> Offer:
    """The unit does not come; nobody is asked to explain it further, and nothing follows from it.
    Raises as `accept`."""
    with one_by_one():
        mine, party = _held(actor, offer)
        if mine.answer in (Answer.ACCEPTED, Answer.DECLINED):
            return mine
        kernel.act(
            actor=party,
            matter=mine.incident_id,
            name="decline",
            client_key=client_key,
            payload=Declined(unit=mine.unit_id, reason=reason),
        )
        mine.reason = reason
        _answered(mine, actor, Answer.DECLINED, timezone.now())
        if not mine.wave.offers.filter(answer=Answer.WAITING).exists():
            Wave.objects.filter(pk=mine.wave_id, closed_at=None).update(ends_at=timezone.now())
        tell_of(mine.incident.matter, _fellows(mine))
        return mine


def _own(actor: Actor) -> QuerySet[Offer]:
    """Offers to the unit that the actor is in now."""
    found = Offer.objects.filter(unit__members__person=actor.id, unit__members__until=None)
    return found.select_related("incident__matter", "unit", "wave")


def _held(actor: Actor, offer: UUID) -> tuple[Offer, Actor]:
    """The offer, with its incident held, and the party as which the actor answers it."""
    asked = _own(actor).get(pk=offer)
    if shift_of(actor.staff_id) is None:
        raise Refused("off_duty", "nobody answers off duty")
    try:
        party = responder(actor, asked.incident)
    except Incident.DoesNotExist:
        raise Refused("not_asked", "the actor was not on shift when this was asked") from None
    locked(party, asked.incident_id)
    mine = _own(actor).get(pk=offer)
    over = mine.incident.matter.step not in WORKING or mine.answer == Answer.WITHDRAWN
    if over and mine.answer not in (Answer.ACCEPTED, Answer.DECLINED):
        raise Refused("over", "nobody is wanted any more")
    return mine, party


def _verdict(offer: Offer) -> Verdict:
    """What an acceptor is told, as things stand."""
    running = Assignment.objects.filter(incident=offer.incident_id, ended_at=None)
    if running.filter(unit=offer.unit_id).exists():
        return Verdict.ASSIGNED
    if offer.alongside:
        beside = running.filter(alongside=True).count()
        return Verdict.ASSIGNED if beside < BESIDE else Verdict.NOT_NEEDED
    if lacking(offer.incident):
        return Verdict.ASSIGNED
    there = running.filter(alongside=False, on_scene_at__isnull=False).count()
    waiting = Offer.objects.filter(incident=offer.incident_id, verdict=Verdict.STANDBY).count()
    wanted = there < offer.incident.units_needed and waiting < STANDING_BY
    return Verdict.STANDBY if wanted else Verdict.NOT_NEEDED


def _answered(offer: Offer, actor: Actor, answer: Answer, at: datetime) -> None:
    """Who answers has heard."""
    offer.answer, offer.answered_at, offer.answered_by_id = answer, at, actor.staff_id
    offer.heard_at = offer.heard_at or at
    offer.save()


def _fellows(offer: Offer) -> list[UUID]:
    """The members of the unit: what one has answered, the others' sets stop asking."""
    return list(offer.unit.members.filter(until=None).values_list("person", flat=True))


# --- more are needed ------------------------------------------------------------------------------


def need_help(
    *, actor: Actor, incident: UUID, units: int, client_key: bytes, words: str = ""
) -> None:
    """More are needed, by the word of somebody at the scene or of the control room: who stands by
    goes, and a new wave asks the others at once.

    Raises Incident.DoesNotExist, Matter.DoesNotExist; Refused as the kernel does.
    """
    found = Incident.objects.select_related("matter").get(pk=incident, district=actor.district)
    acting = responder_or_staff(actor, found)
    found.units_needed = max(found.units_needed, coming(found.pk)) + units
    advice = advise(found)
    with one_by_one():
        matter = locked(acting, incident)
        done = kernel.act(
            actor=acting,
            matter=incident,
            name="need_help",
            client_key=client_key,
            payload=Needed(units=units, words=words),
        )
        if done.repeated:
            return
        matter.incident.units_needed = max(matter.incident.units_needed, coming(incident)) + units
        matter.incident.save(update_fields=["units_needed"])
        promote(matter)
        if lacking(matter.incident):
            clock = clock_actor(matter.district)
            new = wave_from(matter, Reach.BEST, advice)
            open_wave(actor=clock, matter=matter, new=new, advice=advice, client_key=client_key)
        tell_of(matter)
