"""The simulator gives what theory gives, within what chance allows.

Each tolerance is four standard errors, from batches of one long run (Law, *Simulation Modeling and
Analysis*, §9.5.3) or from independent replications.
"""

from datetime import datetime, timedelta

import numpy as np
import pytest

from yihu.planning.confidence import Interval
from yihu.planning.fitting import rates
from yihu.planning.past_calls import SHANGHAI, Call
from yihu.planning.simulation import (
    Arrivals,
    Calls,
    CallType,
    Law,
    Policy,
    Recorded,
    Run,
    Scenario,
    Units,
    UnitType,
    simulate,
)
from yihu.planning.siting_problem import Floats

HOUR = 3600.0
MONDAY = datetime(2024, 1, 1, tzinfo=SHANGHAI)
BATCHES = 40
NEAREST = Policy.nearest_road()


def near(values: Floats) -> tuple[float, float]:
    """The mean of a long series, and four of its standard errors; who still waits is left out."""
    over = values[~np.isnan(values)]
    batches = np.array([batch.mean() for batch in np.array_split(over, BATCHES)])
    return float(batches.mean()), 4 * float(batches.std(ddof=1)) / BATCHES**0.5


def queue(
    servers: int, load: float, law: Law, calls: int, *, lost: bool = False, seed: int = 1
) -> Run:
    """Servers without a way to go; service times are an hour on average."""
    horizon = calls / load * HOUR
    scenario = Scenario(
        travel=np.zeros((1, 1, 1)),
        unit_types=(UnitType("server"),),
        units=Units.at(0, [0] * servers),
        call_types=(CallType("call", law),),
        arrivals=Arrivals.constant([[load]]),
        horizon=horizon,
        warm_up=horizon / 50,
        lost=lost,
        sample=np.inf,
    )
    return simulate(scenario, NEAREST, seed)


@pytest.mark.parametrize(
    ("servers", "load", "calls", "waits"),
    [(3, 1.5, 300_000, 0.236842), (10, 8, 600_000, 0.409180)],
)
def test_so_many_wait_as_erlangs_second_formula_says(
    servers: int, load: float, calls: int, waits: float
) -> None:
    waited = queue(servers, load, Law.exponential(HOUR), calls).interval("answer") > 0
    share, error = near(waited)
    assert error < 0.02
    assert share == pytest.approx(waits, abs=error)


@pytest.mark.parametrize(
    "law",
    [Law.exponential(HOUR), Law.lognormal(HOUR, 2), Law.constant(HOUR)],
    ids=["exponential", "lognormal", "constant"],
)
def test_so_many_are_lost_as_erlangs_first_formula_says_under_any_law(law: Law) -> None:
    run = queue(5, 3, law, 400_000, lost=True, seed=2)
    share, error = near(run.calls["lost"][run.counted])
    assert error < 0.005
    assert share == pytest.approx(0.110054, abs=error)


@pytest.mark.parametrize(
    ("law", "wait"),
    [
        (Law.constant(HOUR), 1.1667),
        (Law.erlang(HOUR, 2), 1.7500),
        (Law.exponential(HOUR), 2.3333),
    ],
    ids=["constant", "Erlang-2", "exponential"],
)
def test_one_server_keeps_people_waiting_as_pollaczek_and_khinchine_say(
    law: Law, wait: float
) -> None:
    run = queue(1, 0.7, law, 300_000, seed=3)
    mean, error = near(run.interval("answer") / HOUR)
    assert error < 0.2
    assert mean == pytest.approx(wait, abs=error)
    assert run.utilisation[0] == pytest.approx(0.7, abs=0.01)


def test_the_three_servers_of_larson_and_odoni_work_as_published() -> None:
    """*Urban Operations Research* §5.4.3: by atom its rate and whom it prefers; a queue."""
    rates = [0.5, 0.25, 0.35, 0.4]
    preference = np.array([[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1]], dtype=float)
    horizon = 20_000 * HOUR
    scenario = Scenario(
        travel=np.zeros((1, 4, 4)),
        unit_types=(UnitType("server"),),
        units=Units.at(0, [0, 1, 2]),
        call_types=(CallType("call", Law.exponential(HOUR)),),
        arrivals=Arrivals.constant([rates]),
        horizon=horizon,
        warm_up=horizon / 50,
        sample=np.inf,
        preference=preference,
    )
    runs = [simulate(scenario, Policy.fixed_preference(), seed).utilisation for seed in range(20)]
    workloads, errors = np.mean(runs, axis=0), 4 * np.std(runs, axis=0, ddof=1) / 20**0.5
    assert errors.max() < 0.01
    assert (np.abs(workloads - [0.5574, 0.4734, 0.4693]) < errors).all()


