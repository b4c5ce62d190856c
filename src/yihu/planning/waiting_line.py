"""Calls that wait for a unit: by priority, and first come, first served within one. Pure."""

from typing import NamedTuple

import numpy as np

from yihu.planning.compiled import inner
from yihu.planning.siting_problem import Ints

NOBODY = -1


class Line(NamedTuple):
    """A linked list for each priority. `first`, `last` by priority; `after`, `before` by call."""

    first: Ints
    last: Ints
    after: Ints
    before: Ints


@inner
def waiting_line(priorities: int, calls: int) -> Line:
    """Nobody waits. Priorities are counted from 1."""
    return Line(
        np.full(priorities + 1, NOBODY),
        np.full(priorities + 1, NOBODY),
        np.full(calls, NOBODY),
        np.full(calls, NOBODY),
    )


@inner
def join(line: Line, priority: int, call: int) -> None:
    """In the order of the calls, also for one that was served and lost its unit again."""
    ahead, behind = line.last[priority], NOBODY
    while ahead != NOBODY and ahead > call:
        ahead, behind = line.before[ahead], ahead
    line.before[call], line.after[call] = ahead, behind
    if ahead == NOBODY:
        line.first[priority] = call
    else:
        line.after[ahead] = call
    if behind == NOBODY:
        line.last[priority] = call
    else:
        line.before[behind] = call


@inner
def leave(line: Line, priority: int, call: int) -> None:
    ahead, behind = line.before[call], line.after[call]
    if ahead == NOBODY:
        line.first[priority] = behind
    else:
        line.after[ahead] = behind
    if behind == NOBODY:
        line.last[priority] = ahead
    else:
        line.before[behind] = ahead
