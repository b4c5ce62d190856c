"""A run as a film: what it shows is what was simulated, and nobody is in two places."""

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.planning.test_simulation import HOUR, POLICIES, town

from yihu.planning.policies import Policy
from yihu.planning.run_film import DEGREE, STEP, busiest, film, gone, recorded, size
from yihu.planning.scenario import Scenario
from yihu.planning.simulation import Arrivals, Run, simulate

LonLat = tuple[float, float]
MIDDLE = (120.0, 30.0)
NEAREST = Policy.nearest_road()
PHASED = Policy.nearest_road().phased(3)
"""Units are turned round, and stood down."""
BUSY = 2.0


def positions(scenario: Scenario) -> list[LonLat]:
    assert scenario.places is not None
    scale = DEGREE * np.array([np.cos(np.radians(MIDDLE[1])), 1.0])
    return [(float(x), float(y)) for x, y in scenario.places / scale + MIDDLE]


def bent(source: LonLat, target: LonLat, _mode: int) -> list[LonLat]:
    """By way of a corner, as streets go."""
    return [(target[0], source[1]), (target[0], source[1] + 1e-6)]


def run_of(seed: int, policy: Policy = PHASED) -> Run:
    scenario = town(seed)
    assert isinstance(scenario.arrivals, Arrivals)
    return recorded(replace(scenario, arrivals=scenario.arrivals.scaled(BUSY)), policy, seed)


def legs(unit: dict[str, Any]) -> list[tuple[int, ...]]:
    flat = unit["legs"]
    return [tuple(flat[n : n + 5]) for n in range(0, len(flat), 5)]


def line(told: dict[str, Any], way: int) -> list[list[int]]:
    corners = np.array(told["ways"][way]).reshape(-1, 2).cumsum(axis=0)
    return corners.tolist()


