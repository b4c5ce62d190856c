"""What somebody who can be sent sees: what they are asked, where they go, and no more of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from yihu.dispatch import advising
from yihu.dispatch.actions import Place
from yihu.dispatch.crews import unit_of_person
from yihu.dispatch.kinds import Answer, Status, UnitKind, Verdict
from yihu.dispatch.loops import OPEN, WORKING
from yihu.dispatch.models import Assignment, Incident, Offer, Unit
from yihu.dispatch.waves import lacking
from yihu.kernel.access import Actor
from yihu.kernel.models import Party
from yihu.kernel.parties import RESPONDER
from yihu.kernel.queries import visible_to
from yihu.people.models import Shift
from yihu.people.shifts import shift_of
from yihu.radio.models import GroupMember, TalkGroup

SAID_FOR = timedelta(minutes=10)
"""How long the answer to an acceptor stands on the page that needs nothing of them."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody's own: the shift they work and the unit they are of; None for neither."""

    shift: Shift | None
    unit: Unit | None

    @classmethod
    def of(cls, actor: Actor) -> "Duty":
        return cls(shift_of(actor.staff_id), unit_of_person(actor.staff_id))

    @property
    def kind(self) -> UnitKind | None:
        return UnitKind(self.unit.kind) if self.unit else None


@dataclass(frozen=True, slots=True)
class Offers:
    """Offers to the reader's unit, on duty. `waiting` for an answer, the most urgent first.
    `missed`: nobody answered in time, and somebody is still needed there: that they can come now
    is as welcome. `answered`: accepted, and sent nowhere: to stand by for as long as somebody may
    still be needed, and for a while that it was not needed."""

    waiting: list[Offer]
    missed: list[Offer]
    answered: list[Offer]

    @classmethod
    def to(cls, duty: Duty, now: datetime, busy: Collection[UUID]) -> "Offers":
        """One statement, and one for each that was missed. `busy`: incidents that the unit is
        with."""
        if duty.shift is None or duty.unit is None:
            return cls([], [], [])
        lately = Q(answer=Answer.WAITING) | Q(verdict=Verdict.STANDBY)
        lately |= Q(deadline__gt=now - SAID_FOR)
        rows = Offer.objects.filter(lately, unit=duty.unit).exclude(incident__in=busy)
        rows = rows.select_related("incident__matter", "incident__site", "unit")
        found = list(rows.order_by("offered_at"))
        working = [one for one in found if one.incident.matter.step in WORKING]
        newest = {one.incident_id: one for one in working}.values()
        open_ = [one for one in working if one.answer == Answer.WAITING and one.deadline > now]
        return cls(
            sorted(open_, key=lambda one: (one.incident.priority, one.deadline)),
            [one for one in newest if one.answer == Answer.SILENT and lacking(one.incident)],
            [one for one in newest if one.verdict == Verdict.STANDBY]
            + [one for one in found if one.verdict == Verdict.NOT_NEEDED],
        )


def going(duty: Duty) -> QuerySet[Assignment]:
    """What the reader's unit is with, the newest first."""
    found = Assignment.objects.filter(unit=duty.unit, ended_at=None)
    found = found.filter(incident__matter__step__in=OPEN)
    if duty.unit is None:
        found = found.none()
    return found.select_related("incident__matter", "incident__site", "offer", "unit").order_by(
        "-assigned_at"
    )


def left_to(actor: Actor, duty: Duty) -> list[Incident]:
    """Incidents for which the actor was asked by name, as whoever answers for the station when
    nobody else comes, while too few are on their way: theirs to see to from the desk."""
    asked = Party.objects.filter(role=RESPONDER, person=actor.id).values("matter")
    found = Incident.objects.filter(matter__in=asked, matter__step__in=WORKING)
    found = found.filter(matter__in=visible_to(actor)).select_related("matter", "site")
    if duty.unit is not None:
        found = found.exclude(offers__unit=duty.unit).exclude(assignments__unit=duty.unit)
    return [one for one in found.order_by("priority", "matter__opened_at") if lacking(one)]


def asked_to(actor: Actor, reference: str) -> Incident:
    """An incident to which the actor was asked, or that is theirs to work on. Raises
    Incident.DoesNotExist alike for any other and for none."""
    found = Incident.objects.select_related("matter", "site").get(
        district=actor.district, matter__reference=reference.upper()
    )
    asked = Party.objects.filter(matter=found.pk, role=RESPONDER, person=actor.id)
    if not asked.exists() and not visible_to(actor).filter(pk=found.pk).exists():
        raise Incident.DoesNotExist
    return found


def reads(actor: Actor, incident: UUID) -> bool:
    """Whether somebody reads what was sent from the scene: who works on it, or is there."""
    if visible_to(actor).filter(pk=incident).exists():
        return True
    there = Assignment.objects.filter(incident=incident, ended_at=None)
    return there.filter(unit__members__person=actor.id, unit__members__until=None).exists()


def group_of(actor: Actor, incident: UUID) -> TalkGroup | None:
    """The incident's own talk group, where the actor is on it."""
    own = GroupMember.objects.filter(person=actor.id, until=None).values("group")
    found = TalkGroup.objects.filter(about=incident, matter__closed_at=None, pk__in=own)
    return found.first()


def others(duty: Duty) -> QuerySet[Unit]:
    """Units that an incident can be handed to: those that are free."""
    now = timezone.now()
    free = Unit.objects.filter(
        status=Status.AVAILABLE,
        retired_at=None,
        members__until=None,
        members__person__shifts__since__lte=now,
        members__person__shifts__until__gt=now,
    )
    if duty.unit is None:
        return free.none()
    return free.filter(district=duty.unit.district).exclude(pk=duty.unit.pk).distinct()


def place_of(incident: Incident) -> Place | None:
    """Where somebody goes: as it was said, else to the site that it is about."""
    at = advising.place_of(incident)
    return Place(*at) if at else None
