"""What tags mean for each way of moving."""

import pytest

from yihu.places.road_rules import CAR, EBIKE, FOOT, RULES, Profile, Rules
from yihu.places.road_tags import Passage, barred, limit_of, passage, stop


def speed(rules: Rules, **tags: str) -> float:
    found = passage(tags, rules)
    return found.along if found else 0.0


def on(**tags: str) -> Passage:
    found = passage({"highway": "residential"} | tags, CAR)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("highway", "car", "ebike", "foot"),
    [
        ("motorway", 90, 0, 0),
        ("primary", 65, 22, 5.4),
        ("residential", 25, 20, 5.4),
        ("service", 15, 15, 5.4),
        ("cycleway", 0, 20, 5.4),
        ("footway", 0, 5, 5.4),
        ("steps", 0, 0, 2.7),
        ("construction", 0, 0, 0),
        ("proposed", 0, 0, 0),
    ],
)
def test_every_class_of_road_has_its_speed(
    highway: str, car: float, ebike: float, foot: float
) -> None:
    speeds = [speed(rules, highway=highway) for rules in (CAR, EBIKE, FOOT)]
    assert speeds == [car, ebike, foot]


def test_a_posted_limit_counts_for_four_fifths_and_by_direction() -> None:
    assert on(maxspeed="60").along == pytest.approx(48)
    found = on(**{"maxspeed": "50", "maxspeed:backward": "30"})
    assert (found.along, found.against) == pytest.approx((40, 24))
    assert speed(EBIKE, highway="primary", maxspeed="80") == 22


def test_a_bad_surface_allows_less_than_the_limit() -> None:
    assert on(highway="primary", maxspeed="100", surface="unpaved").along == 40
    assert on(highway="primary", smoothness="very_bad").along == 20
    assert on(surface="asphalt").along == 25


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("50", 50),
        ("30 mph", 48.27),
        ("30mph", 48.27),
        ("CN:urban", 50),
        ("none", 140),
        ("walk", 7),
        ("signals", None),
        ("", None),
        (None, None),
    ],
)
def test_a_limit_is_read_as_people_write_it(written: str | None, limit: float | None) -> None:
    assert limit_of(written) == (None if limit is None else pytest.approx(limit))


@pytest.mark.parametrize("value", ["no", "agricultural", "emergency"])
def test_who_has_no_access_does_not_drive_there(value: str) -> None:
    assert speed(CAR, highway="service", access=value) == 0
    assert speed(CAR, highway="service", access=value, motorcar="yes") == 15


@pytest.mark.parametrize("value", ["private", "destination", "customers", "delivery"])
def test_what_is_for_those_with_business_there_is_no_way_through(value: str) -> None:
    assert on(access=value).local
    assert not on(access="permissive").local


def test_access_may_hold_in_one_direction_only() -> None:
    found = on(**{"motor_vehicle:backward": "no"})
    assert (found.along, found.against) == (25, 0)


def test_a_path_is_for_a_car_only_where_a_sign_says_so() -> None:
    assert speed(CAR, highway="track") == 0
    assert speed(CAR, highway="track", motor_vehicle="yes") == 10
    assert speed(CAR, highway="path", foot="yes") == 0


@pytest.mark.parametrize(
    ("tags", "directions"),
    [
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "1"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "no"}, (True, True)),
        ({"oneway": "yes", "oneway:bicycle": "no"}, (True, False)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "circular"}, (True, False)),
        ({"junction": "roundabout", "oneway": "no"}, (True, True)),
        ({"highway": "motorway"}, (True, False)),
    ],
)
def test_one_ways(tags: dict[str, str], directions: tuple[bool, bool]) -> None:
    found = on(**tags)
    assert (found.along > 0, found.against > 0) == directions
    walked = passage({"highway": "residential"} | tags, FOOT)
    assert walked is None or (walked.along > 0 and walked.against > 0)


def test_a_cyclist_may_be_excepted_from_a_one_way() -> None:
    tags = {"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}
    found = passage(tags, EBIKE)
    assert found is not None
    assert found.against == 20


@pytest.mark.parametrize(
    "tags",
    [
        {"area": "yes"},
        {"oneway": "reversible"},
        {"construction": "yes"},
        {"impassable": "yes"},
        {"service": "emergency_access"},
        {"smoothness": "impassable"},
    ],
)
def test_what_cannot_be_driven_is_of_no_use(tags: dict[str, str]) -> None:
    for rules in RULES.values():
        assert passage({"highway": "residential"} | tags, rules) is None


def test_what_is_no_road_is_of_no_use() -> None:
    assert passage({"building": "yes"}, FOOT) is None
    assert passage({"route": "bus"}, FOOT) is None
    assert passage({"route": "ferry"}, FOOT) is not None


@pytest.mark.parametrize(
    ("tags", "ease"),
    [
        ({}, 1),
        ({"service": "alley"}, 0.5),
        ({"width": "2.5"}, 0.5),
        ({"width": "6"}, 1),
        ({"lanes": "1"}, 0.5),
        ({"lanes": "1", "oneway": "yes"}, 1),
        ({"lanes": "2"}, 1),
        ({"lanes": "many"}, 1),
        ({"oneway": "alternating"}, 0.4),
        ({"side_road": "yes"}, 0.8),
    ],
)
def test_narrow_and_side_roads_are_chosen_less_willingly(tags: dict[str, str], ease: float) -> None:
    assert on(**tags).ease == ease


@pytest.mark.parametrize(
    ("tags", "car", "ebike"),
    [
        ({"barrier": "bollard"}, True, False),
        ({"barrier": "bollard", "bollard": "rising"}, False, False),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, False, False),
        ({"barrier": "lift_gate"}, False, False),
        ({"barrier": "gate", "access": "private"}, False, False),
        ({"barrier": "gate", "access": "no"}, True, True),
        ({"barrier": "stile"}, True, True),
        ({"highway": "crossing"}, False, False),
    ],
)
def test_barriers(tags: dict[str, str], car: bool, ebike: bool) -> None:
    assert (barred(tags, CAR), barred(tags, EBIKE)) == (car, ebike)
    if "access" not in tags:
        assert not barred(tags, FOOT)


def test_what_is_waited_for() -> None:
    signal = stop({"highway": "traffic_signals", "traffic_signals:direction": "forward"}, CAR)
    assert signal is not None
    assert (signal.seconds, signal.direction) == (2, 1)
    sign = stop({"highway": "give_way"}, CAR)
    assert sign is not None
    assert (sign.seconds, sign.direction, sign.near) == (1, 0, True)
    assert stop({"highway": "bus_stop"}, CAR) is None
    assert stop({"highway": "traffic_signals"}, FOOT) is None


def test_every_way_of_moving_has_its_rules() -> None:
    assert set(RULES) == set(Profile)
