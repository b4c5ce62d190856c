"""Telling people: promised in the transaction, delivered later, retried until heard.

A row is the promise. `deliver()` is run again and again by the clock process; a
row that keeps failing is tried with growing pauses and at last laid aside as
dead, where `yihu doctor` shows it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from yihu.kernel import bulk
from yihu.kernel.access import directory
from yihu.kernel.loop import Role, Seat
from yihu.kernel.models import Channel, Delivery, Matter, OutboxMessage

MOST_ATTEMPTS = 12
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Notice:
    """Someone to tell of something: a role at its seat, a party, or a member of staff.

    `person` is told for themselves, of what is theirs though the matter need not be: the
    notice leads to the letter's own page and names no matter. `after` delays it;
    `while_waiting` drops it once the matter has left its step.
    """

    template: str
    role: Role | None = None
    party: UUID | None = None
    person: UUID | None = None
    after: timedelta = timedelta()
    while_waiting: bool = False


def promise(matter: Matter, notices: Iterable[Notice], now: datetime) -> None:
    """Write the rows that promise these notices. Imported history promises nothing."""
    if matter.is_history:
        return
    bulk.insert(row for notice in notices for row in _rows(matter, notice, now))


def _rows(matter: Matter, notice: Notice, now: datetime) -> Iterable[OutboxMessage]:
    def row(channel: Channel, **recipient: object) -> OutboxMessage:
        arrived = channel is Channel.IN_APP
        return OutboxMessage(
            district=matter.district,
            matter=None if notice.person else matter,
            channel=channel,
            template=notice.template,
            while_step_seq=matter.step_seq if notice.while_waiting else None,
            created_at=now,
            next_attempt_at=now + notice.after,
            delivery=Delivery.SENT if arrived else Delivery.WAITING,
            sent_at=now if arrived else None,
            **recipient,
        )

    if notice.party is not None:
        yield row(Channel.MAIL, party_id=notice.party)
        if settings.WEBHOOKS.get("sms"):  # which of the two fits, the sealed contact will tell
            yield row(Channel.WEBHOOK, party_id=notice.party)
        return
    if notice.person is not None:
        if _is_here(notice.person):
            yield row(Channel.IN_APP, person_id=notice.person)
            yield row(Channel.MAIL, person_id=notice.person)
        return
    if notice.role is None:
        raise ValueError(f"{notice.template}: a notice goes to a role, a party or a person")
    if notice.role.seat is Seat.PERSON and _is_here(matter.solution_owner_id):
        recipient: dict[str, object] = {"person_id": matter.solution_owner_id}
    else:
        role = notice.role
        if role.seat is Seat.PERSON and role.alternate is not None:
            role = role.alternate
        organisation = matter.watch_id if role.seat is Seat.WATCH else matter.office_id
        recipient = {"role": role.code, "organisation_id": organisation}
    yield row(Channel.IN_APP, **recipient)
    yield row(Channel.MAIL, **recipient)
    if _for_all_of_the_office(matter, notice.role) and settings.WEBHOOKS.get("staff"):
        yield row(Channel.WEBHOOK, **recipient)


def _is_here(person: UUID | None) -> bool:
    """Whether someone still holds a post; the alternate is told in place of who left."""
    found = directory().actor(person) if person else None
    return found is not None and bool(found.posts)


def _for_all_of_the_office(matter: Matter, role: Role) -> bool:
    """A chat group reads whole: nothing goes there that is about somebody, or for oversight."""
    return role.seat is Seat.OFFICE and matter.concerns_id is None


def pause_after(attempts: int) -> timedelta:
    """How long to wait after that many failed attempts: doubling, at most six hours."""
    pause: timedelta = FIRST_PAUSE * 2 ** (attempts - 1)
    return min(pause, LONGEST_PAUSE)
