"""L13: the whole prevention net on one map: who is there, and where nobody is within 5 minutes."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.support import ground, register, units
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.dispatch.actions import Place
from yihu.people.shifts import begin_shift, end_shift
from yihu.places.closures import close_road
from yihu.radio import positions

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(settings: Any, tmp_path: Path) -> Town:
    """A guard's unit on foot, on shift in the west of two communities."""
    settings.MAPS = tmp_path
    town = build()
    ground.draw()
    units.unit(town, "guard")
    stand(town, ground.WEST)
    return town


def stand(town: Town, at: tuple[float, float], who: str = "guard") -> None:
    positions.report(actor=town.actor(who), place=Place(*at, 10.0))


def gaps(client: Client, minutes: int = 5) -> dict[str, Any]:
    return client.get(f"/map/gaps.geojson?minutes={minutes}").json()


def beyond(told: dict[str, Any]) -> dict[str, int]:
    """How many residents of each community nobody reaches in time."""
    return {one["properties"]["label"]: one["properties"]["residents"] for one in told["features"]}


def test_L13_units_are_mapped_and_gaps_over_five_minutes_are_highlighted(town: Town) -> None:
    client = login(town, "dispatcher")
    [unit] = client.get("/map/units.geojson").json()["features"]
    assert unit["geometry"]["coordinates"] == list(ground.WEST)
    told = gaps(client)
    found = beyond(told)
    assert found["东社区"] == 4000, "all of the east is too far to walk to"
    assert 0 < found["西社区"] < 1000, "and a part of the west"
    assert told["residents"] == sum(found.values())
    [reached] = client.get("/map/reach.geojson?minutes=5").json()["features"]
    assert reached["geometry"]["type"] in ("Polygon", "MultiPolygon")


def test_L13_whoever_comes_on_shift_closes_a_gap_and_whoever_goes_opens_it(town: Town) -> None:
    client = login(town, "dispatcher")
    units.unit(town, "auxiliary")
    stand(town, ground.EAST, "auxiliary")
    assert beyond(gaps(client))["东社区"] < 4000
    end_shift(actor=town.actor("auxiliary"))
    assert beyond(gaps(client))["东社区"] == 4000


def test_L13_more_minutes_leave_smaller_gaps(town: Town) -> None:
    client = login(town, "dispatcher")
    three, eight = (gaps(client, minutes)["residents"] for minutes in (3, 8))
    assert three > eight


def test_L13_with_nobody_on_shift_everybody_is_in_the_gap(town: Town) -> None:
    end_shift(actor=town.actor("guard"))
    assert gaps(login(town, "dispatcher"))["residents"] == 5000


def test_L13_a_force_whose_set_said_nothing_counts_from_its_site(town: Town) -> None:
    end_shift(actor=town.actor("guard"))
    site = register.site(town, longitude=ground.EAST[0], latitude=ground.EAST[1])
    guard = register.guard(town, site)
    units.unit(town, guard.username, on_shift=False)
    begin_shift(actor=town.actor(guard.username))
    assert beyond(gaps(login(town, "dispatcher")))["东社区"] < 4000


def test_L13_a_closed_road_is_seen_on_the_map(town: Town) -> None:
    close_road(
        actor=town.actor("dispatcher"),
        longitude=120.02,
        latitude=30.01,
        radius=50,
        reason="施工",
    )
    [closed] = login(town, "officer").get("/map/closures.geojson").json()["features"]
    assert closed["properties"]["label"] == "施工"


def test_L13_the_list_says_where_the_gaps_are_and_on_what_it_rests(town: Town) -> None:
    page = login(town, "leader").get("/desk/map/gaps/").text
    assert "东社区" in page
    assert "约 4,000 人" in page
    assert "按社区面积均摊" in page


@pytest.mark.parametrize("name", ["officer", "auxiliary", "guard"])
def test_L13_what_is_made_of_everybodys_positions_is_for_who_directs_or_oversees(
    town: Town, name: str
) -> None:
    client = login(town, name)
    for address in ("/map/gaps.geojson", "/map/reach.geojson", "/desk/map/gaps/"):
        assert client.get(address).status_code == 404
    assert "5 分钟到不了" not in client.get("/desk/map/").text


def test_L13_without_a_map_there_are_no_gaps_to_speak_of(
    settings: Any, tmp_path: Path, town: Town
) -> None:
    settings.MAPS = tmp_path / "none"
    client = login(town, "dispatcher")
    assert gaps(client) == gaps(client) | {"features": [], "residents": None}
    assert "还没有本辖区的道路和边界" in client.get("/desk/map/gaps/").text
