"""Our times on a real city against an engine that others use, where the data are at hand."""

import time
from pathlib import Path

import numpy as np
import pytest
from tests.support import reference
from tests.support.reference import Reference, Table

from yihu.places import road_file, road_search
from yihu.places.roads import Profile, Roads

pytestmark = pytest.mark.skipif(
    not reference.there(),
    reason="the reference times of a real city are not here (YIHU_SHARED_DATA)",
)


@pytest.fixture(scope="module")
def city() -> Reference:
    return reference.read()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return road_file.make(reference.CITY, tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="module")
def roads(built: Path) -> Roads:
    return Roads(road_file.load(built))


@pytest.fixture(scope="module")
def ours(city: Reference, roads: Roads) -> Table:
    return city.ours(roads)


def test_the_nearest_of_a_fleet_is_the_nearest_by_the_reference(
    city: Reference, ours: Table
) -> None:
    agreement, lost = city.nearest(ours)
    assert agreement.interval[0] >= 0.85
    assert lost.interval[1] <= 2.0


def test_times_are_those_of_the_reference(city: Reference, ours: Table) -> None:
    off = (ours - city.seconds).ravel()
    assert np.isfinite(off).all()
    assert abs(np.median(off)) < 3
    assert np.abs(off).mean() < 5
    assert abs(np.median(ours / city.seconds) - 1) < 0.01


def test_both_directions_of_search_agree(city: Reference, roads: Roads, ours: Table) -> None:
    some = city.units[:40]
    whole = roads.matrix(some, city.incidents, Profile.CAR)
    assert np.allclose(whole, ours[:, :40].T)
    ahead = [roads.from_one(unit, city.incidents, Profile.CAR).seconds for unit in some[:8]]
    assert np.allclose(ahead, whole[:8])


def test_a_city_is_read_from_its_cache_in_no_time(city: Reference, built: Path) -> None:
    road_search.warm()
    began = time.process_time()
    roads = Roads(road_file.load(built))
    roads.to_one(city.incidents[0], city.units, Profile.CAR)
    assert time.process_time() - began < 2
