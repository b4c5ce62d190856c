"""Where the study of response times is made: the demo's district, or streets of a real map with a
district laid over them. Pure.

Zones are numbered: first the places that stand for the residents around them, then what else may be
a base. Positions are WGS-84 (longitude, latitude), distances metres, times seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, pi, radians, sqrt
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import shapely

from yihu.places import demo_city, road_file
from yihu.places.demo_city import City
from yihu.places.roads import LonLat, Profile, Roads
from yihu.planning.siting_problem import Floats, Ints

MODES = Profile.CAR, Profile.EBIKE, Profile.FOOT
CAR, EBIKE, FOOT = range(3)
DEGREE = 111_320.0
"""Metres of a degree of latitude."""
SPACING = 400.0
"""Metres between two places that stand for the residents around them."""
SETTLED = 200.0
"""Metres from a road beyond which nobody is taken to live."""
AREA_KM2, RESIDENTS, ROOMS, COMMUNITIES = 110.0, demo_city.POPULATION, demo_city.ROOMS, 43
"""What is laid over streets that are only a map: as large as the demo's district."""
GUARDED = "compound", "school", "mall", "hospital", "market", "metro_station", "works"
BUSY = "market", "metro_station", "mall", "bus_stop"
GUARDS, VOLUNTEERS, AUXILIARIES = 600, 120, 30
"""As many at most are posted."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A district before its roads were asked. `source`: where all of it comes from. `homes[n]`
    stands for `residents[n]`. `guards`, `grid`, `volunteers`, `auxiliaries`: where one of them may
    be posted, in the order in which they join, so that fewer are always a part of more."""

    name: str
    name_zh: str
    source: str
    homes: Sequence[LonLat]
    residents: Floats
    station: LonLat
    rooms: Sequence[LonLat]
    guards: Sequence[LonLat]
    grid: Sequence[LonLat]
    volunteers: Sequence[LonLat]
    auxiliaries: Sequence[LonLat]


@dataclass(frozen=True, slots=True, eq=False)
class District:
    """`travel[mode, from, to]`, by the modes of MODES. `residents[zone]`: 0 where nobody lives.
    All others: zones."""

    name: str
    name_zh: str
    source: str
    homes: int
    places: Floats
    residents: Floats
    travel: Floats
    station: int
    rooms: Ints
    guards: Ints
    grid: Ints
    volunteers: Ints
    auxiliaries: Ints

    @property
    def settled(self) -> float:
        """km²."""
        return self.homes * SPACING**2 / 1e6

    def slower(self, factor: float) -> "District":
        """The same where every way on wheels takes so many times as long."""
        travel = self.travel.copy()
        travel[[CAR, EBIKE]] *= factor
        return replace(self, travel=travel)


def demo_district(seed: int = 1) -> District:
    """The demo's district; takes some seconds. Equal seeds give equal districts."""
    city = demo_city.draw(seed)
    with TemporaryDirectory() as folder:
        extract = demo_city.write_osm(city, Path(folder) / "town.osm.gz")
        roads = _roads(extract, Path(folder))
        return surveyed(_of_city(city, roads, np.random.default_rng(seed)), roads)


def street_district(extract: Path, seed: int = 1) -> District:
    """A district laid over the middle of a map. Raises ValueError where the map has no roads."""
    with TemporaryDirectory() as folder:
        roads = _roads(extract, Path(folder))
        return surveyed(_on_streets(extract.name, roads, np.random.default_rng(seed)), roads)


def _roads(extract: Path, folder: Path) -> Roads:
    return Roads(road_file.load(road_file.make(extract, folder / "roads")))


def surveyed(layout: Layout, roads: Roads) -> District:
    """Asks the roads. Homes from which or to which no car leads are left out."""
    station = [layout.station]
    there = roads.matrix(station, layout.homes, Profile.CAR)[0]
    back = roads.matrix(layout.homes, station, Profile.CAR)[:, 0]
    kept = np.flatnonzero(np.isfinite(there) & np.isfinite(back))
    positions = [layout.homes[n] for n in kept.tolist()]
    zones: dict[str, Ints] = {}
    for name in ("rooms", "guards", "grid", "volunteers", "auxiliaries"):
        added = getattr(layout, name)
        zones[name] = np.arange(len(positions), len(positions) + len(added))
        positions += added
    positions += station
    residents = np.zeros(len(positions))
    residents[: len(kept)] = layout.residents[kept]
    return District(
        layout.name,
        layout.name_zh,
        layout.source,
        len(kept),
        _metres(positions),
        residents,
        np.stack([roads.matrix(positions, positions, mode) for mode in MODES]),
        len(positions) - 1,
        **zones,
    )


def _metres(positions: Sequence[LonLat]) -> Floats:
    degrees = np.array(positions)
    middle = degrees.mean(axis=0)
    scale = DEGREE * np.array([cos(radians(middle[1])), 1.0])
    metres: Floats = (degrees - middle) * scale
    return metres


# --- the demo's district --------------------------------------------------------------------------


