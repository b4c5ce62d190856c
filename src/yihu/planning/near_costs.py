"""The part of a matrix of costs that can matter: what lies below a cap for each row. Pure.

Whatever serves a row no nearer than its cap is as if a server stood at the cap already. So a row
keeps only what is nearer; where many sites stand, or many are to be built, that is little. Costs
here are weighted. For any caps the capped problem is a relaxation of the whole one.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from yihu.planning.siting_problem import Floats, Ints

type Shorts = NDArray[np.int32]


class NearCosts(NamedTuple):
    """By candidate: those of candidate `j` are `row[start[j]:start[j + 1]]` and `value` there."""

    start: Ints
    row: Shorts
    value: Floats

    @property
    def columns(self) -> int:
        return len(self.start) - 1


@njit(cache=True)
def near_costs(cost: Floats, rows: Ints, weight: Floats, columns: Ints, cap: Floats) -> NearCosts:
    """Rows and candidates are numbered anew, as they stand in `rows` and `columns`; `weight` and
    `cap` go with `rows`."""
    start = np.zeros(len(columns) + 1, dtype=np.int64)
    for k in range(len(rows)):
        for c in range(len(columns)):
            if cost[rows[k], columns[c]] * weight[k] < cap[k]:
                start[c + 1] += 1
    start = np.cumsum(start)
    row = np.empty(start[-1], dtype=np.int32)
    value = np.empty(start[-1], dtype=np.float64)
    end = start.copy()
    for k in range(len(rows)):
        for c in range(len(columns)):
            weighted = cost[rows[k], columns[c]] * weight[k]
            if weighted < cap[k]:
                row[end[c]], value[end[c]] = k, weighted
                end[c] += 1
    return NearCosts(start, row, value)


@njit(cache=True)
def narrowed(near: NearCosts, columns: Ints, cap: Floats) -> NearCosts:
    """Some candidates only, numbered anew, and what lies below caps that have come down."""
    start = np.zeros(len(columns) + 1, dtype=np.int64)
    for c in range(len(columns)):
        kept = 0
        for e in range(near.start[columns[c]], near.start[columns[c] + 1]):
            kept += near.value[e] < cap[near.row[e]]
        start[c + 1] = start[c] + kept
    row = np.empty(start[-1], dtype=np.int32)
    value = np.empty(start[-1], dtype=np.float64)
    end = 0
    for c in range(len(columns)):
        for e in range(near.start[columns[c]], near.start[columns[c] + 1]):
            if near.value[e] < cap[near.row[e]]:
                row[end], value[end] = near.row[e], near.value[e]
                end += 1
    return NearCosts(start, row, value)


@njit(cache=True)
def lower(near: NearCosts, column: int, cap: Floats) -> None:
    """The caps once a server stands in a candidate's place."""
    for e in range(near.start[column], near.start[column + 1]):
        cap[near.row[e]] = min(cap[near.row[e]], near.value[e])
