"""What a district's own incidents say of calls to come. Only what was fitted leaves this file: no
incident, and no person, can be read from it.

Counted is what the reader may know of; see `queries.calls`.
"""

from collections.abc import Sequence
from datetime import datetime
from math import cos, radians

from shapely.geometry import shape

from yihu.dispatch.map_reach import may_see
from yihu.kernel.access import Actor
from yihu.kernel.schedule import working_calendar
from yihu.places.tile_layers import Area
from yihu.planning import queries
from yihu.planning.fitting import Fitted, fit
from yihu.planning.measured_inputs import EXPECTED, Inputs, measured
from yihu.planning.plan_instance import DEGREE


def fitted(
    actor: Actor, communities: Sequence[Area], since: datetime, until: datetime
) -> Fitted | None:
    """Fitted to the incidents between two moments, zones being the codes of communities: three
    statements. None for who does not see the net as a whole.

    Where a community has fewer than FEWEST incidents, or there are fewer of a kind, it is not told
    where those were: they count as unplaced.
    """
    if not may_see(actor):
        return None
    since, until = _by_clock(since), _by_clock(until)
    return fit(queries.calls(actor, communities, since, until), since, until, EXPECTED)


def inputs(
    actor: Actor, communities: Sequence[Area], since: datetime, until: datetime
) -> Inputs | None:
    """All that a simulation rests on, as far as it can be measured: five statements. None for who
    does not see the net as a whole."""
    if not may_see(actor):
        return None
    since, until = _by_clock(since), _by_clock(until)
    return measured(
        queries.calls(actor, communities, since, until),
        since,
        until,
        spells=queries.spells(actor, since, until),
        registered=queries.registered(actor),
        km2=km2(communities),
    )


def km2(communities: Sequence[Area]) -> float:
    """How large they are together."""
    total = 0.0
    for area in communities:
        outline = shape(area.geometry)
        total += outline.area * DEGREE**2 * cos(radians(outline.centroid.y))
    return total / 1e6


def _by_clock(moment: datetime) -> datetime:
    return moment.astimezone(working_calendar().zone)
