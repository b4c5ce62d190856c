"""The map's layers, each reader's own; and the list that says the same."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.support import register, units
from tests.support.calls_taken import called
from tests.support.desk import login
from tests.support.net import talkgroup
from tests.support.town import DISTRICT, Town, build

from yihu.dispatch import map_layers
from yihu.dispatch.actions import Place
from yihu.dispatch.kinds import Kind
from yihu.dispatch.models import Incident
from yihu.people.shifts import end_shift
from yihu.places.models import Site
from yihu.radio import positions
from yihu.radio.actions import raise_alarm
from yihu.radio.models import PositionLook

pytestmark = pytest.mark.django_db
HERE = Place(120.1, 30.2, 10.0)


@pytest.fixture
def town() -> Town:
    return build()


def layer(town: Town, name: str, of: str) -> list[dict[str, Any]]:
    answer = login(town, name).get(f"/map/{of}.geojson")
    assert answer.headers["Content-Type"] == "application/geo+json"
    told = json.loads(answer.content)
    assert told["type"] == "FeatureCollection"
    return told["features"]


def named(features: list[dict[str, Any]]) -> list[str]:
    return [one["properties"]["label"] for one in features]


@pytest.mark.both_databases
def test_a_unit_on_shift_is_shown_where_its_set_says_it_is(town: Town) -> None:
    made = units.unit(town, "guard")
    positions.report(actor=town.actor("guard"), place=HERE)
    [shown] = layer(town, "dispatcher", "units")
    assert shown["geometry"] == {"type": "Point", "coordinates": [120.1, 30.2]}
    told = shown["properties"]
    assert (told["id"], told["kind"], told["state"]) == (str(made.pk), "guard", "free")
    assert told["assumed"] is False
    assert told["at"] is not None


def test_off_shift_nobody_is_on_the_map(town: Town) -> None:
    units.unit(town, "guard")
    positions.report(actor=town.actor("guard"), place=HERE)
    end_shift(actor=town.actor("guard"))
    assert layer(town, "dispatcher", "units") == []


def test_a_unit_that_did_not_say_is_taken_to_be_where_its_site_is_and_marked_so(town: Town) -> None:
    site = register.site(town)
    guard = register.guard(town, site)
    units.unit(town, guard.username)
    [shown] = layer(town, "dispatcher", "units")
    assert shown["geometry"]["coordinates"] == [120.1, 30.2]
    assert shown["properties"]["assumed"] is True
    assert shown["properties"]["at"] is None


@pytest.mark.parametrize("name", ["officer", "colleague", "guard", "stranger", "leader"])
def test_whoever_does_not_direct_sees_no_units(town: Town, name: str) -> None:
    units.unit(town, "auxiliary")
    positions.report(actor=town.actor("auxiliary"), place=HERE)
    assert layer(town, name, "units") == []
    assert not PositionLook.objects.exists()


@pytest.mark.both_databases
def test_whoever_is_on_a_live_map_reads_who_looked_once_an_hour(town: Town, queries: Any) -> None:
    units.unit(town, "guard")
    positions.report(actor=town.actor("guard"), place=HERE)
    for _ in range(3):
        layer(town, "dispatcher", "units")
    [seen] = positions.looks(town.actor("guard"))
    assert seen.by == town.people["dispatcher"]
    PositionLook.objects.update(at=timezone.now() - timedelta(minutes=61))
    layer(town, "dispatcher", "units")
    assert PositionLook.objects.count() == 2
    dispatcher = town.actor("dispatcher")
    with queries(at_most=1):
        positions.watch(actor=dispatcher, people=[town.people["guard"].pk])


def test_ones_own_position_is_no_look(town: Town) -> None:
    units.unit(town, "dispatcher")
    positions.report(actor=town.actor("dispatcher"), place=HERE)
    assert len(layer(town, "dispatcher", "units")) == 1
    assert not PositionLook.objects.exists()


def raised(town: Town, key: bytes = b"held") -> Incident:
    talkgroup(town, on=("chief", "guard"))
    done = raise_alarm(actor=town.actor("guard"), client_key=key, place=HERE)
    return Incident.objects.get(pk=done.matter.pk)


def test_an_incident_is_shown_to_whoever_may_know_of_it(town: Town) -> None:
    one = raised(town)
    [shown] = layer(town, "dispatcher", "incidents")
    assert shown["properties"]["id"] == one.matter.reference
    assert shown["properties"]["waits"] is True
    assert layer(town, "stranger", "incidents") == []


def test_sites_are_each_readers_own_and_houses_everybodys(town: Town) -> None:
    register.site(town)
    Site.objects.create(
        district=DISTRICT, code="room", kind="police_room", name="听荷警务室",
        longitude=120.1, latitude=30.2,
    )  # fmt: skip
    assert named(layer(town, "officer", "places")) == ["万和商场"]
    assert layer(town, "guard", "places") == []
    assert named(layer(town, "guard", "rooms")) == ["听荷警务室"]


def test_what_did_not_change_is_not_sent_again(town: Town) -> None:
    raised(town)
    client = login(town, "dispatcher")
    digest = client.get("/map/incidents.geojson").json()["digest"]
    assert client.get(f"/map/incidents.geojson?seen={digest}").status_code == 204
    Incident.objects.update(priority=3)
    assert client.get(f"/map/incidents.geojson?seen={digest}").status_code == 200


def test_the_list_says_what_the_map_shows(town: Town) -> None:
    one = raised(town)
    made = units.unit(town, "auxiliary")
    page = login(town, "dispatcher").get("/desk/map/")
    assert f'data-id="{one.matter.reference}"' in page.text
    assert f'data-id="{made.pk}"' in page.text
    assert "没有位置" in page.text
    assert "data-map" in page.text
    assert 'data-do="lasso"' in page.text


def test_the_style_can_be_anothers(town: Town, settings: Any) -> None:
    settings.MAP_STYLE = "https://tiles.example/style.json"
    page = login(town, "dispatcher").get("/desk/map/").text
    assert 'data-style="https://tiles.example/style.json"' in page
    assert 'data-ground="/map/style.json"' in page


def test_a_guards_map_has_no_tools_of_the_control_room(town: Town) -> None:
    page = login(town, "guard").get("/desk/map/")
    assert page.status_code == 200
    assert 'data-do="lasso"' not in page.text


def test_where_there_are_too_many_the_most_urgent_are_on_the_map(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(map_layers, "MOST", 1)
    called(town, Kind.FIRE)
    called(town, Kind.NOISE)
    assert [one["properties"]["urgency"] for one in layer(town, "dispatcher", "incidents")] == [1]
