"""From a question and the ground to places, weights and candidates; and what sites achieve."""

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from yihu.places.road_rules import Profile
from yihu.places.tile_layers import Area
from yihu.planning import plan_instance
from yihu.planning.plan_instance import NothingToPlan, instance
from yihu.planning.plan_measures import measured, quantile
from yihu.planning.plan_question import ROADSIDE, Problem, Question, Spot, Weights
from yihu.planning.plan_sketch import sketch


def box(west: float, east: float) -> dict[str, object]:
    ring = [[west, 30.0], [east, 30.0], [east, 30.02], [west, 30.02], [west, 30.0]]
    return {"type": "Polygon", "coordinates": [ring]}


WHOLE = box(120.0, 120.08)
WEST = Area("community", "c01", "西社区", "West", 1000, box(120.0, 120.04))
EAST = Area("community", "c02", "东社区", "East", 4000, box(120.04, 120.08))
TINY = Area("community", "c03", "小社区", "Tiny", 70, box(120.0401, 120.0402))
ROOM = Spot("room-1", "police_room", 120.01, 30.01, "西警务室", "West room")
SCHOOL = Spot("school-2", "school", 120.07, 30.01, "东小学", "East school")
ASKED = Question(
    Problem.COVER, 5, Profile.FOOT, 12, Weights.RESIDENTS, 1, 10, False, (ROOM,), (SCHOOL,)
)


def everywhere(places: Sequence[tuple[float, float]]) -> np.ndarray:
    return np.zeros(len(places))


def along_the_middle(places: Sequence[tuple[float, float]]) -> np.ndarray:
    """A road from west to east."""
    return np.array([abs(y - 30.01) * plan_instance.DEGREE for _x, y in places])


def test_residents_are_spread_over_their_own_community_and_nobody_is_lost() -> None:
    found = instance(ASKED, WHOLE, [WEST, EAST, TINY], everywhere)
    for number, area in enumerate((WEST, EAST, TINY)):
        own = found.demand.community == number
        assert found.demand.weights[own].sum() == pytest.approx(area.population)
        outline = shape(area.geometry).buffer(1e-9)
        there = [p for p, mine in zip(found.demand.places, own, strict=True) if mine]
        assert all(outline.contains(Point(place)) for place in there)
    assert (found.demand.community == 2).sum() == 1, "smaller than the mesh, and there all the same"


def test_nobody_lives_far_from_a_road() -> None:
    found = instance(ASKED, WHOLE, [WEST, EAST], along_the_middle)
    assert (along_the_middle(found.demand.places) <= plan_instance.SETTLED).all()
    assert found.demand.weights.sum() == pytest.approx(5000)


def test_places_beside_a_road_are_candidates_under_names_that_stay() -> None:
    asked = replace(ASKED, roadside=True)
    found = [instance(asked, WHOLE, [WEST, EAST], along_the_middle).spots for _again in range(2)]
    assert found[0] == found[1]
    roadside = [one for one in found[0] if one.kind == ROADSIDE]
    assert roadside
    assert (along_the_middle([one.position for one in roadside]) <= plan_instance.BESIDE).all()
    assert {one.area for one in roadside} == {"西社区", "东社区"}
    assert len({one.code for one in roadside}) == len(roadside)


def test_what_stands_and_what_must_be_is_fixed_and_what_may_not_be_is_forbidden() -> None:
    other = replace(SCHOOL, code="mall-1", kind="mall")
    asked = replace(
        ASKED, candidates=(SCHOOL, other), obligatory=("mall-1",), forbidden=("school-2",)
    )
    found = instance(asked, WHOLE, [WEST], everywhere)
    assert [one.code for one in found.spots] == ["room-1", "school-2", "mall-1"]
    assert found.fixed == (0, 2)
    assert found.forbidden == (1,)


def test_incidents_take_the_place_of_residents() -> None:
    asked = replace(ASKED, weights=Weights.INCIDENTS, incidents={"c02": 40})
    found = instance(asked, WHOLE, [WEST, EAST], everywhere)
    assert [area.code for area in found.communities] == ["c02"]
    assert found.demand.weights.sum() == pytest.approx(40)


def test_without_anybody_or_anywhere_there_is_nothing_to_plan() -> None:
    unknown = replace(WEST, population=None)
    with pytest.raises(NothingToPlan, match="no_weight"):
        instance(ASKED, WHOLE, [unknown], everywhere)
    with pytest.raises(NothingToPlan, match="no_site"):
        instance(replace(ASKED, standing=(), candidates=()), WHOLE, [WEST], everywhere)


def test_a_question_is_the_same_after_it_was_kept() -> None:
    asked = replace(ASKED, incidents={"c02": 40}, too_few=3, chosen=(SCHOOL,), forbidden=("a",))
    assert Question.read(json.loads(json.dumps(asked.told))) == asked


# --- measures -------------------------------------------------------------------------------------

ways = st.lists(st.tuples(st.integers(0, 3600), st.integers(1, 50)), min_size=1, max_size=12)


@given(ways, st.sampled_from([0.5, 0.9, 1.0]))
def test_a_quantile_is_what_it_would_be_with_everybody_in_a_row(
    told: list[tuple[int, int]], share: float
) -> None:
    row = sorted(value for value, n in told for _one in range(n))
    values, weights = (np.array(each, dtype=float) for each in zip(*told, strict=True))
    at = int(np.ceil(share * len(row) - 1e-9)) - 1
    assert quantile(values, weights, share) == row[max(at, 0)]


@given(ways)
def test_everybody_is_within_the_farthest_and_no_mean_is_beyond_it(
    told: list[tuple[int, int]],
) -> None:
    values, weights = (np.array(each, dtype=float) for each in zip(*told, strict=True))
    found = measured(values, weights, float(values.max()))
    assert found.covered == found.total == weights.sum()
    assert found.mean is not None
    assert found.farthest is not None
    assert found.mean <= found.farthest + 1e-6
    assert found.p90 is not None
    assert found.p90 <= found.farthest


def test_where_no_road_leads_no_mean_is_claimed() -> None:
    found = measured(np.array([60.0, np.inf]), np.array([99.0, 1.0]), 300.0)
    assert (found.covered, found.unreached) == (99.0, 1.0)
    assert (found.mean, found.farthest, found.p90) == (None, None, 60.0)


# --- the drawing ----------------------------------------------------------------------------------


def test_a_sketch_keeps_north_up_and_everything_within_its_frame() -> None:
    drawn = sketch(
        WHOLE, [WEST, EAST], {"c01": 0.0, "c02": 0.3}, [(0, *ROOM.position), (1, *SCHOOL.position)]
    )
    assert [one.state for one in drawn.regions] == ["covered", "many"]
    west, east = drawn.marks
    assert 0 < west.x < east.x < drawn.width
    assert west.y == pytest.approx(drawn.height / 2, abs=1)
