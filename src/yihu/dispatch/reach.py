"""Reaching somebody whose telephone is in the pocket: promised beside the offer, kept by the clock.

What goes out says that somebody waits for an answer and where to give it; not a word of what has
happened, since a locked screen is read by whoever stands beside it. An exercise rings nobody.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yihu.dispatch.kinds import Answer, Door
from yihu.dispatch.loops import WORKING
from yihu.dispatch.models import Assignment, Incident, Offer
from yihu.kernel import ringing
from yihu.kernel.delivery import NotWanted
from yihu.kernel.letters import Letter
from yihu.kernel.models import Channel, OutboxMessage
from yihu.people.reachable import with_browsers, with_phones

TEMPLATE = "asked_to_come"
LETTER = Letter(_("有警情等您回答"), _("有警情等您回答，请打开一呼。"), page="dispatch:respond")


def knock(people: Iterable[UUID], incident: Incident) -> None:
    """A push to the browsers of these people, where they have any: with every offer, since it
    costs nothing and wakes nobody else."""
    _promise(with_browsers(people), incident, [Channel.PUSH])


def ring(people: Iterable[UUID], incident: Incident) -> None:
    """An SMS and a voice call to the telephones of these people: once offers met with silence, and
    for whoever answers for the station. Through whichever of the two ports there is."""
    ports = [one for one in (Channel.SMS, Channel.VOICE) if settings.WEBHOOKS.get(one)]
    _promise(with_phones(people), incident, ports)


def _promise(people: list[UUID], incident: Incident, channels: list[Channel]) -> None:
    if incident.matter.door != Door.TRAINING:
        ringing.promise(incident.matter, TEMPLATE, people, channels, timezone.now())


def letter_of(row: OutboxMessage) -> Letter:
    """What is sent; raises NotWanted once nobody waits for this person's answer any more."""
    if row.person_id is None or row.matter_id is None:
        raise NotWanted("nobody_to_reach")
    if not still_asked(row.person_id, row.matter_id, row.created_at):
        raise NotWanted("answered")
    return LETTER


def still_asked(person: UUID, incident: UUID, since: datetime) -> bool:
    """Whether somebody who was to be reached at a moment is still waited for: an offer to their
    unit is open; or too few are on their way, and the unit has answered nothing since. So whoever
    is on duty at the station is called though a unit of theirs was asked before and was silent."""
    found = Incident.objects.filter(pk=incident, matter__step__in=WORKING).first()
    if found is None:
        return False
    mine = Offer.objects.filter(
        incident=incident, unit__members__person=person, unit__members__until=None
    )
    if mine.filter(answer=Answer.WAITING).exists():
        return True
    given = mine.filter(answer__in=(Answer.ACCEPTED, Answer.DECLINED), answered_at__gte=since)
    coming = Assignment.objects.filter(incident=incident, ended_at=None, alongside=False)
    return coming.count() < found.units_needed and not given.exists()
