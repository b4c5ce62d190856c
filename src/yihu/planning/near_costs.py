"""The part of a matrix of costs that can matter: what lies below a cap for each row. Pure.

Whatever serves a row no nearer than its cap is as if a server stood at the cap already. So a row
keeps only what is nearer; where many sites stand, or many are to be built, that is little. Costs
here are weighted. For any caps the capped problem is a relaxation of the whole one.
"""

from collections.abc import Callable
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


AT_ONCE = 4_000_000
"""Costs looked at in one go, between which one can be interrupted."""


def ranked(
    cost: Floats,
    rows: Ints,
    weight: Floats,
    columns: Ints,
    cap: Floats,
    between: Callable[[], None],
) -> Ranked:
    """Rows and candidates are numbered anew, as they stand in `rows` and `columns`; `weight` and
    `cap` go with `rows`. `between` is called now and then, and may raise."""
    between()
    start = _counted(cost, rows, weight, columns, cap)
    column = np.empty(start[-1], dtype=np.int32)
    value = np.empty(start[-1], dtype=np.float64)
    ranks = Ranked(start, column, value, len(columns))
    step = AT_ONCE // len(columns) + 1
    for first in range(0, len(rows), step):
        between()
        _rank(cost, rows, weight, columns, cap, ranks, first, min(first + step, len(rows)))
    return ranks


@njit(cache=True)
def _counted(cost: Floats, rows: Ints, weight: Floats, columns: Ints, cap: Floats) -> Ints:
    start = np.zeros(len(rows) + 1, dtype=np.int64)
    for k in range(len(rows)):
        near = 0
        for c in columns:
            near += cost[rows[k], c] * weight[k] < cap[k]
        start[k + 1] = start[k] + near
    return start


@njit(cache=True)
def _rank(
    cost: Floats,
    rows: Ints,
    weight: Floats,
    columns: Ints,
    cap: Floats,
    ranks: Ranked,
    first: int,
    end: int,
) -> None:
    for k in range(first, end):
        e = ranks.start[k]
        for c in range(len(columns)):
            weighted = cost[rows[k], columns[c]] * weight[k]
            if weighted < cap[k]:
                ranks.column[e], ranks.value[e] = c, weighted
                e += 1
        one = slice(ranks.start[k], e)
        order = np.argsort(ranks.value[one])
        ranks.column[one], ranks.value[one] = ranks.column[one][order], ranks.value[one][order]


@njit(cache=True)
def by_candidate(ranks: Ranked) -> NearCosts:
    start = np.zeros(ranks.columns + 1, dtype=np.int64)
    for j in ranks.column:
        start[j + 1] += 1
    start = np.cumsum(start)
    row = np.empty(len(ranks.column), dtype=np.int32)
    value = np.empty(len(ranks.column), dtype=np.float64)
    end = start.copy()
    for i in range(len(ranks.start) - 1):
        for e in range(ranks.start[i], ranks.start[i + 1]):
            j = ranks.column[e]
            row[end[j]], value[end[j]] = i, ranks.value[e]
            end[j] += 1
    return NearCosts(start, row, value)


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
