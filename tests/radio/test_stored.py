"""Stored voice: taken once, at its true time, from whoever may talk; nothing malformed."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from tests.support.desk import login
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.people.shifts import end_shift
from yihu.radio import archive
from yihu.radio.groups import take_off
from yihu.radio.models import Burst, GroupKind, Happening
from yihu.radio.stored import Speech, store_burst

pytestmark = pytest.mark.django_db
PACKET = bytes([0b01001_0_00]) + b"speech"  # 20 ms
KEY = "0123456789abcdef" * 2


@pytest.fixture
def town() -> Town:
    settings.RECORDINGS.mkdir(exist_ok=True)
    town = build()
    talkgroup(town, "net", on=("chief", "officer"))
    talkgroup(town, "all", GroupKind.BROADCAST, on=("chief", "officer"))
    return town


def wire(*packets: bytes) -> bytes:
    return b"".join(len(packet).to_bytes(2, "big") + packet for packet in packets)


def send(town: Town, who: str = "officer", group: str = "net", **more: Any) -> HttpResponse:
    fields: dict[str, Any] = {
        "key": KEY,
        "level": "normal",
        "started_at": timezone.now().isoformat(),
        "packets": wire(*[PACKET] * 10),
    } | more
    fields["packets"] = BytesIO(fields["packets"])
    return login(town, who).post(f"/radio/{group}/stored/", fields)


def test_it_is_kept_at_its_true_time_and_its_group_is_told(town: Town) -> None:
    began = timezone.now() - timedelta(minutes=7)
    town.people["officer"].shifts.update(since=began - timedelta(hours=1))
    assert send(town, started_at=began.isoformat()).status_code == 201
    burst = Burst.objects.get()
    assert (burst.stored, burst.started_at, burst.person) == (True, began, town.people["officer"])
    assert burst.ended_at == began + timedelta(milliseconds=200)
    assert burst.received_at is not None
    assert burst.received_at > began + timedelta(minutes=6)
    assert archive.sound_of(burst).count(PACKET) == 10
    told = Happening.objects.latest("pk")
    assert (told.topic, told.ref, told.groups) == ("stored", burst.pk.hex, ["net"])


def test_sent_again_it_is_not_taken_again(town: Town) -> None:
    first, again = send(town), send(town)
    assert first.content == again.content
    assert Burst.objects.count() == 1
    assert send(town, "chief").status_code == 201  # another's same key is another's speech
    assert Burst.objects.count() == 2


def test_an_attempt_that_was_cut_off_before_its_row_leaves_no_hindrance(town: Town) -> None:
    send(town)
    burst = Burst.objects.get()
    Burst.objects.all().delete()  # the file is there, the row is not
    assert send(town, started_at=burst.started_at.isoformat()).status_code == 201


@pytest.mark.parametrize("who", ["stranger", "auxiliary"])
def test_a_group_that_one_is_not_on_does_not_exist(town: Town, who: str) -> None:
    assert send(town, who).status_code == 404


def test_who_only_listens_stores_nothing(town: Town) -> None:
    assert send(town, group="all").status_code == 404
    assert send(town, "chief", group="all").status_code == 201


def test_who_was_taken_off_stores_nothing(town: Town) -> None:
    take_off(actor=town.actor("chief"), group="net", person=town.people["officer"].id)
    assert send(town).status_code == 404


def test_what_was_said_off_duty_is_not_taken(town: Town) -> None:
    end_shift(actor=town.actor("officer"))
    answer = send(town)
    assert (answer.status_code, answer.json()) == (400, {"code": "off_duty"})


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"key": "short"}, "malformed"),
        ({"key": KEY.upper()}, "malformed"),
        ({"level": "whatever"}, "malformed"),
        ({"started_at": "yesterday"}, "malformed"),
        ({"started_at": "2026-13-99T00:00:00Z"}, "malformed"),
        ({"started_at": "2026-01-01T00:00:00"}, "malformed"),
        ({"started_at": "2026-01-01T00:00:00Z"}, "too_old"),
        ({"started_at": "2999-01-01T00:00:00Z"}, "too_old"),
        ({"packets": b""}, "malformed"),
        ({"packets": b"\x00"}, "malformed"),
        ({"packets": b"\x00\x00"}, "malformed"),
        ({"packets": b"\x00\x09cut off"}, "malformed"),
        ({"packets": wire(bytes([3]))}, "malformed"),
        ({"packets": wire(*[PACKET] * 3300)}, "too_long"),
        ({"packets": wire(*[PACKET + bytes(1000)] * 300)}, "too_long"),
    ],
)
def test_what_no_set_sends_is_answered_and_changes_nothing(
    town: Town, wrong: dict[str, Any], code: str
) -> None:
    answer = send(town, **wrong)
    assert (answer.status_code, answer.json()) == (400, {"code": code})
    assert not Burst.objects.exists()


def test_a_60_ms_packet_is_as_long_as_it_says(town: Town) -> None:
    speech = Speech.read(
        key=KEY,
        level="emergency",
        started_at=timezone.now().isoformat(),
        packets=wire(bytes([0x4B, 0x03]) + b"abc"),
    )
    burst = store_burst(actor=town.actor("officer"), group="net", speech=speech)
    assert burst.ended_at is not None
    assert burst.ended_at - burst.started_at == timedelta(milliseconds=60)
