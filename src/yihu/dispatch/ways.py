"""How each unit would get to a place: by the district's roads where they are known."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from yihu.dispatch.crew import Crew
from yihu.dispatch.kinds import Travel
from yihu.dispatch.travel import Way, along_line
from yihu.places.road_network import roads
from yihu.places.road_rules import Profile
from yihu.places.roads import Roads

type Place = tuple[float, float]


def ways_to(district: str, place: Place, crews: Iterable[Crew], now: datetime) -> dict[UUID, Way]:
    """For each unit with a position: one search backwards from the place for each way of
    travelling. `now`: local time, since roads are slower at some hours."""
    located = [crew for crew in crews if crew.fix is not None]
    net = roads(district)
    if net is None:
        return {crew.unit: along_line(crew, place) for crew in located}
    by_travel: dict[Travel, list[Crew]] = defaultdict(list)
    for crew in located:
        by_travel[crew.travel].append(crew)
    hour = now.hour + now.minute / 60
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
