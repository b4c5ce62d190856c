"""Whom to send, of 600 and of 2,000 units: how long the roads take to say it, and the page.

The roads beside what is usual, in one run, one after another for each incident: networkx and scipy
search the same roads with the same times backwards from the incident, but from junction to
junction. They know no turns, neither what one costs nor where it is banned, and take a position for
the junction nearest to it. Where the data are at hand, a real city too, and how often the nearest
unit is that of an engine that others use.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree
from tests.support import reference

from bench import recommend_http
from bench.figures import Figure, quantile
from bench.place import SQLITE, Place
from bench.town import DISTRICT
from yihu.places import road_file
from yihu.places.road_graph import Floats, Graph, Ints, Plane
from yihu.places.road_hours import slowness
from yihu.places.road_network import roads
from yihu.places.roads import NOON, LonLat, Profile, Roads

SIZES = (600, 2000)
INCIDENTS, WARM = 200, 3
OURS, NETWORKX, SCIPY = "ours", "networkx", "scipy by junctions"
ASIDE = 40.0
"""Metres that a position may lie beside the road on which it was drawn."""
AGREES, LOST = 85.0, 2.0
"""Per cent and seconds, beside the reference."""

type Search = Callable[[LonLat, Sequence[LonLat]], Floats]


def measure(here: Place) -> list[Figure]:
    town = recommend_http.draw()
    figures = []
    if here.database == SQLITE:  # no database is in it
        net = roads(DISTRICT)
        assert net is not None
        figures += _beside("the demo's town", net)
        if reference.there():
            figures += _in_a_city()
    return [*figures, *recommend_http.over_http(here, town)]


# --- beside what is usual -------------------------------------------------------------------------


def _beside(where: str, net: Roads) -> list[Figure]:
    graph = net.graphs[Profile.CAR]
    plain = Junctions.of(graph)
    searches: dict[str, Search] = {
        OURS: lambda there, units: net.to_one(there, units, Profile.CAR).seconds,
        NETWORKX: Networkx(plain),
        SCIPY: Scipy(plain),
    }
    figures = [
        Figure("recommend", f"{where}: states of ours", graph.states, ""),
        Figure("recommend", f"{where}: junctions", len(plain.places), ""),
    ]
    for size in SIZES:
        found = Rounds()
        for number in range(-WARM, INCIDENTS):
            found.ask(searches, *_drawn(graph, size, number + WARM), counts=number >= 0)
        figures += found.figures(f"{where}, {size:,} units")
    return figures


def _drawn(graph: Graph, size: int, seed: int) -> tuple[LonLat, list[LonLat]]:
    """An incident and units, beside roads anywhere."""
    random = np.random.default_rng(seed)
    points = np.asarray(graph.points)
    plane = Plane.around(points)
    spots = plane.metres(points[random.integers(len(points), size=size + 1)])
    places = plane.degrees(spots + random.uniform(-ASIDE, ASIDE, spots.shape)).tolist()
    there, *units = [(longitude, latitude) for longitude, latitude in places]
    return there, units


@dataclass
class Rounds:
    """What each search took in milliseconds, and how many seconds are lost where another unit than
    the nearest of ours is sent."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lost: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def ask(
        self,
        searches: dict[str, Search],
        there: LonLat,
        units: Sequence[LonLat],
        *,
        counts: bool,
    ) -> None:
        truth = np.zeros(0)
        for name, search in searches.items():
            began = perf_counter()
            seconds = search(there, units)
            took = 1000 * (perf_counter() - began)
            truth = seconds if name == OURS else truth
            if counts:
                self.took[name].append(took)
                self.lost[name].append(float(truth[seconds.argmin()] - truth.min()))

    def figures(self, what: str) -> list[Figure]:
        figures = []
        for name, took in self.took.items():
            figures += [
                Figure("recommend", f"{what}: {name}, P50", quantile(took, 0.5), "ms"),
                Figure("recommend", "… P99", quantile(took, 0.99), "ms"),
            ]
            if name != OURS:
                lost = np.array(self.lost[name])
                figures += [
                    Figure("recommend", "… of ours, P50", self._ratio(name, 0.5), "times"),
                    Figure("recommend", "… of ours, P99", self._ratio(name, 0.99), "times"),
                    Figure("recommend", "… sends another", 100 * (lost > 0).mean(), "%"),
                    Figure("recommend", "… seconds lost then, mean", _mean(lost[lost > 0]), "s"),
                ]
        return figures

    def _ratio(self, name: str, share: float) -> float:
        return quantile(self.took[name], share) / quantile(self.took[OURS], share)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0


