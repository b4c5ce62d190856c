"""Travel by road: times, ways and what can be reached, for cars, e-bikes and people on foot.

Positions are WGS-84 (longitude, latitude) in degrees; other data are converted where they come in
(`datum`). Times are seconds and distances metres, both from and to the nearest point of a road;
inf where there is no way. `hour`: of the day, local time, 0 to 24.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from yihu.places.road_closures import Closure, closed_chains
from yihu.places.road_graph import Floats, Graph
from yihu.places.road_hours import QUARTERS, slowness
from yihu.places.road_reach import Reach
from yihu.places.road_rules import Profile
from yihu.places.road_snap import Snapper

if TYPE_CHECKING:
    from yihu.places.road_net import Net

__all__ = ["Closure", "LonLat", "Profile", "Roads", "Route", "Times"]

type LonLat = tuple[float, float]

NOON = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """In the order of what was asked about."""

    seconds: Floats
    metres: Floats


@dataclass(frozen=True, slots=True)
class Route:
    seconds: float
    metres: float
    line: list[LonLat]


class Roads:
    """A district's roads. Never changes, so that any number of threads may ask at once."""

    def __init__(self, graphs: Mapping[Profile, Graph], closures: Sequence[Closure] = ()) -> None:
        self.graphs, self.closures = graphs, tuple(closures)
        self._snappers: dict[Profile, Snapper] = {}
        self._nets: dict[tuple[Profile, int], Net] = {}
        self._lock = Lock()

    def to_one(
        self, target: LonLat, sources: Sequence[LonLat], profile: Profile, hour: float = NOON
    ) -> Times:
        """From each source to one target: one search, however many sources."""
        net = self._net(profile, hour)
        root, ends = net.snap(_degrees([target])), net.snap(_degrees(sources))
        legs = net.between(net.backward, root, ends, len(sources)).legs
        return Times(legs.seconds, legs.metres)

    def from_one(
        self, source: LonLat, targets: Sequence[LonLat], profile: Profile, hour: float = NOON
    ) -> Times:
        """From one source to each target: one search."""
        net = self._net(profile, hour)
        root, ends = net.snap(_degrees([source])), net.snap(_degrees(targets))
        legs = net.between(net.forward, root, ends, len(targets)).legs
        return Times(legs.seconds, legs.metres)

    def matrix(
        self,
        sources: Sequence[LonLat],
        targets: Sequence[LonLat],
        profile: Profile,
        hour: float = NOON,
    ) -> Floats:
        """Seconds [source, target]: a search for each of the fewer, on all cores."""
        net = self._net(profile, hour)
        starts, ends = net.snap(_degrees(sources)), net.snap(_degrees(targets))
        if len(targets) < len(sources):
            return net.table(net.backward, ends, len(targets), starts, len(sources)).T
        return net.table(net.forward, starts, len(sources), ends, len(targets))

    def route(
        self, source: LonLat, target: LonLat, profile: Profile, hour: float = NOON
    ) -> Route | None:
        """The way itself; None where there is none."""
        net = self._net(profile, hour)
        root, ends = net.snap(_degrees([source])), net.snap(_degrees([target]))
        ways = net.between(net.forward, root, ends, 1)
        legs = ways.legs
        if legs.spot[0] < 0:
            return None
        line = net.line(ways, ends)
        return Route(float(legs.seconds[0]), float(legs.metres[0]), [(x, y) for x, y in line])

    def isochrone(
        self,
        sources: Sequence[LonLat],
        limits: Sequence[float],
        profile: Profile,
        hour: float = NOON,
    ) -> list[dict[str, object]]:
        """What is reached from the nearest of the sources within each limit (seconds), as GeoJSON
        MultiPolygons: the roads, and what lies within a few steps of them."""
        net = self._net(profile, hour)
        return Reach(net).polygons(net.snap(_degrees(sources)), limits)

    def without(self, closed: Iterable[Closure]) -> "Roads":
        """The same roads with these closed too."""
        return Roads(self.graphs, (*self.closures, *closed))

    def off(self, places: Sequence[LonLat], profile: Profile) -> Floats:
        """How far each place is from the nearest road, in metres."""
        spots = self._snapper(profile)(_degrees(places))
        away = np.full(len(places), np.inf)
        np.minimum.at(away, spots.of, spots.away)
        return away

    def _snapper(self, profile: Profile) -> Snapper:
        with self._lock:
            if profile not in self._snappers:
                graph = self.graphs[profile]
                everything = Snapper(graph, np.ones(graph.edges, dtype=bool))
                if self.closures:
                    shut = closed_chains(everything, self.closures)
                    everything = Snapper(graph, ~shut[graph.chain])
                self._snappers[profile] = everything
            return self._snappers[profile]

    def _net(self, profile: Profile, hour: float) -> "Net":
        from yihu.places.road_net import Net  # and the compiler, which most need not load

        quarter = round(hour % 24 * 4) % QUARTERS
        snapper = self._snapper(profile)
        with self._lock:
            if (profile, quarter) not in self._nets:
                graph = self.graphs[profile]
                slow = slowness(profile, quarter / 4, graph.main)[graph.chain]
                seconds = np.where(snapper.open, graph.seconds * slow, np.inf)
                if len(self._nets) >= 12:
                    self._nets.pop(next(iter(self._nets)))
                self._nets[profile, quarter] = Net(graph, seconds, snapper)
            return self._nets[profile, quarter]


def _degrees(places: Sequence[LonLat]) -> Floats:
    return np.array(places, dtype=np.float64).reshape(-1, 2)
