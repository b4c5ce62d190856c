"""The p-median: where to stand so that all together have the least way (Hakimi 1964). Pure."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from yihu.planning.median_instance import MedianInstance
from yihu.planning.median_search import MedianSearch
from yihu.planning.siting_problem import (
    BadInstance,
    Deadline,
    Ints,
    Progress,
    Siting,
    instance_of,
    unreachable,
)

SEED = 1983


def p_median(
    cost: ArrayLike,
    p: int,
    weights: ArrayLike | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Siting:
    """The `p` sites, those that are fixed counted, with the least sum over all rows of weight ×
    cost from the nearest site.

    `cost[demand, candidate]`: not negative, inf where a site cannot serve; every row with any
    weight is served. `time_limit`: seconds, after which the best so far is returned with what is
    proven of it; its value is inf and its `uncovered` are named if no solution was found by then
    that serves every row. BadInstance for bad input, and if so many sites cannot serve every row.
    """
    deadline = Deadline(time_limit)
    matrix, weight, usable = instance_of(cost, p, weights, fixed, forbidden)
    instance = MedianInstance.of(matrix, weight, usable)
    sites = instance.spread(np.random.default_rng(SEED))
    unserved = instance.rows[np.isinf(instance.nearest(sites))]
    if len(unserved):
        unreachable(matrix, usable, weight > 0)
        sites, unserved = _serving_all(instance, deadline)
    if len(unserved):
        return Siting(_named(sites), np.inf, 0.0, "none found", deadline.seconds, _named(unserved))
    search = MedianSearch(instance, sites, deadline, progress)
    search.run()
    method = f"Lagrangian bound, interchange, branch and bound ({search.nodes} nodes)"
    return Siting(_named(search.sites), search.value, search.bound, method, deadline.seconds)


def _serving_all(instance: MedianInstance, deadline: Deadline) -> tuple[Ints, Ints]:
    """Sites that serve every row, and rows that are not served if the time was too short. It is a
    p-median itself, in which a row that is not served costs 1."""
    usable = instance.usable
    reached = np.isfinite(instance.cost[instance.rows])
    every = np.arange(reached.shape[1])
    found = p_median(
        np.where(reached, 0.0, 1.0),
        usable.p,
        fixed=usable.fixed,
        forbidden=np.setdiff1d(every, np.concatenate([usable.fixed, usable.free])),
        time_limit=deadline.left,
    )
    sites = np.array(found.sites)
    unserved = instance.rows[~reached[:, sites].any(axis=1)]
    if found.bound >= 1:
        text = f"{usable.p} sites cannot serve every row, the best that were found leave out"
        raise BadInstance("too_few", text, unserved)
    return sites, unserved


def _named(numbers: Ints) -> tuple[int, ...]:
    return tuple(int(number) for number in numbers)
