"""What sites achieve: who is within the target, how long the way is, community by community. Pure.

Each resident (or incident) counts with the nearest site. Times in seconds; inf where no road leads.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from yihu.planning.plan_instance import Floats, Instance

FAR = 0.9
"""The share of residents whose way the second figure of length covers."""


@dataclass(frozen=True, slots=True)
class Measured:
    """`covered`: how much of `total` is within the target. `mean`, `p90`, `farthest`: seconds to
    the nearest site; None where some are reached by none. `unreached`: how much that is."""

    covered: float
    total: float
    mean: float | None
    p90: float | None
    farthest: float | None
    unreached: float

    @property
    def told(self) -> dict[str, Any]:
        return asdict(self)


def measured(nearest: Floats, weights: Floats, radius: float) -> Measured:
    """`nearest`: seconds from the nearest site to each place, weighted by `weights` > 0."""
    total = float(weights.sum())
    lost = float(weights[np.isinf(nearest)].sum())
    within = float(weights[nearest <= radius].sum())
    if lost:
        p90 = quantile(nearest, weights, FAR)
        return Measured(within, total, None, p90 if np.isfinite(p90) else None, None, lost)
    mean = float(nearest @ weights) / total
    return Measured(within, total, mean, quantile(nearest, weights, FAR), float(nearest.max()), 0.0)


def quantile(values: Floats, weights: Floats, share: float) -> float:
    """The least value that at least so much of the weight does not exceed."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    at = int(np.searchsorted(reached, share * reached[-1] * (1 - 1e-12)))
    return float(values[order][min(at, len(values) - 1)])


@dataclass(frozen=True, slots=True)
class Local:
    """A community: how much of its `total` is within the target before and after, and the longest
    way to any part of it; None where no road leads."""

    code: str
    name: str
    name_en: str
    total: float
    before: float
    after: float
    farthest: float | None

    @property
    def told(self) -> dict[str, Any]:
        return asdict(self)


def by_community(
    instance: Instance, before: Floats, after: Floats, radius: float
) -> tuple[Local, ...]:
    """Those with most uncovered first."""
    weights, where = instance.demand.weights, instance.demand.community
    size = len(instance.communities)
    total = np.bincount(where, weights, size)
    near_before = np.bincount(where, weights * (before <= radius), size)
    near_after = np.bincount(where, weights * (after <= radius), size)
    farthest = np.zeros(size)
    np.maximum.at(farthest, where, after)
    found = [
        Local(
            area.code,
            area.name,
            area.name_en,
            round(float(total[n]), 3),
            round(float(near_before[n]), 3),
            round(float(near_after[n]), 3),
            float(farthest[n]) if np.isfinite(farthest[n]) else None,
        )
        for n, area in enumerate(instance.communities)
    ]
    return tuple(sorted(found, key=lambda one: (one.after - one.total, one.code)))
