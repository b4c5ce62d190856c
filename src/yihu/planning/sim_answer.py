"""What came of a question about who is sent first, with all it rests on. Pure."""

from collections.abc import Iterator
from time import perf_counter
from typing import Any, Final

import numpy as np

from yihu.planning.confidence import Interval
from yihu.planning.plan_answer import Assumption, Ground
from yihu.planning.replication import Comparison, replicate
from yihu.planning.sim_question import SimQuestion, Source
from yihu.planning.sim_told import told
from yihu.planning.sim_world import ASSUMED, HOUR, SPACING, SimWorld
from yihu.planning.simulation import CURVES, GRID, INTERVALS, Policy, Scenario
from yihu.planning.siting_problem import Floats
from yihu.planning.telling import Telling

SHARES: Final = ("P50", "P90")
TIMES: Final = tuple(f"{name} {share}" for name in INTERVALS for share in SHARES)
OTHERS: Final = ("within 8 min", "coverage", "redundant arrivals", "offers", "not reached")


class SimAnswer:
    """`workers`: processes that simulate side by side."""

    def __init__(
        self, question: SimQuestion, ground: Ground, tell: Telling, workers: int = 1
    ) -> None:
        self.question, self.tell, self.workers = question, tell, workers
        self.world = SimWorld(question, ground)
        self._done = 0
        self._begun = perf_counter()

    def answer(self) -> dict[str, Any]:
        """As JSON keeps it. Raises NothingToPlan."""
        self.tell("roads")
        scenario = self.world.scenario()
        roads = perf_counter() - self._begun
        self.tell("simulating", 0, self._total, 0.0)
        found = self._compared(scenario)
        names = [*TIMES, *OTHERS]
        arms = found.policies
        return {
            "arms": [{"way": arm.way, "sites": arm.sites} for arm in self.question.arms],
            "measures": {name: [told(_column(found, arm, name)) for arm in arms] for name in names},
            "differences": {
                name: [told(_difference(found, arm, arms[0], name)) for arm in arms[1:]]
                for name in names
            },
            "utilisation": [
                {
                    "kind": kind,
                    "travel": travel,
                    "arms": [
                        told(_column(found, arm, f"utilisation: {kind}:{travel}")) for arm in arms
                    ],
                }
                for kind, travel in self.world.types
            ],
            "curves": {name: [_curve(found, arm, name) for arm in arms] for name in CURVES},
            "step": float(GRID[1] - GRID[0]),
            "covered": [_by_hour(one) for one in found.covered],
            "calls": told(_column(found, arms[0], "calls")),
            "residents": round(float(self.world.residents.sum())),
            "settled": round(self.world.settled, 1),
            "seconds": {
                "roads": round(roads, 2),
                "all": round(perf_counter() - self._begun, 2),
            },
            "assumptions": list(self._assumptions()),
        }

    # --- simulating -------------------------------------------------------------------------------

    @property
    def _total(self) -> int:
        return self.question.runs * (2 if self.question.sites else 1)

    def _compared(self, scenario: Scenario) -> Comparison:
        arms = list(enumerate(self.question.arms))
        as_it_stands = [self.world.policy(n, arm) for n, arm in arms if not arm.sites]
        found = self._replicated(scenario, as_it_stands)
        if self.question.sites:
            with_sites = [self.world.policy(n, arm) for n, arm in arms if arm.sites]
            built = self._replicated(self.world.scenario(sites=True), with_sites)
            found = found.beside(built)
        return found

    def _replicated(self, scenario: Scenario, policies: list[Policy]) -> Comparison:
        question, before = self.question, self._done

        def progress(done: int, _of: int) -> None:
            self._done = before + done
            self.tell("simulating", self._done, self._total, perf_counter() - self._begun)

        return replicate(scenario, policies, question.runs, question.seed, self.workers, progress)

    # --- what it rests on -------------------------------------------------------------------------

    def _assumptions(self) -> Iterator[Assumption]:
        """By name, with the numbers that belong to each."""
        question, world = self.question, self.world
        stream = question.stream
        yield (
            stream.origin,
            {
                "n": stream.n,
                "days": round(stream.days, 1),
                "calls": question.calls.value,
                "given": question.calls.source is Source.GIVEN,
            },
        )
        if stream.unplaced:
            yield "unplaced", {"n": stream.unplaced}
        yield "spread", {"n": len(world.demand.places), "metres": round(SPACING)}
        yield "handling", {"seconds": round(question.handling.value)}
        yield "answering", {"seconds": ASSUMED.answer, "deadline": ASSUMED.deadline}
        yield (
            "turnout",
            {
                "car": ASSUMED.car_turnout,
                "others": ASSUMED.turnout,
                "measured": {kind: one.n for kind, one in stream.turnout.items()},
            },
        )
        yield (
            "service",
            {
                "minutes": [
                    seconds / 60
                    for seconds in (ASSUMED.service_now, ASSUMED.service_soon, ASSUMED.service_wait)
                ],
                "n": sum(one.n for one in stream.service.values()),
            },
        )
        yield "posts", {"n": sum(len(one.posts) for one in question.forces)}
        away = sum(post.at is None for one in question.forces for post in one.posts)
        if away:
            yield "away", {"n": away}
        more = {one.kind: one.most - len(one.posts) for one in question.forces}
        if any(n > 0 for n in more.values()):
            yield "more", {"kinds": {kind: n for kind, n in more.items() if n > 0}}
        if question.sites:
            yield (
                "sites",
                {
                    "n": len(question.sites),
                    "kind": question.stationed,
                    "plan": question.plan_name,
                },
            )
        yield "rules", {"within": ASSUMED.beside_within / 60}
        yield "roads", {"hour": HOUR}
        yield "closures", {"n": len(world.ground.roads.closures)}
        yield "coverage", {}
        yield "same_calls", {"runs": question.runs, "days": question.days, "seed": question.seed}


def _column(found: Comparison, policy: str, measure: str) -> Floats:
    column: Floats = found.values[found.policies.index(policy), :, found.names.index(measure)]
    return column


def _difference(found: Comparison, policy: str, other: str, measure: str) -> Floats:
    """Replication by replication; infinite where either has no end."""
    ours, theirs = _column(found, policy, measure), _column(found, other, measure)
    endless = np.isinf(ours) | np.isinf(theirs)
    difference: Floats = np.where(endless, np.inf, ours - np.where(endless, 0.0, theirs))
    return difference


def _curve(found: Comparison, policy: str, interval: str) -> list[float]:
    return [round(one.mean, 5) for one in found.curve(policy, interval)]


def _by_hour(covered: Floats) -> list[float | None]:
    """Of one policy, [hour of the day], over all replications."""
    means = [Interval.of(hour).mean for hour in covered.T]
    return [None if np.isnan(mean) else round(mean, 5) for mean in means]
