"""Coverings as integer programs for HiGHS (Huangfu & Hall 2018). Pure.

What it calls optimal is not relied on: its bound is, and what it chose is counted anew.
"""

from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import csr_array, hstack, identity, vstack

from yihu.planning.cover_reduction import Cover
from yihu.planning.siting_problem import Bools, Deadline, Floats, Ints, Progress

OPTIONS: dict[str, float | str] = {
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
    "mip_feasibility_tolerance": 1e-9,
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "parallel": "off",  # "threads" may not differ from what others in the process asked for
}
TAIL = 10
"""Rounds of the linear relaxation: what so many brought is what is hoped of ten times as many."""
NEAR = 1e-6
"""By what a bound of HiGHS may be too sharp, relative to the least that matters."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`columns` of a cover, none where none were found by then; `bound`: what none can be below."""

    columns: Ints
    bound: float


def fewest(
    cover: Cover, start: Ints, deadline: Deadline, progress: Progress | None = None
) -> Choice:
    """The fewest columns that cover every row (Toregas et al. 1971)."""
    rows, columns = cover.covers.shape
    model = highspy.HighsLp()
    model.col_cost_ = np.ones(columns)
    model.row_lower_, model.row_upper_ = np.ones(rows), np.full(rows, np.inf)
    return _solved(model, csr_array(cover.covers, dtype=float), start, deadline, progress)


def relaxed(
    cover: Cover, most: float, deadline: Deadline, progress: Progress | None = None
) -> float:
    """What the fewest columns that cover every row cannot be below, by the linear relaxation. Rows
    come into it when its solution does not cover them; their prices u make the bound
    Σ uᵢ + Σⱼ min(0, 1 - Σ uᵢ of the rows that j covers), whatever the solver did."""
    rows, columns = cover.covers.shape
    solver = _solver()
    for _ in range(columns):
        solver.addVar(0.0, 1.0)
    solver.changeColsCost(columns, np.arange(columns, dtype=np.int32), np.ones(columns))
    width = np.count_nonzero(cover.covers, axis=1)
    taken, bounds = np.empty(0, dtype=np.int64), [0.0]
    missing = np.ones(rows)
    while not deadline.over:
        before = bounds[max(len(bounds) - TAIL, 0)]
        if len(bounds) > TAIL and TAIL * (bounds[-1] - before) < np.floor(before) + 1 - before:
            break  # the next integer is out of reach
        new = _apart(cover.covers, np.lexsort((width, -missing)), missing)
        if not len(new):
            break
        for row in new:
            one = np.flatnonzero(cover.covers[row]).astype(np.int32)
            solver.addRow(1.0, np.inf, len(one), one, np.ones(len(one)))
        taken = np.append(taken, new)
        if deadline.limit is not None:
            solver.setOptionValue("time_limit", solver.getRunTime() + deadline.left)
        solver.run()
        found = solver.getSolution()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            break
        price = np.maximum(found.row_dual, 0.0)
        reduced = 1.0 - price @ cover.covers[taken]
        bounds.append(max(bounds[-1], float(price.sum() + np.minimum(reduced, 0.0).sum())))
        missing = 1.0 - cover.covers @ np.array(found.col_value)
        if progress is not None:
            progress(most, min(bounds[-1], most), deadline.seconds)
    return bounds[-1]


def _apart(covers: Bools, order: Ints, missing: Floats) -> Ints:
    """Some rows that are missing most, no two of them with a column in common."""
    new: list[int] = []
    used = np.zeros(covers.shape[1], dtype=bool)
    for row in order:
        if missing[row] <= NEAR:
            break
        if not (covers[row] & used).any():
            new.append(int(row))
            used |= covers[row]
    return np.array(new, dtype=np.int64)


def heaviest(
    cover: Cover, q: int, start: Ints, deadline: Deadline, progress: Progress | None = None
) -> Choice:
    """The `q` columns that leave the least weight uncovered (Church & ReVelle 1974). After the
    columns there is a variable for each row: that it is not covered."""
    rows, columns = cover.covers.shape
    model = highspy.HighsLp()
    model.col_cost_ = np.append(np.zeros(columns), cover.weight)
    model.row_lower_ = np.append(np.ones(rows), q)
    model.row_upper_ = np.append(np.full(rows, np.inf), q)
    each = hstack([csr_array(cover.covers, dtype=float), identity(rows)])
    count = np.append(np.ones(columns), np.zeros(rows))
    entries = vstack([each, csr_array(count[None])], format="csr")
    return _solved(model, entries, start, deadline, progress, columns)


def _solved(
    model: highspy.HighsLp,
    entries: csr_array,
    start: Ints,
    deadline: Deadline,
    progress: Progress | None,
    columns: int | None = None,
) -> Choice:
    """`columns`: how many of the variables are yes or no, all if not said."""
    rows, many = entries.shape
    columns = many if columns is None else columns
    model.num_col_, model.num_row_ = many, rows
    model.col_lower_, model.col_upper_ = np.zeros(many), np.ones(many)
    kinds = highspy.HighsVarType
    model.integrality_ = [kinds.kInteger] * columns + [kinds.kContinuous] * (many - columns)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_ = entries.indptr, entries.indices
    model.a_matrix_.value_ = entries.data
    solver = _solver()
    if deadline.limit is not None:
        solver.setOptionValue("time_limit", deadline.left)
    if progress is not None:
        _told(solver, deadline, progress)
    solver.passModel(model)
    known = highspy.HighsSolution()
    known.col_value = _values(entries, start, columns)
    solver.setSolution(known)
    if solver.run() == highspy.HighsStatus.kError:
        raise RuntimeError("HiGHS refused a model")
    values = np.array(solver.getSolution().col_value[:columns])
    return Choice(np.flatnonzero(values > 0.5), float(solver.getInfo().mip_dual_bound))


def _solver() -> highspy.Highs:
    solver = _Quiet()
    for name, value in OPTIONS.items():
        solver.setOptionValue(name, value)
    return solver


class _Quiet(highspy.Highs):
    """Says nothing, nor who it is: HiGHS does that once callbacks are made, before `silent()`."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def enableCallbacks(self) -> None:
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def _values(entries: csr_array, start: Ints, columns: int) -> Floats:
    values = np.zeros(entries.shape[1])
    values[start] = 1
    values[columns:] = (entries @ values)[: entries.shape[1] - columns] < 1
    return values


def _told(solver: highspy.Highs, deadline: Deadline, progress: Progress) -> None:
    def tell(event: highspy.HighsCallbackEvent) -> None:
        now = event.data_out
        progress(now.mip_primal_bound, now.mip_dual_bound, deadline.seconds)

    solver.cbMipInterrupt.subscribe(tell)
