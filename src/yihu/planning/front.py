"""The front between the p-median and the p-centre: what cannot be better for all together without
being worse for the farthest. Pure.

By ε-constraint (Haimes, Lasdon & Wismer 1971): the p-median is solved again and again, nobody being
served from as far as the farthest was before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from yihu.planning.p_center import p_center
from yihu.planning.p_median import p_median
from yihu.planning.siting_problem import (
    EXACT,
    BadInstance,
    Deadline,
    Siting,
    costs,
    weights_of,
)

OF_CENTRE = 0.25
"""The part of the time that the p-centre may use."""


@dataclass(frozen=True, slots=True)
class Compromise(Siting):
    """A p-median, of which `value` and `bound` are, in which nobody may be farther than `worst`."""

    worst: float = field(kw_only=True)


def front(
    cost: ArrayLike,
    p: int,
    weights: ArrayLike | None = None,
    fixed: Iterable[int] = (),
    forbidden: Iterable[int] = (),
    time_limit: float | None = None,
    most: int | None = None,
) -> list[Compromise]:
    """From the p-median to the p-centre: `value` rises, `worst` falls.

    As for `p_median`; only rows with any weight count. `most`: how many at most, one or more, their
    `worst` about evenly apart; None: all there are. `time_limit`: seconds for all together; what
    was not proven by then says so, and what would come after is missing. BadInstance as for
    `p_median`, and where no row has any weight.
    """
    deadline = Deadline(time_limit)
    matrix, fixed, forbidden = costs(cost), tuple(fixed), tuple(forbidden)
    weight = weights_of(weights, len(matrix))
    if not weight.any():
        raise BadInstance("weights", "no row has any weight")
    matrix = np.where(weight[:, None] > 0, matrix, 0.0)  # rows keep the numbers that errors name
    sooner = None if time_limit is None else OF_CENTRE * time_limit
    centre = p_center(matrix, p, fixed, forbidden, sooner)
    found: list[Compromise] = []
    limit, step = np.inf, 0.0
    while most is None or len(found) < most:
        left = None if time_limit is None else deadline.left
        within = np.where(matrix <= limit, matrix, np.inf)
        median = p_median(within, p, weight, fixed, forbidden, left)
        if np.isinf(median.value):
            if not found and np.isfinite(centre.value):
                paid = float(weight @ matrix[:, centre.sites].min(axis=1))
                median = replace(centre, value=paid, bound=median.bound, uncovered=())
                found.append(_compromise(median, centre.value))
            break
        worst = float(matrix[:, median.sites].min(axis=1).max())
        if np.isinf(limit) and most is not None:
            step = (worst - centre.value) / max(most - 1, 1)
        if found and median.value <= found[-1].value * (1 + EXACT):
            found.pop()
        found.append(_compromise(median, worst))
        if worst <= centre.value or deadline.over:
            break
        limit = max(min(np.nextafter(worst, 0.0), worst - step), centre.value)
    return found


def _compromise(median: Siting, worst: float) -> Compromise:
    return Compromise(
        median.sites, median.value, median.bound, median.method, median.seconds, worst=worst
    )
