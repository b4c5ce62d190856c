"""The shift's handover: what is open is on it, and only the one signs to whom it was handed."""

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.support.desk import login
from tests.support.town import Town, build
from tests.support.units import incident

from yihu.dispatch import handovers
from yihu.dispatch.handovers import Open
from yihu.dispatch.kinds import Door, Reach
from yihu.dispatch.models import Handover, Wave
from yihu.dispatch.schemas import Signed
from yihu.kernel.access import Refused
from yihu.kernel.actions import Done, KeyReused
from yihu.kernel.models import Entry, Matter, OutboxMessage
from yihu.radio.actions import raise_alarm
from yihu.radio.hazards import report
from yihu.radio.models import Happening

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def key() -> bytes:
    return secrets.token_bytes(16)


@pytest.fixture
def town() -> Town:
    return build()


def handed(town: Town, to: str = "deputy", by: str = "dispatcher", **more: Any) -> Done:
    how: dict[str, Any] = {"words": "东门还在堵", "client_key": key()} | more
    return handovers.hand_over_shift(
        actor=town.actor(by), office=town.station.pk, to=town.people[to].pk, **how
    )


def signed(town: Town, matter: Matter, name: str) -> Done:
    matter.refresh_from_db()
    return handovers.move(
        actor=town.actor(name),
        matter=matter.pk,
        name="sign",
        seq=matter.seq,
        client_key=key(),
        payload=Signed(),
    )


def test_what_is_open_is_listed_as_it_stood(town: Town) -> None:
    one = incident(town)
    Wave.objects.create(
        incident=one,
        number=1,
        reach=Reach.BEST.value,
        opened_at=timezone.now(),
        ends_at=timezone.now(),
    )
    late = report(actor=town.actor("guard"), kind="fire", words="门锁着", client_key=key()).matter
    report(actor=town.actor("guard"), kind="exit", words="堆着货", client_key=key())
    Matter.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=1))
    made = Handover.objects.get(pk=handed(town).matter.pk)
    found = [(item.what, item.reference, item.kind) for item in handovers.items_of(made)]
    assert found == [
        (Open.INCIDENT, one.matter.reference, "panic_alarm"),
        (Open.WAVE, one.matter.reference, "best"),
        (Open.HAZARD, late.reference, "fire"),
    ]
    facts = json.loads(Entry.objects.get(matter=made.pk, seq=1).body)["facts"]
    assert facts["open"] == [f"{what} {reference}" for what, reference, _kind in found]
    incident(town, by="officer", key=b"after")
    assert len(handovers.items_of(Handover.objects.get(pk=made.pk))) == len(found)


def test_an_exercise_that_is_open_says_so(town: Town) -> None:
    raise_alarm(actor=town.actor("guard"), client_key=key(), door=Door.TRAINING)
    text = login(town, "dispatcher").get("/desk/handover/").text
    assert "一键报警（演练）" in text


def test_both_sign_and_the_ledger_says_so(town: Town) -> None:
    matter = handed(town).matter
    told = Happening.objects.get(topic="handover")
    assert told.people == [town.people["deputy"].pk.hex]
    assert OutboxMessage.objects.filter(matter=matter, role="deputy_chief").exists()
    signed(town, matter, "deputy")
    matter.refresh_from_db()
    assert matter.step == "signed"
    assert matter.handover.signed_at is not None
    by = [json.loads(entry.body)["by"]["id"] for entry in matter.entries.order_by("seq")]
    assert by == [town.people[name].pk.hex for name in ("dispatcher", "deputy")]


@pytest.mark.parametrize("name", ["dispatcher", "chief"])
def test_only_the_one_signs_to_whom_it_was_handed(town: Town, name: str) -> None:
    matter = handed(town).matter
    with pytest.raises(Refused) as why:
        signed(town, matter, name)
    assert why.value.code == "not_named"


@pytest.mark.parametrize(
    ("by", "to", "code"),
    [
        ("dispatcher", "dispatcher", "same_person"),
        ("dispatcher", "officer", "no_such_person"),
        ("dispatcher", "stranger", "no_such_person"),
        ("officer", "deputy", "not_yours"),
        ("guard", "deputy", "not_yours"),
        ("stranger", "deputy", "not_yours"),
    ],
)
def test_it_goes_from_one_who_directs_to_another(town: Town, by: str, to: str, code: str) -> None:
    with pytest.raises(Refused) as why:
        handed(town, to, by)
    assert why.value.code == code
    assert not Handover.objects.exists()


def test_a_retry_makes_one_and_the_next_waits_for_the_signature(town: Town) -> None:
    again = key()
    first = handed(town, client_key=again)
    assert handed(town, client_key=again).repeated
    with pytest.raises(Refused) as why:
        handed(town)
    assert why.value.code == "not_signed_yet"
    signed(town, first.matter, "deputy")
    assert handed(town, "dispatcher", by="deputy").matter.pk != first.matter.pk


def test_a_retry_after_something_came_in_is_led_to_the_first(town: Town) -> None:
    again = key()
    first = handed(town, client_key=again)
    incident(town)
    with pytest.raises(KeyReused) as before:
        handed(town, client_key=again)
    assert before.value.matter == first.matter.pk