@dataclass(frozen=True)
class Junctions:
    """A graph's roads from junction to junction, with the times of an hour around noon."""

    plane: Plane
    places: Floats
    tree: KDTree
    start: Ints
    end: Ints
    seconds: Floats

    @classmethod
    def of(cls, graph: Graph) -> "Junctions":
        points, first = np.asarray(graph.points), np.asarray(graph.first)
        used = np.flatnonzero(graph.joined)
        chain, along = graph.chain[used], graph.along[used]
        low, high = first[chain], first[chain + 1] - 1
        ends = np.where(along, [low, high], [high, low]).ravel()
        places, number = np.unique(points[ends], axis=0, return_inverse=True)
        start, end = number.reshape(2, -1)
        slow = slowness(Profile.CAR, NOON, np.asarray(graph.main))[chain]
        plane = Plane.around(points)
        tree = KDTree(plane.metres(places))
        return cls(plane, places, tree, start, end, graph.seconds[used] * slow)

    def nearest(self, places: Sequence[LonLat]) -> Ints:
        numbers: Ints = self.tree.query(self.plane.metres(np.array(places)))[1]
        return numbers


class Networkx:
    """As its users do it: a directed graph of many edges, turned round once."""

    def __init__(self, plain: Junctions) -> None:
        self._plain, self._graph = plain, nx.MultiDiGraph()
        steps = zip(plain.end.tolist(), plain.start.tolist(), plain.seconds.tolist(), strict=True)
        self._graph.add_weighted_edges_from(steps, weight="seconds")

    def __call__(self, there: LonLat, units: Sequence[LonLat]) -> Floats:
        root, *starts = self._plain.nearest([there, *units]).tolist()
        known = nx.single_source_dijkstra_path_length(self._graph, root, weight="seconds")
        return np.array([known.get(start, np.inf) for start in starts])


class Scipy:
    """Of edges side by side, the quickest."""

    def __init__(self, plain: Junctions) -> None:
        self._plain = plain
        order = np.lexsort((plain.seconds, plain.start, plain.end))
        pairs = np.column_stack([plain.end, plain.start])[order]
        _pairs, first = np.unique(pairs, axis=0, return_index=True)
        kept, many = order[first], len(plain.places)
        ways = plain.end[kept], plain.start[kept]
        self._graph = csr_array((plain.seconds[kept], ways), shape=(many, many))

    def __call__(self, there: LonLat, units: Sequence[LonLat]) -> Floats:
        root, *starts = self._plain.nearest([there, *units])
        seconds: Floats = dijkstra(self._graph, indices=root)[starts]
        return seconds


# --- a real city ----------------------------------------------------------------------------------


def _in_a_city() -> list[Figure]:
    with TemporaryDirectory(prefix="yihu-bench-") as folder:
        net = Roads(road_file.load(road_file.make(reference.CITY, Path(folder))))
        return [*_beside("a real city", net), *_agreement(net)]


def _agreement(net: Roads) -> list[Figure]:
    """With OSRM, over random fleets of 50."""
    city = reference.read()
    agreement, lost = city.nearest(city.ours(net))
    what = "a real city, the nearest of 50 is OSRM's"
    least, most = agreement.interval
    fewest, longest = lost.interval
    return [
        Figure("recommend", what, 100 * agreement.value, "%"),
        Figure("recommend", "… 95 % from", 100 * least, "%", least=AGREES),
        Figure("recommend", "… 95 % to", 100 * most, "%"),
        Figure("recommend", "… seconds lost, mean", lost.value, "s"),
        Figure("recommend", "… 95 % from", fewest, "s"),
        Figure("recommend", "… 95 % to", longest, "s", bar=LOST),
    ]
