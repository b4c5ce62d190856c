"""Closing roads, and a district's roads with what is closed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.support.streets import Streets, at
from tests.support.town import DISTRICT, Town, build

from yihu.kernel.access import Refused
from yihu.places import map_files, osm_writer, road_file, road_network
from yihu.places.closures import close_road, closures, open_road
from yihu.places.models import RoadClosure
from yihu.places.roads import Profile

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LON, LAT = at(300, 0)


@pytest.fixture
def town() -> Town:
    return build()


@pytest.fixture
def maps(tmp_path: Path, settings: object) -> Iterator[Path]:
    """Where maps are kept, with that of a street and a way round it."""
    settings.MAPS = tmp_path  # type: ignore[attr-defined]
    streets = Streets(a=(0, 0), b=(200, 0), c=(400, 0), d=(600, 0), e=(0, 300), f=(400, 300))
    for nodes in ("ab", "bc", "cd", "aefc"):
        streets.way(nodes)
    folder = map_files.folder(DISTRICT)
    folder.mkdir()
    osm_writer.write(streets.extract(), folder / "extract.osm")
    road_network._held.clear()
    yield folder
    road_network._held.clear()


def seconds() -> float:
    roads = road_network.roads(DISTRICT)
    assert roads is not None
    return float(roads.from_one(at(100, 0), [at(500, 0)], Profile.CAR).seconds[0])


def close(town: Town, name: str = "dispatcher", **changed: object) -> RoadClosure:
    given = {"longitude": LON, "latitude": LAT, "radius": 50, "reason": "管道抢修"} | changed
    return close_road(actor=town.actor(name), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["chief", "deputy", "dispatcher"])
def test_whoever_directs_the_net_closes_a_road_and_opens_it_again(town: Town, name: str) -> None:
    made = close(town, name)
    assert (made.by_id, made.until) == (town.people[name].pk, None)
    assert list(closures(DISTRICT)) == [made]
    open_road(actor=town.actor(name), closure=made.pk)
    assert not closures(DISTRICT).exists()
    until = RoadClosure.objects.get().until
    open_road(actor=town.actor(name), closure=made.pk)  # a second press
    assert RoadClosure.objects.get().until == until


@pytest.mark.parametrize("name", ["officer", "guard", "leader", "supervisor"])
def test_nobody_else_does(town: Town, name: str) -> None:
    with pytest.raises(Refused) as refused:
        close(town, name)
    assert refused.value.code == "not_yours"
    made = close(town)
    with pytest.raises(Refused):
        open_road(actor=town.actor(name), closure=made.pk)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"latitude": 91.0}, "bad_place", "place"),
        ({"longitude": float("nan")}, "bad_place", "place"),
        ({"radius": 0}, "bad_radius", "radius"),
        ({"radius": 5000}, "bad_radius", "radius"),
        ({"reason": "  "}, "no_reason", "reason"),
        ({"until": timezone.now() - timedelta(hours=1)}, "bad_until", "until"),
    ],
)
def test_what_is_no_closure_is_refused_at_its_field(
    town: Town, changed: dict[str, object], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        close(town, **changed)
    assert (refused.value.code, refused.value.data["field"]) == (code, field)


def test_another_districts_closure_is_not_there_to_be_opened(town: Town) -> None:
    made = close(town)
    RoadClosure.objects.update(district="other")
    with pytest.raises(RoadClosure.DoesNotExist):
        open_road(actor=town.actor("dispatcher"), closure=made.pk)
    assert not closures(DISTRICT).exists()


def test_a_closure_holds_from_when_to_when_it_says(town: Town) -> None:
    now = timezone.now()
    close(town, since=now + timedelta(hours=1), until=now + timedelta(hours=2))
    assert not closures(DISTRICT).exists()
    close(town, since=now - timedelta(hours=2), until=now + timedelta(hours=1))
    assert closures(DISTRICT).count() == 1


def test_a_district_without_a_map_has_no_roads_yet(town: Town, maps: Path) -> None:
    assert road_network.roads(DISTRICT) is None
    assert road_network.roads("nowhere") is None


def test_what_is_closed_now_is_driven_round(town: Town, maps: Path) -> None:
    road_file.make(maps / "extract.osm", map_files.roads_folder(DISTRICT))
    free = seconds()
    made = close(town)
    assert seconds() > free + 60
    open_road(actor=town.actor("dispatcher"), closure=made.pk)
    assert seconds() == free
    close(town, radius=0, way=2)
    assert seconds() > free + 60


def test_roads_are_the_same_until_something_changes_and_cost_a_statement(
    town: Town, maps: Path
) -> None:
    road_file.make(maps / "extract.osm", map_files.roads_folder(DISTRICT))
    first = road_network.roads(DISTRICT)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert road_network.roads(DISTRICT) is first
    assert len(asked) == 1
    close(town)
    closed = road_network.roads(DISTRICT)
    assert closed is not first
    assert road_network.roads(DISTRICT) is closed


def test_while_a_new_map_is_being_read_the_old_roads_stand(town: Town, maps: Path) -> None:
    extract = maps / "extract.osm"
    road_file.make(extract, map_files.roads_folder(DISTRICT))
    first = road_network.roads(DISTRICT)
    extract.touch()
    assert road_network.roads(DISTRICT) is first
    road_file.make(extract, map_files.roads_folder(DISTRICT))
    assert road_network.roads(DISTRICT) not in (first, None)
