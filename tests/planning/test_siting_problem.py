from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from yihu.planning import siting
from yihu.planning.siting import BadInstance, Siting

GOOD = [[1.0, 2.0, 3.0], [2.0, 1.0, 4.0]]
PROBLEMS: dict[str, Callable[..., Any]] = {
    "p_median": lambda cost=GOOD, p=2, **more: siting.p_median(cost, p, **more),
    "p_center": lambda cost=GOOD, p=2, **more: siting.p_center(cost, p, **more),
    "max_cover": lambda cost=GOOD, p=2, **more: siting.max_cover(cost, 2.0, p, **more),
    "set_cover": lambda cost=GOOD, p=2, **more: siting.set_cover(cost, 2.0, **more),
    "front": lambda cost=GOOD, p=2, **more: siting.front(cost, p, **more),
    "coverage_curve": lambda cost=GOOD, p=2, **more: siting.coverage_curve(cost, 2.0, p, **more),
}
EACH = pytest.mark.parametrize("ask", PROBLEMS.values(), ids=PROBLEMS)
COUNTED = pytest.mark.parametrize(
    "ask",
    [ask for name, ask in PROBLEMS.items() if name != "set_cover"],
    ids=[name for name in PROBLEMS if name != "set_cover"],
)
WEIGHED = pytest.mark.parametrize(
    "ask",
    [ask for name, ask in PROBLEMS.items() if name not in ("set_cover", "p_center")],
    ids=[name for name in PROBLEMS if name not in ("set_cover", "p_center")],
)


def refused(ask: Callable[..., Any], **how: Any) -> BadInstance:
    with pytest.raises(BadInstance) as found:
        ask(**how)
    return found.value


@EACH
def test_a_good_one_is_answered(ask: Callable[..., Any]) -> None:
    assert ask()


@EACH
@pytest.mark.parametrize(
    ("number", "code"), [(np.nan, "nan"), (-1.0, "negative"), (-np.inf, "negative")]
)
def test_costs_that_are_none_are_named_by_row(
    ask: Callable[..., Any], number: float, code: str
) -> None:
    wrong = refused(ask, cost=[[1.0, 2.0, 3.0], [1.0, 2.0, number], [1.0, 2.0, 3.0]])
    assert (wrong.code, wrong.rows, wrong.axis) == (code, (1,), "demand")
    assert "demand 1" in str(wrong)


@EACH
@pytest.mark.parametrize("cost", [[1.0, 2.0], [], [[]], np.zeros((2, 2, 2)), 5.0])
def test_what_is_no_matrix_is_refused(ask: Callable[..., Any], cost: Any) -> None:
    assert refused(ask, cost=cost).code == "shape"


@EACH
@pytest.mark.parametrize("cost", [[["one", "two"]], [[1.0, 2.0], [1.0]], None, [[None, 1]]])
def test_what_are_no_numbers_is_refused(ask: Callable[..., Any], cost: Any) -> None:
    assert refused(ask, cost=cost).code in ("not_numbers", "shape", "nan")


@COUNTED
@pytest.mark.parametrize("p", [0, -1, 4, 2.0, True, "2", None])
def test_p_has_to_be_a_number_of_sites_there_are(ask: Callable[..., Any], p: Any) -> None:
    wrong = refused(ask, p=p)
    assert wrong.code == "p"


@COUNTED
def test_p_has_to_leave_room_for_what_is_fixed_and_what_is_forbidden(ask: Any) -> None:
    assert refused(ask, p=1, fixed=[0, 1]).code == "p"
    assert refused(ask, p=3, forbidden=[0]).code == "p"


@EACH
@pytest.mark.parametrize("which", ["fixed", "forbidden"])
@pytest.mark.parametrize(
    ("sites", "code", "named"),
    [([3], "unknown", (3,)), ([-1], "unknown", (-1,)), ([1, 0, 1], "duplicate", (1,))],
)
def test_sites_that_cannot_be_meant_are_named(
    ask: Callable[..., Any], which: str, sites: list[int], code: str, named: tuple[int, ...]
) -> None:
    wrong = refused(ask, **{which: sites})
    assert (wrong.code, wrong.rows, wrong.axis) == (code, named, "candidate")


@EACH
@pytest.mark.parametrize("sites", [[0.5], ["0"], [True], [[0]]])
def test_sites_are_numbers_of_columns(ask: Callable[..., Any], sites: Any) -> None:
    assert refused(ask, fixed=sites).code == "not_numbers"


@EACH
def test_a_site_is_not_both_fixed_and_forbidden(ask: Callable[..., Any]) -> None:
    wrong = refused(ask, fixed=[0, 1], forbidden=[1, 2])
    assert (wrong.code, wrong.rows, wrong.axis) == ("both", (1,), "candidate")


@WEIGHED
@pytest.mark.parametrize(
    ("weights", "code"),
    [
        ([1.0, np.nan], "nan"),
        ([1.0, np.inf], "nan"),
        ([1.0, -2.0], "negative"),
        ([1.0], "shape"),
        ([[1.0, 1.0]], "shape"),
    ],
)
def test_weights_are_one_for_each_row(ask: Callable[..., Any], weights: Any, code: str) -> None:
    assert refused(ask, weights=weights).code == code


@pytest.mark.parametrize("name", ["p_median", "p_center", "set_cover", "front"])
def test_rows_out_of_reach_are_named(name: str) -> None:
    cost = np.array(GOOD * 4)
    cost[1:, :] = np.inf
    wrong = refused(PROBLEMS[name], cost=cost)
    assert (wrong.code, wrong.rows) == ("unreachable", (1, 2, 3, 4, 5, 6, 7))
    assert str(wrong).endswith("demand 1, 2, 3, 4, 5 and 2 more")


def test_the_gap_is_a_share_of_the_value() -> None:
    assert Siting((0,), 100.0, 99.0, "", 0.0).gap == pytest.approx(0.01)
    assert Siting((0,), 100.0, 101.0, "", 0.0).gap == pytest.approx(0.01)
    assert Siting((0,), 0.0, 0.0, "", 0.0).proven
    assert not Siting((0,), 0.0, 1.0, "", 0.0).proven
    assert not Siting((0,), np.inf, 1.0, "", 0.0).proven
    assert not Siting((0,), 100.0, 99.9, "", 0.0).proven
