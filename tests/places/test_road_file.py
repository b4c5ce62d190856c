"""Graphs on the disk, and maps as they come in files."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import osmium
import pytest
from tests.support.streets import Streets, at

from yihu.places import osm_writer, road_file
from yihu.places.osm_reader import read_roads
from yihu.places.roads import Profile, Roads


@pytest.fixture
def town() -> Streets:
    town = Streets(a=(0, 0), b=(200, 0), c=(400, 0), d=(400, 300), h=(50, 50), i=(60, 50))
    town.way("ab")
    town.way("bc", oneway="yes")
    town.way("cd")
    town.way("hi", highway="", building="yes")
    town.mark("b", highway="traffic_signals")
    town.ban("no_left_turn", 2, "c", 3)
    return town


@pytest.fixture(params=["town.osm", "town.osm.gz", "town.osm.pbf"])
def written(town: Streets, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    path = tmp_path / request.param
    if path.suffix != ".pbf":
        return osm_writer.write(town.extract(), path)
    plain = osm_writer.write(town.extract(), tmp_path / "plain.osm")
    with osmium.SimpleWriter(path) as writer:
        for thing in osmium.FileProcessor(plain):
            writer.add(thing)
    return path


def test_the_roads_of_a_map_are_read_from_any_of_its_forms(town: Streets, written: Path) -> None:
    found, drawn = read_roads(written), town.extract()
    assert [way.id for way in found.ways] == [1, 2, 3, 4]
    assert found.ways[1].tags == {"highway": "residential", "oneway": "yes"}
    assert [way.refs for way in found.ways] == [way.refs for way in drawn.ways]
    assert found.relations == drawn.relations
    assert [node.id for node in found.nodes] == [node.id for node in drawn.nodes]
    assert np.allclose(
        [(node.lon, node.lat) for node in found.nodes],
        [(node.lon, node.lat) for node in drawn.nodes],
        atol=1e-7,
    )
    assert found.nodes[1].tags == {"highway": "traffic_signals"}


def test_a_way_is_cut_where_the_map_ends(town: Streets, tmp_path: Path) -> None:
    town.way("abcd")
    drawn = town.extract()
    without_b = tuple(node for node in drawn.nodes if node.id != 2)
    path = osm_writer.write(replace(drawn, nodes=without_b), tmp_path / "town.osm")
    pieces = [way.refs for way in read_roads(path).ways if way.id == 5]
    assert pieces == [(3, 4)]


def test_what_is_no_map_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.osm"
    path.write_text("no map at all")
    with pytest.raises(RuntimeError):
        read_roads(path)
    packed = tmp_path / "town.osm.gz"
    packed.write_bytes(gzip.compress(b"<osm version='0.6'></osm>"))
    with pytest.raises(ValueError, match="no road"):
        road_file.make(packed, tmp_path / "roads")


def test_what_is_read_back_is_what_was_built(written: Path, tmp_path: Path, town: Streets) -> None:
    place = road_file.make(written, tmp_path / "roads")
    assert place.name == road_file.stamp_of(written)
    kept, fresh = Roads(road_file.load(place)), town.roads(*Profile)
    for profile in Profile:
        ends = at(20, 0), [at(380, 5), at(300, 0), at(400, 200)]
        assert kept.from_one(*ends, profile).seconds == pytest.approx(
            fresh.from_one(*ends, profile).seconds, rel=1e-3
        )
        for name, array in kept.graphs[profile].arrays().items():
            assert isinstance(array, np.memmap), name


def test_new_graphs_take_the_place_of_the_old_whose_readers_go_on(
    written: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "roads"
    first = road_file.make(written, folder)
    roads = Roads(road_file.load(first))
    written.touch()
    second = road_file.make(written, folder)
    assert [path.name for path in folder.iterdir()] == [second.name]
    assert roads.to_one(at(20, 0), [at(50, 0)], Profile.CAR).metres == pytest.approx([30], rel=1e-3)
    with pytest.raises(FileNotFoundError):
        road_file.load(first)
