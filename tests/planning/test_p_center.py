from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from tests.support import orlib
from tests.support.siting_cases import Case, cases

from yihu.planning.p_center import p_center
from yihu.planning.siting_problem import BadInstance

PLANE = np.random.default_rng(7).uniform(0, 100, (300, 2))
APART = np.hypot(*(PLANE[:, None] - PLANE[None, :80]).T).T


def farthest(case: Case, sites: list[int]) -> float:
    return float(case.served(sites).max())


@settings(deadline=None)
@given(cases())
def test_the_least_is_what_trying_every_choice_finds(case: Case) -> None:
    best = min(farthest(case, sites) for sites in case.choices())
    if np.isinf(best):
        with pytest.raises(BadInstance) as refused:
            p_center(case.cost, case.p, **case.limits)
        assert refused.value.code in ("unreachable", "too_few")
        assert refused.value.rows
        return
    found = p_center(case.cost, case.p, **case.limits)
    assert list(found.sites) in list(case.choices())
    assert found.value == found.bound == best == farthest(case, list(found.sites))


@pytest.mark.parametrize("seed", range(30))
def test_most_rows_need_not_be_looked_at(seed: int) -> None:
    """Many rows, few candidates: every choice can be tried, and a bound that is too sharp shows."""
    random = np.random.default_rng(seed)
    cost = random.uniform(0, 100, (80, 2))[:, None] - random.uniform(0, 100, (14, 2))[None]
    cost = np.hypot(*cost.transpose(2, 0, 1))
    p, fixed = 3 + seed % 4, range(seed % 3)
    found = p_center(cost, p, fixed=fixed)
    choices = [one for one in combinations(range(14), p) if {*fixed} <= {*one}]
    best = cost[:, np.array(choices)].min(axis=2).max(axis=0).min()
    assert found.value == found.bound == best


def test_rows_that_no_usable_site_serves_are_named() -> None:
    cost = np.full((3, 2), np.inf)
    cost[:, 0] = cost[1, 1] = 1
    with pytest.raises(BadInstance, match="demand 0, 2") as refused:
        p_center(cost, 1, forbidden=[0])
    assert (refused.value.code, refused.value.rows) == ("unreachable", (0, 2))


def test_too_few_sites_to_serve_every_row_are_refused() -> None:
    cost = np.where(np.eye(4, dtype=bool), 0.0, np.inf)
    with pytest.raises(BadInstance) as refused:
        p_center(cost, 3)
    assert refused.value.code == "too_few"
    assert len(refused.value.rows) == 1


def test_no_time_gives_an_answer_and_a_bound() -> None:
    best = p_center(APART, 9)
    found = p_center(APART, 9, time_limit=0.0)
    assert best.proven
    assert len(found.sites) == 9
    assert found.bound <= best.value <= found.value == APART[:, found.sites].min(axis=1).max()


def test_progress_closes_in_on_the_answer() -> None:
    told: list[tuple[float, float, float]] = []
    found = p_center(APART, 9, progress=lambda *now: told.append(now))
    values, bounds, seconds = zip(*told, strict=True)
    assert (values[-1], bounds[-1]) == (found.value, found.value)
    assert list(values) == sorted(values, reverse=True)
    assert list(bounds) == sorted(bounds)
    assert list(seconds) == sorted(seconds)


@pytest.mark.skipif(not orlib.there(), reason="the shared data are not here")
@pytest.mark.parametrize("number", orlib.CENTRE)
def test_instances_of_the_or_library_are_proven(number: int) -> None:
    distances, p = orlib.read(number)
    found = p_center(distances, p)
    assert found.value == found.bound == orlib.CENTRE[number]
    assert distances[:, found.sites].min(axis=1).max() == found.value
