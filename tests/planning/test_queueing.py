"""Formulas of queues and fields, against published values and against each other."""

from math import inf, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from yihu.planning.queueing import (
    erlang_b,
    erlang_c,
    mg1_wait,
    mmc_wait,
    nearest_mean,
    nearest_of_field,
    nearest_quantile,
)


def test_erlangs_formulas_give_the_published_values() -> None:
    assert erlang_c(3, 1.5) == pytest.approx(0.236842, abs=5e-7)
    assert erlang_c(10, 8) == pytest.approx(0.409180, abs=5e-7)
    assert erlang_b(5, 3) == pytest.approx(0.110054, abs=5e-7)


@given(st.integers(1, 12), st.floats(0.01, 30))
def test_the_recursion_is_the_sum_that_defines_it(servers: int, load: float) -> None:
    terms = load ** np.arange(servers + 1) / np.cumprod([1, *range(1, servers + 1)], dtype=float)
    assert erlang_b(servers, load) == pytest.approx(terms[-1] / terms.sum())
    if load < servers:
        waiting = terms[-1] / (1 - load / servers)
        assert erlang_c(servers, load) == pytest.approx(waiting / (terms[:-1].sum() + waiting))


def test_thousands_of_servers_overflow_nothing() -> None:
    assert 0 < erlang_b(5000, 4900) < erlang_c(5000, 4900) < 1


def test_the_waits_of_one_server_at_seven_tenths_are_the_published_ones() -> None:
    waits = [mg1_wait(0.7, 1, variation) for variation in (0, 1 / 2, 1)]
    assert waits == pytest.approx([1.1667, 1.75, 2.3333], abs=5e-5)


@given(st.floats(0.01, 0.99), st.floats(0.01, 100))
def test_one_exponential_server_is_the_same_by_both_formulas(load: float, mean: float) -> None:
    assert mmc_wait(1, load / mean, mean) == pytest.approx(mg1_wait(load / mean, mean))


def test_a_queue_that_grows_for_ever_is_said_to() -> None:
    assert erlang_c(2, 2) == 1
    assert mmc_wait(2, 2, 1) == mg1_wait(2, 1) == inf


@pytest.mark.parametrize(
    "asked", [lambda: erlang_b(0, 1), lambda: erlang_b(1, -1), lambda: erlang_c(1, float("nan"))]
)
def test_no_servers_and_no_load_are_refused(asked) -> None:
    with pytest.raises(ValueError, match=r"server|load"):
        asked()


# --- the nearest of a field -----------------------------------------------------------------------


@given(st.floats(0.001, 1000), st.floats(0, 0.999))
def test_a_quantile_is_where_so_many_are_within(density: float, share: float) -> None:
    at = nearest_quantile(share, density)
    assert 1 - nearest_of_field(at, density) == pytest.approx(share)


@pytest.mark.parametrize("density", [0.05, 1.0, 40.0])
def test_the_mean_is_the_integral_of_the_tail(density: float) -> None:
    whole = quad(nearest_of_field, 0, inf, args=(density,))[0]
    assert nearest_mean(density) == pytest.approx(whole)


def test_a_field_that_is_drawn_has_its_nearest_where_the_formula_says() -> None:
    random = np.random.default_rng(5)
    density, side, draws = 3.0, 8.0, 4000
    nearest = [
        np.hypot(*random.uniform(-side / 2, side / 2, (2, random.poisson(density * side**2)))).min()
        for _ in range(draws)
    ]
    for distance in (0.1, 0.3, 0.6):
        farther = nearest_of_field(distance, density)
        error = (farther * (1 - farther) / draws) ** 0.5
        assert np.mean(np.array(nearest) > distance) == pytest.approx(farther, abs=4 * error)
    assert np.mean(nearest) == pytest.approx(
        nearest_mean(density), abs=4 * ((1 / pi - 1 / 4) / density / draws) ** 0.5
    )


@pytest.mark.parametrize("density", [0, -1, inf, float("nan")])
def test_an_empty_field_has_no_nearest(density: float) -> None:
    with pytest.raises(ValueError, match="density"):
        nearest_mean(density)
