"""Forgetting what was said: no burst and no message is kept longer than the page promises,
but those that belong to an incident, which stay with it."""

import contextlib

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from yihu.kernel import sealed
from yihu.radio.loops import MESSAGE
from yihu.radio.models import Burst, Call, CallKind
from yihu.radio.positions import EXACT
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


def forget_messages() -> int:
    """Erase the words, photos and positions of messages past their time: a position after a day,
    since one that is sealed cannot be made coarse."""
    now = timezone.now()
    past = Call.objects.filter(
        Q(sent_at__lt=now - KEPT) | Q(kind=CallKind.POSITION, sent_at__lt=now - EXACT),
        erased_at=None,
        about=None,
        matter__loop=MESSAGE.name,
        matter__closed_at__isnull=False,
    )
    old = list(past.values_list("pk", flat=True)[:LIMIT])
    for matter in old:
        with transaction.atomic():
            sealed.forget(matter)
            Call.objects.filter(pk=matter).update(erased_at=now)
    if old:
        sealed.overwrite_freed_pages()
    return len(old)
