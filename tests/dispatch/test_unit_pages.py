"""The pages of units: the register, one unit, and who is on shift where."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.support.desk import login
from tests.support.matters import key
from tests.support.town import Town, build
from tests.support.units import incident, unit

from yihu.dispatch.assignments import assign
from yihu.dispatch.intake import take
from yihu.dispatch.kinds import Door, Kind, Status
from yihu.dispatch.models import Unit, UnitReport
from yihu.people.models import Shift
from yihu.people.shifts import end_shift
from yihu.radio.models import Whereabouts

pytestmark = pytest.mark.django_db
CAR = {
    "code": "A12",
    "name": "北街巡逻车",
    "kind": "police",
    "travel": "car",
    "equipment": ["shield", "aed"],
}


@pytest.fixture
def town() -> Town:
    return build()


def form_key(page: str) -> str:
    found = re.search(r'name="key" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_a_unit_is_formed_filled_changed_and_retired_on_its_pages(town: Town) -> None:
    client = login(town, "dispatcher")
    assert "还没有力量" in client.get("/desk/units/").text
    made = client.post("/desk/units/new/", CAR | {"organisation": town.station.pk})
    assert made.headers["Location"] == "/desk/units/A12/"
    page = client.get("/desk/units/A12/").text
    assert "还没有人，派不出去" in page
    assert "盾牌" in page
    officer = town.people["officer"]
    assert f'value="{officer.pk}"' in page
    client.post("/desk/units/A12/members/", {"person": officer.pk})
    page = client.get("/desk/units/A12/").text
    assert f'value="{officer.pk}"' not in page  # they are of it already
    client.post("/desk/units/A12/change/", CAR | {"code": "A13", "equipment": []})
    page = client.get("/desk/units/A13/").text
    assert "没有登记" in page
    client.post(f"/desk/units/A13/members/{officer.pk}/off/")
    assert "还没有人" in client.get("/desk/units/A13/").text
    assert client.post("/desk/units/A13/retire/").headers["Location"] == "/desk/units/"
    assert "撤销了的" in client.get("/desk/units/").text
    page = client.get("/desk/units/A13/")
    assert "撤销，不再派它" in page.text
    assert "<form" not in page.text.split("<main")[1].split("</main")[0]
    assert client.post("/desk/units/A13/members/", {"person": officer.pk}).status_code == 404
    assert client.post("/desk/units/A13/status/", {"status": "available"}).status_code == 404
    assert login(town, "stranger").get("/desk/units/A13/").status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("code", "北街", "呼号用字母、数字和横线"),
        ("code", "new", "呼号用字母、数字和横线"),
        ("code", "B7", "这个呼号已经有了"),
        ("name", "", "请填写"),
        ("kind", "army", "请选一项"),
        ("travel", "", "请选一项"),
        ("organisation", "", "请选一项"),
        ("equipment", ["gun"], "请从列出的里面选"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_the_rest_is_kept(
    town: Town, field: str, typed: object, sentence: str
) -> None:
    client = login(town, "dispatcher")
    client.post("/desk/units/new/", CAR | {"code": "B7", "organisation": town.station.pk})
    said = CAR | {"organisation": town.station.pk, "name_en": "Kept as typed", field: typed}
    page = client.post("/desk/units/new/", said)
    assert page.status_code == 422
    assert sentence in page.text
    assert "Kept as typed" in page.text
    assert Unit.objects.count() == 1


def test_who_is_of_another_unit_is_not_taken_twice(town: Town) -> None:
    unit(town, "officer")
    unit(town, "colleague")
    answer = login(town, "chief").post(
        "/desk/units/colleague/members/", {"person": town.people["officer"].pk}
    )
    assert answer.status_code == 422
    assert "请选一项" in answer.text  # they are not offered either


def test_the_register_says_who_is_on_shift_and_how_old_a_position_is(town: Town) -> None:
    of = unit(town, "officer", "auxiliary")
    unit(town, "guard", on_shift=False)
    end_shift(actor=town.actor("auxiliary"))
    Whereabouts.objects.create(
        person=town.people["officer"],
        district=of.district,
        at=timezone.now(),
        longitude=120.1,
        latitude=30.2,
    )
    Shift.objects.update(since=timezone.now() - timedelta(hours=1))
    Whereabouts.objects.update(at=timezone.now() - timedelta(minutes=7))
    page = login(town, "colleague").get("/desk/units/").text
    assert "1/2 支有人在岗" in page
    assert "7 分钟前" in page
    assert "1/2</span>" in page
    assert "120.1" not in page  # where somebody is, is looked at elsewhere, and they know who did
    assert page.index("officer组") < page.index("guard组")
    assert "没有人在岗" in page
    assert "officer组" not in login(town, "colleague").get("/desk/units/?kind=guard").text


@pytest.mark.parametrize("name", ["guard", "auxiliary", "supervisor", "stranger"])
def test_the_pages_are_for_the_police_of_the_station(town: Town, name: str) -> None:
    unit(town, "officer")
    client = login(town, name)
    assert client.get("/desk/units/officer/").status_code == 404
    if name != "stranger":
        assert client.get("/desk/units/").status_code == 404
        assert client.get("/desk/units/roster/").status_code == 404


# --- what came over the radio ---------------------------------------------------------------------


def heard(client: Client, **said: object) -> object:
    page = client.get("/desk/units/auxiliary/").text
    return client.post("/desk/units/auxiliary/status/", {"key": form_key(page)} | said)


def test_what_came_over_the_radio_is_written_down_once(town: Town) -> None:
    of, case = unit(town, "auxiliary"), incident(town)
    assign(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())
    client = login(town, "officer")
    page = client.get("/desk/units/auxiliary/").text
    said = {"key": form_key(page), "status": "on_scene", "incident": str(case.pk)}
    for _twice in range(2):
        assert client.post("/desk/units/auxiliary/status/", said).status_code == 302
    assert UnitReport.objects.count() == 1
    page = client.get("/desk/units/auxiliary/").text
    assert "已到场" in page
    assert case.matter.reference in page


def test_what_a_unit_does_for_another_station_is_named_to_nobody_here(town: Town) -> None:
    of, stranger = unit(town, "auxiliary"), town.actor("stranger")
    case = take(
        actor=stranger, kind=Kind.THEFT, door=Door.PHONE, words="电瓶不见了", client_key=key()
    ).matter
    assign(actor=stranger, incident=case.pk, unit=of.pk, client_key=key())
    page = login(town, "dispatcher").get("/desk/units/auxiliary/").text
    assert case.reference not in page
    assert "盗窃" not in page


def test_what_cannot_be_so_is_said_at_the_field(town: Town) -> None:
    of, case = unit(town, "auxiliary"), incident(town)
    assign(actor=town.actor("dispatcher"), incident=case.pk, unit=of.pk, client_key=key())
    director, officer = login(town, "dispatcher"), login(town, "officer")
    for client, said, sentence in (
        (director, {"status": "on_scene"}, "请选是哪一件警情"),
        (director, {"status": "available"}, "还在警情上"),
        (director, {"status": "dispatched"}, "请选一项"),
        (officer, {"status": "available"}, "请选一项"),
    ):
        answer = heard(client, secondary=["low_battery"], **said)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert 'value="low_battery" id="id_secondary_5" checked' in answer.text
    of.refresh_from_db()
    assert of.status == Status.DISPATCHED