def came_on(run: Run, unit: int, told: dict[str, Any], after: int, upto: int) -> bool:
    duty = run.scenario.units.duty[unit]
    begin, end = told["begins"] + after, told["begins"] + upto
    hours = range(int(begin // HOUR), int(-(-end // HOUR)) + 1)
    return any(duty[hour % 168] and not duty[(hour - 1) % 168] for hour in hours)


seeds = st.integers(0, 200)


# --- what it may not break ------------------------------------------------------------------------


@given(seeds, POLICIES, st.booleans())
@settings(max_examples=25, deadline=None)
def test_nobody_is_in_two_places_and_legs_are_continuous(
    seed: int, policy: Policy, along: bool
) -> None:
    run = run_of(seed, policy)
    told = film(run, positions(run.scenario), way=bent if along else None)
    assert len(told["units"]) == len(run.scenario.units)
    assert told["along"] is along
    for number, unit in enumerate(told["units"]):
        place, before = unit["at"], -(10**9)
        for heard, leaves, ends, call, way in legs(unit):
            assert before <= leaves <= ends
            assert heard <= leaves
            assert -1 <= call < len(told["calls"])
            first, *_, last = [*line(told, way), line(told, way)[-1]]
            if first != place:
                assert call == -1
                assert leaves == ends, "it stands at its base"
                assert came_on(run, number, told, before, ends)
            place, before = last, ends


@given(seeds, POLICIES)
@settings(max_examples=15, deadline=None)
def test_every_moment_of_a_call_is_the_runs(seed: int, policy: Policy) -> None:
    run = run_of(seed, policy)
    begin, end = busiest(run)
    told = film(run, positions(run.scenario))
    inside = run.calls[(run.calls["created"] >= begin) & (run.calls["created"] < end)]
    shown = [call for call in told["calls"] if 0 <= call["created"] <= told["lasts"]]
    assert len(shown) >= len(inside) > 0
    by_moment = {round(float(call["created"]) - begin): call for call in run.calls}
    places = np.array(positions(run.scenario))
    for call in told["calls"]:
        of = by_moment[call["created"]]
        for name, column in (
            ("first", "on_scene"),
            ("police", "police"),
            ("completed", "completed"),
        ):
            if call[name] is None:
                assert np.isnan(of[column])
            else:
                assert abs(call[name] + begin - of[column]) <= 0.5
        assert call["priority"] == run.scenario.call_types[of["type"]].priority
        at = np.array(told["origin"]) + np.array(call["at"]) * STEP
        assert np.abs(at - places[of["zone"]]).max() <= STEP


@given(seeds, POLICIES)
@settings(max_examples=15, deadline=None)
def test_whoever_is_there_first_has_come_by_then(seed: int, policy: Policy) -> None:
    """Somebody's leg for a call ends at its place when the run says that the first was there."""
    run = run_of(seed, policy)
    told = film(run, positions(run.scenario))
    for number, call in enumerate(told["calls"]):
        if call["first"] is None or not 0 < call["first"] < told["lasts"]:
            continue
        ends = [
            (ends, line(told, way)[-1])
            for unit in told["units"]
            for _told, _leaves, ends, of, way in legs(unit)
            if of == number
        ]
        assert call["at"] in [place for end, place in ends if end == call["first"]]
        early = [end for end, place in ends if end < call["first"] and place == call["at"]]
        assert not early, "nobody is there before"


def test_a_unit_goes_as_far_in_a_time_as_the_simulator_says() -> None:
    run = run_of(3)
    told = film(run, positions(run.scenario))
    by_unit = {
        (int(move["unit"]), round(float(move["begun"]) - told["begins"])): move
        for move in run.moves
    }
    gone_on = 0
    for number, unit in enumerate(told["units"]):
        for heard, leaves, ends, call, _way in legs(unit):
            if leaves == ends:
                continue
            move = by_unit[number, heard]
            gone_on += 1
            assert abs(ends + told["begins"] - move["until"]) <= 0.5
            assert (move["call"] == -1) == (call == -1)
    assert gone_on > 20


def test_coverage_is_the_runs_own_at_each_sample() -> None:
    run = run_of(5)
    begin, end = busiest(run)
    covered = film(run, positions(run.scenario))["covered"]
    assert covered["every"] == 60
    weights = run.scenario.world.weights.sum()
    first = int(begin // 60)
    assert covered["begins"] == first * 60 - begin
    assert covered["free"] == np.rint(run.covered[first : int(end // 60) + 1, 0] * weights).tolist()
    assert all(p <= f for p, f in zip(covered["police"], covered["free"], strict=True))
    assert covered["residents"] == round(weights)


def test_looking_more_often_changes_nothing_else() -> None:
    scenario = town(4)
    looked, plain = recorded(scenario, PHASED, 4), simulate(scenario, PHASED, 4)
    assert looked.calls.tobytes() == plain.calls.tobytes()


# --- when and how much ----------------------------------------------------------------------------


def test_the_busiest_hours_are_those_with_most_calls() -> None:
    run = run_of(2)
    begin, end = busiest(run, 2)
    created = run.calls["created"]

    def many(start: float) -> int:
        return int(((created >= start) & (created < start + 2 * HOUR)).sum())

    assert end - begin == 2 * HOUR
    starts = np.arange(run.scenario.warm_up, run.scenario.horizon - 2 * HOUR + 1, 900)
    assert many(begin) == max(map(many, starts))
    assert begin >= run.scenario.warm_up
    whole = busiest(run, 1000)
    assert whole == (run.scenario.warm_up, run.scenario.horizon)


def test_what_is_too_large_is_drawn_more_coarsely_and_then_shorter() -> None:
    run = run_of(6)

    def winding(source: LonLat, target: LonLat, _mode: int) -> list[LonLat]:
        share = np.linspace(0, 1, 200)[1:-1, None]
        line = (1 - share) * np.array(source) + share * np.array(target)
        line[:, 1] += 2e-4 * np.sin(share[:, 0] * 60)
        return [(float(x), float(y)) for x, y in line]

    whole = film(run, positions(run.scenario), way=winding, limit=10**9)
    least = size(film(run, positions(run.scenario)))
    assert size(whole) > 1.5 * least
    coarse = film(run, positions(run.scenario), way=winding, limit=int(1.1 * least))
    assert size(coarse) <= 1.1 * least
    assert coarse["lasts"] == whole["lasts"]
    short = film(run, positions(run.scenario), way=winding, limit=least // 2)
    assert short["lasts"] < whole["lasts"]
    assert size(short) == len(json.dumps(short, separators=(",", ":")))


def test_where_no_road_leads_the_way_is_straight_and_counted() -> None:
    run = run_of(7)
    told = film(run, positions(run.scenario), way=lambda *_: None)
    assert told["straight"] > 0
    assert all(len(way) <= 4 for way in told["ways"])
    assert film(run, positions(run.scenario), way=bent)["straight"] == 0


def test_off_shift_nobody_is_seen_but_on_the_way() -> None:
    run = run_of(8)
    told = film(run, positions(run.scenario), (32 * HOUR + 1800, 33 * HOUR + 1800))  # 8:30 to 9:30
    night = [n for n, duty in enumerate(run.scenario.units.duty) if not duty[8:10].any()]
    assert night
    for number in night:
        unit = told["units"][number]
        moving = sum(max(0, ends) - max(0, heard) for heard, _l, ends, *_ in legs(unit))
        assert bool(unit["on"]) <= bool(unit["legs"]) or moving
    always = [n for n, duty in enumerate(run.scenario.units.duty) if duty.all()]
    assert all(told["units"][n]["on"] == [0, told["lasts"]] for n in always)


def test_a_line_is_cut_by_its_length() -> None:
    square = [(120.0, 30.0), (120.0, 30.01), (120.01, 30.01)]
    assert gone(square, 0)[-1] == pytest.approx((120.0, 30.0))
    assert gone(square, 1) == square
    half = gone(square, 0.5)
    assert half[-1][1] == pytest.approx(30.01 - 0.01 * (1 - np.cos(np.radians(30))) / 2, abs=1e-5)
    for one, other in pairwise(np.linspace(0, 1, 20)):
        assert len(gone(square, one)) <= len(gone(square, other))


def test_what_was_not_recorded_or_has_no_place_is_refused() -> None:
    scenario = town(1)
    with pytest.raises(ValueError, match="not recorded"):
        film(simulate(scenario, NEAREST, 1), positions(scenario))
    with pytest.raises(ValueError, match="zones"):
        film(recorded(scenario, NEAREST, 1), positions(scenario)[1:])
