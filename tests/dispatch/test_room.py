"""The control room: what stands in its queue, an incident beside it, and calling who is near."""

import pytest
from django.utils import timezone
from tests.support.desk import do, hidden, login
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.dispatch import pages, room_pages
from yihu.dispatch.actions import Place
from yihu.dispatch.models import Unit, UnitMember
from yihu.kernel.models import Matter
from yihu.radio.actions import raise_alarm
from yihu.radio.models import Addressee
from yihu.radio.positions import report

pytestmark = pytest.mark.django_db
KEY = "0" * 31 + "1"
HERE = Place(121.0, 30.0)
IN_ROOM = {"X-Room": "pane"}


@pytest.fixture
def town() -> Town:
    town = build()
    talkgroup(town, on=("chief", "guard", "officer", "colleague"))
    return town


def unit(town: Town, name: str, kind: str = "police", place: Place | None = HERE) -> Unit:
    made = Unit.objects.create(
        district="test", organisation=town.station, code=name, name=name, kind=kind, travel="car"
    )
    UnitMember.objects.create(unit=made, person=town.people[name], since=timezone.now())
    if place:
        report(actor=town.actor(name), place=place)
    return made


@pytest.fixture
def matter(town: Town) -> Matter:
    return raise_alarm(actor=town.actor("guard"), client_key=b"held", place=HERE).matter


def test_an_alarm_stands_first_in_the_queue_and_says_how_many_are_coming(
    town: Town, matter: Matter
) -> None:
    page = login(town, "dispatcher").get("/desk/room/").text
    assert matter.reference in page
    assert 'data-unanswered="1"' in page
    assert "0/1 组在去" in page


def test_no_incident_is_pushed_out_of_sight_by_newer_ones(
    town: Town, matter: Matter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room_pages, "MOST", 1)
    monkeypatch.setattr(pages, "LATEST", 1)
    later = raise_alarm(actor=town.actor("officer"), client_key=b"later").matter
    later = do(town.actor("dispatcher"), later, "answer")
    client = login(town, "dispatcher")
    assert f'data-reference="{matter.reference}"' in client.get("/desk/room/queue/").text
    every = client.get("/desk/incidents/").text
    assert matter.reference in every
    assert later.reference in every


def test_an_incident_opens_beside_the_queue_without_a_page_around_it(
    town: Town, matter: Matter
) -> None:
    client, address = login(town, "dispatcher"), f"/desk/incidents/{matter.reference}/"
    pane = client.get(address, headers=IN_ROOM)
    assert f'data-reference="{matter.reference}"' in pane.text
    assert "<html" not in pane.text
    answered = client.post(
        f"{address}do/answer/", hidden(pane, "answer"), headers=IN_ROOM, follow=True
    )
    assert answered.status_code == 200
    matter.refresh_from_db()
    assert matter.step == "handling"


def test_the_strip_counts_police_and_other_forces_on_shift_of_all(town: Town) -> None:
    unit(town, "officer")
    unit(town, "guard", kind="guard")
    off = Unit.objects.create(
        district="test", organisation=town.room, code="off", name="off", kind="auxiliary",
        travel="ebike",
    )  # fmt: skip
    UnitMember.objects.create(unit=off, person=town.people["auxiliary"], since=timezone.now())
    strip = login(town, "dispatcher").get("/desk/room/forces/").text
    assert "<b>1</b>/2" in strip  # of the police
    assert "<b>1</b>/1" in strip


def test_everybody_on_shift_near_an_incident_is_called_and_nobody_else(
    town: Town, matter: Matter
) -> None:
    unit(town, "officer")
    unit(town, "colleague", place=Place(121.2, 30.0))  # some 19 km away
    client = login(town, "dispatcher")
    call = {"about": matter.reference, "radius": "500", "words": "请到一楼", "key": KEY}
    answer = client.post("/desk/room/all-call/", call)
    assert answer.json()["called"] == 1
    again = client.post("/desk/room/all-call/", call)  # a double click
    assert again.json()["page"] == answer.json()["page"]
    assert Addressee.objects.get().person == town.people["officer"]


def test_units_chosen_on_the_map_are_called(town: Town) -> None:
    chosen = unit(town, "officer", place=None)
    client = login(town, "dispatcher")
    answer = client.post(
        "/desk/room/all-call/", {"unit": str(chosen.pk), "words": "请集合", "key": KEY}
    )
    assert answer.json()["called"] == 1


@pytest.mark.parametrize("said", [{}, {"unit": "nonsense"}, {"radius": "500"}])
def test_a_call_to_nobody_says_so(town: Town, said: dict[str, str]) -> None:
    form = {"words": "请注意", "key": KEY} | said
    answer = login(town, "dispatcher").post("/desk/room/all-call/", form)
    assert answer.status_code == 422
    assert answer.json()["words"]
