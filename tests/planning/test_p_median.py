from time import monotonic
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from tests.support import orlib
from tests.support.siting_cases import Case, cases

from yihu.planning import (
    interchange,
    lagrangian,
    median_instance,
    median_search,
    near_costs,
)
from yihu.planning.p_median import p_median
from yihu.planning.siting_problem import BadInstance, Floats
from yihu.planning.warm import warm

RANDOM = np.random.default_rng(3)
PLANE = RANDOM.uniform(0, 100, (300, 2))
APART = np.hypot(*(PLANE[:, None] - PLANE[None, :60]).T).T
WEIGHTS = RANDOM.integers(0, 50, 300)
HARD = np.random.default_rng(12).integers(1, 100, (40, 30)).astype(float)
"""No relaxation of it comes near: it has to branch."""


def pays(cost: Floats, weights: Floats, sites: list[int]) -> float:
    needed = weights > 0
    every = np.zeros(len(cost))
    every[needed] = weights[needed] * cost[needed][:, sites].min(axis=1)
    return float(every.sum())


def least(case: Case) -> float:
    return min(pays(case.cost, case.weights, sites) for sites in case.choices())


@settings(deadline=None, max_examples=300)
@given(cases())
def test_the_least_is_what_trying_every_choice_finds(case: Case) -> None:
    best = least(case)
    if np.isinf(best):
        with pytest.raises(BadInstance) as refused:
            p_median(case.cost, case.p, case.weights, **case.limits)
        assert refused.value.code in ("unreachable", "too_few")
        assert refused.value.rows
        return
    found = p_median(case.cost, case.p, case.weights, **case.limits)
    assert list(found.sites) in list(case.choices())
    assert found.value == pays(case.cost, case.weights, list(found.sites))
    assert found.value == pytest.approx(best, rel=1e-9)
    assert found.bound <= found.value
    assert found.proven


@settings(deadline=None)
@given(cases())
def test_a_look_at_some_rows_first_changes_nothing(case: Case) -> None:
    best = least(case)
    assume(np.isfinite(best))
    with pytest.MonkeyPatch.context() as patch:
        for name, few in (("LARGE", 1), ("SOME", 1), ("EACH", 1)):
            patch.setattr(median_search, name, few)
        found = p_median(case.cost, case.p, case.weights, **case.limits)
    assert found.value == pytest.approx(best, rel=1e-9)
    assert found.proven


@pytest.mark.parametrize("p", [2, 20])
def test_many_rows_keep_to_their_time_and_have_a_bound(p: int) -> None:
    random = np.random.default_rng(21)
    demand, sites = random.uniform(0, 100, (6000, 2)), random.uniform(0, 100, (900, 2))
    cost = np.hypot(*(demand[:, None, k] - sites[None, :, k] for k in (0, 1)))
    began = monotonic()
    found = p_median(cost, p, time_limit=1.0)
    assert monotonic() - began < 3  # one that is shared with others is slower
    assert 0.5 * found.value < found.bound <= found.value


@settings(deadline=None)
@given(cases())
def test_no_time_gives_an_answer_and_a_bound(case: Case) -> None:
    try:
        found = p_median(case.cost, case.p, case.weights, **case.limits, time_limit=0.0)
    except BadInstance:
        assert np.isinf(least(case))
        return
    assert list(found.sites) in list(case.choices())
    assert found.bound <= least(case) <= found.value
    assert found.value < np.inf or found.uncovered


@pytest.mark.parametrize("limit", [0.0, 0.001, 0.01, 0.05])
@pytest.mark.parametrize("cost", [HARD, APART])
def test_a_bound_is_a_bound_whenever_time_is_over(cost: Floats, limit: float) -> None:
    best = p_median(cost, 5)
    found = p_median(cost, 5, time_limit=limit)
    assert best.proven
    assert found.bound <= best.value * (1 + 1e-12)
    assert best.value <= found.value * (1 + 1e-12)


def test_two_towns_and_a_hamlet() -> None:
    """Sites at 0, 4, 10 and 16 of a road; eight live at 3, five at 11, one at 16."""
    cost = np.abs(np.array([3.0, 11, 16])[:, None] - np.array([0.0, 4, 10, 16]))
    people = [8, 5, 1]
    one, two, three = (p_median(cost, p, people) for p in (1, 2, 3))
    assert (one.sites, one.value) == ((1,), 8 * 1 + 5 * 7 + 12)
    assert (two.sites, two.value) == ((1, 2), 8 * 1 + 5 * 1 + 6)
    assert (three.sites, three.value) == ((1, 2, 3), 8 * 1 + 5 * 1)
    kept = p_median(cost, 2, people, fixed=[0])
    assert (kept.sites, kept.value) == ((0, 2), 8 * 3 + 5 * 1 + 6)
    barred = p_median(cost, 2, people, forbidden=[1])
    assert (barred.sites, barred.value) == ((0, 2), 8 * 3 + 5 * 1 + 6)


def test_branching_proves_what_the_relaxation_cannot() -> None:
    found = p_median(HARD, 5)
    nodes = int(found.method.split("(")[1].split()[0])
    assert nodes > 1
    assert found.proven
    assert found.value == found.bound


