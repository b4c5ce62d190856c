"""What no run may break, whatever is simulated; and what each policy is for."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yihu.planning.simulation import (
    GRID,
    Arrivals,
    Calls,
    CallType,
    Interval,
    Law,
    Policy,
    Recorded,
    Rule,
    Run,
    Scenario,
    Units,
    UnitType,
    replicate,
    simulate,
)

HOUR, DAY = 3600.0, 86400.0
POLICE, GUARD = 0, 1
NEAREST = Policy.nearest_road()


def town(
    seed: int, zones: int = 12, police: int = 3, guards: int = 6, **changes: object
) -> Scenario:
    """A random town of two days: urgent calls for a police unit and a guard, and calls that can
    wait; one guard in two works by day only, the last police unit at night only."""
    random = np.random.default_rng(seed)
    places = random.uniform(0, 4000, (zones, 2))
    metres = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    given: dict[str, object] = {
        "travel": np.stack([metres / 7, metres / 4]) * random.uniform(1, 1.4),
        "unit_types": (
            UnitType("police", 0, police=True, turnout=Law.exponential(30)),
            UnitType(
                "guard",
                1,
                acceptance=random.uniform(0.2, 0.9, (24, 2)),
                answer=Law.exponential(9),
                turnout=Law.constant(15),
                returns=bool(seed % 2),
            ),
        ),
        "units": Units.at(POLICE, random.integers(zones, size=police - 1))
        + Units.at(POLICE, [0], shift=(20, 6))
        + Units.at(GUARD, random.integers(zones, size=guards // 2), shift=(8, 18))
        + Units.at(GUARD, random.integers(zones, size=guards - guards // 2)),
        "call_types": (
            CallType(
                "urgent",
                Law.lognormal(900, 1),
                leads=(POLICE,),
                helps=(GUARD,),
                helpers=1,
                handling=Law.constant(40),
            ),
            CallType("two", Law.erlang(1200, 2), priority=2, leads=(POLICE, GUARD), leaders=2),
            CallType("other", Law.exponential(1500), priority=3, leads=(POLICE, GUARD)),
        ),
        "arrivals": Arrivals(random.uniform(0, 0.16, (168, 3, zones))),
        "horizon": 2 * DAY,
        "places": places,
        "weights": random.uniform(0, 500, zones),
        "bands": (1500.0,),
        "posts": tuple(range(0, zones, 3)),
    }
    return Scenario(**(given | changes))  # type: ignore[arg-type]


POLICIES = st.builds(
    Policy,
    name=st.just("any"),
    rule=st.sampled_from([Rule.STRAIGHT, Rule.ROAD, Rule.EXPECTED, Rule.COVERAGE]),
    width=st.integers(1, 3),
    stands_down=st.booleans(),
    police_only=st.booleans(),
    reserve=st.integers(0, 2),
    preempts=st.booleans(),
    moves_up=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), POLICIES)
def test_no_run_breaks_what_must_hold(seed: int, policy: Policy) -> None:
    scenario = town(seed)
    run = simulate(scenario, policy, seed, record=True)
    times_are_in_order(run)
    nobody_is_in_two_places(run)
    nobody_is_sent_off_shift(run)
    assert (run.busy <= scenario.horizon).all()
    if policy.police_only:
        police = np.flatnonzero(scenario.units.type == POLICE)
        assert np.isin(run.moves["unit"], police).all()
        assert run.busy[scenario.units.type == GUARD].sum() == 0
    assert ((run.covered >= 0) & (run.covered <= 1 + 1e-9)).all()
    assert (run.covered[:, 1] <= run.covered[:, 0]).all()


def times_are_in_order(run: Run) -> None:
    steps = ["created", "dispatched", "accepted", "on_scene", "completed"]
    for call in run.calls:
        times = [float(call[step]) for step in steps]
        came = [time for time in times if not np.isnan(time)]
        assert np.isnan(times[len(came) :]).all(), "a step was left out"
        assert came == sorted(came)
        assert (call["first"] >= 0) == (len(came) >= 4)
        if not np.isnan(call["police"]):
            assert call["police"] >= call["on_scene"]
        assert not call["lost"]
        assert (call["offers"] > 0) == (len(came) >= 2)
    assert (run.calls["created"] < run.scenario.horizon).all()


def nobody_is_in_two_places(run: Run) -> None:
    """Each way begins after the one before, and where that one ended or was left."""
    for unit in range(len(run.scenario.units)):
        moves = run.moves[run.moves["unit"] == unit]
        assert (moves["until"] <= moves["arrives"]).all()
        assert (moves["begun"] <= moves["until"] + 1e-6).all()
        assert (moves["begun"][1:] >= moves["until"][:-1] - 1e-6).all()
        travel = run.scenario.travel[run.scenario.unit_types[run.scenario.units.type[unit]].mode]
        takes = moves["arrives"] - moves["departed"]
        assert (moves["begun"] <= moves["arrives"]).all()
        assert takes == pytest.approx(travel[moves["origin"], moves["target"]])
        for before, after in pairwise(moves):
            turned = before["until"] < before["arrives"]
            ends = {before["origin"], before["target"]} if turned else {before["target"]}
            back_at_base = run.scenario.units.base[unit]  # where a shift begins
            assert after["origin"] in ends | {back_at_base}


def nobody_is_sent_off_shift(run: Run) -> None:
    """To a call: to which nobody says yes but on shift."""
    sent = run.moves[run.moves["call"] >= 0]
    hour = (sent["begun"] // HOUR).astype(int) % 168
    assert run.scenario.units.duty[sent["unit"], hour].all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), POLICIES)
def test_the_same_seed_gives_the_same_run(seed: int, policy: Policy) -> None:
    scenario = town(seed)
    one, same = (simulate(scenario, policy, seed, record=bool(again)) for again in (0, 1))
    assert one.calls.tobytes() == same.calls.tobytes()
    assert (one.busy == same.busy).all()
    other = simulate(scenario, policy, seed + 1)
    assert len(other.calls) != len(one.calls) or (other.calls != one.calls).any()


def test_policies_meet_the_same_calls_and_answers() -> None:
    scenario = town(1)
    one, other = (simulate(scenario, policy, 9) for policy in (NEAREST, Policy.old_world()))
    for column in ("type", "zone", "created"):
        assert (one.calls[column] == other.calls[column]).all()


def test_more_units_make_nobody_wait_longer_on_average() -> None:
    fewer = town(2, police=3)
    more = replace(fewer, units=fewer.units + Units.at(POLICE, [3, 7]))
    gained = [
        np.nanmean(simulate(fewer, NEAREST, seed).interval("response"))
        - np.nanmean(simulate(more, NEAREST, seed).interval("response"))
        for seed in range(30)
    ]
    assert Interval.of(np.array(gained)).low > 0


# --- one call after another -----------------------------------------------------------------------


def line_town(
    units: Units,
    calls: list[tuple[float, int, int]],
    call_types: tuple[CallType, ...],
    guard: UnitType | None = None,
    **changes: object,
) -> Scenario:
    """Eleven zones in a row, a kilometre and 100 s apart. `calls`: when, type, zone."""
    at = np.arange(11.0)
    created, kind, zone = (np.array(column) for column in zip(*calls, strict=True))
    return Scenario(
        travel=np.abs(at[:, None] - at)[None] * 100,
        unit_types=(UnitType("police", police=True), guard or UnitType("guard")),
        units=units,
        call_types=call_types,
        arrivals=Recorded(Calls(created.astype(float), kind, zone), len(call_types), 11),
        horizon=10 * HOUR,
        places=np.column_stack([at * 1000, at * 0]),
        **changes,  # type: ignore[arg-type]
    )


URGENT = CallType("urgent", Law.constant(600), priority=1)
CAN_WAIT = CallType("can wait", Law.constant(600), priority=3)


def test_an_urgent_call_takes_the_unit_that_is_under_way_to_one_that_can_wait() -> None:
    calls = [(0.0, 1, 10), (300.0, 0, 4)]
    scenario = line_town(Units.at(POLICE, [0]), calls, (URGENT, CAN_WAIT))
    waits = simulate(scenario, NEAREST, 1).calls["on_scene"]
    taken = simulate(scenario, replace(NEAREST, preempts=True), 1, record=True)
    assert waits.tolist() == [1000, 1600 + 600]
    assert taken.calls["on_scene"].tolist() == [300 + 100 + 600 + 600, 400]
    assert taken.moves["begun"][:3].tolist() == [0, 300, 1000]
    assert taken.moves["until"][0] == 300


@pytest.mark.parametrize(("zone", "seconds"), [(0, 200), (1, 100), (2, 0), (3, 100), (7, 500)])
def test_a_unit_on_its_way_back_is_sent_from_where_it_is(zone: int, seconds: float) -> None:
    """After 600 s at zone 4 it is back at zone 2 when the next call comes."""
    calls = [(0.0, 0, 4), (1200.0, 0, zone)]
    run = simulate(line_town(Units.at(POLICE, [0]), calls, (URGENT,)), NEAREST, 1)
    assert run.calls["on_scene"][1] - 1200 == pytest.approx(seconds)


def test_whoever_is_first_in_priority_and_then_in_time_is_served_first() -> None:
    calls = [(0.0, 1, 0), (1.0, 1, 0), (2.0, 1, 0), (3.0, 0, 0)]
    run = simulate(line_town(Units.at(POLICE, [0]), calls, (URGENT, CAN_WAIT)), NEAREST, 1)
    assert run.calls["on_scene"].tolist() == [0, 1200, 1800, 600]


def test_who_helps_stays_until_the_police_are_there() -> None:
    kind = CallType("fight", Law.constant(60), leads=(POLICE,), helps=(GUARD,), helpers=1)
    units = Units.at(POLICE, [10]) + Units.at(GUARD, [1])
    run = simulate(line_town(units, [(0.0, 0, 0)], (kind,)), NEAREST, 1)
    call = run.calls[0]
    assert (call["on_scene"], call["first"], call["police"]) == (100, 1, 1000)
    assert run.busy.tolist() == [1060, 1000]
    assert call["completed"] == 1060


def test_silence_ends_a_wave_and_the_next_is_asked() -> None:
    silent = UnitType("guard", acceptance=1.0, answer=Law.constant(1000))
    kind = CallType("call", Law.constant(60), leads=(POLICE, GUARD))
    units = Units.at(GUARD, [0, 1, 2]) + Units.at(POLICE, [5])
    scenario = line_town(units, [(0.0, 0, 0)], (kind,), silent)
    one, three = (simulate(scenario, policy, 1).calls[0] for policy in (NEAREST, NEAREST.phased(3)))
    assert (one["accepted"], one["on_scene"], one["offers"]) == (60, 560, 4)
    assert (three["accepted"], three["on_scene"], three["offers"]) == (20, 520, 4)


def test_who_was_not_needed_is_called_back_or_comes_in_vain() -> None:
    """The nearest is slow to answer; both are under way when it has."""
    guards = UnitType("guard", answer=Law.constant(10))
    kind = CallType("call", Law.constant(600), leads=(GUARD,))
    scenario = line_town(Units.at(GUARD, [2, 1]), [(0.0, 0, 0)], (kind,), guards)
    called_back = simulate(scenario, NEAREST.phased(2), 1)
    in_vain = simulate(scenario, replace(NEAREST.phased(2), stands_down=False), 1)
    assert called_back.calls["redundant"][0] == 0
    assert called_back.calls["first"][0] == in_vain.calls["first"][0] == 1
    assert in_vain.calls["redundant"][0] == 1
    assert called_back.busy.tolist() == [0, 700]
    assert in_vain.busy.tolist() == [200, 700]


def test_a_reserve_is_kept_for_what_is_urgent() -> None:
    calls = [(0.0, 1, 0), (1.0, 1, 0), (2.0, 0, 0)]
    scenario = line_town(Units.at(POLICE, [0, 0]), calls, (URGENT, CAN_WAIT))
    run = simulate(scenario, NEAREST.cut_off(1), 1)
    assert run.calls["on_scene"].tolist() == [0, 602, 2]


def test_a_reserve_is_kept_from_a_call_that_needs_several_and_from_offers_at_once() -> None:
    both = replace(CAN_WAIT, leaders=2)
    calls = [(0.0, 1, 0), (2.0, 0, 0)]
    scenario = line_town(Units.at(POLICE, [0, 0]), calls, (URGENT, both))
    assert simulate(scenario, NEAREST.cut_off(1), 1).calls["on_scene"].tolist() == [0, 2]
    scenario = line_town(Units.at(POLICE, [0, 0]), calls[:1], (URGENT, CAN_WAIT))
    assert simulate(scenario, NEAREST.cut_off(1).phased(2), 1).calls["offers"].tolist() == [1]


def test_coverage_is_kept_for_what_can_wait_and_never_at_more_than_two_minutes() -> None:
    """At zone 1 one unit alone, at zone 2 two: for zone 0, who leaves a hole is 100 s nearer."""
    units = Units.at(POLICE, [1, 2, 2])
    weights = np.array([0, 500.0, *[0] * 9])
    keeping = Policy.coverage_preserving()
    first = {
        (kind, reach): int(
            simulate(
                line_town(
                    units, [(0.0, kind, 0)], (URGENT, CAN_WAIT), weights=weights, reach=reach
                ),
                policy,
                1,
            ).calls["first"][0]
        )
        for policy in [keeping]
        for kind in (0, 1)
        for reach in (50.0, 480.0)
    }
    assert first == {(0, 50.0): 0, (0, 480.0): 0, (1, 50.0): 1, (1, 480.0): 0}
    scenario = line_town(units, [(0.0, 1, 0)], (URGENT, CAN_WAIT), weights=weights, reach=50.0)
    hasty = Policy.coverage_preserving(slack=99)
    assert simulate(scenario, hasty, 1).calls["first"][0] == 0


def test_expected_time_asks_who_comes_before_who_is_near() -> None:
    """Zone 1 comes with p = 0.1: 20 s × 9 refusals are worth more than 100 s."""
    units = Units.at(GUARD, [1]) + Units.at(POLICE, [2])
    kind = CallType("call", Law.constant(60), leads=(POLICE, GUARD))
    scenario = line_town(units, [(0.0, 0, 0)], (kind,), UnitType("guard", acceptance=0.1))
    assert simulate(scenario, Policy.expected_time(), 1).calls["first"][0] == 1
    likely = replace(scenario, unit_types=(UnitType("police"), UnitType("guard", acceptance=0.9)))
    firsts = [
        simulate(likely, Policy.expected_time(), seed).calls["first"][0] for seed in range(400)
    ]
    assert np.mean(firsts) == pytest.approx(0.1, abs=4 * 0.3 / 20)


def test_a_unit_that_becomes_free_moves_up_to_where_nobody_is() -> None:
    calls = [(0.0, 0, 0), (0.0, 0, 5)]
    scenario = line_town(Units.at(POLICE, [0, 5, 1]), calls, (URGENT,), posts=(0, 5), reach=150.0)
    run = simulate(scenario, replace(NEAREST, moves_up=True), 1, record=True)
    back = run.moves[run.moves["call"] < 0]
    assert back["target"].tolist() == [5]


def test_who_said_no_is_asked_again_if_nobody_else_is_left() -> None:
    guards = UnitType("guard", acceptance=0.3)
    kind = CallType("call", Law.constant(60), leads=(GUARD,))
    scenario = line_town(Units.at(GUARD, [0]), [(0.0, 0, 0)], (kind,), guards)
    accepted = [simulate(scenario, NEAREST, seed).calls["accepted"][0] for seed in range(300)]
    rounds = np.array(accepted) / NEAREST.ask_again
    assert (rounds % 1 == 0).all()
    assert rounds.mean() == pytest.approx(0.7 / 0.3, abs=4 * (0.7**0.5 / 0.3) / 300**0.5)


# --- replications ---------------------------------------------------------------------------------


def test_replications_are_the_same_whoever_makes_them() -> None:
    scenario, policies = town(3), [NEAREST, Policy.old_world()]
    told: list[tuple[int, int]] = []
    alone = replicate(scenario, policies, 6, 1, progress=lambda *done: told.append(done))
    shared = replicate(scenario, policies, 6, 1, workers=2)
    assert np.array_equal(alone.values, shared.values, equal_nan=True)
    assert np.array_equal(alone.curves, shared.curves)
    assert told == [(done, 6) for done in range(1, 7)]


def test_common_random_numbers_know_a_difference_better_than_its_parts() -> None:
    policies = [NEAREST, Policy.nearest_straight()]
    found = replicate(town(4), policies, 40, 1)
    names = [policy.name for policy in policies]
    parts = [found.of(name, "response mean") for name in names]
    difference = found.difference(*names, "response mean")
    assert difference.mean == pytest.approx(parts[0].mean - parts[1].mean)
    assert difference.half < (parts[0].half ** 2 + parts[1].half ** 2) ** 0.5 / 2
    curve = found.curve(names[0], "response")
    assert len(curve) == len(GRID)
    assert curve[-1].mean > curve[10].mean > 0


def test_measures_are_what_they_say() -> None:
    scenario = town(5)
    run = simulate(scenario, NEAREST, (seed := 3))
    found = replicate(scenario, [NEAREST], 1, seed)
    assert found.of(NEAREST.name, "calls").n == 1
    response = run.interval("response")
    assert (response[~np.isnan(response)] >= 0).all()
    several = replicate(scenario, [NEAREST], 30, seed)
    within = several.of(NEAREST.name, "within 8 min")
    at_eight = several.curve(NEAREST.name, "response")[480 // 30]
    assert within.mean == pytest.approx(at_eight.mean)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"travel": np.full((2, 12, 12), np.nan)}, r"travel time: nan at \(0, 0, 0\)"),
        ({"posts": (3, 99)}, "post: 99 at 1"),
        ({"weights": np.full(12, -1.0)}, "weight"),
        ({"horizon": 0.0}, "horizon"),
        ({"bands": (2.0, 1.0)}, "ascend"),
        ({"unit_types": (UnitType("a", acceptance=1.2),) * 2}, "acceptance of a"),
        ({"arrivals": Arrivals.constant([[1.0]])}, "other types or zones"),
    ],
)
def test_what_cannot_be_simulated_is_refused_by_name(wrong: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        town(6, **wrong)  # type: ignore[arg-type]


def test_a_unit_that_finds_no_way_back_stays_where_it_is() -> None:
    calls = Recorded(Calls(np.array([0.0, 1000.0]), np.zeros(2, int), np.ones(2, int)), 1, 2)
    scenario = Scenario(
        travel=np.array([[[0.0, 100.0], [np.inf, 0.0]]]),
        unit_types=(UnitType("unit"),),
        units=Units.at(0, [0]),
        call_types=(CallType("call", Law.constant(50.0)),),
        arrivals=calls,
        horizon=3000.0,
    )
    run = simulate(scenario, NEAREST, 1)
    assert run.calls["on_scene"].tolist() == [100.0, 1000.0]
