"""The plan of where the net reaches: everything is on it, north is up, and it is to scale."""

from itertools import pairwise
from math import cos, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.radio.net_plan import Plan

HERE = (120.0, 30.0)
near = st.tuples(st.floats(119.9, 120.1), st.floats(29.9, 30.1))


@given(st.lists(near, min_size=1, max_size=20))
def test_every_position_is_on_the_plan_and_north_is_up(
    positions: list[tuple[float, float]],
) -> None:
    plan = Plan.around(positions)
    for where in positions:
        x, y = plan.at(where)
        assert 0 <= x <= plan.width
        assert 0 <= y <= plan.height
    by_latitude = sorted(positions, key=lambda one: one[1])
    for south, north in pairwise(plan.at(one)[1] for one in by_latitude):
        assert north <= south


def test_a_kilometre_is_as_long_east_as_north() -> None:
    plan = Plan.around([HERE, (120.1, 30.1)])
    x, y = plan.at(HERE)
    for east, north in ((1 / (111.32 * cos(radians(30.05))), 0), (0, 1 / 111.32)):
        there = plan.at((HERE[0] + east, HERE[1] + north))
        assert hypot(there[0] - x, there[1] - y) == pytest.approx(plan.kilometre, rel=0.01)


def test_no_site_and_one_site_have_a_plan_too() -> None:
    for positions in ([], [HERE], [HERE, HERE]):
        assert 0 < Plan.around(positions).height < 2000
