"""良水街道 (Liangshui): a fictional subdistrict, drawn from a seed as an OpenStreetMap extract.

110 km², 600,000 people, 43 communities and villages, 15 police rooms, one station. Everything is
invented; the coordinates lie in open sea, so that no real street is covered. One seed gives one
town, byte for byte. `population` of a community follows its homes' floor area and means nothing
else.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from yihu.places import osm_writer
from yihu.places.demo_blocks import Blocks
from yihu.places.demo_chart import Chart
from yihu.places.demo_country import Country
from yihu.places.demo_ground import OLD_TOWN, TRUNK_U, URBAN, Ground
from yihu.places.demo_lots import Lot
from yihu.places.demo_names import COMMUNITIES, METRO, SUBDISTRICT, VILLAGES, Name, Namer, joined
from yihu.places.demo_sheet import Draft, Network, Sheet
from yihu.places.demo_streets import Streets, works
from yihu.places.demo_traffic import Traffic
from yihu.places.osm_writer import Extract
from yihu.places.plane import Point, area

type Position = tuple[float, float]  # longitude, latitude: degrees, WGS-84

POPULATION = 600_000
ROOMS = 15
HOMES = "apartments", "residential", "house"
STATIONS = -1900, -1150, -250, 350, 1100, 1900  # v of the metro's stations, under the trunk road


@dataclass(frozen=True, slots=True)
class Community:
    code: str
    name: str
    name_en: str
    kind: Literal["village", "community"]
    population: int
    newcomer_share: float  # of the population, 0 to 1
    boundary: tuple[Position, ...]  # closed: the first position is repeated at the end
    centre: Position  # of its service centre


@dataclass(frozen=True, slots=True)
class Site:
    """`kind`: police_station, police_room, service_centre, school, mall, compound, hospital,
    market, park, works, metro_station, bus_stop. For a place with a gate, `position` is the gate.
    """

    code: str
    kind: str
    name: str
    name_en: str
    position: Position
    community_code: str


@dataclass(frozen=True, slots=True)
class City:
    name: str
    name_en: str
    area_km2: float
    population: int
    boundary: tuple[Position, ...]  # closed
    communities: tuple[Community, ...]
    sites: tuple[Site, ...]
    extract: Extract


def draw(seed: int = 1) -> City:
    """Draw the town. Equal seeds give equal towns; takes a few seconds."""
    random = Random(seed)
    ground, namer, sheet = Ground(random), Namer(random), Sheet()
    streets = Streets(random, ground, namer, sheet)
    streets.lay()
    blocks = Blocks(random, ground, namer, sheet)
    if streets.green:
        blocks.park(Lot(streets.green, 0))
    blocks.fill(streets.blocks, streets.trunk_v)
    blocks.margins(streets.margins)
    Country(random, ground, namer, sheet, streets).draw()
    network = Network(sheet.lines)
    traffic = Traffic(random, ground, sheet, network)
    for v in STATIONS:
        at = complex(TRUNK_U + 30, v)
        tags = {"railway": "station", "station": "subway", "layer": "-2"}
        sheet.sites.append(Draft("metro_station", namer.of(METRO), at, tags))

    people = _population(ground, sheet)
    named = _community_names()
    centres = {d.community: d.at for d in sheet.sites if d.kind == "service_centre"}
    communities = tuple(
        Community(
            code=f"c{n + 1:02}",
            name=named[n].zh,
            name_en=named[n].en,
            kind="community" if n < URBAN else "village",
            population=people[n],
            newcomer_share=_newcomers(random, centres[n]),
            boundary=_closed(ground, ground.regions[n].ring),
            centre=ground.degrees(centres[n]),
        )
        for n in range(len(named))
    )
    drafts = _numbered(ground, [*_civic(sheet, named, people), *_others(sheet)])

    chart = Chart(ground, network)
    chart.borders(_subdistrict_tags(), [_community_tags(one) for one in communities])
    chart.streets(sheet, traffic)
    chart.shapes(sheet)
    ends = (complex(TRUNK_U + 30, v) for v in (STATIONS[0] - 250, STATIONS[-1] + 250))
    chart.track(list(ends), {"railway": "subway", "tunnel": "yes", "layer": "-2"})
    for site, draft in drafts:
        tags = dict(draft.tags) | {"name": site.name, "name:en": site.name_en, "ref": site.code}
        if draft.ring is None:
            chart.node(draft.at, tags)
        else:
            chart.ring(draft.ring, tags)
    return City(
        name=SUBDISTRICT.zh,
        name_en=SUBDISTRICT.en,
        area_km2=area(ground.bent(ground.outline)) / 1e6,
        population=POPULATION,
        boundary=_closed(ground, ground.outline),
        communities=communities,
        sites=tuple(site for site, _ in drafts),
        extract=chart.extract(),
    )


def write_osm(city: City, path: Path) -> Path:
    """Write the town as OpenStreetMap XML, gzipped where the name ends in .gz."""
    return osm_writer.write(city.extract, path)


def _closed(ground: Ground, ring: Sequence[Point]) -> tuple[Position, ...]:
    return tuple(ground.degrees(z) for z in (*ring, ring[0]))


def _community_names() -> list[Name]:
    return [joined(word, Name("社区", "Community")) for word in COMMUNITIES] + [
        joined(word, Name("村", "Village")) for word in VILLAGES
    ]


def _population(ground: Ground, sheet: Sheet) -> list[int]:
    """The whole population shared out by floor area of homes (largest remainders)."""
    floors = [0.0] * len(ground.cells)
    for home in sheet.buildings:
        if home.tags["building"] in HOMES:
            floor = area(home.ring) * int(home.tags["building:levels"])
            floors[ground.community_at(home.ring[0])] += floor
    shares = [POPULATION * floor / sum(floors) for floor in floors]
    people = [math.floor(share) for share in shares]
    rest = sorted(range(len(shares)), key=lambda n: people[n] - shares[n])
    for n in rest[: POPULATION - sum(people)]:
        people[n] += 1
    return people


def _newcomers(random: Random, centre: Point) -> float:
    """More where the works and their lodgings are, fewer in the old town."""
    usual = 0.55 if works(centre) else 0.22 if abs(centre - OLD_TOWN) < 700 else 0.36
    return round(usual + random.uniform(-0.1, 0.1), 2)


def _civic(sheet: Sheet, named: list[Name], people: list[int]) -> list[Draft]:
    """The service centres by community, and police rooms in fifteen of them.

    The rooms go one by one to where most people are farthest from a room.
    """
    centres = sorted(
        (d for d in sheet.sites if d.community is not None), key=lambda d: d.community or 0
    )
    chosen: list[int] = []
    away = [1.0] * len(centres)
    for _ in range(ROOMS):
        worth = [gap * math.sqrt(n) for gap, n in zip(away, people, strict=True)]
        chosen.append(worth.index(max(worth)))
        away = [min(abs(d.at - centres[n].at) for n in chosen) for d in centres]
    rooms = [
        Draft(
            "police_room",
            joined(named[n], Name("警务室", "Police Room")),
            centres[n].at + 4,
            {"amenity": "police", "police": "community_room"},
            community=n,
        )
        for n in sorted(chosen)
    ]
    service = Name("综合服务中心", "Service Centre")
    return [
        *rooms,
        *(
            Draft(d.kind, joined(named[n], service), d.at, d.tags, d.ring, n)
            for n, d in enumerate(centres)
        ),
    ]


def _others(sheet: Sheet) -> list[Draft]:
    return [draft for draft in sheet.sites if draft.community is None]


def _numbered(ground: Ground, drafts: list[Draft]) -> list[tuple[Site, Draft]]:
    counts: defaultdict[str, int] = defaultdict(int)
    sites = []
    for draft in drafts:
        counts[draft.kind] += 1
        code = f"{draft.kind.replace('_', '-')}-{counts[draft.kind]:03}"
        home = ground.community_at(draft.at) if draft.community is None else draft.community
        where = ground.degrees(draft.at)
        name = draft.name
        sites.append((Site(code, draft.kind, name.zh, name.en, where, f"c{home + 1:02}"), draft))
    return sites


def _subdistrict_tags() -> dict[str, str]:
    return SUBDISTRICT.tags() | {"population": str(POPULATION), "fictional": "yes"}


def _community_tags(community: Community) -> dict[str, str]:
    return {
        "name": community.name,
        "name:en": community.name_en,
        "ref": community.code,
        "designation": community.kind,
        "population": str(community.population),
        "population:newcomers": str(round(community.population * community.newcomer_share)),
    }