def test_the_nearest_of_a_poisson_field_is_as_far_as_it_should_be() -> None:
    """P(r > x) = exp(-πLx²): each field is drawn anew, one call comes to its middle."""
    side, speed, many = 7.0, 100.0, 800
    random = np.random.default_rng(4)
    one = Calls(np.zeros(1), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    found = np.empty(many)
    for field in range(many):
        places = random.uniform(-side / 2, side / 2, (1 + random.poisson(side * side), 2))
        places[0] = 0
        zones = len(places)
        metres = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
        scenario = Scenario(
            travel=metres[None] * speed,
            unit_types=(UnitType("unit"),),
            units=Units.at(0, np.arange(1, zones)),
            call_types=(CallType("call", Law.constant(1.0)),),
            arrivals=Recorded(one, 1, zones),
            horizon=HOUR,
            places=places,
            sample=np.inf,
        )
        policy = (NEAREST, Policy.nearest_straight())[field % 2]
        found[field] = simulate(scenario, policy, field).interval("response")[0] / speed
    assert found.mean() == pytest.approx(0.5, abs=4 * found.std() / many**0.5)
    for x in (0.2, 0.5, 0.8, 1.1):
        beyond = np.exp(-np.pi * x * x)
        error = 4 * (beyond * (1 - beyond) / many) ** 0.5
        assert (found > x).mean() == pytest.approx(beyond, abs=error)


def test_an_offer_that_is_refused_costs_its_deadline() -> None:
    """Units at the scene that come with p = 0.4 and answer in no time, or are silent for 20 s: the
    number of silences before the first yes is geometric."""
    silent = UnitType("volunteer", acceptance=0.4, answer=Law.of_samples([0.0, 1e6]))
    scenario = Scenario(
        travel=np.zeros((1, 1, 1)),
        unit_types=(silent,),
        units=Units.at(0, [0] * 60),
        call_types=(CallType("call", Law.constant(60.0)),),
        arrivals=Arrivals.constant([[1.0]]),
        horizon=20_000 * HOUR,
        sample=np.inf,
    )
    run = simulate(scenario, NEAREST, 5)
    offers = run.calls["offers"]
    comes = 0.4 / 2
    assert offers.mean() == pytest.approx(1 / comes, abs=near(offers.astype(float))[1])
    seconds = run.interval("acceptance")
    waves = (1 - comes) / comes * 20 * (0.5 / (1 - comes))  # of the refusals, those unheard
    assert seconds.mean() == pytest.approx(waves, abs=near(seconds)[1])


def test_arrivals_follow_the_hours_places_and_types() -> None:
    random = np.random.default_rng(6)
    rate = random.uniform(0, 2, (168, 2, 3)) * (random.random((168, 2, 3)) > 0.2)
    weeks = 200
    calls = Arrivals(rate).draw(weeks * 168 * HOUR, random)
    hour = (calls.created // HOUR).astype(int) % 168
    seen = np.zeros(rate.shape)
    np.add.at(seen, (hour, calls.type, calls.zone), 1)
    assert not seen[rate == 0].any()
    distance = (seen - rate * weeks)[rate > 0] / np.sqrt(rate * weeks)[rate > 0]
    assert np.abs(distance).max() < 5
    assert (distance**2).mean() == pytest.approx(1, abs=4 * (2 / len(distance)) ** 0.5)
    assert (np.diff(calls.created) >= 0).all()


def test_what_is_fitted_to_drawn_calls_is_what_they_were_drawn_from() -> None:
    hours = 1 + np.sin(np.arange(168) / 24 * 2 * np.pi) * 0.8
    places = np.array([[0.5, 0.3, 0.2], [0.0, 0.1, 0.9]])
    rate = hours[:, None, None] * places * 5
    span = 100 * 168 * HOUR
    calls = Arrivals(rate).draw(span, np.random.default_rng(7))
    past = [
        Call(MONDAY + timedelta(seconds=created), str(kind), str(zone))
        for created, kind, zone in zip(*(column.tolist() for column in calls), strict=True)
    ]
    fitted = rates(past, MONDAY, MONDAY + timedelta(seconds=span)).arrivals
    assert fitted.rate == pytest.approx(rate, abs=4 * (5 * 1.8 / 100) ** 0.5)
    assert fitted.rate.sum(axis=0) == pytest.approx(rate.sum(axis=0), rel=0.05, abs=0.1), (
        "where none were seen some are expected all the same"
    )


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(8)
    held = 0
    for _experiment in range(2000):
        interval = Interval.of(random.exponential(1.0, 60))
        held += interval.low <= 1.0 <= interval.high
    assert held / 2000 == pytest.approx(0.95, abs=0.025)