def _of_city(city: City, roads: Roads, random: np.random.Generator) -> Layout:
    homes: list[LonLat] = []
    residents: list[float] = []
    places = _near_roads(_lattice(np.array(city.boundary)), roads)
    for community in city.communities:
        outline = shapely.make_valid(shapely.Polygon(community.boundary))
        inside = places[shapely.contains_xy(outline, places[:, 0], places[:, 1])]
        here = _positions(inside) or [community.centre]
        homes += here
        residents += [community.population / len(here)] * len(here)
    of_kind = {
        kind: [site.position for site in city.sites if site.kind == kind]
        for kind in {site.kind for site in city.sites}
    }
    guarded = [position for kind in GUARDED for position in of_kind[kind]]
    busy = [position for kind in BUSY for position in of_kind[kind]]
    weights = np.array(residents)
    return Layout(
        f"{city.name_en} (demo)",
        f"{city.name}（演示，虚构）",
        f"drawn from a seed: {city.area_km2:.0f} km², {city.population:,} residents, "
        f"{len(city.communities)} communities and villages; residents are spread evenly over the "
        "settled part of each; guards stand at its compounds, schools, malls, hospitals, markets, "
        "stations and works",
        homes,
        weights,
        of_kind["police_station"][0],
        of_kind["police_room"],
        _shuffled(guarded, random)[:GUARDS],
        _shuffled(of_kind["service_centre"], random) + _about(homes, weights, COMMUNITIES, random),
        _about(homes, weights, VOLUNTEERS, random),
        _shuffled(busy, random)[:AUXILIARIES],
    )


# --- streets of a map -----------------------------------------------------------------------------


def _on_streets(name: str, roads: Roads, random: np.random.Generator) -> Layout:
    """Everything but the streets is invented: residents by how many pieces of road begin near a
    place, in a circle about their middle; rooms one by one where most live farthest from one."""
    graph = roads.graphs[Profile.CAR]
    corners = np.array(graph.points[graph.first[:-1]])
    middle = np.median(corners, axis=0)
    reach = sqrt(AREA_KM2 / pi) * 1000
    half = reach / DEGREE / np.array([cos(radians(middle[1])), 1.0])
    places = _lattice(np.array([middle - half, middle + half]))
    places = places[np.hypot(*((places - middle) / half).T) <= 1]
    mesh = SPACING / DEGREE / np.array([cos(radians(middle[1])), 1.0])
    near = np.abs(corners[:, None, :] - places[None, :, :]) <= mesh / 2
    many = near.all(axis=2).sum(axis=0)
    places, many = places[many > 0], many[many > 0]
    homes, residents = _positions(places), RESIDENTS * many / many.sum()
    rooms = farthest(_metres(homes), residents, ROOMS, np.zeros((0, 2)))
    centre = int(np.hypot(*(places - np.average(places, axis=0, weights=many)).T).argmin())
    return Layout(
        f"streets of {name}",
        f"真实路网 {name}（上面的人口和力量是假设的）",
        "a real network of streets, © OpenStreetMap contributors (ODbL); residents, station, rooms "
        f"and all forces are invented and laid over {AREA_KM2:.0f} km² about its middle: residents "
        "by how many pieces of road begin near a place, forces drawn where residents are",
        homes,
        residents,
        homes[centre],
        [homes[n] for n in sorted(rooms)],
        _about(homes, residents, GUARDS, random),
        _about(homes, residents, 2 * COMMUNITIES, random),
        _about(homes, residents, VOLUNTEERS, random),
        _about(homes, residents, AUXILIARIES, random),
    )


# --- places ---------------------------------------------------------------------------------------


def farthest(metres: Floats, residents: Floats, rooms: int, standing: Floats) -> list[int]:
    """Which places get a room until there are so many, each where distance to a room × √residents
    is most: how the demo's rooms were chosen. `standing[room]`: where there are some already."""
    chosen: list[int] = []
    while len(standing) < rooms:
        away = np.ones(len(metres))
        if len(standing):
            away = np.hypot(*(metres[:, None, :] - standing[None, :, :]).T).min(axis=0)
        chosen.append(int((away * np.sqrt(residents)).argmax()))
        standing = np.vstack([standing, metres[chosen[-1]]])
    return chosen


def _lattice(corners: Floats) -> Floats:
    """[place, longitude | latitude], SPACING apart, over what surrounds the corners."""
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    up = SPACING / DEGREE
    along = up / cos(radians((south + north) / 2))
    x, y = np.arange(west + along / 2, east, along), np.arange(south + up / 2, north, up)
    return np.stack([one.ravel() for one in np.meshgrid(x, y)], axis=1)


def _near_roads(places: Floats, roads: Roads) -> Floats:
    near: Floats = places[roads.off(_positions(places), Profile.FOOT) <= SETTLED]
    return near


def _positions(places: Floats) -> list[LonLat]:
    return [(float(x), float(y)) for x, y in places]


def _shuffled(positions: Sequence[LonLat], random: np.random.Generator) -> list[LonLat]:
    return [positions[n] for n in random.permutation(len(positions))]


def _about(
    homes: Sequence[LonLat], residents: Floats, many: int, random: np.random.Generator
) -> list[LonLat]:
    """Anywhere around homes, by their residents."""
    drawn = random.choice(len(homes), many, p=residents / residents.sum())
    degrees = np.array(homes)[drawn]
    off = random.uniform(-0.5, 0.5, degrees.shape) * SPACING / DEGREE
    off[:, 0] /= np.cos(np.radians(degrees[:, 1]))
    return _positions(degrees + off)
