"""One run of a simulation: calls, units, moves, and the measures taken of them. Pure."""

from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from yihu.planning.arrival_streams import Calls
from yihu.planning.event_loop import run
from yihu.planning.policies import Policy
from yihu.planning.random_laws import Records
from yihu.planning.scenario import Scenario, hours_on_shift
from yihu.planning.simulation_state import CALL, MOVE
from yihu.planning.siting_problem import Bools, Floats

INTERVALS = MappingProxyType(
    {
        "answer": ("created", "dispatched"),
        "acceptance": ("dispatched", "accepted"),
        "travel": ("accepted", "on_scene"),
        "response": ("created", "on_scene"),
        "police": ("created", "police"),
        "whole": ("created", "completed"),
    }
)
"""What is measured, from when to when. `response`: the first responder of any kind."""
CURVES = ("response", "police")
GRID = np.arange(0.0, 3601.0, 30.0)
"""Seconds at which the curves are read."""
WITHIN = 480.0


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """`calls`: rows of `simulation_state.CALL`, in the order in which they came; those `counted`
    came after the warm-up. `busy`, `on_shift`: seconds by unit after the warm-up. `covered`: the
    shares of residents within reach of a free unit, and of a free police unit, by sample, one every
    `scenario.sample` seconds. `moves`: rows of `simulation_state.MOVE`, where they were recorded.
    """

    scenario: Scenario = field(repr=False)
    policy: Policy
    calls: Records = field(repr=False)
    busy: Floats = field(repr=False)
    covered: Floats = field(repr=False)
    moves: Records = field(repr=False)

    @property
    def counted(self) -> Bools:
        counted: Bools = self.calls["created"] >= self.scenario.warm_up
        return counted

    @property
    def on_shift(self) -> Floats:
        units = self.scenario.units
        return hours_on_shift(units.duty, self.scenario.warm_up, self.scenario.horizon)

    @property
    def utilisation(self) -> Floats:
        """By unit, busy / on shift; above 1 where calls outlast shifts."""
        on_shift = self.on_shift
        return np.divide(self.busy, on_shift, out=np.zeros_like(on_shift), where=on_shift > 0)

    def interval(self, name: str) -> Floats:
        """By counted call, seconds; NaN where it did not come to its end."""
        begin, end = INTERVALS[name]
        calls = self.calls[self.counted]
        seconds: Floats = calls[end] - calls[begin]
        return seconds


def simulated(
    scenario: Scenario, policy: Policy, calls: Calls, key: np.uint64, record: bool = False
) -> Run:
    """A run over calls that were drawn; `key`: of all else that is drawn."""
    table = np.zeros(len(calls.created), dtype=CALL)
    table["type"], table["zone"], table["created"] = calls.type, calls.zone, calls.created
    table["first"] = -1
    for name in ("dispatched", "accepted", "on_scene", "police", "completed"):
        table[name] = np.nan
    busy = np.zeros(len(scenario.units))
    samples = int(np.ceil(scenario.horizon / scenario.sample)) if scenario.sample < np.inf else 0
    covered = np.zeros((samples, 2))
    moves = np.zeros(0, dtype=MOVE)
    kept = table.copy()
    many = run(scenario.world, policy.rules, key, table, moves, busy, covered)
    if record:  # the same once more, now that it is known how many moves there are
        table, moves = kept, np.zeros(many, dtype=MOVE)
        run(scenario.world, policy.rules, key, table, moves, busy, covered)
    return Run(scenario, policy, table, busy, covered, moves)


# --- measures -------------------------------------------------------------------------------------


def measure_names(scenario: Scenario) -> tuple[str, ...]:
    """What `measures` gives, in this order; seconds, shares or counts for a call."""
    return tuple(name for name, _value in _overall(None, scenario)) + tuple(
        f"priority {priority}: {name}"
        for priority in _priorities(scenario)
        for name, _value in _of_calls(None)
    )


def measures(found: Run) -> Floats:
    """NaN where there is nothing to measure. The quantiles of `answer` and `response` count whoever
    was never answered or reached as inf."""
    values = [value for _name, value in _overall(found, found.scenario)]
    priority = np.array([kind.priority for kind in found.scenario.call_types])
    for one in _priorities(found.scenario):
        chosen = found.counted & (priority[found.calls["type"]] == one)
        values += [value for _name, value in _of_calls(found.calls[chosen])]
    return np.array(values)


def curves(found: Run) -> Floats:
    """`[of CURVES, of GRID]`: the share of counted calls for which it took at most so long."""
    many = max(int(found.counted.sum()), 1)
    ordered = [np.sort(found.interval(name)) for name in CURVES]
    return np.array([np.searchsorted(times, GRID, side="right") / many for times in ordered])


def covered_by_hour(found: Run) -> Floats:
    """`[hour of the day]`: the share of residents within reach of a free unit, after the warm-up;
    NaN where that was not looked at in this hour."""
    sample = found.scenario.sample
    at = np.arange(len(found.covered)) * sample if len(found.covered) else np.zeros(0)
    counted = at >= found.scenario.warm_up
    hour = (at[counted] // 3600.0).astype(np.int64) % 24
    many = np.bincount(hour, minlength=24)
    covered = np.bincount(hour, found.covered[counted, 0], minlength=24)
    share: Floats = np.divide(covered, many, out=np.full(24, np.nan), where=many > 0)
    return share


def _priorities(scenario: Scenario) -> list[int]:
    return sorted({kind.priority for kind in scenario.call_types})


def _overall(found: Run | None, scenario: Scenario) -> list[tuple[str, float]]:
    of_calls = _of_calls(None if found is None else found.calls[found.counted])
    begun = int(np.ceil(scenario.warm_up / scenario.sample))
    covered = np.zeros((0, 2)) if found is None else found.covered[begun:]
    busy, on_shift = (
        (np.zeros(len(scenario.units)),) * 2 if found is None else (found.busy, found.on_shift)
    )
    return [
        *of_calls,
        ("coverage", _mean(covered[:, 0])),
        ("coverage by police", _mean(covered[:, 1])),
        *(
            (f"utilisation: {kind.name}", _share(busy[chosen].sum(), on_shift[chosen].sum()))
            for number, kind in enumerate(scenario.unit_types)
            for chosen in [scenario.units.type == number]
        ),
    ]


def _of_calls(given: Records) -> list[tuple[str, float]]:
    calls = np.zeros(0, dtype=CALL) if given is None else given
    found: list[tuple[str, float]] = [("calls", float(len(calls)))]
    for name, (begin, end) in INTERVALS.items():
        seconds = calls[end] - calls[begin]
        came = seconds[~np.isnan(seconds)]
        found.append((f"{name} mean", _mean(came)))
        ordered = np.sort(came)
        many = len(calls) if name in ("answer", "response") else len(came)
        found += [(f"{name} P{share}", _quantile(ordered, many, share)) for share in (50, 90)]
    response = calls["on_scene"] - calls["created"]
    return [
        *found,
        ("within 8 min", _mean(response <= WITHIN)),
        ("offers", _mean(calls["offers"])),
        ("redundant arrivals", _mean(calls["redundant"])),
        ("lost", _mean(calls["lost"])),
        ("not reached", _mean(np.isnan(response))),
    ]


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else np.nan


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _quantile(ordered: Floats, many: int, percent: int) -> float:
    """The least value that so many per cent of `many` do not exceed; those not given are inf."""
    if not many:
        return np.nan
    at = -(-many * percent // 100) - 1
    return float(ordered[at]) if at < len(ordered) else np.inf