def test_one_more_site_never_costs_more() -> None:
    values = [p_median(APART, p, WEIGHTS).value for p in range(1, 60, 4)]
    assert values == sorted(values, reverse=True)
    assert p_median(APART, 60, WEIGHTS).value == pays(APART, WEIGHTS, list(range(60)))


def test_a_tight_cluster_of_sites_deceives_nobody() -> None:
    """Where the first solution has too many sites in one place, what it shows of the others is
    not believed."""
    places = np.concatenate([RANDOM.normal(0, 0.01, (40, 2)), RANDOM.uniform(0, 100, (12, 2))])
    cost = np.hypot(*(places[:, None] - places[None, :]).T).T
    weights = np.where(np.arange(len(places)) < 40, 1000.0, 1.0)
    found = p_median(cost, 4, weights)
    some = np.random.default_rng(0)
    for _ in range(3000):
        assert found.value <= pays(cost, weights, list(some.choice(52, 4, replace=False))) + 1e-9
    assert found.proven


def test_the_same_question_has_the_same_answer() -> None:
    one, other = (p_median(APART, 9, WEIGHTS) for _ in range(2))
    assert (one.sites, one.value, one.bound, one.method) == (
        other.sites,
        other.value,
        other.bound,
        other.method,
    )


def test_weights_are_as_good_as_repeated_rows() -> None:
    weights = WEIGHTS[:80] % 4
    alone = p_median(APART[:80], 6, weights)
    repeated = p_median(np.repeat(APART[:80], weights, axis=0), 6)
    assert alone.value == pytest.approx(repeated.value)


def test_what_was_asked_is_not_changed() -> None:
    cost, weights = APART.copy(), WEIGHTS.astype(float)
    cost.flags.writeable = weights.flags.writeable = False
    assert p_median(cost, 9, weights).sites == p_median(APART, 9, WEIGHTS).sites


def test_rows_without_weight_need_no_server() -> None:
    cost = np.array([[1.0, 2], [np.inf, np.inf], [5, 1]])
    assert p_median(cost, 1, [1, 0, 1]).value == 3
    assert p_median(cost, 1, [0, 0, 0]).value == 0


def test_rows_that_no_usable_site_serves_are_named() -> None:
    cost = np.full((3, 2), np.inf)
    cost[:, 0] = cost[1, 1] = 1
    with pytest.raises(BadInstance, match="demand 0, 2") as refused:
        p_median(cost, 1, forbidden=[0])
    assert (refused.value.code, refused.value.rows) == ("unreachable", (0, 2))


def test_too_few_sites_to_serve_every_row_are_refused() -> None:
    cost = np.where(np.eye(6, dtype=bool), 0.0, np.inf)
    with pytest.raises(BadInstance) as refused:
        p_median(cost, 5)
    assert refused.value.code == "too_few"
    assert len(refused.value.rows) == 1
    assert p_median(cost, 6).value == 0


def test_every_row_is_served_however_dear_that_is() -> None:
    """The cheap site does not serve the last row."""
    cost = np.array([[1.0, 1000], [1, 1000], [np.inf, 1000]])
    assert p_median(cost, 1).sites == (1,)
    assert p_median(cost, 2).value == 1002


def test_progress_closes_in_on_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yihu.planning.median_search.EVERY", 0.0)
    told: list[tuple[float, float, float]] = []
    found = p_median(HARD, 5, progress=lambda *now: told.append(now))
    values, bounds, seconds = map(list, zip(*told, strict=True))
    assert values == sorted(values, reverse=True)
    assert bounds == sorted(bounds)
    assert seconds == sorted(seconds)
    assert values[-1] >= found.value >= found.bound >= bounds[-1]


def test_it_can_be_interrupted_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yihu.planning.median_search.EVERY", 0.0)

    def interrupted(*now: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        p_median(HARD, 5, progress=interrupted)


def test_what_is_warm_is_not_compiled_again() -> None:
    warm()
    before = _compiled()
    assert all(before)
    frozen = APART.copy()
    frozen.flags.writeable = False
    for cost in (HARD, APART, frozen, APART.astype(np.float32), APART.tolist()):
        p_median(cost, 5, WEIGHTS[: len(cost)], fixed=[3], forbidden=[4])
    p_median(np.where(APART > 60, np.inf, APART), 30)
    assert _compiled() == before


def _compiled() -> list[list[Any]]:
    called = (
        interchange.interchange,
        lagrangian.begun,
        lagrangian.ascend,
        median_instance._integral,
        median_instance._nearest,
        median_instance._reduced,
        median_instance._farthest,
        near_costs._rank,
        near_costs.by_candidate,
        near_costs.narrowed,
        near_costs.lower,
    )
    return [list(one.signatures) for one in called]


@pytest.mark.skipif(not orlib.there(), reason="the shared data are not here")
@pytest.mark.parametrize("number", orlib.MEDIAN)
def test_instances_of_the_or_library_are_proven(number: int) -> None:
    distances, p = orlib.read(number)
    found = p_median(distances, p)
    assert found.value == found.bound == orlib.MEDIAN[number]
    assert found.proven
