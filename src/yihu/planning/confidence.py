"""Means over replications, and how far they may be off. Pure."""

from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import Self

import numpy as np
from scipy.special import stdtrit

from yihu.planning.siting_problem import Floats

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `n` independent replications, ± `half`: Student's (1908) interval."""

    mean: float
    half: float
    n: int

    @classmethod
    def of(cls, values: Floats, confidence: float = CONFIDENCE) -> Self:
        """Values that are not finite (a measure that a replication did not have) are left out; of
        one value alone nothing is known, so that `half` is inf."""
        good = values[np.isfinite(values)]
        n = len(good)
        if n < 2:
            return cls(float(good[0]) if n else nan, inf, n)
        t = float(stdtrit(n - 1, (1 + confidence) / 2))
        return cls(float(good.mean()), t * float(good.std(ddof=1)) / sqrt(n), n)

    @property
    def low(self) -> float:
        return self.mean - self.half

    @property
    def high(self) -> float:
        return self.mean + self.half

    @property
    def differs(self) -> bool:
        """Does it leave out 0?"""
        return self.low > 0 or self.high < 0
