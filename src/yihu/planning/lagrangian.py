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

from yihu.planning.near_costs import NearCosts, Ranked, Shorts, lower
from yihu.planning.siting_problem import Bools, Floats, Ints

LEAN = 0.9
"""Of the last direction, in the next one."""
PATIENCE = 25
"""Steps without a better bound before they are halved."""
SMOOTHING = 0.05
"""Of the latest relaxed solution, in the average of them."""
RISE = 1e-4
"""Of what is missing: a better bound by less than this does not count as one."""
OVERSHOOT = 0.05
"""Steps aim this much beyond the value to be proven, so that they get there."""


class Ascent(NamedTuple):
    """Prices on their way up, for the rows and candidates of a Ranked."""

    price: Floats
    best_price: Floats
    direction: Floats
    weight: Floats
    """Prices of rows with more weight take greater steps: without it all rows wait for the few."""
    cap: Floats
    nearest: Floats
    undecided: Bools
    built: Bools
    """Candidates that every better solution has."""
    share: Floats
    """How often each was open of late: about what it would be in the linear relaxation."""
    best_open: Bools


class Pace(NamedTuple):
    """The best bound yet, the length of steps, and how many have not made it better."""

    bound: float
    step: float
    stale: int


@njit(cache=True)
def begun(ranks: Ranked, weight: Floats, cap: Floats, price: Floats, share: Floats) -> Ascent:
    nearest = cap.copy()
    for i in range(len(cap)):
        if ranks.start[i] < ranks.start[i + 1]:
            nearest[i] = min(cap[i], ranks.value[ranks.start[i]])
    price = np.minimum(np.maximum(price, nearest), cap)
    none = np.zeros(ranks.columns, dtype=np.bool_)
    zero = np.zeros(len(cap))
    return Ascent(price, price.copy(), zero, weight, cap, nearest, ~none, none, share, none.copy())


@njit(cache=True)
def ascend(
    ranks: Ranked,
    near: NearCosts,
    numbers: Ints,
    to: Ascent,
    pace: Pace,
    to_build: int,
    value: float,
    enough: float,
    steps: int,
) -> Pace:
    """Some steps towards `value`, the best known. Whatever cannot be in a solution with less than
    `enough` is decided on the way, and whatever every such solution has is built. `near`: the same
    costs by candidate, which is called `numbers[j]` there."""
    bound, step, stale = pace
    reduced = np.empty(ranks.columns)
    opened = np.zeros(ranks.columns, dtype=np.bool_)
    served = np.empty(len(to.price), dtype=np.int32)
    for _ in range(steps):
        q = to_build - int(to.built.sum())
        if q == 0 or to.undecided.sum() <= q:
            break
        if q == 1:
            to.price[:] = to.cap  # then the bound is exact
        _reduced_costs(ranks, to, reduced)
        last, next_one = _cheapest(reduced, to.undecided, q, opened)
        at = to.price.sum()
        for j in range(ranks.columns):
            if opened[j]:
                at += reduced[j]
            to.share[j] += SMOOTHING * (opened[j] - to.share[j])
        stale += 1
        if at > bound:
            if at - bound > RISE * (value - bound):
                stale = 0
            bound = at
            to.best_price[:] = to.price
            to.best_open[:] = opened
        if bound >= enough:
            break
        built = _decide(ranks, to, enough - at, last, next_one, reduced, opened)
        if q == 1:
            break
        if built:
            to.best_price[:] = np.minimum(to.best_price, to.cap)
            to.price[:] = np.minimum(to.price, to.cap)
        elif stale >= PATIENCE:
            step, stale = step / 2, 0
            to.price[:] = to.best_price
            to.direction[:] = 0.0
        else:
            _serve(near, numbers[opened], to.price, served)
            if not _walk(to, served, step * (value - at + OVERSHOOT * (value - bound))):
                step = 0.0
                break
    return Pace(bound, step, stale)


@njit(cache=True)
def _reduced_costs(ranks: Ranked, to: Ascent, reduced: Floats) -> None:
    reduced[:] = 0.0
    for i in range(len(to.price)):
        price = to.price[i]
        for e in range(ranks.start[i], ranks.start[i + 1]):
            if ranks.value[e] >= price:
                break
            reduced[ranks.column[e]] += ranks.value[e] - price


@njit(cache=True)
def _cheapest(reduced: Floats, undecided: Bools, q: int, opened: Bools) -> tuple[float, float]:
    """Marks the q least as opened; returns the greatest of them and the least of the others."""
    parted = np.partition(reduced[undecided], q - 1)
    last, next_one = parted[q - 1], parted[q:].min()
    left = q
    for j in range(len(reduced)):
        opened[j] = undecided[j] and reduced[j] < last
        left -= opened[j]
    for j in range(len(reduced)):
        if left and undecided[j] and reduced[j] == last:
            opened[j] = True
            left -= 1
    return last, next_one


@njit(cache=True)
def _decide(
    ranks: Ranked,
    to: Ascent,
    slack: float,
    last: float,
    next_one: float,
    reduced: Floats,
    opened: Bools,
) -> bool:
    """Candidates whose other choice would take the bound to where nothing better can be. Whether
    any was built."""
    any_built = False
    for j in range(ranks.columns):
        if to.undecided[j]:
            if opened[j]:
                if next_one - reduced[j] >= slack:
                    to.built[j], to.undecided[j], any_built = True, False, True
            elif reduced[j] - last >= slack:
                to.undecided[j] = False
    if any_built:
        lower(ranks, to.built, to.cap)
    return any_built


@njit(cache=True)
def _serve(near: NearCosts, opened: Ints, price: Floats, served: Shorts) -> None:
    """How many of the opened would serve each row below its price."""
    served[:] = 0
    for j in opened:
        for e in range(near.start[j], near.start[j + 1]):
            served[near.row[e]] += near.value[e] < price[near.row[e]]


@njit(cache=True)
def _walk(to: Ascent, served: Shorts, ahead: float) -> bool:
    """One step: dearer for rows that nobody serves, cheaper where several do. False at the top."""
    norm = 0.0
    for i in range(len(to.price)):
        d = 1.0 - served[i] + LEAN * to.direction[i]
        if (d > 0 and to.price[i] >= to.cap[i]) or (d < 0 and to.price[i] <= to.nearest[i]):
            d = 0.0
        to.direction[i] = d
        norm += to.weight[i] * d * d
    if norm == 0:
        return False
    for i in range(len(to.price)):
        moved = to.price[i] + ahead / norm * to.weight[i] * to.direction[i]
        to.price[i] = min(max(moved, to.nearest[i]), to.cap[i])
    return True
