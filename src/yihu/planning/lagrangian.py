"""A bound for the p-median: each row's claim to be served once is given up for a price (Cornuéjols,
Fisher & Nemhauser 1977), and prices are improved by subgradients (Held, Wolfe & Crowder 1974) that
lean on the last direction (Camerini, Fratta & Maffioli 1975). Pure.

At prices u the relaxed problem opens the q candidates with the least reduced cost
ρ(j) = Σᵢ min(0, cᵢⱼ − uᵢ); L(u) = Σ uᵢ + Σ ρ of those is a bound, whatever the prices. No price
need be above its row's cap, where a server stands already, nor below its nearest candidate.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from yihu.planning.near_costs import NearCosts, Shorts, lower
from yihu.planning.siting_problem import Bools, Floats, Ints

LEAN = 0.7
"""Of the last direction, in the next one."""
PATIENCE = 12
"""Steps without a better bound before they are halved."""
SMOOTHING = 0.05
"""Of the latest relaxed solution, in the average of them."""
OVERSHOOT = 0.05
"""Steps aim this much beyond the value to be proven, so that they get there."""


class Ascent(NamedTuple):
    """Prices on their way up, for the candidates of a NearCosts."""

    price: Floats
    best_price: Floats
    direction: Floats
    weight: Floats
    """Prices of rows with more weight take greater steps: without it all rows wait for the few."""
    cap: Floats
    nearest: Floats
    free: Ints
    """Candidates not yet decided: the first `undecided`."""
    share: Floats
    """How often each was open of late: about what it would be in the linear relaxation."""
    best_open: Bools
    built: Ints
    """Candidates that every better solution has: the first `settled`."""


class Pace(NamedTuple):
    bound: float
    step: float
    stale: int
    undecided: int
    settled: int


@njit(cache=True)
def begun(
    near: NearCosts, weight: Floats, cap: Floats, price: Floats, share: Floats, to_build: int
) -> Ascent:
    columns, rows = len(near.start) - 1, len(cap)
    nearest = cap.copy()
    for j in range(columns):
        lower(near, j, nearest)
    price = np.minimum(np.maximum(price, nearest), cap)
    return Ascent(
        price,
        price.copy(),
        np.zeros(rows),
        weight,
        cap,
        nearest,
        np.arange(columns),
        share,
        np.zeros(columns, dtype=np.bool_),
        np.empty(to_build, dtype=np.int64),
    )


@njit(cache=True)
def ascend(
    near: NearCosts, to: Ascent, pace: Pace, to_build: int, value: float, enough: float, steps: int
) -> Pace:
    """Some steps towards `value`, the best known. Whatever cannot be in a solution with less than
    `enough` is dropped on the way, whatever every such solution has is built."""
    bound, step, stale, undecided, settled = pace
    reduced = np.empty(len(to.free))
    served = np.empty(len(to.cap), dtype=np.int32)
    opened = np.zeros(len(to.free), dtype=np.bool_)
    for _ in range(steps):
        q = to_build - settled
        if q == 0 or undecided <= q:
            break
        if q == 1:
            to.price[:] = to.cap  # then the bound is exact
        _reduced_costs(near, to, undecided, reduced)
        last, next_one = _cheapest(reduced[:undecided], q, opened)
        at = to.price.sum()
        for k in range(undecided):
            if opened[k]:
                at += reduced[k]
            to.share[k] += SMOOTHING * (opened[k] - to.share[k])
        stale += 1
        if at > bound:
            if at - bound > 1e-4 * (value - bound):
                stale = 0
            bound = at
            to.best_price[:] = to.price
            to.best_open[:] = False
            for k in range(undecided):
                to.best_open[to.free[k]] = opened[k]
        if bound >= enough:
            break
        before = settled
        undecided, settled = _decide(
            near, to, undecided, settled, enough - at, last, next_one, reduced, opened
        )
        if q == 1:
            break
        if settled > before:
            to.best_price[:] = np.minimum(to.best_price, to.cap)
            to.price[:] = np.minimum(to.price, to.cap)
            continue
        if stale >= PATIENCE:
            step, stale = step / 2, 0
            to.price[:] = to.best_price
            to.direction[:] = 0.0
            continue
        if not _walk(
            near, to, undecided, opened, served, step * (value - at + OVERSHOOT * (value - bound))
        ):
            step = 0.0
            break
    return Pace(bound, step, stale, undecided, settled)


@njit(cache=True, fastmath={"reassoc", "nsz", "contract"})
def _reduced_costs(near: NearCosts, to: Ascent, undecided: int, reduced: Floats) -> None:
    for k in range(undecided):
        total = 0.0
        for e in range(near.start[to.free[k]], near.start[to.free[k] + 1]):
            total += min(near.value[e] - to.price[near.row[e]], 0.0)
        reduced[k] = total


@njit(cache=True)
def _cheapest(reduced: Floats, q: int, opened: Bools) -> tuple[float, float]:
    """Marks the q least as opened; returns the greatest of them and the least of the others."""
    parted = np.partition(reduced, q - 1)
    last, next_one = parted[q - 1], parted[q:].min()
    left = q
    for k in range(len(reduced)):
        opened[k] = reduced[k] < last
        left -= opened[k]
    for k in range(len(reduced)):
        if left and reduced[k] == last:
            opened[k] = True
            left -= 1
    return last, next_one


@njit(cache=True)
def _decide(
    near: NearCosts,
    to: Ascent,
    undecided: int,
    settled: int,
    slack: float,
    last: float,
    next_one: float,
    reduced: Floats,
    opened: Bools,
) -> tuple[int, int]:
    """Candidates whose other choice would take the bound to where nothing better can be."""
    kept = 0
    for k in range(undecided):
        j = to.free[k]
        if opened[k] and next_one - reduced[k] >= slack:
            to.built[settled] = j
            settled += 1
            lower(near, j, to.cap)
        elif opened[k] or reduced[k] - last < slack:
            to.free[kept], to.share[kept], opened[kept] = j, to.share[k], opened[k]
            kept += 1
    return kept, settled


@njit(cache=True)
def _walk(
    near: NearCosts, to: Ascent, undecided: int, opened: Bools, served: Shorts, ahead: float
) -> bool:
    """One step: dearer for rows that nobody serves, cheaper where several do. False at the top."""
    served[:] = 0
    for k in range(undecided):
        if opened[k]:
            for e in range(near.start[to.free[k]], near.start[to.free[k] + 1]):
                served[near.row[e]] += near.value[e] < to.price[near.row[e]]
    norm = 0.0
    for i in range(len(served)):
        d = 1.0 - served[i] + LEAN * to.direction[i]
        if (d > 0 and to.price[i] >= to.cap[i]) or (d < 0 and to.price[i] <= to.nearest[i]):
            d = 0.0
        to.direction[i] = d
        norm += to.weight[i] * d * d
    if norm == 0:
        return False
    for i in range(len(served)):
        moved = to.price[i] + ahead / norm * to.weight[i] * to.direction[i]
        to.price[i] = min(max(moved, to.nearest[i]), to.cap[i])
    return True
