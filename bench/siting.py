"""Where to build: how long a proven answer takes, beside PySAL's spopt with HiGHS, one after the
other on the same instances. Larger ones ours alone, and how much memory the largest needs.

spopt is stopped after some seconds; it says *Optimal* all the same. So what its sites achieve is
counted anew, and set beside ours.
"""

import multiprocessing
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import pulp
from spopt.locate import LSCP, MCLP, PCenter, PMedian
from tests.support import orlib

from bench.figures import Figure
from bench.place import Place
from yihu.planning import siting
from yihu.planning.siting import Siting
from yihu.planning.siting_problem import Floats, Ints
from yihu.planning.warm import warm

STOPPED = 10
"""Seconds that spopt's solver has for each."""
SIDE = 1000.0
"""Of the square in which demand and candidates lie; what it costs is how far it is."""
BESIDE = ((500, 100), (1000, 200))
LARGE, LARGEST = (5000, 500), (20_000, 2000)
STANDING, ROOMS, RADIUS = 15, 20, 150.0
TOGETHER, SOON, LATEST, MEMORY = 3.0, 5.0, 60.0, 1.5
"""Seconds for the published ones, the large and the largest; GB for that."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem, asked of both; `value`: what sites achieve; `sign`: -1 where more is better."""

    name: str
    ours: Callable[[], Siting]
    theirs: Callable[[], Any]
    value: Callable[[Ints], float]
    sign: int = 1


def measure(here: Place) -> list[Figure]:
    warm()
    figures = _published() if orlib.there() else []
    for size in BESIDE:
        cost, weights = drawn(*size)
        for problem in (*_dearest(cost, weights, 10), *_covering(cost, weights, 10)):
            figures += _beside(f"{_named(size)}, {problem.name}", problem)
    return [*figures, *_large(), *_largest()]


def drawn(rows: int, columns: int) -> tuple[Floats, Floats]:
    """How far each candidate is from each demand, and how many live there."""
    random = np.random.default_rng(rows)
    demand, sites = random.uniform(0, SIDE, (rows, 2)), random.uniform(0, SIDE, (columns, 2))
    cost = np.hypot(*(demand[:, None, k] - sites[None, :, k] for k in (0, 1)))
    return cost, random.integers(1, 200, rows).astype(float)


def _named(size: tuple[int, int]) -> str:
    return f"{size[0]:,} × {size[1]:,}"


# --- beside spopt ---------------------------------------------------------------------------------


def _published() -> list[Figure]:
    """Six of the OR-Library's, p-median and p-centre; the two least of them beside spopt."""
    figures, seconds, proven = [], 0.0, 0
    for number in orlib.MEDIAN:
        cost, p = orlib.read(number)
        for problem in _dearest(cost, np.ones(len(cost)), p):
            if number <= 6:
                figures += _beside(f"pmed{number}, {problem.name}", problem)
            found = problem.ours()
            known = (orlib.MEDIAN if problem.name == "p-median" else orlib.CENTRE)[number]
            seconds += found.seconds
            proven += found.proven and found.value == known
    what = "six of the OR-Library, p-median and p-centre"
    return [
        *figures,
        Figure("siting", what, seconds, "s", bar=TOGETHER),
        Figure("siting", "… of 12 proven, and as they are known", proven, "", least=12),
    ]


def _dearest(cost: Floats, weights: Floats, p: int) -> Iterator[Problem]:
    yield Problem(
        "p-median",
        lambda: siting.p_median(cost, p, weights),
        lambda: PMedian.from_cost_matrix(cost, weights, p),
        lambda sites: float(cost[:, sites].min(axis=1) @ weights),
    )
    yield Problem(
        "p-centre",
        lambda: siting.p_center(cost, p),
        lambda: PCenter.from_cost_matrix(cost, p),
        lambda sites: float(cost[:, sites].min(axis=1).max()),
    )


def _covering(cost: Floats, weights: Floats, p: int) -> Iterator[Problem]:
    yield Problem(
        "most covered",
        lambda: siting.max_cover(cost, RADIUS, p, weights),
        lambda: MCLP.from_cost_matrix(cost, weights, RADIUS, p),
        lambda sites: float(weights[cost[:, sites].min(axis=1) <= RADIUS].sum()),
        sign=-1,
    )
    far = float(np.ceil(cost.min(axis=1).max()))  # that nobody is out of reach
    yield Problem(
        "fewest that cover",
        lambda: siting.set_cover(cost, far),
        lambda: LSCP.from_cost_matrix(cost, far),
        lambda sites: float(len(sites)),
    )


def _beside(what: str, problem: Problem) -> list[Figure]:
    began = perf_counter()
    ours = problem.ours()
    took = perf_counter() - began
    theirs, seconds, stopped = _spopt(problem)
    figures = [
        Figure("siting", f"{what}: ours", took, "s"),
        Figure("siting", "… still open", 100 * ours.gap, "%", bar=1e-7),
        Figure("siting", "… spopt, stopped" if stopped else "… spopt", seconds, "s"),
        Figure("siting", "… of ours", seconds / took, "times"),
    ]
    if not len(theirs):
        return [*figures, Figure("siting", "… its solutions by then", 0, "")]
    worse = problem.sign * (problem.value(theirs) - ours.value) / ours.value
    return [*figures, Figure("siting", "… worse than ours", 100 * worse, "%", least=-1e-4)]


def _spopt(problem: Problem) -> tuple[Ints, float, bool]:
    """The sites, none where none were found; the seconds that the model and its solution took; and
    whether it was stopped."""
    began = perf_counter()
    model = problem.theirs()
    stated = perf_counter()
    try:
        model.solve(pulp.HiGHS(msg=False, timeLimit=STOPPED), results=False)
    except RuntimeError:  # how it says so
        chosen = np.empty(0, dtype=np.int64)
    else:
        built = [(one.value() or 0) > 0.5 for one in model.fac_vars]
        chosen = np.flatnonzero(built)
    ended = perf_counter()
    return chosen, ended - began, ended - stated >= STOPPED


# --- ours alone -----------------------------------------------------------------------------------


def _large() -> list[Figure]:
    cost, weights = drawn(*LARGE)
    fixed = range(STANDING)
    what = f"{_named(LARGE)}, {STANDING} stand, {ROOMS - STANDING} more"
    asked = {
        "p-median": lambda: siting.p_median(cost, ROOMS, weights, fixed),
        "p-centre": lambda: siting.p_center(cost, ROOMS, fixed),
        "most covered": lambda: siting.max_cover(cost, RADIUS, ROOMS, weights, fixed),
    }
    return [
        figure for name, ask in asked.items() for figure in _alone(f"{what}, {name}", ask(), SOON)
    ]


def _largest() -> list[Figure]:
    """In a process of its own, whose memory is nobody else's."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as pool:
        found, memory = pool.submit(_solved_alone).result()
    what = f"{_named(LARGEST)}, {STANDING} stand, {ROOMS - STANDING} more, p-median"
    return [
        *_alone(what, found, LATEST),
        Figure("siting", "… memory, the instance with it", memory, "GB", bar=MEMORY),
    ]


def _solved_alone() -> tuple[Siting, float]:
    cost, weights = drawn(*LARGEST)
    warm()
    found = siting.p_median(cost, ROOMS, weights, range(STANDING))
    return found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _alone(what: str, found: Siting, bar: float) -> list[Figure]:
    return [
        Figure("siting", what, found.seconds, "s", bar=bar),
        Figure("siting", "… still open", 100 * found.gap, "%", bar=1e-7),
    ]
