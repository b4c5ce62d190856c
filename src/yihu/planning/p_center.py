"""The p-centre: where to stand so that the farthest has the least way (Hakimi 1965). Pure.

Bisection over the costs (Minieka 1970). Whether p sites cover all within a radius is asked of a few
rows only, to which those that an answer leaves out are added (Chen & Handler 1987; Contardo, Iori &
Kramer 2019): what cannot be for some rows cannot be for all.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from yihu.planning.cover_reduction import Cover, for_all
from yihu.planning.covering import covering
from yihu.planning.siting_problem import (
    BadInstance,
    Bools,
    Candidates,
    Deadline,
    Floats,
    Ints,
    Progress,
    Siting,
    instance_of,
    unreachable,
)

PATIENCE = 1.0
"""Seconds for one radius, at first."""


def p_center(
    cost: ArrayLike,
    p: int,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Siting:
    """The `p` sites, those that are fixed counted, with the least cost of the dearest row, each
    served from the nearest site.

    `cost[demand, candidate]`: not negative, inf where a site cannot serve. `time_limit`: seconds,
    after which the best so far is returned with what is proven of it; its value is inf, and its
    `uncovered` are named, if no solution was found by then that serves every row. BadInstance for
    bad input, where a row cannot be served, and if so many sites cannot serve every row.
    """
    deadline = Deadline(time_limit)
    matrix, _weights, usable = instance_of(cost, p, fixed=fixed, forbidden=forbidden)
    unreachable(matrix, usable)
    search = CentreSearch(matrix, usable, deadline, progress)
    search.run()
    if np.isinf(search.lower):
        raise BadInstance(
            "too_few", f"{p} sites cannot serve every row, at best not these", search.unserved
        )
    method = f"bisection, coverings of {len(search.rows)} rows"
    built = usable.free[search.chosen]
    sites = tuple(sorted(int(site) for site in np.append(usable.fixed, built)))
    unserved = tuple(int(row) for row in search.unserved)
    return Siting(sites, search.value, search.lower, method, deadline.seconds, unserved)


class CentreSearch:
    """`chosen`: the best columns of `free`; `value`: what they achieve; `lower`: what none can
    better; `rows`: those that are looked at."""

    def __init__(
        self, cost: Floats, usable: Candidates, deadline: Deadline, progress: Progress | None
    ) -> None:
        self.usable, self.deadline, self.progress = usable, deadline, progress
        whole = len(usable.free) == cost.shape[1]
        self.free = cost if whole else cost[:, usable.free]
        self.standing = cost[:, usable.fixed].min(axis=1, initial=np.inf)
        self.rows = np.empty(0, dtype=np.int64)
        self.chosen = np.empty(0, dtype=np.int64)
        self.value = np.inf
        self._offer(self.chosen)
        self.lower = self.value
        if usable.to_build:
            nearest = self.free.min(axis=1)
            self.lower = float(np.minimum(nearest, self.standing).max())

    def run(self) -> None:
        """A radius that takes too long is left for others, above it first, and comes again."""
        patience, lowest, highest = PATIENCE, np.inf, -np.inf
        while self.lower < self.value and not self.deadline.over:
            steps = self._steps()
            above, below = steps[steps > highest], steps[steps < lowest]
            untried = above if len(above) else below
            if not len(untried):
                patience, lowest, highest = 4 * patience, np.inf, -np.inf
                continue
            radius = float(untried[(len(untried) - 1) // 2])
            try:
                if not self._within(radius, Deadline(min(patience, self.deadline.left))):
                    self.lower = self._next(radius)
            except TimeoutError:
                lowest, highest = min(lowest, radius), max(highest, radius)
            self._tell()

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(self.value, self.lower, self.deadline.seconds)

    @property
    def unserved(self) -> Ints:
        return np.flatnonzero(np.isinf(self._served(self.chosen)))

    def _next(self, radius: float) -> float:
        """The least above it at which the rows may be covered; they may have become more."""
        farther = [*(step for step in self._steps() if step > radius), self.value]
        return float(farther[0])

    def _steps(self) -> Floats:
        """Radii below the best value at which more of the rows that are looked at are covered."""
        seen = np.minimum(self.free[self.rows], self.standing[self.rows, None])
        between = seen[(seen > self.lower) & (seen < self.value)]
        return np.unique(np.append(between, self.lower))

    def _within(self, radius: float, deadline: Deadline) -> bool:
        """Whether all rows can be served within the radius; TimeoutError if that was not known by
        then."""
        while self.value > radius:
            left = self.rows[self.standing[self.rows] > radius]
            chosen = self._covering(self.free[left] <= radius, deadline)
            if chosen is None:
                return False
            self._offer(chosen)
        return True

    def _covering(self, covers: Bools, deadline: Deadline) -> Ints | None:
        """Columns that cover every row and are not too many."""
        if not covers.any(axis=1).all():
            return None
        columns = np.arange(covers.shape[1])
        cover, forced = for_all(Cover(covers, columns, np.ones(len(covers))))
        left = self.usable.to_build - len(forced)
        if left < 0:
            return None
        chosen = covering(cover, left, deadline, self._tell)
        return None if chosen is None else np.append(forced, cover.columns[chosen])

    def _offer(self, chosen: Ints) -> None:
        """Sites are added for the rows that have the longest way, each nearest to such a row
        (Gonzalez 1985). These rows, and each site's farthest, are looked at from now on."""
        taken = np.zeros(self.free.shape[1], dtype=bool)
        taken[chosen] = True
        served = self._served(chosen)
        farthest = []
        for _ in range(self.usable.to_build - len(chosen)):
            row = int(served.argmax())
            site = int(np.where(taken, np.inf, self.free[row]).argmin())
            if taken[site]:  # no other serves this row
                site = int(taken.argmin())
            taken[site] = True
            farthest.append(row)
            served = np.minimum(served, self.free[:, site])
        built = np.flatnonzero(taken)
        value = float(served.max())
        if value < self.value or len(self.chosen) < len(built):
            self.value, self.chosen = value, built
        nearest = self.free[:, built].argmin(axis=1) if len(built) else np.zeros(len(served), int)
        order = np.lexsort((served, nearest))
        last = np.append(np.diff(nearest[order]) != 0, True)
        self.rows = np.union1d(self.rows, [*farthest, *order[last]]).astype(np.int64)

    def _served(self, chosen: Ints) -> Floats:
        return np.minimum(self.free[:, chosen].min(axis=1, initial=np.inf), self.standing)
