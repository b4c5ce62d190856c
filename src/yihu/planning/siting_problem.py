"""What every problem of siting is asked with and answers with. Pure.

`cost[demand, candidate]` is what it costs to serve a demand from a candidate, as a rule seconds;
inf where it cannot be served from there. Sites and demands are named by their column and row.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]
type Progress = Callable[[float, float, float], None]
"""Called now and then with the best value, the best bound and the seconds since the start."""

NAMED = 5
"""Rows or columns that an error names."""
EXACT = 1e-9
"""Relative: a value this near to its bound is equal to it, but for rounding."""


class BadInstance(ValueError):
    """What was asked cannot be answered. `code`: why; `rows`: of demand or, where `axis` says so,
    the columns of candidates that are meant, all of them."""

    def __init__(self, code: str, text: str, rows: Iterable[int] = (), axis: str = "demand"):
        self.code, self.axis = code, axis
        self.rows = tuple(int(row) for row in rows)
        super().__init__(f"{text}: {axis} {_named(self.rows)}" if self.rows else text)


def _named(rows: tuple[int, ...]) -> str:
    more = len(rows) - NAMED
    return ", ".join(map(str, rows[:NAMED])) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class Siting:
    """Where to build, and how good that is known to be.

    `sites`: the columns, those that stand already among them, ascending. `value`: what they
    achieve; `bound`: what nothing can better. `method`: how it was found. `seconds`: how long that
    took. `uncovered`: rows that are not served within the radius, where there is one.
    """

    sites: tuple[int, ...]
    value: float
    bound: float
    method: str
    seconds: float
    uncovered: tuple[int, ...] = ()

    @property
    def gap(self) -> float:
        """How far from the bound, as a share of the value; 0 where both are 0, inf without a value
        that is finite."""
        if np.isinf(self.value):
            return np.inf
        difference = abs(self.value - self.bound)
        return difference / abs(self.value) if self.value else (np.inf if difference else 0.0)

    @property
    def proven(self) -> bool:
        return self.gap <= EXACT


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Which columns stand already, and which may be chosen besides."""

    fixed: Ints
    free: Ints
    p: int

    @property
    def to_build(self) -> int:
        return self.p - len(self.fixed)


@dataclass(slots=True)
class Deadline:
    """Seconds since the start, and whether they are used up."""

    limit: float | None = None
    began: float = field(default_factory=monotonic)

    @property
    def seconds(self) -> float:
        return monotonic() - self.began

    @property
    def left(self) -> float:
        return np.inf if self.limit is None else max(self.limit - self.seconds, 0.0)

    @property
    def over(self) -> bool:
        return self.left <= 0


def costs(cost: ArrayLike) -> Floats:
    """A matrix that can be worked with: C-ordered float64, no copy of one that is.

    BadInstance for anything but two filled dimensions, NaN, negative numbers or -inf.
    """
    try:
        found = np.ascontiguousarray(cost, dtype=np.float64)
    except (TypeError, ValueError) as reason:
        raise BadInstance("not_numbers", "the costs are not a matrix of numbers") from reason
    if found.ndim != 2 or 0 in found.shape:
        raise BadInstance("shape", f"costs have the shape {found.shape}, not demand × candidates")
    _refuse_rows("nan", "costs are not numbers (NaN)", np.isnan(found).any(axis=1))
    _refuse_rows("negative", "costs are negative", (found < 0).any(axis=1))
    return found


def weights_of(weights: ArrayLike | None, rows: int) -> Floats:
    """One for each row of demand, 1 where none are given."""
    if weights is None:
        return np.ones(rows)
    found = np.ascontiguousarray(weights, dtype=np.float64)
    if found.shape != (rows,):
        raise BadInstance("shape", f"weights have the shape {found.shape}, not ({rows},)")
    _refuse_rows("nan", "weights are not finite", ~np.isfinite(found))
    _refuse_rows("negative", "weights are negative", found < 0)
    return found


def radius_of(radius: float) -> float:
    if not np.isfinite(radius) or radius < 0:
        raise BadInstance("radius", f"a radius of {radius} is not a distance")
    return float(radius)


def instance_of(
    cost: ArrayLike,
    p: int,
    weights: ArrayLike | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
) -> tuple[Floats, Floats, Candidates]:
    """Costs, weights and candidates, as every problem with a number of sites is asked with them."""
    matrix = costs(cost)
    weight = weights_of(weights, len(matrix))
    return matrix, weight, candidates(matrix.shape[1], p, fixed, forbidden)


def usable_sites(
    columns: int, fixed: Iterable[int] = (), forbidden: Iterable[int] = ()
) -> Candidates:
    """As many as it takes: p is all of them."""
    standing, never = _columns(fixed, columns, "fixed"), _columns(forbidden, columns, "forbidden")
    both = np.intersect1d(standing, never)
    if len(both):
        raise BadInstance("both", "both fixed and forbidden", both, "candidate")
    free = np.setdiff1d(np.arange(columns), np.concatenate([standing, never]))
    return Candidates(standing, free, columns)


def candidates(
    columns: int, p: int, fixed: Iterable[int] = (), forbidden: Iterable[int] = ()
) -> Candidates:
    """`p`: how many sites in all, those that are fixed counted."""
    usable = usable_sites(columns, fixed, forbidden)
    standing, free = usable.fixed, usable.free
    if isinstance(p, bool) or not isinstance(p, int | np.integer) or p < 1:
        raise BadInstance("p", f"p is {p!r}, not a number of sites")
    if p < len(standing):
        raise BadInstance("p", f"p is {p}, but {len(standing)} sites are fixed")
    if p > len(standing) + len(free):
        raise BadInstance("p", f"p is {p}, but only {len(standing) + len(free)} sites can be used")
    return Candidates(standing, free, int(p))


def unreachable(cost: Floats, usable: Candidates, needed: Bools | None = None) -> None:
    """BadInstance where a row (of those that are needed) cannot be served from any site that may
    be used."""
    open_to = np.zeros(cost.shape[1], dtype=bool)
    open_to[usable.fixed] = open_to[usable.free] = True
    served = (np.isfinite(cost) & open_to).any(axis=1)
    wrong = ~served if needed is None else needed & ~served
    _refuse_rows("unreachable", "no usable site can serve", wrong)


def _columns(numbers: Iterable[int], columns: int, what: str) -> Ints:
    given: Any = np.asarray(list(numbers))
    if not given.size:
        return np.empty(0, dtype=np.int64)
    if given.dtype.kind not in "iu" or given.ndim != 1:
        raise BadInstance("not_numbers", f"{what} sites are not numbers of candidates")
    unknown = given[(given < 0) | (given >= columns)]
    if len(unknown):
        raise BadInstance("unknown", f"{what} but unknown", unknown, "candidate")
    found, count = np.unique(given, return_counts=True)
    if (count > 1).any():
        raise BadInstance("duplicate", f"{what} more than once", found[count > 1], "candidate")
    return found.astype(np.int64)


def _refuse_rows(code: str, text: str, wrong: Bools) -> None:
    if wrong.any():
        raise BadInstance(code, text, np.flatnonzero(wrong))
