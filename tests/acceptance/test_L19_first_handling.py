"""L19, C9: a guard is asked to contain, to keep order, to give first aid and to report; no more."""

import re

import pytest
from tests.support.desk import login
from tests.support.matters import key
from tests.support.offers import incident, posted
from tests.support.town import Town, build

from yihu.dispatch import assignments, ladder, offers
from yihu.dispatch.kinds import Kind
from yihu.dispatch.loops import INCIDENT
from yihu.dispatch.models import Incident, Offer
from yihu.kernel.access import Refused
from yihu.people.roles import RESPONDER

pytestmark = pytest.mark.django_db

FIRST = {"contain", "need_help", "send", "report", "tick", "unit_status", "hand_over"}
"""What is left to somebody who is not of the police: contain, ask for help, report and say where
one is. First aid and keeping order are steps of the run card (`tick`)."""


@pytest.fixture
def town() -> Town:
    made = build()
    posted(made, "officer", 2000)
    posted(made, "guard", 200)
    return made


@pytest.fixture
def fight(town: Town) -> Incident:
    one = incident(town, Kind.FIGHT)
    ladder.advance()
    return one


def offer_to(name: str) -> Offer:
    return Offer.objects.get(unit__code=name)


def test_L19_the_task_of_a_guard_names_containment_order_aid_and_report_only(
    town: Town, fight: Incident
) -> None:
    offer = offer_to("guard")
    assert offer.alongside
    text = login(town, "guard").get("/respond/").text
    assert "劝住、疏散、救护、守住现场，随时报告，等民警到" in text
    assert "不搜查，不扣东西，不限制人身自由，不盘问" in text
    assert "去现场处置：先报到场" not in text  # which is what police are told


def test_L19_a_guard_is_never_sent_to_violence_by_themselves(town: Town, fight: Incident) -> None:
    with pytest.raises(Refused) as refused:
        assignments.assign(
            actor=town.actor("dispatcher"),
            incident=fight.pk,
            unit=offer_to("guard").unit_id,
            client_key=key(),
        )
    assert refused.value.code == "police_only"


def test_L19_a_guard_who_comes_takes_no_place_of_the_police(town: Town, fight: Incident) -> None:
    offer = offers.accept(
        actor=town.actor("guard"), offer=offer_to("guard").pk, eta=60, client_key=key()
    )
    assert offer.assignment.alongside
    waves = login(town, "dispatcher").get(f"/desk/incidents/{fight.matter.reference}/waves/").text
    assert re.search(r'number lacks">0/2', waves)
    assert "一同到场" in waves


def test_C9_what_a_responder_may_do_is_none_of_the_moves_and_sets_no_outcome() -> None:
    theirs = {act.name for act in INCIDENT.acts if RESPONDER in act.by}
    assert theirs == FIRST - {"report"} | {"accept", "decline"}
    assert not [move for move in INCIDENT.moves if RESPONDER in move.by]
