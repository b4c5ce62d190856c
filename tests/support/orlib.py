"""OR-Library's p-median instances (Beasley 1985), of which some are among the shared data.

`YIHU_SHARED_DATA` names their folder; without it `../shared/data` beside the checkout is looked in.
"""

from pathlib import Path

import numpy as np
from scipy.sparse.csgraph import floyd_warshall
from tests.support.reference import FOLDER

from yihu.planning.siting_problem import Floats

SITING = Path(FOLDER) / "siting"
MEDIAN = {1: 5819, 6: 7824, 11: 7696, 16: 8162, 21: 9138, 26: 9917}
CENTRE = {1: 127, 6: 84, 11: 59, 16: 47, 21: 40, 26: 38}
"""By instance, what is proven to be the least."""


def there() -> bool:
    return all(_file(number).exists() for number in MEDIAN)


def read(number: int) -> tuple[Floats, int]:
    """Distances between vertices, and p."""
    (vertices, _, p), *edges = (map(int, line.split()) for line in _lines(number))
    length = np.full((vertices, vertices), np.inf)
    for a, b, cost in edges:  # the last counts
        length[a - 1, b - 1] = length[b - 1, a - 1] = cost
    np.fill_diagonal(length, 0)
    return floyd_warshall(length), p


def _lines(number: int) -> list[str]:
    return [line for line in _file(number).read_text().splitlines() if line.strip()]


def _file(number: int) -> Path:
    return SITING / f"pmed{number}.txt"
