"""Incidents that other systems hand over: once each, in a datum that they name, for a person to
answer."""

import json
from typing import Any

import pytest
from django.test import Client
from tests.support import programs, register
from tests.support.calls_taken import called
from tests.support.town import Town, build

from yihu.api.models import Scope
from yihu.dispatch.models import Incident
from yihu.kernel.models import Matter

pytestmark = pytest.mark.django_db
WHERE = {"longitude": 120.1, "latitude": 30.2}


@pytest.fixture
def town() -> Town:
    return build()


def hand_over(client: Client, **more: Any) -> Any:
    said = {"kind": "fight", "door": "handover_110", "words": "两个人打架"} | more
    return client.post("/api/v1/incidents", said, "application/json")


def test_it_waits_for_somebody_to_answer_it(town: Town) -> None:
    answer = hand_over(
        programs.with_token(town, "dispatcher"),
        position=WHERE | {"datum": "WGS-84", "accuracy": 30},
        called_at="2026-07-03T12:00:00+08:00",
        answered_at="2026-07-03T12:00:09+08:00",
        caller={"name": "王", "phone": "000-1234"},
        external="110-42",
    )
    assert answer.status_code == 201
    matter = Matter.objects.get(reference=answer.json()["reference"])
    assert (matter.step, matter.door) == ("received", "handover_110")
    incident = matter.incident
    assert (incident.longitude, incident.accuracy) == (120.1, 30)
    assert (incident.answered_at - incident.called_at).seconds == 9
    opened = json.loads(matter.entries.get(seq=1).body)
    assert opened["facts"] == {"external": "110-42"}
    assert "000-1234" not in str(opened)


def test_a_retry_gets_the_same_answer_and_other_content_a_conflict(town: Town) -> None:
    client = programs.with_token(town, "dispatcher")
    first, again = hand_over(client), hand_over(client)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json() | {"repeated": True}
    assert hand_over(client, words="三个人打架").json()["code"] == "key_reused"
    assert Incident.objects.count() == 1


def test_it_names_what_it_may_be_the_same_as(town: Town) -> None:
    known = called(town, words="两个人在打架")
    answer = hand_over(programs.with_token(town, "dispatcher"), position=WHERE | {"datum": "wgs84"})
    assert answer.json()["alike"] == [known.reference]


def test_a_position_of_another_datum_is_turned_and_one_of_none_is_refused(town: Town) -> None:
    client = programs.with_token(town, "dispatcher")
    assert hand_over(client, position=WHERE | {"datum": "gcj02"}).status_code == 201
    moved = Incident.objects.get()
    assert 0.003 < abs(moved.longitude - 120.1) < 0.006  # some hundred metres
    for position in (WHERE, WHERE | {"datum": "amap"}):
        answer = hand_over(programs.with_token(town, "dispatcher"), position=position)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "position.datum"
    assert Incident.objects.count() == 1


def test_a_name_on_the_map_is_recognised_in_what_was_said(town: Town) -> None:
    register.site(town)
    hand_over(programs.with_token(town, "dispatcher"), place="万和商场 3 幢 501")
    incident = Incident.objects.get()
    assert (incident.where, incident.longitude) == ("万和商场", 120.1)
    assert incident.matter.sealed_parts.filter(what="place").exists()


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"words": ""}, 422),
        ({"kind": "nothing"}, 422),
        ({"door": "window"}, 422),
        ({"position": {"longitude": 500, "latitude": 30, "datum": "wgs84"}}, 422),
        ({"called_at": "2099-01-01T00:00:00Z"}, 422),
        ({"called_at": "2026-07-03T12:00:00"}, 422),  # of no time zone
        (
            {"called_at": "2026-07-03T12:00:00Z", "answered_at": "2026-07-03T11:00:00Z"},
            422,
        ),
        ({"units_needed": 0}, 422),
        ({"other": 1}, 422),
    ],
)
def test_what_is_wrong_is_named(town: Town, wrong: dict[str, Any], status: int) -> None:
    answer = hand_over(programs.with_token(town, "dispatcher"), **wrong)
    assert answer.status_code == status, answer.text
    assert answer.json()["errors"]
    assert not Incident.objects.exists()


def test_only_a_token_of_somebody_who_takes_calls_hands_over(town: Town) -> None:
    assert hand_over(programs.without()).status_code == 401
    assert hand_over(programs.with_token(town, "dispatcher", Scope.READ)).status_code == 403
    for name in ("guard", "supervisor"):
        assert hand_over(programs.with_token(town, name)).status_code == 403
    assert hand_over(programs.with_token(town, "stranger")).status_code == 201  # to their own
    assert Incident.objects.get().matter.office == town.other_station


def test_an_exercise_is_marked(town: Town) -> None:
    hand_over(programs.with_token(town, "dispatcher"), door="training")
    assert Matter.objects.get(loop="incident").door == "training"
