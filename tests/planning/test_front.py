import numpy as np
import pytest
from hypothesis import assume, given, settings
from tests.support.siting_cases import Case, cases

from yihu.planning.front import front
from yihu.planning.p_median import p_median
from yihu.planning.siting_problem import BadInstance

PLANE = np.random.default_rng(8).uniform(0, 100, (80, 2))
APART = np.hypot(*(PLANE[:, None] - PLANE[None, :20]).T).T


def best(case: Case) -> list[tuple[float, float]]:
    """Sum and farthest of whatever choice no other betters, rows without weight left out."""
    counts = case.weights > 0
    found = {
        (float(served @ case.weights[counts]), float(served.max()))
        for served in (case.served(sites)[counts] for sites in case.choices())
        if np.isfinite(served).all()
    }
    return sorted(
        one
        for one in found
        if not any(
            other[0] <= one[0] * (1 + 1e-9) and other[1] <= one[1] and other != one
            for other in found
        )
    )


@settings(deadline=None)
@given(cases())
def test_it_is_what_trying_every_choice_finds(case: Case) -> None:
    assume(case.weights.any())
    expected = best(case)
    if not expected:
        with pytest.raises(BadInstance):
            front(case.cost, case.p, case.weights, **case.limits)
        return
    found = front(case.cost, case.p, case.weights, **case.limits)
    assert [one.worst for one in found] == [worst for _value, worst in expected]
    assert [one.value for one in found] == pytest.approx([value for value, _worst in expected])
    assert all(one.proven and sorted(one.sites) in list(case.choices()) for one in found)


def test_few_of_it_go_from_one_end_to_the_other() -> None:
    whole, few = front(APART, 4), front(APART, 4, most=3)
    assert len(few) <= 3 < len(whole)
    assert few[0].value == whole[0].value
    assert few[-1].worst == whole[-1].worst
    worst = [one.worst for one in few]
    assert worst == sorted(worst, reverse=True)
    assert {(one.value, one.worst) for one in few} <= {(one.value, one.worst) for one in whole}


def test_no_time_leaves_the_rest_out_and_says_what_is_not_proven() -> None:
    found = front(APART, 4, time_limit=0.0)
    assert len(found) <= 1
    assert all(one.bound <= front(APART, 4)[0].value <= one.value for one in found)


def test_where_no_median_is_found_in_time_there_is_the_centre() -> None:
    """Each row has a site of its own, and two halves have one each that is farther from most."""
    cost = np.where(np.eye(30, 32, dtype=bool), 1.0, np.inf)
    cost[:15, 30] = cost[15:, 31] = 5.0
    cost[0, 30] = cost[15, 31] = 0.5
    assert np.isinf(p_median(cost, 2, time_limit=0.0).value)
    (found,) = front(cost, 2, time_limit=0.0)
    assert (found.sites, found.value, found.worst) == ((30, 31), 28 * 5.0 + 2 * 0.5, 5.0)
    assert found.bound <= found.value
    assert front(cost, 2)[0].value == found.value


def test_without_any_weight_there_is_none() -> None:
    with pytest.raises(BadInstance, match="no row has any weight"):
        front([[1.0]], 1, [0.0])


def test_a_row_that_cannot_be_served_is_named_by_its_own_number() -> None:
    cost = np.array([[9.0, 9.0], [0.0, np.inf], [np.inf, np.inf]])
    with pytest.raises(BadInstance, check=lambda bad: bad.rows == (2,)):
        front(cost, 1, [0, 1, 1])
    with pytest.raises(BadInstance, check=lambda bad: bad.rows in ((1,), (2,))):
        front(np.array([[9.0, 9.0], [0.0, np.inf], [np.inf, 0.0]]), 1, [0, 1, 1])
