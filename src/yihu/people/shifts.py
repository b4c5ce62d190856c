"""Being on duty: a shift is begun and ended by whoever works it, and ends by itself."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yihu.kernel.access import Actor
from yihu.people.models import Person, Shift

LONGEST = timedelta(hours=12)
"""A shift that nobody ends is over then."""


def on_shift(now: datetime | None = None) -> QuerySet[Shift]:
    """The shifts that run at a moment."""
    now = now or timezone.now()
    return Shift.objects.filter(since__lte=now, until__gt=now)


def shift_of(person: UUID | None, now: datetime | None = None) -> Shift | None:
    """The shift that somebody works at a moment."""
    return on_shift(now).filter(person=person).order_by("-until").first()


@transaction.atomic
def begin_shift(*, actor: Actor, length: timedelta = LONGEST) -> Shift:
    """The actor comes on duty; whoever is on duty already stays on that shift."""
    person = Person.objects.select_for_update().get(pk=actor.staff_id)  # two taps, one shift
    running = shift_of(person.pk)
    if running is not None:
        return running
    now = timezone.now()
    return Shift.objects.create(person=person, since=now, until=now + min(length, LONGEST))


@transaction.atomic
def end_shift(*, actor: Actor) -> None:
    """The actor goes off duty; does nothing for somebody who is."""
    on_shift().filter(person=actor.id).update(until=timezone.now())
