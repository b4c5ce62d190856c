"""What is due next: a tournament among the times of a fixed number of slots. Pure.

Each unit has at most one event ahead of it, so that its slot is all the heap that is needed: a time
is set, moved or taken back in log₂ n steps, and nothing that was cancelled stays in it.
"""

import numpy as np

from yihu.planning.compiled import inner
from yihu.planning.siting_problem import Floats


@inner
def event_tree(slots: int) -> Floats:
    """None is due. The times stand in the second half, each winner at half its place."""
    size = 1
    while size < slots:
        size *= 2
    return np.full(2 * size, np.inf)


@inner
def set_due(tree: Floats, slot: int, time: float) -> None:
    """inf: nothing is due any more."""
    at = slot + len(tree) // 2
    tree[at] = time
    while at > 1:
        at //= 2
        tree[at] = min(tree[2 * at], tree[2 * at + 1])


@inner
def next_due(tree: Floats) -> int:
    """The slot whose time, `tree[1]`, is the earliest; of equal ones the lowest."""
    at, size = 1, len(tree) // 2
    while at < size:
        at = 2 * at if tree[2 * at] <= tree[2 * at + 1] else 2 * at + 1
    return at - size
