"""Telling sets that something happened: a row beside the act, which the relay reads.

Not a thing that matters: whoever sleeps through it finds the same on the page, and what is owed
to anybody runs on a matter's clock.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from yihu.radio.models import Happening

KEPT = timedelta(hours=1)
"""Longer than any set that comes back asks for."""


def tell(
    district: str,
    topic: str,
    ref: object,
    *,
    groups: Iterable[str] = (),
    people: Iterable[UUID] = (),
) -> None:
    """To everybody on these groups, and to these people, with the transaction that is open."""
    Happening.objects.create(
        district=district,
        topic=topic,
        ref=ref.hex if isinstance(ref, UUID) else str(ref),
        groups=list(groups),
        people=[person.hex for person in people],
    )


def forget(limit: int = 1000) -> int:
    """A job of the clock: drop rows that nobody asks for any more; how many."""
    old = Happening.objects.filter(at__lt=timezone.now() - KEPT)
    gone, _ = Happening.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:limit])
    ).delete()
    return gone
