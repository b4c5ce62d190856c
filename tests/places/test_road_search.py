"""The compiled searches, on graphs that no roads would make: costs of nothing, without end, and of
all sizes at once; and a matrix beside its rows."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from tests.support.streets import Streets, at

from yihu.places import road_search
from yihu.places.road_net import BLOCK, EVERYWHERE
from yihu.places.road_search import Arcs, Lines
from yihu.places.roads import Closure, Profile, Roads

COSTS = st.one_of(
    st.integers(0, 30 * 64).map(lambda n: n / 64),
    st.integers(0, 9).map(lambda n: n / 2**30),
    st.integers(1000, 100_000).map(float),
    st.just(0.0),
    st.just(np.inf),
)
"""Their sums are exact: no way is better than another by rounding alone."""


@st.composite
def graphs(draw: st.DrawFn) -> Arcs:
    states = draw(st.integers(1, 30))
    heads = [draw(st.lists(st.integers(0, states - 1), max_size=5)) for _ in range(states)]
    count = [len(some) for some in heads]
    cost = np.array(draw(st.lists(COSTS, min_size=sum(count), max_size=sum(count))))
    return road_search.arcs(
        ahead=True,
        at=np.cumsum([0, *count]).astype(np.int32),
        to=np.array(list(chain(*heads)), dtype=np.int32),
        cost=cost,
        seconds=np.arange(len(cost)) + 1.0,
        metres=np.arange(states) * 7.0 + 1,
    )


def lines(states: Sequence[int]) -> Lines:
    """Each at the very start of its edge, a position of its own."""
    at_them, none = np.array(states, dtype=np.int64), np.zeros(len(states))
    number = np.arange(len(states))
    return Lines(number, number, at_them, at_them, none, none, none, none)


def tails(graph: Arcs) -> np.ndarray:
    return np.repeat(np.arange(len(graph.metres)), np.diff(graph.at))


def relaxed(graph: Arcs, starts: Sequence[int]) -> np.ndarray:
    """The least cost of each state, by going over all arcs until nothing gets better: what leaves
    a start costs its arc, and to be there at first is not to have come there."""
    cost = np.full(len(graph.metres), np.inf)
    for start in starts:
        out = slice(graph.at[start], graph.at[start + 1])
        np.minimum.at(cost, graph.to[out], graph.cost[out])
    while True:
        better = cost.copy()
        np.minimum.at(better, graph.to, cost[tails(graph)] + graph.cost)
        if (better == cost).all():
            return cost
        cost = better


@given(graphs(), st.data())
@settings(deadline=None, max_examples=100)
def test_every_state_is_reached_at_the_least_cost(graph: Arcs, data: DataObject) -> None:
    states = st.integers(0, len(graph.metres) - 1)
    starts = data.draw(st.lists(states, max_size=4))
    found = road_search.tree(graph, lines(starts), 0, len(starts), EVERYWHERE)
    assert (found.cost == relaxed(graph, starts)).all()
    for state in np.flatnonzero(np.isfinite(found.cost)):
        before = found.before[state]
        came = starts[-1 - before] if before < 0 else before
        so_far = (0, 0, 0) if before < 0 else tuple(values[before] for values in found[:3])
        assert _an_arc_leads(
            graph,
            came,
            state,
            *(values[state] - was for values, was in zip(found[:3], so_far, strict=True)),
        )


@given(graphs(), st.data())
@settings(deadline=None, max_examples=100)
def test_a_search_for_some_states_finds_them_as_a_whole_one_does(
    graph: Arcs, data: DataObject
) -> None:
    states = st.integers(0, len(graph.metres) - 1)
    starts, wanted = data.draw(st.lists(states, max_size=4)), data.draw(st.lists(states))
    found = road_search.tree(graph, lines(starts), 0, len(starts), np.array(wanted, dtype=np.int64))
    assert (found.cost[wanted] == relaxed(graph, starts)[wanted]).all()


def test_a_search_goes_no_further_than_to_what_is_wanted() -> None:
    arms = road_search.arcs(
        ahead=True,
        at=np.arange(101, dtype=np.int32),
        to=np.minimum(np.arange(1, 101), 99).astype(np.int32),
        cost=np.ones(100),
        seconds=np.ones(100),
        metres=np.ones(100),
    )
    found = road_search.tree(arms, lines([0]), 0, 1, np.array([3]))
    assert found.cost[3] == 3
    assert np.isinf(found.cost[10:]).all()


def _an_arc_leads(
    graph: Arcs, came: int, state: int, cost: float, seconds: float, metres: float
) -> bool:
    return metres == graph.metres[came] and any(
        graph.to[arc] == state and cost == graph.cost[arc] and seconds == graph.seconds[arc]
        for arc in range(graph.at[came], graph.at[came + 1])
    )


# --- many rows ------------------------------------------------------------------------------------


def grid() -> Streets:
    """Nine streets by nine, some one-way, one private, one avenue, two turns forbidden."""
    letters = [chr(0x4E00 + n) for n in range(81)]
    town = Streets(
        **{
            name: (n % 9 * 170.0 + n // 9 * 3.7, n // 9 * 130.0 - n % 9 * 2.9)
            for n, name in enumerate(letters)
        }
    )
    for k in range(9):
        row, column = letters[9 * k : 9 * k + 9], letters[k::9]
        tags = [{}, {"oneway": "yes"}, {"highway": "tertiary"}, {"oneway": "-1"}][k % 4]
        first = town.way("".join(row), **tags)
        second = town.way("".join(column), **({"access": "private"} if k == 5 else tags))
        if k in (2, 6):
            town.ban("no_left_turn", first, letters[10 * k], second)
    return town


def spread(count: int, seed: int) -> list[tuple[float, float]]:
    random = np.random.default_rng(seed)
    return [at(*spot) for spot in random.uniform(0, [1400, 1100], (count, 2)).tolist()]


@pytest.fixture(scope="module", params=["as they are", "some closed"])
def roads(request: pytest.FixtureRequest) -> Roads:
    whole = grid().roads(*Profile)
    closed = [Closure(*at(510, 390), radius=90), Closure(0, 0, way=5)]
    return whole if request.param == "as they are" else whole.without(closed)


@pytest.mark.parametrize("profile", list(Profile))
def test_a_matrix_of_many_blocks_is_what_each_search_finds(roads: Roads, profile: Profile) -> None:
    sources, targets = spread(2 * BLOCK + 3, 1), spread(3 * BLOCK + 1, 2)
    targets[:5] = sources[:5]
    away = [roads.from_one(one, targets, profile).seconds for one in sources]
    back = [roads.to_one(one, sources, profile).seconds for one in targets]
    assert roads.matrix(sources, targets, profile) == pytest.approx(np.array(away), rel=1e-9)
    assert roads.matrix(targets, sources, profile) == pytest.approx(
        np.array([roads.to_one(one, targets, profile).seconds for one in sources]).T, rel=1e-9
    )
    assert np.allclose(np.array(back).T, away, rtol=1e-9)
    assert np.isfinite(away).mean() > 0.9


def test_everything_is_compiled_for_one_type_of_arrays(roads: Roads) -> None:
    road_search.warm()
    some = spread(3, 5)
    roads.matrix(some, some, Profile.CAR)
    roads.route(some[0], some[1], Profile.CAR)
    for compiled in (road_search.tree, road_search.legs, road_search.table):
        assert len(compiled.signatures) == 1
