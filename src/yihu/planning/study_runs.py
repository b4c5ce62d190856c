"""Settings run under many seeds, what is measured of each run, and differences seed by seed. Pure.

Equal seeds bring equal calls into every setting (common random numbers), so that a difference is
taken within a seed, and is known far better than what it is the difference of.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from yihu.planning.confidence import Interval
from yihu.planning.simulation import Run, Scenario, simulate
from yihu.planning.siting_problem import Bools, Floats
from yihu.planning.study_settings import AUXILIARY, NEEDS_POLICE, OTHERS, Setting, scenario
from yihu.planning.study_worlds import District

GOAL = 480.0
"""Seconds: eight minutes."""
LAST = 3 * 3600.0
"""Calls of so many seconds before the end are not counted: they may not have been reached yet."""
GRID = np.arange(0.0, 3001.0, 15.0)
MEASURES = (
    "first P50",
    "first P90",
    "first late",
    "police P50",
    "police P90",
    "police late",
    "redundant",
    "offers",
    "busy police",
    "busy others",
    "not reached",
)
"""Of whoever is there first, and of the first police unit, where the call needs one: seconds, and
the share later than GOAL. `redundant`: arrivals of units that were not needed any more, and
`offers`: a call. `busy`: shares of the time on shift."""


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A setting under each seed: `values[seed, of MEASURES]`, `curve[seed, of GRID]`: the share of
    calls at which somebody was by then."""

    values: Floats = field(repr=False)
    curve: Floats = field(repr=False)

    def of(self, measure: str) -> Interval:
        """Infinite if it is so under any seed."""
        column = self._column(measure)
        if np.isinf(column).any():
            return Interval(np.inf, np.inf, len(column))
        return Interval.of(column)

    def first(self, seeds: int) -> "Sample":
        return Sample(self.values[:seeds], self.curve[:seeds])

    def less_than(self, other: "Sample", measure: str) -> Interval:
        """How much less it is than in another setting, seed by seed."""
        return Interval.of(other._column(measure) - self._column(measure))

    def ratio(self, other: "Sample", measure: str) -> Interval:
        """What it is beside another setting, seed by seed."""
        ours, theirs = self._column(measure), other._column(measure)
        return Interval.of(
            np.divide(ours, theirs, out=np.full_like(ours, np.nan), where=theirs > 0)
        )

    def _column(self, measure: str) -> Floats:
        column: Floats = self.values[:, MEASURES.index(measure)]
        return column


@dataclass(frozen=True, slots=True)
class Effort:
    """`seeds` of `days` each, from `seed` on; `workers`: threads (runs are compiled, and hold no
    lock)."""

    seed: int = 1
    seeds: int = 24
    days: float = 14
    workers: int = 2

    def fewer(self, share: float) -> "Effort":
        return Effort(self.seed, max(2, round(self.seeds * share)), self.days, self.workers)


def samples(settings: Sequence[Setting], district: District, effort: Effort) -> list[Sample]:
    """In their order."""
    with ThreadPoolExecutor(effort.workers) as pool:
        return list(pool.map(lambda setting: sample(setting, district, effort), settings))


def sample(setting: Setting, district: District, effort: Effort) -> Sample:
    asked, policy = scenario(setting, district, effort.days), setting.policy
    numbers = range(effort.seed * 1000, effort.seed * 1000 + effort.seeds)
    runs = [_measured(simulate(asked, policy, number), asked) for number in numbers]
    return Sample(np.array([values for values, _ in runs]), np.array([curve for _, curve in runs]))


def _measured(run: Run, asked: Scenario) -> tuple[Floats, Floats]:
    counted = run.counted & (run.calls["created"] < asked.horizon - LAST)
    calls = run.calls[counted]
    priority = np.array([kind.priority for kind in asked.call_types])[calls["type"]]
    first = _never(calls["on_scene"] - calls["created"])
    needed = np.isin(priority, NEEDS_POLICE)
    police = _never(calls["police"] - calls["created"])[needed]
    others = np.isin(asked.units.type, OTHERS)
    values = [
        *_told(first),
        *_told(police),
        calls["redundant"].mean(),
        calls["offers"].mean(),
        _busy(run, ~others),
        _busy(run, others & (asked.units.type != AUXILIARY)),
        np.isinf(first).mean(),
    ]
    curve = np.searchsorted(np.sort(first), GRID, side="right") / max(len(first), 1)
    return np.array(values), curve


def _never(seconds: Floats) -> Floats:
    """Who was not reached waits for ever."""
    return np.where(np.isnan(seconds), np.inf, seconds)


def _told(seconds: Floats) -> tuple[float, float, float]:
    """The nearest rank, so that inf stays what it is."""
    half, most = np.quantile(seconds, [0.5, 0.9], method="inverted_cdf")
    return float(half), float(most), float((seconds > GOAL).mean())


def _busy(run: Run, units: Bools) -> float:
    on_shift = run.on_shift[units].sum()
    return float(run.busy[units].sum() / on_shift) if on_shift else np.nan
