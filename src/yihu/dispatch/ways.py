"""How each unit would get to a place: by the district's roads where they are known."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np

from yihu.dispatch.crew import Crew
from yihu.dispatch.kinds import Travel
from yihu.dispatch.travel import SPEEDS, Way, seconds_between
from yihu.places.road_network import roads
from yihu.places.road_rules import Profile
from yihu.places.roads import Roads

AT_ONCE = 60
"""How many are looked up on the roads at once, the nearest along a line first."""
FIRST = 10
"""More are looked up until so many are nearer by road than any other is along a line; whoever is
further away than that keeps the estimate."""

type Place = tuple[float, float]


def ways_to(district: str, place: Place, crews: Iterable[Crew], now: datetime) -> dict[UUID, Way]:
    """For each unit with a position: one search backwards from the place for each way of
    travelling. `now`: local time, since roads are slower at some hours."""
    located = [crew for crew in crews if crew.fix is not None]
    along = seconds_between(located, np.array([place]))[:, 0]
    located = [located[n] for n in np.argsort(along, kind="stable")]
    lines: list[float] = np.sort(along).tolist()
    found = {
        crew.unit: Way(seconds, seconds * SPEEDS[crew.travel], by_road=False)
        for crew, seconds in zip(located, lines, strict=True)
    }
    net = roads(district)
    if net is None:
        return found
    hour = now.hour + now.minute / 60
    known: list[float] = []
    for first in range(0, len(located), AT_ONCE):
        if len(known) >= FIRST and lines[first] >= known[FIRST - 1]:
            break
        by_road = _by_roads(net, place, located[first : first + AT_ONCE], hour)
        found |= by_road
        known = sorted([*known, *(way.seconds for way in by_road.values())])
    return found


def _by_roads(net: Roads, place: Place, crews: Iterable[Crew], hour: float) -> dict[UUID, Way]:
    by_travel: dict[Travel, list[Crew]] = defaultdict(list)
    for crew in crews:
        by_travel[crew.travel].append(crew)
    found: dict[UUID, Way] = {}
    for travel, those in by_travel.items():
        found |= _by_road(net, place, those, Profile(travel.value), hour)
    return found


def _by_road(
    net: Roads, place: Place, crews: Sequence[Crew], profile: Profile, hour: float
) -> dict[UUID, Way]:
    sources = [(crew.fix.longitude, crew.fix.latitude) for crew in crews if crew.fix is not None]
    times = net.to_one(place, sources, profile, hour)
    return {
        crew.unit: Way(float(seconds), float(metres), by_road=True)
        for crew, seconds, metres in zip(crews, times.seconds, times.metres, strict=True)
    }
