"""Small instances of siting, drawn with ties, inf, weights, sites that stand and sites that are out
of the question; and every choice tried, to compare with."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from yihu.planning.siting_problem import Floats


@dataclass(frozen=True)
class Case:
    cost: Floats
    weights: Floats
    p: int
    fixed: tuple[int, ...]
    forbidden: tuple[int, ...]

    @property
    def limits(self) -> dict[str, tuple[int, ...]]:
        return {"fixed": self.fixed, "forbidden": self.forbidden}

    def choices(self, p: int | None = None) -> Iterator[list[int]]:
        """Every admissible choice of `p` sites."""
        usable = set(range(self.cost.shape[1])) - {*self.fixed, *self.forbidden}
        for built in combinations(sorted(usable), (p or self.p) - len(self.fixed)):
            yield sorted([*self.fixed, *built])

    def served(self, sites: list[int]) -> Floats:
        """What each row costs, from the nearest."""
        served: Floats = self.cost[:, sites].min(axis=1)
        return served


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to 9 rows and 7 candidates; costs are few numbers, or any."""
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    numbers = st.integers(0, 6) | st.just(np.inf) if draw(st.booleans()) else st.floats(0, 100)
    cost = draw(_lists(numbers, rows * columns))
    weights = draw(_lists(st.integers(0, 5) | st.floats(0, 5), rows))
    order = draw(st.permutations(range(columns)))
    fixed = draw(st.integers(0, columns - 1))
    usable = draw(st.integers(max(fixed, 1), columns))
    p = draw(st.integers(max(fixed, 1), usable))
    return Case(
        np.array(cost, dtype=float).reshape(rows, columns),
        np.array(weights, dtype=float),
        p,
        tuple(order[:fixed]),
        tuple(order[usable:]),
    )


def _lists(numbers: st.SearchStrategy[float], many: int) -> st.SearchStrategy[list[float]]:
    return st.lists(numbers, min_size=many, max_size=many)
