"""The hypercube model: published results, its balance equations, and queues that have a formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from yihu.planning.hypercube import MOST, hypercube
from yihu.planning.queueing import erlang_b, erlang_c, mmc_wait

CITY = [0.5, 0.25, 0.35, 0.4], [[0, 1, 2], [0, 2, 1], [1, 0, 2], [2, 0, 1]]
"""Larson & Odoni (1981), §5.4.3: rates, and who is sent first."""


def test_the_city_of_three_servers_has_the_published_workloads() -> None:
    found = hypercube(*CITY, 1.0)
    assert found.workload == pytest.approx([0.5574, 0.4734, 0.4693], abs=5e-5)
    assert found.all_busy == pytest.approx(erlang_c(3, 1.5))


@st.composite
def cities(draw: DrawFn) -> tuple[list[float], list[list[int]], list[float]]:
    """Rates, preferences, and how much each unit serves, together more than there is."""
    units = draw(st.integers(1, 4))
    rates = draw(st.lists(st.floats(0.01, 3), min_size=1, max_size=5))
    preferences = [draw(st.permutations(range(units))) for _ in rates]
    mu = np.array([draw(st.floats(0.1, 2)) for _ in range(units)])
    mu *= sum(rates) / mu.sum() * draw(st.floats(1.05, 5))
    return rates, preferences, mu.tolist()


@given(cities(), st.booleans())
def test_as_much_flows_into_each_state_as_out_of_it(city, queue: bool) -> None:
    """Written out state by state; those with a queue follow from the first of them."""
    rates, preferences, mu = city
    found, units = hypercube(rates, preferences, mu, queue=queue), len(mu)
    full, total, capacity = 2**units - 1, sum(rates), sum(mu)
    states = found.states.tolist()
    if queue:
        ratio = total / capacity
        states[full:] = [found.states[full] * (1 - ratio) * ratio**n for n in (0, 1)]
    flow = np.zeros(len(states))

    def move(start: int, end: int, rate: float) -> None:
        flow[start] -= states[start] * rate
        flow[end] += states[start] * rate

    for state in range(full):
        for rate, order in zip(rates, preferences, strict=True):
            move(state, state | 1 << next(n for n in order if not state >> n & 1), rate)
    for state in range(1, full + 1):
        for unit in range(units):
            if state >> unit & 1:
                move(state, state ^ 1 << unit, mu[unit])
    if queue:
        move(full, full + 1, total)
        move(full + 1, full, capacity)
    assert flow == pytest.approx(np.zeros(len(flow)), abs=1e-12 * (total + capacity))
    assert found.states.sum() == pytest.approx(1)
    assert (found.states >= 0).all()


@given(cities(), st.booleans())
def test_a_unit_is_busy_with_what_it_is_sent_to(city, queue: bool) -> None:
    rates, preferences, mu = city
    found = hypercube(rates, preferences, mu, queue=queue)
    sent = found.dispatches.sum(axis=0) * sum(rates)
    assert found.workload == pytest.approx(sent / mu)
    lost = 0 if queue else found.all_busy
    assert found.dispatches.sum(axis=1) == pytest.approx(np.array(rates) / sum(rates) * (1 - lost))


@given(cities(), st.floats(0.1, 5))
def test_with_a_queue_all_units_together_carry_the_load(city, mu: float) -> None:
    rates, preferences, _ = city
    units, load = len(preferences[0]), sum(rates) / mu
    if load < units:
        assert hypercube(rates, preferences, mu).workload.sum() == pytest.approx(load)


@given(st.integers(1, 6), st.floats(0.05, 0.95), st.floats(0.1, 10))
@settings(max_examples=40)
def test_units_that_are_alike_are_a_plain_queue(units: int, use: float, mu: float) -> None:
    load = units * use
    rates = np.full(units, load * mu / units)
    turns = [np.roll(np.arange(units), n) for n in range(units)]
    waiting = hypercube(rates, turns, mu)
    losing = hypercube(rates, turns, mu, queue=False)
    assert waiting.all_busy == pytest.approx(erlang_c(units, load))
    assert waiting.wait == pytest.approx(mmc_wait(units, load * mu, 1 / mu))
    assert waiting.workload == pytest.approx(np.full(units, use))
    assert losing.all_busy == pytest.approx(erlang_b(units, load))
    assert losing.workload == pytest.approx(np.full(units, use * (1 - erlang_b(units, load))))


def test_travel_is_the_mean_over_who_is_sent_where() -> None:
    travel = np.array([[1, 5, 9], [1, 9, 5], [5, 1, 9], [5, 9, 1]], dtype=float)
    found = hypercube(*CITY, 1.0, travel=travel)
    assert found.travel == pytest.approx((found.dispatches * travel).sum())
    quiet = hypercube(np.array(CITY[0]) / 1e6, CITY[1], 1.0, travel=travel)
    assert quiet.travel == pytest.approx(1, abs=1e-4)  # the first on each list is free
    losing = hypercube(*CITY, 1.0, travel=np.full((4, 3), 7.0), queue=False)
    assert losing.travel == pytest.approx(7)


def test_the_most_units_it_takes_are_solved_exactly() -> None:
    random = np.random.default_rng(3)
    orders = [random.permutation(MOST) for _ in range(30)]
    found = hypercube(random.random(30) * MOST / 20, orders, 1.0, queue=False)
    load = found.workload.sum() / (1 - found.all_busy)
    assert found.all_busy == pytest.approx(erlang_b(MOST, load), rel=1e-10)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"rates": [0.5, -0.25, 0.35, 0.4]}, "negative rate: atom 1"),
        ({"rates": [0.5, 0.25, np.nan, 0.4]}, "rates is not a finite number: atom 2"),
        ({"rates": [0, 0, 0, 0]}, "no calls"),
        ({"preferences": [*CITY[1][:3], [2, 0, 0]]}, "each unit once: atom 3"),
        ({"preferences": CITY[1][:3]}, "for each atom"),
        ({"preferences": [list(range(MOST + 1))] * 4}, f"1 to {MOST}"),
        ({"mu": [1, 0, 1]}, "not over 0: unit 1"),
        ({"mu": 0.4}, "together serve 1.2"),
        ({"travel": np.zeros((3, 4))}, r"not \(4, 3\)"),
        ({"travel": [[0, 0, 0], [0, np.inf, 0], [0, 0, 0], [0, 0, 0]]}, "travel .*: atom 1"),
    ],
)
def test_what_cannot_be_solved_is_refused_by_name(changed, named: str) -> None:
    asked = {"rates": CITY[0], "preferences": CITY[1], "mu": 1.0} | changed
    with pytest.raises(ValueError, match=named):
        hypercube(**asked)
