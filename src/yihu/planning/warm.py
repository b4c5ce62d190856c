"""Compiles what roads and planning have compiled, so that no page waits for it. Pure.

`python -m yihu.planning.warm` does so in a process of its own.

What is compiled is kept beside the package, or in the user's own cache where that is not writable
(Numba's `NUMBA_CACHE_DIR`).
"""

import os

import numpy as np

from yihu.places import road_search
from yihu.planning.cover_reduction import maximal
from yihu.planning.p_median import p_median
from yihu.planning.replication import warm as warm_simulation


def warm() -> None:
    """Some tens of seconds the first time, nothing to speak of afterwards."""
    road_search.warm()
    p_median(np.random.default_rng(12).integers(1, 100, (40, 30)), 5)  # one that has to branch
    maximal(np.eye(2, dtype=bool))
    warm_simulation()


if __name__ == "__main__":
    os.nice(10)  # whoever prepares a site is waited for, and this is not
    warm()
