"""Which of our solvers a question is for, and what else they say about it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from yihu.planning import siting
from yihu.planning.plan_instance import Floats, Instance
from yihu.planning.plan_question import Problem, Question
from yihu.planning.siting_problem import Progress, Siting

BY_HAND = "by_hand"
"""The method of sites that somebody chose."""
MORE = 10
"""How many rooms beyond those that were asked for the curve goes on."""
CURVE_SECONDS = 30.0
COMPROMISES = 8
"""How many of the front are looked for at most."""


@dataclass(frozen=True)
class Search:
    """`cost`: seconds [demand, candidate] of the instance."""

    question: Question
    cost: Floats
    instance: Instance

    @property
    def rooms(self) -> int:
        """How many there shall be in all."""
        return len(self.question.standing) + self.question.build

    def best(self, progress: Progress) -> Siting:
        """Raises BadInstance."""
        question, weights = self.question, self.instance.demand.weights
        if question.chosen:
            return self.by_hand()
        limits: dict[str, Any] = {
            "fixed": self.instance.fixed,
            "forbidden": self.instance.forbidden,
            "time_limit": float(question.seconds),
            "progress": progress,
        }
        match question.problem:
            case Problem.COVER:
                radius = question.radius
                return siting.max_cover(self.cost, radius, self.rooms, weights, **limits)
            case Problem.MEDIAN:
                return siting.p_median(self.cost, self.rooms, weights, **limits)
            case Problem.CENTRE:
                return siting.p_center(self.cost, self.rooms, **limits)
            case Problem.ALL:
                return siting.set_cover(self.cost, question.radius, **limits)
            case Problem.BALANCE:
                return self._balanced

    @cached_property
    def _front(self) -> list[Siting]:
        """What nothing betters both in the mean and in the farthest."""
        found = siting.front(
            self.cost,
            self.rooms,
            self.instance.demand.weights,
            self.instance.fixed,
            self.instance.forbidden,
            float(self.question.seconds),
            COMPROMISES,
        )
        return list(found)

    @cached_property
    def _balanced(self) -> Siting:
        """The one of the front that comes nearest to the best of both, each measured by how far
        the front itself goes."""
        lengths = np.array([self._lengths(one.sites) for one in self._front])
        best, worst = lengths.min(axis=0), lengths.max(axis=0)
        apart = np.hypot(*((lengths - best) / np.where(worst > best, worst - best, 1)).T)
        return self._front[int(apart.argmin())]

    def _lengths(self, sites: Sequence[int]) -> tuple[float, float]:
        """The mean and the longest way, in seconds."""
        nearest = self.cost[:, list(sites)].min(axis=1)
        weights = self.instance.demand.weights
        return float(nearest @ weights / weights.sum()), float(nearest.max())

    def front(self) -> list[tuple[float, float, bool]]:
        """Means and farthest in seconds along the front, and which was taken."""
        if self.question.chosen or self.question.problem is not Problem.BALANCE:
            return []
        return [(*self._lengths(one.sites), one is self._balanced) for one in self._front]

    def by_hand(self) -> Siting:
        """All that stands or was chosen, measured as the problem measures. How good it might be
        nobody looked for: the bound is what holds of any sites."""
        sites = tuple(range(len(self.instance.spots)))
        weights, radius = self.instance.demand.weights, self.question.radius
        nearest = self.cost.min(axis=1)
        value = {
            Problem.COVER: float(weights[nearest <= radius].sum()),
            Problem.MEDIAN: float(nearest @ weights),
            Problem.CENTRE: float(nearest.max()),
            Problem.BALANCE: float(nearest @ weights),
            Problem.ALL: float(len(sites)),
        }[self.question.problem]
        bound = float(weights.sum()) if self.question.problem is Problem.COVER else 0.0
        return Siting(sites, value, bound, BY_HAND, 0.0)

    def curve(self) -> list[tuple[int, float, bool]]:
        """For each number of rooms, from those that are fixed on, how much the best of them have
        within the target, and whether that is proven."""
        if self.question.chosen:
            return []
        usable = self.cost.shape[1] - len(self.instance.forbidden)
        found = siting.coverage_curve(
            self.cost,
            self.question.radius,
            min(max(self.rooms, len(self.instance.fixed)) + MORE, usable),
            self.instance.demand.weights,
            self.instance.fixed,
            self.instance.forbidden,
            CURVE_SECONDS,
        )
        return [(len(one.sites), one.value, one.proven) for one in found]
