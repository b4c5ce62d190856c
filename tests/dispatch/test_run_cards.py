"""Run cards kept, written and ticked; what was missed stands in the entry that closes."""

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.support.town import Town, build
from tests.support.units import incident, unit

from yihu.dispatch import run_cards
from yihu.dispatch.actions import act, move
from yihu.dispatch.assignments import assign
from yihu.dispatch.card_steps import Card, Doer, Step
from yihu.dispatch.kinds import Kind, UnitKind
from yihu.dispatch.models import Incident, RunCard, Tick
from yihu.dispatch.review import missed
from yihu.dispatch.schemas import Excused, Reclassified, Resolved, Reviewed, Told
from yihu.dispatch.standard_cards import standard
from yihu.kernel.access import Refused
from yihu.kernel.models import Entry, Party

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def key() -> bytes:
    return secrets.token_bytes(16)


@pytest.fixture
def town() -> Town:
    return build()


@pytest.fixture
def alarm(town: Town) -> Incident:
    return incident(town)


def moved(town: Town, one: Incident, name: str, payload: Any = None) -> None:
    one.matter.refresh_from_db()
    move(
        actor=town.actor("dispatcher"),
        matter=one.pk,
        name=name,
        seq=one.matter.seq,
        client_key=key(),
        payload=payload,
    )


def told(town: Town, one: Incident) -> None:
    """Worked on, and whoever raised it told."""
    moved(town, one, "answer")
    moved(town, one, "resolve", Resolved(outcome="settled", words="已劝开"))
    moved(town, one, "tell", Told(words="已经处理完毕"))


def ticked(town: Town, name: str, one: Incident, step: str, **more: Any) -> Tick:
    return run_cards.tick(
        actor=town.actor(name), incident=one.pk, step=step, client_key=key(), **more
    )


def better(town: Town, kind: Kind, text: str = "先看清") -> RunCard:
    """The next version of a card, with one step put in other words, published."""
    newest = run_cards.published("test", kind).last()
    assert newest is not None
    card = run_cards.read(newest)
    steps = [*card.steps, Step(text, "", "", Doer.GUARD, True)]
    draft = run_cards.write(
        actor=town.actor("deputy"),
        kind=kind,
        steps=steps,
        limits=card.limits,
        read_at=newest.written_at,
    )
    return run_cards.publish(actor=town.actor("chief"), kind=kind, read_at=draft.written_at)


# --- versions -------------------------------------------------------------------------------------


def test_a_district_begins_with_a_card_for_each_kind(town: Town) -> None:
    for kind in Kind:
        (first,) = run_cards.published("test", kind)
        assert run_cards.read(first) == standard(kind)
    assert RunCard.objects.count() == len(Kind)


def test_a_published_version_never_changes_and_an_incident_keeps_its_own(
    town: Town, alarm: Incident
) -> None:
    before = run_cards.card_of(alarm)
    said = before.steps
    after = better(town, Kind.PANIC_ALARM)
    before.refresh_from_db()
    assert (before.steps, after.version) == (said, 2)
    assert run_cards.card_of(alarm) == before
    assert run_cards.card_of(incident(town, by="officer", key=b"later")) == after


def test_an_incident_of_another_kind_has_the_card_that_held_when_that_was_found(
    town: Town, alarm: Incident
) -> None:
    first = better(town, Kind.FIGHT)
    moved(town, alarm, "answer")
    act(
        actor=town.actor("dispatcher"),
        matter=alarm.pk,
        name="reclassify",
        client_key=key(),
        payload=Reclassified(kind=Kind.FIGHT),
    )
    better(town, Kind.FIGHT, "再看清")
    alarm.matter.refresh_from_db()
    assert run_cards.card_of(alarm) == first


def test_who_was_overtaken_writes_nothing_over(town: Town) -> None:
    newest = run_cards.published("test", Kind.FIRE).last()
    assert newest is not None
    common: dict[str, Any] = {"kind": Kind.FIRE, "limits": {}, "read_at": newest.written_at}
    steps = [Step("关门")]
    draft = run_cards.write(actor=town.actor("chief"), steps=steps, **common)
    with pytest.raises(Refused, match="meanwhile"):
        run_cards.write(actor=town.actor("deputy"), steps=[Step("开窗")], **common)
    again = run_cards.write(
        actor=town.actor("deputy"), steps=steps, **common | {"read_at": draft.written_at}
    )
    assert again.pk == draft.pk
    with pytest.raises(Refused, match="meanwhile"):
        run_cards.publish(actor=town.actor("chief"), kind=Kind.FIRE, read_at=draft.written_at)


def test_publishing_twice_is_once_and_nothing_new_is_no_version(town: Town) -> None:
    after = better(town, Kind.NOISE)
    again = run_cards.publish(actor=town.actor("chief"), kind=Kind.NOISE, read_at=after.written_at)
    assert again == after
    card = run_cards.read(after)
    same = run_cards.write(
        actor=town.actor("chief"),
        kind=Kind.NOISE,
        steps=card.steps,
        limits=card.limits,
        read_at=after.written_at,
    )
    with pytest.raises(Refused) as why:
        run_cards.publish(actor=town.actor("chief"), kind=Kind.NOISE, read_at=same.written_at)
    assert why.value.code == "no_change"
    run_cards.drop(actor=town.actor("chief"), kind=Kind.NOISE)
    assert run_cards.draft("test", Kind.NOISE) is None


