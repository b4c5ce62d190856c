"""The alarm, on the server: durable once, told to those on the net, and answered in the end."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.support.desk import do, login
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.dispatch.models import Incident
from yihu.kernel.models import Matter
from yihu.people.shifts import end_shift
from yihu.radio.actions import raise_alarm, tie_to_incident
from yihu.radio.models import Burst, Happening, TalkGroup

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef" * 2
HERE = {"longitude": "120.1", "latitude": "30.2", "accuracy": "8"}


@pytest.fixture
def town() -> Town:
    town = build()
    talkgroup(town, on=("chief", "officer", "guard"))
    return town


def held(client: Client, key: str = KEY, **more: str) -> dict[str, Any]:
    return dict(client.post("/radio/alarm/", {"key": key} | more).json())


def spoken(town: Town, level: str = "emergency", minutes: float = 0) -> Burst:
    return Burst.objects.create(
        district=town.station.district,
        group_id="net",
        person=town.people["guard"],
        level=level,
        started_at=timezone.now() + timedelta(minutes=minutes),
    )


def test_the_same_key_never_makes_two_whatever_it_carries(town: Town) -> None:
    guard = login(town, "guard")
    first = held(guard)
    assert held(guard, **HERE) == first
    assert Incident.objects.count() == 1
    assert held(guard, key="f" * 32)["reference"] != first["reference"]


def test_it_works_off_duty_too(town: Town) -> None:
    end_shift(actor=town.actor("guard"))
    assert "reference" in held(login(town, "guard"))


def test_whoever_has_no_station_over_them_is_told_to_dial_110(town: Town) -> None:
    answer = login(town, "leader").post("/radio/alarm/", {"key": KEY})
    assert answer.status_code == 409
    assert "110" in answer.json()["words"]


@pytest.mark.parametrize("key", ["", "0" * 31, "G" * 32, "0" * 64])
def test_a_key_that_is_none_makes_nothing(town: Town, key: str) -> None:
    assert login(town, "guard").post("/radio/alarm/", {"key": key}).status_code == 409
    assert not Incident.objects.exists()


def test_it_was_raised_when_the_button_was_held(town: Town) -> None:
    then = timezone.now() - timedelta(minutes=7)
    held(login(town, "guard"), at=then.isoformat())
    assert Matter.objects.get(loop="incident").opened_at == then


@pytest.mark.parametrize("at", ["tomorrow", "2099-01-01T00:00:00Z", "2000-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_is_not_believed(town: Town, at: str) -> None:
    before = timezone.now()
    held(login(town, "guard"), at=at)
    assert before <= Matter.objects.get(loop="incident").opened_at <= timezone.now()


def test_a_position_that_comes_late_is_added_by_whoever_raised_it_alone(town: Town) -> None:
    guard = login(town, "guard")
    raised = held(guard)
    assert raised["located"] is False
    where = f"/radio/alarm/{raised['reference']}/place/"
    later = {"key": "a" * 32} | HERE
    assert login(town, "officer").post(where, later).status_code == 404
    assert guard.post(where, later).status_code == 204
    assert guard.post(where, later).status_code == 204  # a retry
    incident = Incident.objects.get()
    assert (incident.longitude, incident.latitude, incident.accuracy) == (120.1, 30.2, 8)
    assert incident.matter.entries.count() == 2


def test_all_on_the_net_are_told_and_nobody_else(town: Town) -> None:
    reference = held(login(town, "guard"))["reference"]
    told = Happening.objects.get(topic="alarm")
    assert (told.ref, told.groups) == (reference, ["net"])
    assert town.people["dispatcher"].id.hex in told.people
    for name in ("chief", "officer", "guard"):
        assert reference in login(town, name).get("/radio/alarm/now/").text
    for name in ("stranger", "auxiliary", "supervisor"):
        assert reference not in login(town, name).get("/radio/alarm/now/").text


def test_the_banner_leads_to_the_incident_only_those_who_work_on_it(town: Town) -> None:
    held(login(town, "guard"))
    assert "/desk/incidents/" in login(town, "officer").get("/radio/alarm/now/").text
    assert "/desk/incidents/" not in login(town, "guard").get("/radio/alarm/now/").text


def test_off_duty_nobody_sees_the_alarms_of_the_net(town: Town) -> None:
    talkgroup(town, "more", on=("auxiliary", "guard"))
    reference = held(login(town, "guard"))["reference"]
    assert reference in login(town, "auxiliary").get("/radio/alarm/now/").text
    end_shift(actor=town.actor("auxiliary"))
    assert reference not in login(town, "auxiliary").get("/radio/alarm/now/").text


def test_speech_in_the_emergency_belongs_to_it_whichever_comes_first(town: Town) -> None:
    before, old = spoken(town), spoken(town, minutes=-9)
    done = raise_alarm(actor=town.actor("guard"), client_key=b"held")
    after = spoken(town)
    tie_to_incident(after)
    tied = set(Burst.objects.filter(about=done.matter).values_list("pk", flat=True))
    assert tied == {before.pk, after.pk}
    assert old.pk not in tied


def test_what_is_said_on_the_group_soon_after_belongs_to_it_too(town: Town) -> None:
    spoken(town)
    done = raise_alarm(actor=town.actor("guard"), client_key=b"held")
    guidance = spoken(town, "normal", minutes=9)
    for other in (spoken(town, "normal", minutes=-1), spoken(town, "normal", minutes=11)):
        tie_to_incident(other)
    tie_to_incident(guidance)
    tied = Burst.objects.filter(about=done.matter, level="normal")
    assert list(tied) == [guidance]


def test_speech_on_an_incidents_own_group_belongs_to_it(town: Town) -> None:
    done = raise_alarm(actor=town.actor("guard"), client_key=b"held")
    TalkGroup.objects.filter(pk="net").update(about=done.matter)
    said = spoken(town, "normal", minutes=60)
    tie_to_incident(said)
    assert Burst.objects.get(pk=said.pk).about == done.matter


def test_a_false_alarm_ends_with_the_one_who_raised_it_being_told(town: Town) -> None:
    held(login(town, "guard"))
    matter, dispatcher = Matter.objects.get(loop="incident"), town.actor("dispatcher")
    assert "马上有人接" in login(town, "guard").get("/radio/alarms/").text
    do(dispatcher, matter, "resolve", outcome="false_alarm", words="门卫误触，已电话核实")
    shown = login(town, "guard").get("/radio/alarms/").text
    assert "误报" in shown
    assert "门卫误触" not in shown  # that is the control room's
    assert matter.reference not in login(town, "officer").get("/radio/alarm/now/").text
    do(dispatcher, matter, "tell", words="是误报，按错了没有关系")
    assert "按错了没有关系" in login(town, "guard").get("/radio/alarms/").text
    assert "按错了没有关系" not in login(town, "officer").get("/radio/alarms/").text


def test_whoever_raised_it_says_more(town: Town) -> None:
    guard = login(town, "guard")
    reference = held(guard)["reference"]
    where = f"/radio/alarms/{reference}/report/"
    assert "没有写" in guard.post(where, {"key": KEY, "words": " "}, follow=True).text
    guard.post(where, {"key": KEY, "words": "两个人在二楼打架"})
    assert "两个人在二楼打架" in login(town, "officer").get(f"/desk/incidents/{reference}/").text
