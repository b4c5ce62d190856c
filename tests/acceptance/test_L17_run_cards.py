"""L17, L19, C9: the card of an incident says what each does and may not do; a guard is offered only
to contain, to keep order, to give first aid and to report."""

from typing import Any

import pytest
from django.test import Client
from tests.support.desk import login, offered
from tests.support.town import Town, build
from tests.support.units import incident, unit

from yihu.dispatch import run_cards
from yihu.dispatch.actions import act, move
from yihu.dispatch.assignments import assign
from yihu.dispatch.card_steps import Doer
from yihu.dispatch.kinds import Kind, UnitKind
from yihu.dispatch.loops import INCIDENT
from yihu.dispatch.models import Incident, RunCard, Tick
from yihu.dispatch.schemas import Reclassified
from yihu.dispatch.standard_cards import standard
from yihu.people.roles import RESPONDER

pytestmark = pytest.mark.django_db
ENFORCING = ("搜", "扣", "审", "处罚", "告诫", "盘查", "传唤", "逮", "抓")
"""Of what is only for the police, whatever a card calls it."""


@pytest.fixture
def town() -> Town:
    return build()


@pytest.fixture
def fight(town: Town) -> Incident:
    """An alarm that turned out to be a fight, to which the guard's unit was sent beside the
    police."""
    one, crew = incident(town), unit(town, "guard")
    dispatcher = town.actor("dispatcher")
    move(actor=dispatcher, matter=one.pk, name="answer", seq=1, client_key=b"answer")
    assign(actor=dispatcher, incident=one.pk, unit=crew.pk, client_key=b"assign", alongside=True)
    act(
        actor=dispatcher,
        matter=one.pk,
        name="reclassify",
        client_key=b"fight",
        payload=Reclassified(kind=Kind.FIGHT),
    )
    return Incident.objects.select_related("matter").get(pk=one.pk)


def card_at(client: Client, one: Incident, **how: Any) -> Any:
    return client.get(f"/desk/incidents/{one.matter.reference}/card/", **how)


def test_L17_a_fight_opens_with_its_steps_and_limits_and_ticks_have_a_time(
    town: Town, fight: Incident
) -> None:
    client = login(town, "officer")
    card = card_at(client, fight).text
    assert "打架" in card
    assert "把双方分开" in card
    assert "不搜身、不翻包" in card
    where = f"/desk/incidents/{fight.matter.reference}/card/"
    ticked = client.post(where, {"step": "part_sides"}, headers={"HX-Request": "true"}).text
    tick = Tick.objects.get(step="part_sides")
    assert (tick.person, tick.incident) == (town.people["officer"], fight)
    assert f'datetime="{tick.occurred_at.astimezone():%Y-%m-%dT%H:%M}' in ticked
    client.post(where, {"step": "part_sides"}, headers={"HX-Request": "true"})
    assert Tick.objects.count() == 1


def test_L17_an_open_card_asks_again_and_is_told_only_what_is_new(
    town: Town, fight: Incident
) -> None:
    client, other = login(town, "officer"), login(town, "dispatcher")
    address = card_at(client, fight).text.split('hx-get="')[1].split('"')[0]
    assert client.get(address).status_code == 204
    other.post(address, {"step": "ask_weapons"}, headers={"HX-Request": "true"})
    assert "✓ dispatcher" in client.get(address).text


def test_L17_the_control_room_sees_the_card_on_the_incident(town: Town, fight: Incident) -> None:
    page = login(town, "dispatcher").get(f"/desk/incidents/{fight.matter.reference}/").text
    assert f"/desk/incidents/{fight.matter.reference}/card/" in page


def test_L17_a_step_that_is_not_on_the_card_is_refused_in_words(
    town: Town, fight: Incident
) -> None:
    where = f"/desk/incidents/{fight.matter.reference}/card/"
    answer = login(town, "officer").post(where, {"step": "nothing"}, headers={"HX-Request": "true"})
    assert "没有这一步" in answer.text
    plain = login(town, "officer").post(where, {"step": "nothing"}, follow=True)
    assert "没有这一步" in plain.text


def test_L19_a_guard_reads_only_what_a_guard_does(town: Town, fight: Incident) -> None:
    card = run_cards.read(run_cards.card_of(fight))
    own = card.steps_for(UnitKind.GUARD)
    assert {step.role for step in own} == {Doer.FIRST, Doer.GUARD}
    said = " ".join(step.text for step in own)
    for wanted in ("叫停", "围观", "守住现场", "民警", "打 120"):
        assert wanted in said


@pytest.mark.parametrize("kind", Kind)
def test_L19_no_card_asks_anything_of_enforcement_of_who_is_not_police(kind: Kind) -> None:
    for step in standard(kind).steps:
        if step.role in (Doer.GUARD, Doer.VOLUNTEER, Doer.GRID_WORKER, Doer.MINI_FIRE):
            found = [word for word in ENFORCING if word in step.text]
            assert not found or kind is Kind.MISSING, (step.text, found)


def test_L19_what_a_responder_may_do_is_contain_tick_report_and_ask_for_help() -> None:
    acts = {act.name for act in INCIDENT.acts if RESPONDER in act.by}
    assert acts == {
        "accept",
        "decline",
        "unit_status",
        "contain",
        "hand_over",
        "need_help",
        "tick",
        "send",
    }
    assert not [move.name for move in INCIDENT.moves if RESPONDER in move.by]


@pytest.mark.parametrize("name", ["guard", "auxiliary"])
def test_C9_who_is_not_police_sets_no_outcome(town: Town, fight: Incident, name: str) -> None:
    client = login(town, name)
    page = f"/desk/incidents/{fight.matter.reference}/"
    assert client.get(page).status_code == 404
    for deed in ("resolve", "tell", "close", "refer"):
        answer = client.post(f"{page}do/{deed}/", {"outcome": "settled", "words": "办完了"})
        assert answer.status_code == 404
    assert not offered(client.get("/radio/"))
    fight.matter.refresh_from_db()
    assert fight.matter.step == "handling"


def test_C9_every_card_says_what_each_force_may_not_do(town: Town) -> None:
    run_cards.published("test", Kind.FIGHT)
    for card in RunCard.objects.all():
        assert set(card.limits) == {kind.value for kind in UnitKind}
        assert all(card.limits.values())
    page = login(town, "guard").get("/desk/cards/fight/").text
    for forbidden in ("不搜身", "不扣留", "不限制人身自由", "不盘问", "不拍摄传播"):
        assert forbidden in page
