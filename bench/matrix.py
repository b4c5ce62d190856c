"""Travel times between 500 positions of a city of 25,000 edges, on two cores.

Beside it scipy's search of the same graph in the same run, which is what most would write: from all
roots in one call, on one core, from state to state, without the positions' places on their edges.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from tests.support import reference

from bench.figures import Figure, quantile
from bench.place import NotHere, Place
from yihu.places import road_file, road_search
from yihu.places.road_graph import Floats, Graph
from yihu.places.roads import NOON, LonLat, Profile, Roads

MANY = 500
BAR = 2.0
"""Seconds."""
TIMES = 5
ASIDE = 0.0003
"""Degrees that a position may lie beside the road on which it was drawn."""


def measure(here: Place) -> list[Figure]:
    if not reference.there():
        raise NotHere("the real city's map is not here (YIHU_SHARED_DATA)")
    with TemporaryDirectory(prefix="yihu-bench-") as folder:
        began = perf_counter()
        road_search.warm()
        warmed = perf_counter() - began
        roads = Roads(road_file.load(road_file.make(reference.CITY, Path(folder))))
        return [Figure("matrix", "searches compiled, or loaded", warmed, "s"), *_figures(roads)]


def _figures(roads: Roads) -> list[Figure]:
    graph = roads.graphs[Profile.CAR]
    some = _drawn(graph)
    found = roads.matrix(some[:2], some[:2], Profile.CAR)  # what is made once
    took = []
    for _ in range(TIMES):
        began = perf_counter()
        found = roads.matrix(some, some, Profile.CAR)
        took.append(perf_counter() - began)
    plain = _scipy(roads)
    return [
        Figure("matrix", "edges", graph.edges, ""),
        Figure("matrix", "pairs with a way", 100 * float(np.isfinite(found).mean()), "%"),
        Figure("matrix", f"{MANY} × {MANY}, P50", quantile(took, 0.5), "s", bar=BAR),
        Figure("matrix", "… the longest", max(took), "s", bar=BAR),
        Figure("matrix", f"scipy, from {MANY} states to all", plain, "s"),
        Figure("matrix", "… of ours, P50", plain / quantile(took, 0.5), "times"),
    ]


def _drawn(graph: Graph) -> list[LonLat]:
    random = np.random.default_rng(1)
    points = np.asarray(graph.points)
    chosen: Floats = points[random.integers(len(points), size=MANY)]
    places = chosen + random.uniform(-ASIDE, ASIDE, chosen.shape)
    return [(longitude, latitude) for longitude, latitude in places.tolist()]


def _scipy(roads: Roads) -> float:
    arcs = roads._net(Profile.CAR, NOON).forward
    states = len(arcs.metres)
    graph = csr_array((arcs.cost, arcs.to, arcs.at), shape=(states, states))
    roots = np.random.default_rng(2).integers(states, size=MANY)
    began = perf_counter()
    dijkstra(graph, indices=roots)
    return perf_counter() - began
