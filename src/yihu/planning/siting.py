"""Where to build: the classic problems of discrete location, each with a proof of how good the
answer is. Pure: arrays in, a `Siting` out.

    from yihu.planning import siting

    found = siting.p_median(seconds, 20, residents, fixed=range(15))
    found.sites    # the columns: the 15 that stand, and the best 5 besides
    found.proven   # nothing can better it; else found.gap says by how much something might

`seconds[demand, candidate]` is what it costs to serve a row from a column, inf where that cannot
be. Sites that are `fixed` are kept and counted in `p`, those that are `forbidden` are not used.
`time_limit` is in seconds; the best that was found by then comes with its honest gap. What cannot
be answered is a `BadInstance` that names rows or columns.

- `p_median`: the least sum of weighted costs.
- `p_center`: the least cost of the dearest row.
- `max_cover`: the most weight within a radius; `coverage_curve`: for each number of sites.
- `set_cover`: the fewest sites that have every row within a radius.
- `front`: from the p-median to the p-centre.
"""

from yihu.planning.covering import coverage_curve, max_cover, set_cover
from yihu.planning.front import Compromise, front
from yihu.planning.p_center import p_center
from yihu.planning.p_median import p_median
from yihu.planning.siting_problem import BadInstance, Progress, Siting

__all__ = [
    "BadInstance",
    "Compromise",
    "Progress",
    "Siting",
    "coverage_curve",
    "front",
    "max_cover",
    "p_center",
    "p_median",
    "set_cover",
]
