"""Larson's hypercube queuing model, solved exactly: who is busy how much, and who goes where. Pure.

Calls come from *atoms* as Poisson streams; each is given to the first unit on its atom's list of
preference that is free; service times are exponential and do not depend on where it is. A state
says which units are busy: bit n of its number is unit n. Larson (1974), *Computers & Operations
Research* 1, 67-95; Larson & Odoni, *Urban Operations Research* (1981), chapter 5.

From a state one comes only to those with one busy unit more or less, so that the balance equations
are solved directly and level by level: Gaver, Jacobs & Latouche (1984), *Advances in Applied
Probability* 16, 715-731.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]

MOST = 12
"""Units: then there are 4,096 states, 924 of them in the largest level."""


@dataclass(frozen=True, slots=True, eq=False)
class Hypercube:
    """What holds in the long run.

    `states` [2 ** units]: how likely each is; who waits leaves all units busy. `workload` [unit]:
    the share of time that it is busy. `dispatches` [atom, unit]: the share of all calls that come
    from the atom and are served by the unit; together 1, or what is not lost. `all_busy`: the share
    of calls that find all units busy: they wait, or without a queue are lost. `wait`: the mean time
    in the queue, those who do not wait counted. `travel`: the mean over all calls that are served,
    each from its unit's own place; None where no times were given.
    """

    states: Floats
    workload: Floats
    dispatches: Floats
    all_busy: float
    wait: float
    travel: float | None


def hypercube(
    rates: ArrayLike,
    preferences: ArrayLike,
    mu: ArrayLike,
    travel: ArrayLike | None = None,
    queue: bool = True,
) -> Hypercube:
    """`rates` [atom]: calls in a unit of time. `preferences` [atom, unit]: all units, numbered from
    0, whoever is sent first before the others; of an atom that knows ties make several, one for
    each order, which share its rate. `mu`: calls that a unit serves in a unit of time, one number
    or [unit]. `travel` [atom, unit]: the way there. `queue`: who finds all units busy waits, and is
    served first come, first served, by the first that is free; otherwise the call is lost.

    ValueError for bad input, naming the atom or unit, and for more calls than all units serve.
    """
    calls = _finite(rates, "rates", 1)
    order = _orders(preferences, len(calls))
    units = order.shape[1]
    serves = np.broadcast_to(_finite(mu, "mu", None), (units,))
    total, capacity = calls.sum(), serves.sum()
    _refuse("atom", "a negative rate", (calls < 0).nonzero()[0])
    _refuse("unit", "serves nobody: mu is not over 0", (serves <= 0).nonzero()[0])
    if not total > 0:
        raise ValueError("there are no calls: all rates are 0")
    if queue and total >= capacity:
        raise ValueError(f"{total:g} calls, but all units together serve {capacity:g}")
    times = None if travel is None else _finite(travel, "travel", 2)
    if times is not None and times.shape != order.shape:
        raise ValueError(f"travel has the shape {times.shape}, not {order.shape}: atoms × units")

    busy = (np.arange(2**units)[:, np.newaxis] >> np.arange(units) & 1).astype(bool)
    sent = _sent(busy[:-1], order)
    upwards = np.zeros(busy.shape)
    for rate, unit in zip(calls, sent, strict=True):
        upwards[np.arange(len(unit)), unit] += rate
    states = _solve(busy, upwards, serves)
    if queue:
        states[-1] /= 1 - total / capacity
    states /= states.sum()

    all_busy = float(states[-1])
    served = np.array([np.bincount(unit, states[:-1], units) for unit in sent])
    if queue:  # the first that is free is unit n with the probability mu[n] / capacity
        served += all_busy * serves / capacity
    dispatches = served * (calls / total)[:, np.newaxis]
    return Hypercube(
        states=states,
        workload=states @ busy,
        dispatches=dispatches,
        all_busy=all_busy,
        wait=float(all_busy / (capacity - total)) if queue else 0.0,
        travel=None if times is None else float((dispatches * times).sum() / dispatches.sum()),
    )


def _sent(busy: NDArray[np.bool_], order: Ints) -> list[Ints]:
    """For each atom, the unit that is sent in each of these states."""
    return [chosen[(~busy[:, chosen]).argmax(axis=1)] for chosen in order]


def _solve(busy: NDArray[np.bool_], upwards: Floats, serves: Floats) -> Floats:
    """How likely each state is beside the others, without a queue: from level k to the one above it
    leads R(k), π(k + 1) = π(k) R(k) with R(k) = U(k) (Δ(k + 1) - R(k + 1) D(k + 2))⁻¹, where U and
    D are the rates up and down and Δ is the rate at which a state is left."""
    units = busy.shape[1]
    levels = [(busy.sum(axis=1) == count).nonzero()[0] for count in range(units + 1)]
    place = np.empty(len(busy), dtype=np.int64)
    for level in levels:
        place[level] = np.arange(len(level))
    left = upwards.sum(axis=1) + busy @ serves
    ratios = []
    inner = np.diag(left[levels[units]])
    for count in range(units - 1, -1, -1):
        low, high = levels[count], levels[count + 1]
        up, down = np.zeros((len(low), len(high))), np.zeros((len(high), len(low)))
        for unit in range(units):
            free = (~busy[low, unit]).nonzero()[0]
            above = place[low[free] | 1 << unit]
            up[free, above], down[above, free] = upwards[low[free], unit], serves[unit]
        ratio = np.linalg.solve(inner.T, up.T).T
        inner = np.diag(left[low]) - ratio @ down
        ratios.append(ratio)
    states = np.zeros(len(busy))
    known = states[levels[0]] = np.ones(1)
    for level, ratio in zip(levels[1:], reversed(ratios), strict=True):
        known = states[level] = known @ ratio
    return states


# --- what is asked --------------------------------------------------------------------------------


def _finite(values: ArrayLike, name: str, dimensions: int | None) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if dimensions is not None and found.ndim != dimensions:
        raise ValueError(f"{name} has the shape {found.shape}, not {dimensions} dimensions")
    if found.ndim:
        axis = "unit" if dimensions is None else "atom"
        wrong = ~np.isfinite(found.reshape(len(found), -1)).all(axis=1)
        _refuse(axis, f"{name} is not a finite number", wrong.nonzero()[0])
    elif not np.isfinite(found):
        raise ValueError(f"{name} is not a finite number")
    return found


def _orders(preferences: ArrayLike, atoms: int) -> Ints:
    found = np.asarray(preferences)
    if found.ndim != 2 or len(found) != atoms or found.dtype.kind not in "iu":
        raise ValueError("preferences are not, for each atom, the numbers of all units")
    units = found.shape[1]
    if not 1 <= units <= MOST:
        raise ValueError(f"{units} units: the model is solved for 1 to {MOST}")
    wrong = (np.sort(found, axis=1) != np.arange(units)).any(axis=1)
    _refuse("atom", "preferences do not name each unit once", wrong.nonzero()[0])
    return found.astype(np.int64)


def _refuse(axis: str, text: str, wrong: Ints) -> None:
    if len(wrong):
        raise ValueError(f"{text}: {axis} {', '.join(map(str, wrong[:5]))}")
