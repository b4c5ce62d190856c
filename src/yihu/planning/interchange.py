"""Vertex interchange (Teitz & Bart 1968) with the fast evaluation of Whitaker (1983), as Resende &
Werneck (2007) take it apart: what a candidate would save, what each open one is worth, and what of
that worth the candidate would take over. Pure.
"""

import numpy as np
from numba import njit

from yihu.planning.near_costs import NearCosts, Shorts
from yihu.planning.siting_problem import Floats, Ints

STRICTLY = 1e-11
"""Relative: what an exchange has to save, so that rounding cannot make it go round in circles."""


@njit(cache=True)
def interchange(
    near: NearCosts, cap: Floats, candidates: Ints, chosen: Ints, next_one: int, effort: int
) -> int:
    """Betters `chosen`, in place, until no exchange of one of them for one of the `candidates`
    would. `cap`: what rows pay at most without any of them.

    Candidates are tried in turn, from the `next_one` of them, and the best exchange with each is
    made if it saves anything. Returns -1 when none is left, and the next one to try when the
    `effort` (costs looked at) is used up before that.
    """
    columns, rows = len(near.start) - 1, len(cap)
    is_open = np.zeros(columns, dtype=np.bool_)
    for j in chosen:
        is_open[j] = True
    first, second = np.empty(rows), np.empty(rows)
    server = np.empty(rows, dtype=np.int32)
    worth, shared = np.empty(len(chosen)), np.empty(len(chosen))
    total = _assign(near, cap, chosen, first, second, server, worth)
    failed, tried = 0, next_one
    while failed < len(candidates):
        if effort < 0:
            return tried
        j = candidates[tried]
        tried = (tried + 1) % len(candidates)
        failed += 1
        if is_open[j]:
            continue
        saved = 0.0
        shared[:] = 0.0
        for e in range(near.start[j], near.start[j + 1]):
            i, value = near.row[e], near.value[e]
            if value < second[i]:
                if value < first[i]:
                    saved += first[i] - value
                if server[i] >= 0:
                    shared[server[i]] += second[i] - max(value, first[i])
        effort -= near.start[j + 1] - near.start[j] + len(chosen)
        out = 0
        for k in range(1, len(chosen)):
            if shared[k] - worth[k] > shared[out] - worth[out]:
                out = k
        if saved + shared[out] - worth[out] > STRICTLY * total:
            is_open[chosen[out]], is_open[j] = False, True
            chosen[out] = j
            total = _assign(near, cap, chosen, first, second, server, worth)
            effort -= 4 * rows
            failed = 0
    return -1


@njit(cache=True)
def _assign(
    near: NearCosts,
    cap: Floats,
    chosen: Ints,
    first: Floats,
    second: Floats,
    server: Shorts,
    worth: Floats,
) -> float:
    """Who serves each row (-1: the cap) at what cost, what the next would cost, and what would be
    lost without each. Returns the cost of all."""
    first[:] = cap
    second[:] = cap
    server[:] = -1
    for k in range(len(chosen)):
        for e in range(near.start[chosen[k]], near.start[chosen[k] + 1]):
            i, value = near.row[e], near.value[e]
            if value < first[i]:
                second[i], first[i], server[i] = first[i], value, k
            elif value < second[i]:
                second[i] = value
    worth[:] = 0.0
    total = 0.0
    for i in range(len(cap)):
        total += first[i]
        if server[i] >= 0:
            worth[server[i]] += second[i] - first[i]
    return total
