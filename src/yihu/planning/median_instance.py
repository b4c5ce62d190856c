"""A p-median as it was asked: what each row pays for given sites, in weighted costs. Pure."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numba import njit
from scipy.spatial import cKDTree

from yihu.planning.siting_problem import Candidates, Floats, Ints

EXACT_INTEGERS = 1e10
"""Sums of integers up to this are exact to far less than one, however they come about."""
MARKS, ALIKE = 8, 4
"""Candidates by which rows are known to be alike, and rows that are asked."""
LITTLE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class MedianInstance:
    """`rows`: those with any weight; `weight` goes with them, and so does `farthest`, what each
    costs at most. `integral`: all values are integers, so that nothing lies between two of them."""

    cost: Floats
    rows: Ints
    weight: Floats
    farthest: Floats
    usable: Candidates
    integral: bool

    @classmethod
    def of(cls, cost: Floats, weights: Floats, usable: Candidates) -> Self:
        rows = np.flatnonzero(weights > 0)
        read_only = cost.view()
        read_only.flags.writeable = False  # what can be written is another type to the compiler
        integral = bool(_integral(read_only, rows, weights[rows]))
        farthest = _farthest(read_only, rows, weights[rows])
        return cls(read_only, rows, weights[rows], farthest, usable, integral)

    @property
    def size(self) -> int:
        return len(self.rows) * len(self.usable.free)

    def nearest(self, sites: Ints, nth: int = 1) -> Floats:
        """By row, the cost of being served by the nth nearest of the sites."""
        found: Floats = _nearest(self.cost, self.rows, self.weight, sites, nth)
        return found

    def value(self, by_row: Floats) -> float:
        """The sum as a sum over all rows has it, to the last bit."""
        every = np.zeros(len(self.cost))
        every[self.rows] = by_row
        return float(every.sum())

    def some(self, many: int, random: np.random.Generator) -> Self:
        """With so many of the rows only."""
        drawn = np.sort(random.choice(len(self.rows), many, replace=False))
        return replace(
            self,
            rows=self.rows[drawn],
            weight=self.weight[drawn],
            farthest=self.farthest[drawn],
        )

    def like(self, some: Self, price: Floats) -> Floats:
        """By row, a price for each unit of weight as the rows of `some` have it that lie about as
        far from the same candidates."""
        every = self._seen()
        known = every[np.searchsorted(self.rows, some.rows)]
        apart, alike = cKDTree(known).query(every, np.arange(1, min(ALIKE, len(known)) + 1))
        nearness = 1 / (apart + LITTLE * (1 + apart.max()))
        with np.errstate(over="ignore"):  # of a weight next to nothing; prices have a cap
            each = price / some.weight
        unit = (each[alike] * nearness).sum(axis=1) / nearness.sum(axis=1)
        found: Floats = unit * self.weight
        return found

    def _seen(self) -> Floats:
        """How far each row is from some candidates."""
        free = self.usable.free
        marks = free[np.linspace(0, len(free) - 1, MARKS).astype(np.int64)]
        seen = self.cost[np.ix_(self.rows, marks)]
        finite = np.isfinite(seen)
        return np.where(finite, seen, 2 * seen[finite].max(initial=1.0))

    def relaxed(self, price: Floats) -> Floats:
        """By free candidate, its reduced cost at these prices of rows."""
        found: Floats = _reduced(self.cost, self.rows, self.weight, self.usable.free, price)
        return found

    def spread(self, random: np.random.Generator) -> Ints:
        """Sites to begin with: one after another is built nearest to a row drawn by what it pays
        so far (after Arthur & Vassilvitskii 2007), first of all to rows that are not served."""
        sites = list(self.usable.fixed)
        closed = np.ones(self.cost.shape[1], dtype=bool)
        closed[self.usable.free] = False
        pays = self.nearest(self.usable.fixed) if sites else np.full(len(self.rows), np.inf)
        while len(sites) < self.usable.p:
            chance = np.isinf(pays) if np.isinf(pays).any() else pays
            site = int(closed.argmin())
            if chance.any():
                k = random.choice(len(pays), p=chance / chance.sum())
                reach = np.where(closed, np.inf, self.cost[self.rows[k]])
                site = int(reach.argmin()) if np.isfinite(reach).any() else site
            closed[site] = True
            sites.append(site)
            pays = np.minimum(pays, self.cost[self.rows, site] * self.weight)
        return np.sort(np.array(sites, dtype=np.int64))


@njit(cache=True)
def _integral(cost: Floats, rows: Ints, weight: Floats) -> bool:
    total = 0.0
    for k in range(len(rows)):
        greatest = 0.0
        for c in range(cost.shape[1]):
            weighted = cost[rows[k], c] * weight[k]
            if weighted < np.inf:
                if weighted != np.floor(weighted):
                    return False
                greatest = max(greatest, weighted)
        total += greatest
    return total < EXACT_INTEGERS


@njit(cache=True)
def _farthest(cost: Floats, rows: Ints, weight: Floats) -> Floats:
    found = np.zeros(len(rows))
    for k in range(len(rows)):
        for c in range(cost.shape[1]):
            found[k] = max(found[k], cost[rows[k], c] * weight[k])
    return found


@njit(cache=True)
def _nearest(cost: Floats, rows: Ints, weight: Floats, sites: Ints, nth: int) -> Floats:
    found = np.empty(len(rows))
    least = np.empty(nth)
    for k in range(len(rows)):
        least[:] = np.inf
        for site in sites:
            value = cost[rows[k], site] * weight[k]
            at = nth
            while at > 0 and value < least[at - 1]:
                at -= 1
                if at + 1 < nth:
                    least[at + 1] = least[at]
            if at < nth:
                least[at] = value
        found[k] = least[nth - 1]
    return found


@njit(cache=True)
def _reduced(cost: Floats, rows: Ints, weight: Floats, columns: Ints, price: Floats) -> Floats:
    found = np.zeros(len(columns))
    for k in range(len(rows)):
        for c in range(len(columns)):
            found[c] += min(cost[rows[k], columns[c]] * weight[k] - price[k], 0.0)
    return found
