"""The same scenario again and again under several policies, all of which meet the same calls. Pure.

Replications are independent of each other; within one, policies share all that is drawn (common
random numbers), so that their difference is much better known than each of them.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from threading import Thread

import numpy as np

from yihu.planning.arrival_streams import Arrivals
from yihu.planning.confidence import CONFIDENCE, Interval
from yihu.planning.policies import Policy
from yihu.planning.random_laws import Law
from yihu.planning.scenario import CallType, Scenario, Units, UnitType
from yihu.planning.simulation_run import (
    CURVES,
    Run,
    covered_by_hour,
    curves,
    measure_names,
    measures,
    simulated,
)
from yihu.planning.siting_problem import Floats

CHUNKS = 8
"""Tasks that each worker gets, so that none is waited for long."""

type Progress = Callable[[int, int], None]
"""Called with how many replications are done, and of how many."""


def simulate(scenario: Scenario, policy: Policy, seed: int, record: bool = False) -> Run:
    """One run. The same seed gives the same run, and under another policy the same calls, service
    times and answers. `record`: also every move of every unit, for drawing it."""
    return next(_runs(scenario, [policy], (seed,), record))


def warm() -> None:
    """Compile it: half a minute the first time. Every scenario and policy runs the same code."""
    scenario = Scenario(
        travel=np.zeros((1, 1, 1)),
        unit_types=(UnitType("unit"),),
        units=Units.at(0, [0]),
        call_types=(CallType("call", Law.constant(1.0)),),
        arrivals=Arrivals.constant([[1.0]]),
        horizon=1.0,
    )
    simulate(scenario, Policy.nearest_road(), 1)


def _runs(
    scenario: Scenario, policies: Sequence[Policy], seed: tuple[int, ...], record: bool = False
) -> Iterator[Run]:
    source = np.random.SeedSequence(seed)
    calls = scenario.arrivals.draw(scenario.horizon, np.random.default_rng(source.spawn(1)[0]))
    key = source.generate_state(1, np.uint64)[0]
    return (simulated(scenario, policy, calls, key, record) for policy in policies)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """`values[policy, replication, measure]`; `curves[policy, replication, of CURVES, of GRID]`;
    `covered[policy, replication, hour of the day]`. Policies and measures are named by `policies`
    and `names`."""

    policies: tuple[str, ...]
    names: tuple[str, ...]
    values: Floats = field(repr=False)
    curves: Floats = field(repr=False)
    covered: Floats = field(repr=False)

    def of(self, policy: str, measure: str, confidence: float = CONFIDENCE) -> Interval:
        return Interval.of(self._values(policy, measure), confidence)

    def difference(
        self, policy: str, other: str, measure: str, confidence: float = CONFIDENCE
    ) -> Interval:
        """How much more it is under a policy than under the other, replication by replication."""
        pairs = self._values(policy, measure) - self._values(other, measure)
        return Interval.of(pairs, confidence)

    def curve(self, policy: str, interval: str) -> list[Interval]:
        """For each time of GRID, the share of calls for which it took at most so long."""
        by_replication = self.curves[self.policies.index(policy), :, CURVES.index(interval)]
        return [Interval.of(values) for values in by_replication.T]

    def beside(self, other: "Comparison") -> "Comparison":
        """Both as one: policies that met the same calls, elsewhere or with other units."""
        return Comparison(
            self.policies + other.policies,
            self.names,
            np.concatenate([self.values, other.values]),
            np.concatenate([self.curves, other.curves]),
            np.concatenate([self.covered, other.covered]),
        )

    def _values(self, policy: str, measure: str) -> Floats:
        values: Floats = self.values[self.policies.index(policy), :, self.names.index(measure)]
        return values


def replicate(
    scenario: Scenario,
    policies: Sequence[Policy],
    replications: int,
    seed: int,
    workers: int = 1,
    progress: Progress | None = None,
) -> Comparison:
    """As many replications under each policy, the same whatever the number of workers.

    `workers`: processes, 1: in this one. They are forked from a server that has the simulator
    loaded, not from the caller, who may have threads and connections; the first start of it costs
    about a second, later ones next to nothing.
    """
    if replications < 1 or not policies:
        raise ValueError("nothing to simulate")
    if len({policy.name for policy in policies}) < len(policies):
        raise ValueError("two policies have the same name")
    results: list[Measured | None] = [None] * replications
    parts = _in_processes if workers > 1 else _in_this_process
    done = 0
    for part, found in parts(scenario, policies, replications, seed, workers):
        results[part.start : part.stop] = found
        done += len(part)
        if progress is not None:
            progress(done, replications)
    values, shapes, covered = zip(*(one for one in results if one is not None), strict=True)
    return Comparison(
        tuple(policy.name for policy in policies),
        measure_names(scenario),
        np.stack(values, axis=1),
        np.stack(shapes, axis=1),
        np.stack(covered, axis=1),
    )


type Measured = tuple[Floats, Floats, Floats]
"""Of one replication, by policy: measures, curves, coverage by hour."""
type Part = tuple[range, list[Measured]]


def _in_this_process(
    scenario: Scenario, policies: Sequence[Policy], replications: int, seed: int, workers: int
) -> Iterator[Part]:
    for number in range(replications):
        yield range(number, number + 1), [_replication(scenario, policies, seed, number)]


def _replication(
    scenario: Scenario, policies: Sequence[Policy], seed: int, number: int
) -> Measured:
    found = [
        (measures(run), curves(run), covered_by_hour(run))
        for run in _runs(scenario, policies, (seed, number))
    ]
    values, shapes, covered = zip(*found, strict=True)
    return np.stack(values), np.stack(shapes), np.stack(covered)


# --- in other processes ---------------------------------------------------------------------------

_given: list[tuple[Scenario, Sequence[Policy], int]] = []
"""What this worker simulates: sent once, not with each task."""


def _in_processes(
    scenario: Scenario, policies: Sequence[Policy], replications: int, seed: int, workers: int
) -> Iterator[Part]:
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    many = max(1, -(-replications // (CHUNKS * workers)))
    parts = [
        range(begin, min(begin + many, replications)) for begin in range(0, replications, many)
    ]
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_take, initargs=(scenario, policies, seed)
    ) as pool:
        tasks = {pool.submit(_part, part): part for part in parts}
        try:
            for task in as_completed(tasks):
                yield tasks[task], task.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _take(scenario: Scenario, policies: Sequence[Policy], seed: int) -> None:
    _given[:] = [(scenario, policies, seed)]
    Thread(target=_end_with_caller, daemon=True).start()


def _end_with_caller() -> None:
    """A worker whose caller was killed would wait for its next task for ever."""
    caller = parent_process()
    if caller is not None:
        caller.join()
        os._exit(0)


def _part(part: range) -> list[Measured]:
    scenario, policies, seed = _given[0]
    return [_replication(scenario, policies, seed, number) for number in part]
