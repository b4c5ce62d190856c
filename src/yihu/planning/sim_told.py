"""How an answer keeps what is known of a measure. Pure, and loads no simulator."""

import numpy as np

from yihu.planning.confidence import Interval
from yihu.planning.siting_problem import Floats

type Told = list[float | int | None]
"""Mean, half of the interval, replications; None instead of what is not known or has no end."""


def told(values: Floats) -> Told:
    """Nothing where in any replication it had no end: then no mean has one."""
    if np.isinf(values).any() or np.isnan(values).all():
        return [None, None, len(values)]
    found = Interval.of(values)
    half = None if np.isinf(found.half) else round(found.half, 6)
    return [round(found.mean, 6), half, found.n]


def interval(one: Told) -> Interval | None:
    """As it was told; None where nothing is known."""
    mean, half, n = one
    if mean is None or half is None:
        return None
    return Interval(float(mean), float(half), int(n or 0))
