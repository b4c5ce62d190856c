"""How somebody can be reached while no page of theirs is open: a telephone, and browsers that take
a push. Their own to give and to take back; whoever directs their net reads the number."""

import re
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yihu.kernel.access import Actor, Refused
from yihu.kernel.webpush import BadSubscription, Browser
from yihu.people.models import Person, PushSubscription

PHONE = re.compile(r"\+?[0-9]{7,15}")
BESIDE = str.maketrans("", "", " -()（）\t")
"""What people write between digits."""
MOST_BROWSERS = 5
"""A person's; the oldest is forgotten for a newer one."""


def give_phone(*, actor: Actor, phone: str) -> None:
    """The actor's own number; "" takes it back. Raises Refused for what is none."""
    number = phone.strip().translate(BESIDE)
    if number and not PHONE.fullmatch(number):
        raise Refused("not_a_phone_number", "this is no telephone number", field="phone")
    Person.objects.filter(pk=actor.staff_id).update(phone=number)


@transaction.atomic
def subscribe(*, actor: Actor, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """A browser of the actor's is to be pushed to; one that somebody else had before is theirs no
    more. Raises Refused."""
    try:
        Browser.of(endpoint, p256dh, auth, settings.PUSH_SERVICES)
    except BadSubscription:
        raise Refused("unknown_service", "this push service is not known") from None
    found, _made = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={
            "person_id": actor.staff_id,
            "p256dh": p256dh,
            "auth": auth,
            "since": timezone.now(),
        },
    )
    own = PushSubscription.objects.filter(person=actor.id).order_by("-since")
    kept = list(own.values_list("pk", flat=True)[:MOST_BROWSERS])
    own.exclude(pk__in=kept).delete()
    return found


def unsubscribe(*, actor: Actor, endpoint: str) -> None:
    """That browser is not pushed to any more; does nothing for one that never was."""
    PushSubscription.objects.filter(person=actor.id, endpoint=endpoint).delete()


def with_phones(people: Iterable[UUID]) -> list[UUID]:
    """Those of these people who gave a number, in their order."""
    asked = list(people)
    known = Person.objects.filter(pk__in=asked, is_active=True).exclude(phone="")
    given = set(known.values_list("pk", flat=True))
    return [person for person in asked if person in given]


def with_browsers(people: Iterable[UUID]) -> list[UUID]:
    """Those of these people who have a browser that takes a push, in their order."""
    asked = list(people)
    known = PushSubscription.objects.filter(person__in=asked, person__is_active=True)
    given = set(known.values_list("person", flat=True))
    return [person for person in asked if person in given]
