"""Words, photos and positions to a talk group."""

import secrets
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from tests.support.desk import login
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.dispatch.actions import Place
from yihu.kernel import lapses, ledger, vault
from yihu.kernel.access import Refused
from yihu.kernel.models import Entry, SealedPart
from yihu.people.shifts import end_shift
from yihu.radio.calls import send_message
from yihu.radio.models import Call, GroupKind, Happening
from yihu.radio.retention import forget_messages

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    made = build()
    talkgroup(made, on=("chief", "guard"))
    return made


def key() -> bytes:
    return secrets.token_bytes(16)


def opened(call: Call) -> dict[str, bytes]:
    parts = SealedPart.objects.filter(matter=call.matter).select_related("party")
    return {part.what: vault.unseal(part, vault.key_of(part.party)).content for part in parts}


def test_a_message_is_sealed_and_its_group_is_told(town: Town) -> None:
    done = send_message(
        actor=town.actor("guard"),
        group="net",
        kind="text",
        client_key=key(),
        words=" 北门有人打架 ",
    )
    call = Call.objects.get(matter=done.matter)
    assert (call.kind, call.group_id, call.sender) == ("text", "net", town.people["guard"])
    assert opened(call) == {"words": "北门有人打架".encode()}
    assert "打架" not in Entry.objects.get(matter=done.matter).body
    told = Happening.objects.get(topic="message")
    assert (told.ref, told.groups) == (done.matter.reference, ["net"])


def test_a_retry_is_the_same_message(town: Town) -> None:
    again = {"group": "net", "kind": "text", "client_key": key(), "words": "收到请回话"}
    first = send_message(actor=town.actor("guard"), **again)
    second = send_message(actor=town.actor("guard"), **again)
    assert second.repeated
    assert second.matter.pk == first.matter.pk
    assert Happening.objects.filter(topic="message").count() == 1


def test_a_position_is_sealed_and_only_sent_on_duty(town: Town) -> None:
    guard, place = town.actor("guard"), Place(120.1, 30.2, 8.0)
    done = send_message(actor=guard, group="net", kind="position", client_key=key(), place=place)
    assert b"120.1" in opened(done.matter.call)["position"]
    assert "120.1" not in Entry.objects.get(matter=done.matter).body
    end_shift(actor=guard)
    with pytest.raises(Refused) as refused:
        send_message(actor=guard, group="net", kind="position", client_key=key(), place=place)
    assert refused.value.code == "off_duty"


@pytest.mark.parametrize(
    ("kind", "more", "code"),
    [
        ("text", {"words": "  "}, "empty"),
        ("photo", {"words": "没有照片"}, "empty"),
        ("position", {}, "empty"),
        ("text", {"words": "长" * 2001}, "too_long"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_a_reason(
    town: Town, kind: str, more: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        send_message(actor=town.actor("guard"), group="net", kind=kind, client_key=key(), **more)
    assert refused.value.code == code
    assert not Call.objects.exists()


def test_only_who_talks_on_a_group_writes_to_it(town: Town) -> None:
    talkgroup(town, code="all", kind=GroupKind.BROADCAST, on=("chief", "guard"))
    for group in ("all", "elsewhere"):
        with pytest.raises(Refused) as refused:
            send_message(
                actor=town.actor("guard"), group=group, kind="text", client_key=key(), words="喂"
            )
        assert refused.value.code == "not_yours"


def test_what_a_message_said_is_gone_after_thirty_days(town: Town) -> None:
    guard, place = town.actor("guard"), Place(120.1, 30.2, 8.0)
    kept = send_message(actor=guard, group="net", kind="text", client_key=key(), words="新的")
    past = send_message(actor=guard, group="net", kind="position", client_key=key(), place=place)
    lapses.fire_due(timezone.now() + timedelta(minutes=6))
    Call.objects.filter(matter=past.matter).update(sent_at=timezone.now() - timedelta(days=31))
    assert (forget_messages(), forget_messages()) == (1, 0)
    assert not any(bytes(part.sealed) for part in past.matter.sealed_parts.all())
    assert all(bytes(part.sealed) for part in kept.matter.sealed_parts.all())
    tombstone = past.matter.entries.last()
    assert tombstone.kind == "erased"
    page = login(town, "dispatcher").get(f"/net/calls/{past.matter.reference}/")
    assert page.status_code == 200
    ledger.sequence()
    call_command("verify", stdout=StringIO())
