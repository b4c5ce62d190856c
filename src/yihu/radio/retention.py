"""Forgetting what was said: no burst is kept longer than the page promises,
but those that belong to an incident, which stay with it."""

import contextlib

from django.conf import settings
from django.utils import timezone

from yihu.radio.models import Burst
from yihu.radio.queries import KEPT

LIMIT = 100


def forget() -> int:
    """Erase bursts past their time, sound first: a row without sound can be erased again."""
    past = Burst.objects.filter(started_at__lt=timezone.now() - KEPT, about=None)
    old = list(past[:LIMIT])
    for burst in old:
        path = settings.RECORDINGS / burst.file
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # others of that day are still there
            path.parent.rmdir()
    if old:
        Burst.objects.filter(pk__in=[burst.pk for burst in old]).delete()
    return len(old)
