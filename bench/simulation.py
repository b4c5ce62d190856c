"""Simulation: calls a second beside SimPy, a year of the district, and replications side by side.

The model beside SimPy is the plainest that both have: Poisson calls in random zones, the nearest
free unit goes there and back, exponential service, one queue. Both agree on the mean wait.
"""

from time import perf_counter, process_time

import numpy as np
import simpy

from bench.figures import Figure
from bench.place import Place
from yihu.planning.simulation import (
    Arrivals,
    CallType,
    Law,
    Policy,
    Scenario,
    Units,
    UnitType,
    replicate,
    simulate,
)
from yihu.planning.siting_problem import Floats

HOUR, DAY = 3600.0, 86400.0
OURS, THEIRS = 1_000_000, 40_000
"""Calls that each of the two simulates."""
UNITS, LOAD = 10, 0.75
REPLICATIONS, WORKERS = 200, 2
YEAR_BAR = 1.0


def measure(_here: Place) -> list[Figure]:
    return [*_beside_simpy(), *_district()]


# --- beside SimPy ---------------------------------------------------------------------------------


def _beside_simpy() -> list[Figure]:
    travel = _roads(np.random.default_rng(7), 20)[0][0]
    rate = LOAD * UNITS / (0.5 * HOUR)
    simulate(_plain(travel, rate, 100), Policy.nearest_road(), 1)
    began = process_time()
    run = simulate(_plain(travel, rate, OURS), Policy.nearest_road(), 1)
    ours = len(run.calls) / (process_time() - began)
    waits = run.interval("answer")
    began = process_time()
    others = in_simpy(travel, rate, THEIRS, seed=1)
    theirs = THEIRS / (process_time() - began)
    mean, error = _mean(waits[~np.isnan(waits)])
    their_mean, their_error = _mean(others)
    apart = abs(mean - their_mean) / np.hypot(error, their_error)
    return [
        Figure("simulation", "ours, one core, calls", ours, "/s"),
        Figure("simulation", "SimPy, the same model, calls", theirs, "/s"),
        Figure("simulation", "… ours is quicker", ours / theirs, "times"),
        Figure("simulation", "mean wait, ours", mean, "s"),
        Figure("simulation", "… SimPy's", their_mean, "s"),
        Figure("simulation", "… apart, standard errors", apart, "", bar=4.0),
    ]


def _plain(travel: Floats, rate: float, calls: int) -> Scenario:
    zones = len(travel)
    return Scenario(
        travel=travel[None],
        unit_types=(UnitType("unit", returns=False),),
        units=Units.at(0, np.arange(UNITS)),
        call_types=(CallType("call", Law.exponential(0.25 * HOUR)),),
        arrivals=Arrivals.constant(np.full((1, zones), rate * HOUR / zones)),
        horizon=calls / rate,
        sample=np.inf,
    )


def in_simpy(travel: Floats, rate: float, calls: int, seed: int) -> Floats:
    """The waits of so many calls, as one would write it there."""
    random = np.random.default_rng(seed)
    env = simpy.Environment()
    at = list(range(UNITS))
    free = simpy.FilterStore(env)
    free.items = list(range(UNITS))
    pool = simpy.PriorityResource(env, UNITS)
    waits = np.empty(calls)
    seconds = travel.tolist()

    def call(number: int, zone: int, service: float):  # type: ignore[no-untyped-def]
        came = env.now
        with pool.request(priority=number) as request:
            yield request
            waits[number] = env.now - came
            unit = min(free.items, key=lambda one: (seconds[at[one]][zone], one))
            free.items.remove(unit)
            yield env.timeout(seconds[at[unit]][zone] + service)
            at[unit] = zone
            free.items.append(unit)

    def source():  # type: ignore[no-untyped-def]
        gaps = random.exponential(1 / rate, calls).tolist()
        zones = random.integers(len(seconds), size=calls).tolist()
        services = random.exponential(0.25 * HOUR, calls).tolist()
        for number, (gap, zone, service) in enumerate(zip(gaps, zones, services, strict=True)):
            yield env.timeout(gap)
            env.process(call(number, zone, service))

    env.process(source())
    env.run()
    return waits


def _mean(values: Floats) -> tuple[float, float]:
    """And its standard error, from batches."""
    batches = np.array([batch.mean() for batch in np.array_split(values, 40)])
    return float(batches.mean()), float(batches.std(ddof=1)) / 40**0.5


# --- the district ---------------------------------------------------------------------------------


def _district() -> list[Figure]:
    year = district(365 * DAY)
    policies = [Policy.nearest_road(), Policy.old_world()]
    figures = []
    for policy in (*policies, Policy.expected_time(), Policy.coverage_preserving()):
        began = process_time()
        run = simulate(year, policy, 1)
        took = process_time() - began
        bar = YEAR_BAR if policy in policies else None
        figures.append(
            Figure("simulation", f"a year of the district: {policy.name}", took, "s", bar)
        )
    figures.append(Figure("simulation", "… its calls", len(run.calls), ""))
    month = district(30 * DAY)
    pairs = f"{REPLICATIONS} pairs of 30 days, two processes"
    for what in ("the first time", "again"):
        began = perf_counter()
        found = replicate(month, policies, REPLICATIONS, 1, workers=WORKERS)
        took = perf_counter() - began
        figures.append(Figure("simulation", f"{pairs}, {what}", took, "s"))
    gained = found.difference(policies[1].name, policies[0].name, "response mean")
    figures += [
        Figure("simulation", "… seconds gained by sending others", gained.mean, "s"),
        Figure("simulation", "… 95 % ±", gained.half, "s"),
    ]
    began = perf_counter()
    replicate(month, policies, REPLICATIONS // 10, 1)
    alone = 10 * (perf_counter() - began)
    figures.append(Figure("simulation", "… in one process, from a tenth", alone, "s"))
    return figures


def district(horizon: float) -> Scenario:
    """300 zones on 6 × 6 km, 15 police units and 45 guards, 200 calls a day, more by day."""
    random = np.random.default_rng(1)
    zones = 300
    travel, places = _roads(random, zones)
    hours = 1 + 0.6 * np.sin((np.arange(168) % 24 - 9) / 24 * 2 * np.pi)
    share = random.dirichlet(np.full(zones, 0.5), 2) * [[0.3], [0.7]]
    return Scenario(
        travel=travel,
        unit_types=(
            UnitType("police", 0, police=True, turnout=Law.erlang(60, 2)),
            UnitType(
                "guard", 1, turnout=Law.constant(20), answer=Law.exponential(9), acceptance=0.5
            ),
        ),
        units=Units.at(0, random.integers(zones, size=15))
        + Units.at(1, random.integers(zones, size=25))
        + Units.at(1, random.integers(zones, size=20), shift=(8, 20)),
        call_types=(
            CallType(
                "urgent", Law.lognormal(1500, 1), 1, helps=(1,), helpers=1, helpers_within=600
            ),
            CallType("other", Law.lognormal(2400, 1), 3, leads=(0, 1)),
        ),
        arrivals=Arrivals(hours[:, None, None] * share * (200 / 24)),
        horizon=horizon,
        places=places,
        weights=random.uniform(0, 500, zones),
    )


def _roads(random: np.random.Generator, zones: int) -> tuple[Floats, Floats]:
    """Seconds by car and on foot or by scooter, and places."""
    places = random.uniform(0, 6000, (zones, 2))
    metres = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) * 1.3
    return np.stack([metres / 8.0, metres / 4.0]), places
