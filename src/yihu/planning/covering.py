"""Covering within a radius: the most that so many sites can (MCLP), and the fewest sites that cover
all (LSCP). Pure.

The most is sought as a p-median in which a row that is not covered costs its weight (Church &
ReVelle 1976); what that does not prove soon is left to HiGHS.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from yihu.planning.cover_model import NEAR, Choice, fewest, heaviest, relaxed
from yihu.planning.cover_reduction import Cover, for_all
from yihu.planning.p_median import p_median
from yihu.planning.siting_problem import (
    EXACT,
    BadInstance,
    Bools,
    Candidates,
    Deadline,
    Floats,
    Ints,
    Progress,
    Siting,
    costs,
    instance_of,
    radius_of,
    usable_sites,
)

SOON = 10.0
"""Seconds."""
LARGE = 1_000_000
"""Pairs of a row and what covers it: with so many the solver takes minutes before it begins."""


def max_cover(
    cost: ArrayLike,
    radius: float,
    p: int,
    weights: ArrayLike | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Siting:
    """The `p` sites, those that are fixed counted, with the most weight within the radius of any.

    `cost[demand, candidate]`: not negative, inf where a site cannot serve; a row that costs just
    the radius is covered. `value` is the weight that is covered, `bound` is never less, and
    `uncovered` are the rows that are not. `time_limit`: seconds, after which the best so far is
    returned with what is proven of it. BadInstance for bad input.
    """
    deadline = Deadline(time_limit)
    matrix, weight, usable = instance_of(cost, p, weights, fixed, forbidden)
    return Coverage(matrix <= radius_of(radius), weight, usable, deadline).best(
        p, deadline, progress
    )


def coverage_curve(
    cost: ArrayLike,
    radius: float,
    most: int,
    weights: ArrayLike | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit: float | None = None,
) -> list[Siting]:
    """`max_cover` for each number of sites from those that are fixed (1, if none are) to `most`.
    `time_limit`: seconds for all together."""
    deadline = Deadline(time_limit)
    matrix, weight, usable = instance_of(cost, most, weights, fixed, forbidden)
    coverage = Coverage(matrix <= radius_of(radius), weight, usable, deadline)
    found = []
    for p in range(max(len(usable.fixed), 1), most + 1):
        share = None if time_limit is None else deadline.left / (most + 1 - p)
        found.append(coverage.best(p, Deadline(share)))
    return found


def set_cover(
    cost: ArrayLike,
    radius: float,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Siting:
    """The fewest sites, those that are fixed counted, that have every row within the radius.

    `cost[demand, candidate]`: not negative, inf where a site cannot serve; a row that costs just
    the radius is covered. `value` is the number of sites. `time_limit`: seconds, after which the
    best so far is returned with what is proven of it. BadInstance for bad input, and for rows that
    no usable site has within the radius.
    """
    deadline = Deadline(time_limit)
    matrix = costs(cost)
    usable = usable_sites(matrix.shape[1], fixed, forbidden)
    covers = matrix <= radius_of(radius)
    closed = np.delete(np.arange(matrix.shape[1]), np.concatenate([usable.fixed, usable.free]))
    alone = ~np.delete(covers, closed, axis=1).any(axis=1)
    if alone.any():
        text = f"no usable site is within {radius} of"
        raise BadInstance("unreachable", text, np.flatnonzero(alone))
    cover, forced = for_all(Cover.of(covers, usable, np.ones(len(matrix))).merged())
    standing = np.append(usable.fixed, forced)
    start = greedy(cover)
    choice = Choice(start, float(len(start)))
    if len(start) > 1:
        told = _more(progress, len(standing))
        least = relaxed(cover, float(len(start)), Deadline(deadline.left / 2), told)
        choice = Choice(start, least)
        if np.ceil(least - NEAR) < len(start) and not deadline.over:
            choice = fewest(cover, start, deadline, told)
            choice = replace(choice, bound=max(choice.bound, least))
    chosen = choice.columns
    if not len(chosen) or cover.lost(chosen) or len(chosen) > len(start):
        chosen = start
    sites = _named(np.append(standing, cover.columns[chosen]))
    bound = min(max(float(np.ceil(choice.bound - NEAR)), 1.0), float(len(chosen)))
    bound = bound + len(standing) if len(chosen) else float(len(standing))
    method = "reduction, integer program (HiGHS)"
    return Siting(sites, float(len(sites)), bound, method, deadline.seconds)


class Coverage:
    """An instance, reduced once for any number of sites, as far as there is time for it."""

    def __init__(
        self, covers: Bools, weight: Floats, usable: Candidates, deadline: Deadline
    ) -> None:
        self.covers, self.weight, self.usable = covers, weight, usable
        self.cover = Cover.of(covers, usable, weight)
        for reduced in (Cover.merged, Cover.undominated):
            if not deadline.over:
                self.cover = reduced(self.cover)

    def best(self, p: int, deadline: Deadline, progress: Progress | None = None) -> Siting:
        to_build = p - len(self.usable.fixed)
        told = self._covered(progress)
        choice, method = most_covered(self.cover, to_build, deadline, told)
        built = self.cover.columns[choice.columns]
        spare = np.setdiff1d(self.usable.free, built)[: to_build - len(built)]
        sites = np.concatenate([self.usable.fixed, built, spare])
        covered = self.covers[:, sites].any(axis=1)
        value = float(self.weight[covered].sum())
        better = max(self.cover.lost(choice.columns) - choice.bound, 0.0)
        uncovered = tuple(int(row) for row in np.flatnonzero(~covered))
        seconds = deadline.seconds
        return Siting(_named(sites), value, value + better, method, seconds, uncovered)

    def _covered(self, progress: Progress | None) -> Progress | None:
        if progress is None:
            return None
        reached = self.covers[:, np.append(self.usable.fixed, self.usable.free)].any(axis=1)
        most = float(self.weight[reached].sum())
        return lambda lost, least, seconds: progress(most - lost, most - least, seconds)


def most_covered(
    cover: Cover, q: int, deadline: Deadline, progress: Progress | None = None
) -> tuple[Choice, str]:
    """`q` columns, or all that there are, that leave the least weight uncovered, and how they were
    found."""
    if q == 0 or q >= len(cover.columns) or not len(cover.covers):
        every = np.arange(min(q, len(cover.columns)))
        return Choice(every, cover.lost(every)), "reduction"
    large = np.count_nonzero(cover.covers) > LARGE
    limit = deadline.left if large else min(SOON, deadline.left)
    found = p_median(1.0 - cover.covers, q, cover.weight, time_limit=limit, progress=progress)
    best = Choice(np.array(found.sites), found.bound)
    if found.proven or deadline.over:
        return best, f"reduction, {found.method}"
    choice = heaviest(cover, q, best.columns, deadline, progress)
    bound = max(best.bound, _sharpened(choice.bound, cover.weight))
    better = len(choice.columns) == q and cover.lost(choice.columns) < cover.lost(best.columns)
    columns = choice.columns if better else best.columns
    return Choice(columns, bound), "reduction, integer program (HiGHS)"


def _sharpened(bound: float, weight: Floats) -> float:
    """Nothing lies between two integers."""
    whole = (weight == np.floor(weight)).all()
    return float(np.ceil(bound - NEAR)) if whole else bound * (1 - EXACT)


def covering(
    cover: Cover, q: int, deadline: Deadline, tell: Callable[[], None] | None = None
) -> Ints | None:
    """Up to `q` columns that cover every row, or None where none can; TimeoutError if neither was
    known by then. `tell` is called now and then meanwhile."""
    quick = greedy(cover)
    if len(quick) <= q:
        return quick
    if q == 0:
        return None

    def told(_lost: float, least: float, _seconds: float) -> None:
        if tell is not None:
            tell()
        if least > NEAR:
            raise _Hopeless

    try:
        found = p_median(1.0 - cover.covers, q, time_limit=deadline.left, progress=told)
    except _Hopeless:
        return None
    if found.value and found.bound <= NEAR:
        raise TimeoutError
    return None if found.value else np.array(found.sites)


class _Hopeless(Exception):
    """Something will be lost, however little is not known."""


def greedy(cover: Cover) -> Ints:
    """Columns that cover every row: again and again the one that covers most of what is left, and
    in the end without those that turned out to be needless."""
    chosen: list[int] = []
    left = np.ones(len(cover.covers), dtype=bool)
    gain = np.count_nonzero(cover.covers, axis=0)
    while left.any():
        column = int(gain.argmax())
        fresh = left & cover.covers[:, column]
        gain = gain - np.count_nonzero(cover.covers[fresh], axis=0)
        left &= ~fresh
        chosen.append(column)
    for column in list(chosen):
        others = [other for other in chosen if other != column]
        if cover.covers[:, others].any(axis=1).all():
            chosen = others
    return np.array(chosen, dtype=np.int64)


def _more(progress: Progress | None, already: int) -> Progress | None:
    if progress is None:
        return None
    return lambda value, bound, seconds: progress(value + already, bound + already, seconds)


def _named(sites: Ints) -> tuple[int, ...]:
    return tuple(sorted(int(site) for site in sites))
