"""Recordings are gone when the page says they are."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from tests.support.net import talkgroup
from tests.support.town import build

from yihu.radio import archive
from yihu.radio.models import Burst
from yihu.radio.retention import forget

pytestmark = pytest.mark.django_db


def test_what_is_older_than_promised_is_erased_and_nothing_else() -> None:
    town = build()
    group = talkgroup(town)
    bursts = []
    for days in (31, 29):
        burst = Burst(
            district="test",
            group=group,
            person=town.people["chief"],
            level="normal",
            started_at=timezone.now() - timedelta(days=days),
        )
        burst.file = archive.place_for(burst)
        archive.begun(burst).end()
        burst.save()
        bursts.append(burst)
    old, young = bursts
    assert forget() == 1
    assert forget() == 0
    assert list(Burst.objects.all()) == [young]
    assert not (settings.RECORDINGS / old.file).parent.exists()
    assert archive.sound_of(young).startswith(b"OggS")