@pytest.mark.parametrize("name", ["officer", "auxiliary", "guard", "supervisor"])
def test_cards_are_written_by_whoever_directs(town: Town, name: str) -> None:
    with pytest.raises(Refused) as why:
        run_cards.write(
            actor=town.actor(name),
            kind=Kind.FIRE,
            steps=[Step("关门")],
            limits={},
            read_at=timezone.now(),
        )
    assert why.value.code == "not_yours"


# --- ticks ----------------------------------------------------------------------------------------


def test_a_step_is_ticked_once_with_its_true_time(town: Town, alarm: Incident) -> None:
    moment = timezone.now()
    first = ticked(town, "officer", alarm, "look_first", occurred_at=moment)
    second = ticked(town, "dispatcher", alarm, "look_first")
    assert second == first
    assert (first.person, first.occurred_at) == (town.people["officer"], moment)
    acted = Entry.objects.filter(matter=alarm.pk, kind="acted")
    (body,) = (json.loads(entry.body) for entry in acted)
    assert body["facts"] == {"card": 1, "step": "look_first"}


def test_a_guard_ticks_what_is_for_guards_once_sent(town: Town, alarm: Incident) -> None:
    crew = unit(town, "guard")
    moved(town, alarm, "answer")
    with pytest.raises(Incident.DoesNotExist):
        ticked(town, "guard", alarm, "crowd_back")
    assign(actor=town.actor("dispatcher"), incident=alarm.pk, unit=crew.pk, client_key=key())
    done = ticked(town, "guard", alarm, "crowd_back")
    assert done.person == town.people["guard"]
    for step in ("raiser_safe", "listen_in"):
        with pytest.raises(Refused) as why:
            ticked(town, "guard", alarm, step)
        assert why.value.code == "other_force"
    with pytest.raises(Refused) as why:
        ticked(town, "guard", alarm, "no_such")
    assert why.value.code == "no_such_step"


def test_a_time_that_cannot_be_true_is_refused(town: Town, alarm: Incident) -> None:
    for off in (timedelta(hours=1), timedelta(hours=-1)):
        with pytest.raises(Refused):
            ticked(town, "officer", alarm, "look_first", occurred_at=timezone.now() + off)
    assert not Tick.objects.exists()


@pytest.mark.parametrize("name", ["stranger", "auxiliary", "colleague"])
def test_only_who_may_know_of_an_incident_ticks(town: Town, alarm: Incident, name: str) -> None:
    if name == "colleague":  # an officer of the station
        assert ticked(town, name, alarm, "look_first")
        return
    with pytest.raises(Incident.DoesNotExist):
        ticked(town, name, alarm, "look_first")


# --- the review -----------------------------------------------------------------------------------


def test_what_was_missed_stands_in_the_entry_that_closes(town: Town, alarm: Incident) -> None:
    told(town, alarm)
    ticked(town, "officer", alarm, "listen_in")
    left = {step.code for step in missed(alarm)}
    assert "listen_in" not in left
    assert {"send_unclear", "raiser_safe"} <= left
    assert "crowd_back" not in left  # no guard went
    moved(town, alarm, "close", Reviewed(seen=True))
    closing = json.loads(Entry.objects.filter(matter=alarm.pk).latest("seq").body)
    assert set(closing["facts"]["missed"]) == left
    assert closing["facts"]["card"] == 1


def test_the_steps_of_guards_are_missed_where_guards_went(town: Town, alarm: Incident) -> None:
    crew = unit(town, "guard")
    moved(town, alarm, "answer")
    assign(actor=town.actor("dispatcher"), incident=alarm.pk, unit=crew.pk, client_key=key())
    asked = {step.code for step in missed(alarm)}
    assert "crowd_back" in asked
    assert "raiser_safe" not in asked  # that is for the police, of whom no unit is on record


def test_the_reminder_is_given_to_all_but_where_a_contact_could_harm(
    town: Town, alarm: Incident
) -> None:
    moved(town, alarm, "answer")
    moved(town, alarm, "resolve", Resolved(outcome="settled", words="已劝开"))
    with pytest.raises(Refused) as why:
        moved(town, alarm, "tell", Told(words="处理完毕", reminded=False))
    assert why.value.code == "not_reminded"
    Party.objects.filter(matter=alarm.pk, role="reporter").update(contact_safety="blank")
    with pytest.raises(Refused) as why:
        moved(town, alarm, "tell", Told(words="处理完毕"))
    assert why.value.code == "safe_contact"
    moved(town, alarm, "tell", Told(words="处理完毕", reminded=False))


def test_where_telling_was_said_to_be_unsafe_nobody_is_reminded(
    town: Town, alarm: Incident
) -> None:
    moved(town, alarm, "answer")
    moved(town, alarm, "resolve", Resolved(outcome="settled", words="已劝开"))
    act(
        actor=town.actor("dispatcher"),
        matter=alarm.pk,
        name="excuse",
        client_key=key(),
        payload=Excused(reason="unsafe", words="施暴的人在旁边"),
    )
    with pytest.raises(Refused) as why:
        moved(town, alarm, "tell", Told(words="处理完毕"))
    assert why.value.code == "safe_contact"


def test_an_unseen_review_closes_nothing() -> None:
    with pytest.raises(ValueError, match="looked at"):
        Reviewed(seen=False)
    with pytest.raises(ValueError, match="looked at"):
        Reviewed()


def test_a_card_knows_its_own_steps() -> None:
    card = standard(Kind.FIGHT)
    assert isinstance(card, Card)
    assert card.step("call_out") is not None
    assert UnitKind.GUARD in card.limits
