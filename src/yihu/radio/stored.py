"""Stored voice: speech that found no line, kept by the set and taken in later, at its true time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from yihu.kernel.access import Actor
from yihu.kernel.writing import one_by_one
from yihu.people.shifts import shift_of
from yihu.radio import archive
from yihu.radio.actions import tie_to_incident
from yihu.radio.happenings import tell
from yihu.radio.models import Burst, TalkGroup
from yihu.radio.ogg import RATE, BadPacket, samples
from yihu.radio.queries import memberships

LEVELS = ("normal", "imminent_peril", "emergency")
LONGEST = timedelta(seconds=65)
"""Of what is said at once; a set keeps a minute."""
LARGEST = 256 * 1024
"""Bytes of it: a minute at 24 kbit/s is 180,000."""
OLDEST = timedelta(hours=24)
AHEAD = timedelta(minutes=2)
"""How far a set's clock may be fast."""
KEY = re.compile(r"[0-9a-f]{32}")


class BadSpeech(ValueError):
    """Not what a set sends, or too old; the text is a code."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What a set kept. `key`: its own, so that what is sent twice is taken once."""

    key: str
    level: str
    started_at: datetime
    packets: tuple[bytes, ...]
    lasts: timedelta

    @classmethod
    def read(cls, *, key: str, level: str, started_at: str, packets: bytes) -> Self:
        """Raises BadSpeech."""
        try:
            began = parse_datetime(started_at)
        except ValueError:
            began = None
        if not KEY.fullmatch(key) or level not in LEVELS or began is None or not began.tzinfo:
            raise BadSpeech("malformed")
        now = timezone.now()
        if not now - OLDEST <= began <= now + AHEAD:
            raise BadSpeech("too_old")
        if len(packets) > LARGEST:
            raise BadSpeech("too_long")
        spoken = tuple(_apart(packets))
        try:
            lasts = timedelta(seconds=sum(map(samples, spoken)) / RATE)
        except BadPacket:
            raise BadSpeech("malformed") from None
        if not spoken or lasts > LONGEST:
            raise BadSpeech("too_long" if spoken else "malformed")
        return cls(key, level, began, spoken, lasts)


def _apart(data: bytes) -> Iterator[bytes]:
    """Packets, each with its length in two bytes in front of it."""
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        packet = data[at + 2 : at + 2 + length]
        if len(packet) < max(length, 1):
            raise BadSpeech("malformed")
        yield packet
        at += 2 + length


def store_burst(*, actor: Actor, group: str, speech: Speech) -> Burst:
    """Keep it as a burst of a group that the actor talks on, and tell the group.

    Raises TalkGroup.DoesNotExist for any other group, and BadSpeech for what was said off duty.
    """
    if not memberships(actor).filter(group=group, talks=True).exists():
        raise TalkGroup.DoesNotExist
    if shift_of(actor.staff_id, speech.started_at) is None:
        raise BadSpeech("off_duty")
    with one_by_one():
        burst = Burst(
            id=_id(actor.staff_id, speech.key),
            district=actor.district,
            group=TalkGroup.objects.get(pk=group),
            person_id=actor.staff_id,
            level=speech.level,
            started_at=speech.started_at,
            ended_at=speech.started_at + speech.lasts,
            stored=True,
            received_at=timezone.now(),
        )
        before = Burst.objects.filter(pk=burst.pk).first()
        if before is not None:
            return before
        burst.file = archive.place_for(burst)
        archive.keep(burst, speech.packets)
        burst.save(force_insert=True)
        tie_to_incident(burst)
        tell(actor.district, "stored", burst.pk, groups=[group])
        return burst


def _id(person: UUID, key: str) -> UUID:
    """The same for the same key of the same person, and for nobody else's."""
    return UUID(bytes=sha256(person.bytes + bytes.fromhex(key)).digest()[:16], version=4)
