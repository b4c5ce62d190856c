"""What our solvers are asked for a plan, and what they say of it."""

from typing import Any

import numpy as np
import pytest

from yihu.places.road_rules import Profile
from yihu.planning.plan_instance import Demand, Instance
from yihu.planning.plan_question import Problem, Question, Spot, Weights
from yihu.planning.plan_search import Search


def search(problem: Problem, cost: list[list[float]], standing: int, must: int = 0) -> Search:
    """Of whose columns the first stand and the next must be built; all were chosen by hand where
    none must be."""
    seconds = np.array(cost, dtype=float)
    rows, columns = seconds.shape
    spots = tuple(Spot(f"s{n}", "school", 120.0, 30.0) for n in range(columns))
    codes = [one.code for one in spots]
    told: dict[str, Any] = (
        {"candidates": spots[standing:], "obligatory": tuple(codes[standing : standing + must])}
        if must
        else {"candidates": (), "chosen": spots[standing:]}
    )
    question = Question(
        problem, 5, Profile.CAR, 12, Weights.RESIDENTS, 0 if must else columns - standing, 10,
        roadside=False, standing=spots[:standing], **told,
    )  # fmt: skip
    demand = Demand(((120.0, 30.0),) * rows, np.ones(rows), np.zeros(rows, dtype=np.int64))
    return Search(question, seconds, Instance((), demand, spots, tuple(range(standing + must)), ()))


@pytest.mark.parametrize("problem", list(Problem))
def test_nothing_is_proven_of_what_was_chosen_by_hand(problem: Problem) -> None:
    found = search(problem, [[400.0, 500.0], [100.0, 200.0]], 1).best(lambda *_told: None)
    assert not found.proven
    assert found.bound >= found.value if problem is Problem.COVER else found.bound <= found.value


def test_the_curve_begins_with_all_that_must_be_built_however_many_those_are() -> None:
    asked = search(Problem.ALL, [[100.0] * 14, [200.0] * 14], 1, must=12)
    assert asked.best(lambda *_told: None).value == 13
    assert [n for n, _covered, _proven in asked.curve()] == [13, 14]
