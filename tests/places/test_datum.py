"""Positions of other datums: a feed that does not say which is refused, a wrong one is noticed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.streets import Streets, at

from yihu.places.datum import (
    Datum,
    UndeclaredDatumError,
    declared,
    from_wgs84,
    suspect,
    to_wgs84,
)
from yihu.places.roads import LonLat, Profile

CHINA = st.tuples(st.floats(74, 135), st.floats(18, 53))
ANYWHERE = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


def apart(one: LonLat, other: LonLat) -> float:
    """Metres, near enough."""
    return 111_195 * math.hypot(
        (one[0] - other[0]) * math.cos(math.radians(one[1])), one[1] - other[1]
    )


def test_the_shifts_are_those_that_everybody_uses() -> None:
    shifted = from_wgs84((116.404, 39.915), Datum.GCJ02)
    assert shifted == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-10)
    turned = from_wgs84(to_wgs84((116.404, 39.915), Datum.GCJ02), Datum.BD09)
    assert turned == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-8)


@given(CHINA, st.sampled_from(Datum))
def test_there_and_back_is_where_one_was(place: LonLat, datum: Datum) -> None:
    assert apart(to_wgs84(from_wgs84(place, datum), datum), place) < 0.001
    assert apart(from_wgs84(to_wgs84(place, datum), datum), place) < 0.001


@given(CHINA)
def test_in_china_a_wrong_datum_is_streets_away(place: LonLat) -> None:
    for datum in (Datum.GCJ02, Datum.BD09):
        assert 20 < apart(from_wgs84(place, datum), place) < 2500


@given(ANYWHERE)
def test_abroad_nothing_is_shifted(place: LonLat) -> None:
    inside = 72 < place[0] < 138 and 0.8 < place[1] < 55.9
    if not inside:
        assert from_wgs84(place, Datum.GCJ02) == place
        assert to_wgs84(place, Datum.GCJ02) == place


@pytest.mark.parametrize(
    ("written", "datum"),
    [
        ("WGS-84", Datum.WGS84),
        ("EPSG:4326", Datum.WGS84),
        ("gcj02", Datum.GCJ02),
        ("GCJ-02", Datum.GCJ02),
        ("bd-09", Datum.BD09),
    ],
)
def test_a_feed_names_its_datum_as_it_likes(written: str, datum: Datum) -> None:
    assert declared(written) is datum


@pytest.mark.parametrize("written", [None, "", "  ", "mars", "EPSG:3857"])
def test_a_feed_without_a_datum_is_refused(written: str | None) -> None:
    with pytest.raises(UndeclaredDatumError):
        declared(written)


def test_a_feed_that_lies_off_the_roads_is_noticed_and_its_datum_guessed() -> None:
    """Streets far apart, so that no shift falls on another of them."""
    town = Streets(a=(0, 0), b=(4000, 0), c=(4000, 4000))
    town.way("abc")
    roads = town.roads(Profile.FOOT)
    true = [at(x, 3) for x in range(100, 3900, 100)]
    assert suspect(true, roads, Datum.WGS84) is None
    sent = [from_wgs84(place, Datum.GCJ02) for place in true]
    assert suspect(sent, roads, Datum.GCJ02) is None
    found = suspect(sent, roads, Datum.WGS84)
    assert found is not None
    assert found.median > 100
    assert found.n == len(sent)
    assert found.likely is Datum.GCJ02
    lost = suspect([at(x, 2000) for x in range(0, 2000, 100)], roads, Datum.WGS84)
    assert lost is not None
    assert lost.likely is None


def test_few_positions_prove_nothing() -> None:
    town = Streets(a=(0, 0), b=(4000, 0))
    town.way("ab")
    assert suspect([at(0, 3000)] * 9, town.roads(Profile.FOOT), Datum.WGS84) is None
