"""The part of a matrix of costs that can matter: what lies below a cap for each row. Pure.

Whatever serves a row no nearer than its cap is as if a server stood at the cap already. So a row
keeps only what is nearer; where many sites stand, or many are to be built, that is little. Costs
here are weighted. For any caps the capped problem is a relaxation of the whole one.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from yihu.planning.siting_problem import Bools, Floats, Ints

type Shorts = NDArray[np.int32]


class NearCosts(NamedTuple):
    """By candidate: those of candidate `j` are `row[start[j]:start[j + 1]]` and `value` there."""

    start: Ints
    row: Shorts
    value: Floats


class Ranked(NamedTuple):
    """By row, ascending: those of row `i` are `column[start[i]:start[i + 1]]` and `value` there.
    `columns`: how many candidates there are."""

    start: Ints
    column: Shorts
    value: Floats
    columns: int


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
def ranked(near: NearCosts, rows: int) -> Ranked:
    start = np.zeros(rows + 1, dtype=np.int64)
    for i in near.row:
        start[i + 1] += 1
    start = np.cumsum(start)
    column = np.empty(len(near.row), dtype=np.int32)
    value = np.empty(len(near.row), dtype=np.float64)
    end = start.copy()
    for j in range(len(near.start) - 1):
        for e in range(near.start[j], near.start[j + 1]):
            i = near.row[e]
            column[end[i]], value[end[i]] = j, near.value[e]
            end[i] += 1
    for i in range(rows):
        one = slice(start[i], start[i + 1])
        order = np.argsort(value[one])
        column[one], value[one] = column[one][order], value[one][order]
    return Ranked(start, column, value, len(near.start) - 1)


@njit(cache=True)
def narrowed(ranks: Ranked, columns: Ints, cap: Floats) -> Ranked:
    """Some candidates only, numbered anew, and what lies below caps that have come down."""
    number = np.full(ranks.columns, -1, dtype=np.int32)
    for k in range(len(columns)):
        number[columns[k]] = k
    rows = len(cap)
    start = np.zeros(rows + 1, dtype=np.int64)
    column = np.empty(len(ranks.column), dtype=np.int32)
    value = np.empty(len(ranks.column), dtype=np.float64)
    end = 0
    for i in range(rows):
        for e in range(ranks.start[i], ranks.start[i + 1]):
            if ranks.value[e] >= cap[i]:
                break
            if number[ranks.column[e]] >= 0:
                column[end], value[end] = number[ranks.column[e]], ranks.value[e]
                end += 1
        start[i + 1] = end
    return Ranked(start, column[:end], value[:end], len(columns))


@njit(cache=True)
def lower(ranks: Ranked, built: Bools, cap: Floats) -> None:
    """The caps once servers stand in some candidates' places."""
    for i in range(len(cap)):
        for e in range(ranks.start[i], ranks.start[i + 1]):
            if ranks.value[e] >= cap[i]:
                break
            if built[ranks.column[e]]:
                cap[i] = ranks.value[e]
