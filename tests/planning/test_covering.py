from itertools import combinations

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.siting_cases import Case, cases

from yihu.planning import cover_reduction, covering
from yihu.planning.cover_model import fewest, relaxed
from yihu.planning.cover_reduction import Cover
from yihu.planning.covering import coverage_curve, max_cover, set_cover
from yihu.planning.siting_problem import BadInstance, Deadline
from yihu.planning.warm import warm

RADII = st.integers(0, 6) | st.floats(0, 100)
PLANE = np.random.default_rng(5).uniform(0, 100, (400, 2))
APART = np.hypot(*(PLANE[:, None] - PLANE[None, :60]).T).T


def covered(case: Case, sites: list[int], radius: float) -> float:
    return float(case.weights[case.served(sites) <= radius].sum())


@settings(deadline=None)
@given(cases(), RADII)
def test_the_most_is_what_trying_every_choice_finds(case: Case, radius: float) -> None:
    found = max_cover(case.cost, radius, case.p, case.weights, **case.limits)
    best = max(covered(case, sites, radius) for sites in case.choices())
    assert list(found.sites) in list(case.choices())
    assert found.value == pytest.approx(best, rel=1e-9)
    assert found.value == covered(case, list(found.sites), radius)
    assert found.bound >= found.value
    assert found.proven


@settings(deadline=None)
@given(cases(), RADII)
def test_who_stays_uncovered_is_named(case: Case, radius: float) -> None:
    found = max_cover(case.cost, radius, case.p, case.weights, **case.limits)
    left = np.flatnonzero(case.served(list(found.sites)) > radius)
    assert found.uncovered == tuple(left)


@settings(deadline=None)
@given(cases(), RADII)
def test_the_curve_is_the_most_for_each_number_of_sites(case: Case, radius: float) -> None:
    curve = coverage_curve(case.cost, radius, case.p, case.weights, **case.limits)
    assert [len(one.sites) for one in curve] == list(range(max(len(case.fixed), 1), case.p + 1))
    for one in curve:
        best = max(covered(case, sites, radius) for sites in case.choices(len(one.sites)))
        assert one.value == pytest.approx(best, rel=1e-9)
        assert one.proven


@settings(deadline=None)
@given(cases(), RADII)
def test_the_fewest_are_what_trying_every_choice_finds(case: Case, radius: float) -> None:
    usable = [j for j in range(case.cost.shape[1]) if j not in case.forbidden]
    alone = np.flatnonzero(case.served(usable) > radius)
    if len(alone):
        with pytest.raises(BadInstance) as refused:
            set_cover(case.cost, radius, **case.limits)
        assert refused.value.rows == tuple(alone)
        return
    found = set_cover(case.cost, radius, **case.limits)
    fewest = next(
        p
        for p in range(max(len(case.fixed), 1), len(usable) + 1)
        if any((case.served(sites) <= radius).all() for sites in case.choices(p))
    )
    assert (found.value, found.bound) == (fewest, fewest)
    assert len(found.sites) == fewest
    assert {*case.fixed} <= {*found.sites} <= {*usable}
    assert (case.served(list(found.sites)) <= radius).all()


def test_a_row_that_costs_just_the_radius_is_covered() -> None:
    assert max_cover([[5.0], [5.1]], 5.0, 1).uncovered == (1,)
    assert set_cover([[5.0]], 5.0).sites == (0,)


def test_the_solver_proves_what_prices_alone_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here and where prices find it, the most is the same; the solver's answer is counted anew."""
    weights = np.random.default_rng(6).integers(1, 50, len(APART)).astype(float)
    quick = max_cover(APART, 18.0, 7, weights)
    monkeypatch.setattr(covering, "SOON", 0.0)
    slow = max_cover(APART, 18.0, 7, weights)
    assert "HiGHS" in slow.method
    assert "HiGHS" not in quick.method
    assert slow.proven
    assert slow.value == quick.value == weights[APART[:, slow.sites].min(axis=1) <= 18].sum()


def test_no_time_gives_an_answer_and_says_how_far_it_may_be_from_the_best() -> None:
    best = max_cover(APART, 12.0, 12)
    found = max_cover(APART, 12.0, 12, time_limit=0.0)
    assert len(found.sites) == 12
    assert found.value <= best.value <= found.bound
    some = set_cover(APART, 30.0, time_limit=0.0)
    assert (APART[:, some.sites].min(axis=1) <= 30).all()
    assert 1 <= some.bound <= set_cover(APART, 30.0).value <= some.value


@settings(deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=12))
def test_the_relaxation_is_never_above_the_fewest(given: list[list[bool]]) -> None:
    covers = np.array(given) | np.eye(6, dtype=bool)[np.arange(len(given)) % 6]
    cover = Cover(covers, np.arange(6), np.ones(len(covers)))
    fewest = min(
        p
        for p in range(1, 7)
        for some in combinations(range(6), p)
        if covers[:, list(some)].any(axis=1).all()
    )
    assert relaxed(cover, 6.0, Deadline()) <= fewest + 1e-9


def test_the_relaxation_says_more_than_that_somebody_is_needed() -> None:
    """Three pairs of three: one and a half are needed, at least."""
    covers = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]], dtype=bool)
    assert relaxed(Cover(covers, np.arange(3), np.ones(3)), 3.0, Deadline()) == pytest.approx(1.5)
    some = set_cover(APART, 30.0, time_limit=1.0)
    assert 2 <= some.bound <= some.value


def test_another_use_of_the_solver_in_this_process_does_not_disturb() -> None:
    other = highspy.Highs()
    other.silent()
    other.resetGlobalScheduler(True)
    other.setOptionValue("threads", 2)
    other.addVariable(0, 1, 1)
    other.run()
    assert set_cover(APART, 30.0).proven


def test_progress_tells_of_what_is_covered() -> None:
    told: list[tuple[float, float, float]] = []
    found = max_cover(APART, 9.0, 15, progress=lambda *now: told.append(now))
    assert all(value <= found.value <= bound for value, bound, _seconds in told)


@pytest.mark.parametrize("radius", [-1.0, np.nan, np.inf])
def test_a_radius_that_is_no_distance_is_refused(radius: float) -> None:
    for ask in (lambda: max_cover([[1.0]], radius, 1), lambda: set_cover([[1.0]], radius)):
        with pytest.raises(BadInstance) as refused:
            ask()
        assert refused.value.code == "radius"


def test_what_is_warm_is_not_compiled_again() -> None:
    warm()
    before = list(cover_reduction._maximal.signatures)
    max_cover(APART, 9.0, 15)
    set_cover(np.asfortranarray(APART), 30.0, fixed=[3], forbidden=[4])
    assert list(cover_reduction._maximal.signatures) == before
    assert before


def test_the_solver_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert set_cover(APART, 30.0).proven
    assert fewest(Cover(np.eye(3, dtype=bool), np.arange(3), np.ones(3)), np.arange(3), Deadline())
    assert capfd.readouterr() == ("", "")
