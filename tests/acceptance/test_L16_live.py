"""L16: what a unit reports stands with the incident for the control room, at its next look."""

import re

import pytest
from django.test import Client
from tests.support.desk import login
from tests.support.matters import key
from tests.support.town import Town, build
from tests.support.units import incident, unit

from yihu.dispatch.assignments import assign, hand_over
from yihu.dispatch.kinds import Secondary, Status
from yihu.dispatch.units import report_status
from yihu.radio.models import Happening

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def looked(client: Client, page: str) -> object:
    """What an open page gets that asks again."""
    again = re.search(r'hx-get="([^"]+now/[^"]*)"', page)
    assert again is not None
    return client.get(again[1].replace("&amp;", "&"))


def test_L16_the_control_room_sees_what_a_unit_reports_without_loading_anew(town: Town) -> None:
    case, of = incident(town), unit(town, "auxiliary")
    assign(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())
    client = login(town, "dispatcher")
    story = looked(client, client.get(f"/desk/incidents/{case.matter.reference}/").text)
    assert "auxiliary组" in story.text  # sent
    assert "已到场" not in story.text
    assert looked(client, story.text).status_code == 204
    before = Happening.objects.latest("id").pk
    report_status(
        actor=town.actor("auxiliary"),
        unit=of.pk,
        status=Status.ON_SCENE,
        secondary=[Secondary.WITH_RESIDENT],
        incident=case.pk,
        client_key=key(),
    )
    now = looked(client, story.text)
    assert "已到场" in now.text
    assert "正与群众在一起" in now.text
    assert "auxiliary · 处置人" in now.text
    told = {one.topic: one for one in Happening.objects.filter(pk__gt=before)}
    dispatcher = town.people["dispatcher"].id.hex
    assert told["incident"].ref == case.matter.reference
    assert told["unit"].ref == of.code
    assert all(dispatcher in told[topic].people for topic in ("incident", "unit"))


def test_L16_who_handed_over_to_whom_is_said(town: Town) -> None:
    case, of, to = incident(town), unit(town, "guard"), unit(town, "officer")
    assign(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())
    hand_over(
        actor=town.actor("guard"),
        incident=case.pk,
        unit=of.pk,
        to=to.pk,
        client_key=key(),
        words="人在二楼",
    )
    page = login(town, "dispatcher").get(f"/desk/incidents/{case.matter.reference}/").text
    assert "guard组 guard 交给 officer组 officer" in page
    assert "人在二楼" in page
