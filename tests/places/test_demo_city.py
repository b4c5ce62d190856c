"""The demo town, read back from its file as any map program would read it."""

import gzip
import hashlib
import math
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from yihu.places.demo_city import City, Position, draw, write_osm

DRIVEN = {
    "motorway",
    "motorway_link",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "service",
}


@dataclass(frozen=True)
class Read:
    """The file, parsed."""

    nodes: dict[int, Position]
    node_tags: dict[int, dict[str, str]]
    ways: dict[int, tuple[list[int], dict[str, str]]]
    relations: dict[int, tuple[list[tuple[str, int, str]], dict[str, str]]]
    ids: list[tuple[str, int]]


@pytest.fixture(scope="module")
def city() -> City:
    return draw(1)


@pytest.fixture(scope="module")
def written(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_osm(city, tmp_path_factory.mktemp("town") / "liangshui.osm")


@pytest.fixture(scope="module")
def osm(written: Path) -> Read:
    read = Read({}, {}, {}, {}, [])
    for element in ET.parse(written).getroot():
        tags = {tag.attrib["k"]: tag.attrib["v"] for tag in element.iter("tag")}
        if element.tag not in ("node", "way", "relation"):
            continue
        number = int(element.attrib["id"])
        read.ids.append((element.tag, number))
        if element.tag == "node":
            read.nodes[number] = float(element.attrib["lon"]), float(element.attrib["lat"])
            read.node_tags[number] = tags
        elif element.tag == "way":
            read.ways[number] = [int(nd.attrib["ref"]) for nd in element.iter("nd")], tags
        else:
            members = [
                (m.attrib["type"], int(m.attrib["ref"]), m.attrib["role"])
                for m in element.iter("member")
            ]
            read.relations[number] = members, tags
    return read


# --- small geometry, of the test's own ---


def area_km2(ring: Sequence[Position]) -> float:
    """Area on the WGS-84 ellipsoid, by the equal-area (authalic) cylinder."""
    a, e2 = 6378.137, 0.00669437999014
    e = math.sqrt(e2)

    def height(lat: float) -> float:
        s = math.sin(math.radians(lat))
        return (
            a * (1 - e2) / 2 * (s / (1 - e2 * s * s) + math.log((1 + e * s) / (1 - e * s)) / 2 / e)
        )

    flat = [(a * math.radians(lon - ring[0][0]), height(lat)) for lon, lat in ring]
    return abs(sum(x * v - u * y for (x, y), (u, v) in pairwise([*flat, flat[0]]))) / 2


def inside(ring: Sequence[Position], place: Position) -> bool:
    x, y = place
    odd = False
    for (a, b), (c, d) in pairwise(ring):
        if (b > y) != (d > y):
            odd ^= x < a + (c - a) * (y - b) / (d - b)
    return odd


def closed(osm: Read, members: Iterable[tuple[str, int, str]]) -> list[Position]:
    """The ring that a boundary's ways form, joined end to end."""
    ways = [osm.ways[ref][0] for kind, ref, role in members if (kind, role) == ("way", "outer")]
    chain = list(ways.pop(0))
    while ways:
        for way in ways:
            if chain[-1] in (way[0], way[-1]):
                chain += way[1:] if way[0] == chain[-1] else way[-2::-1]
                ways.remove(way)
                break
        else:
            pytest.fail("the ways of a boundary do not join")
    assert chain[0] == chain[-1]
    return [osm.nodes[ref] for ref in chain]


def boundaries(osm: Read, level: str) -> dict[str, tuple[list[Position], dict[str, str]]]:
    found = {}
    for members, tags in osm.relations.values():
        if tags.get("admin_level") == level and tags["type"] == "boundary":
            found[tags["name"]] = closed(osm, members), tags
    return found


# --- the file ---


def test_the_same_seed_gives_the_same_bytes_in_any_process(written: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from yihu.places.demo_city import draw, write_osm;"
        "write_osm(draw(1), Path(sys.argv[1]))"
    )
    path = tmp_path / "liangshui.osm"
    subprocess.run(
        [sys.executable, "-c", program, str(path)],
        env=os.environ | {"PYTHONHASHSEED": "77"},
        check=True,
    )
    assert hashlib.sha256(path.read_bytes()).digest() == (
        hashlib.sha256(written.read_bytes()).digest()
    )


def test_the_packed_file_does_not_depend_on_its_name_or_the_time(
    city: City, written: Path, tmp_path: Path
) -> None:
    packed = [write_osm(city, tmp_path / name).read_bytes() for name in ("a.osm.gz", "b.osm.gz")]
    assert packed[0] == packed[1]
    assert gzip.decompress(packed[0]) == written.read_bytes()


def test_another_seed_gives_another_town(city: City) -> None:
    other = draw(2)
    assert sum(one.population for one in other.communities) == 600_000
    assert other.boundary != city.boundary


def test_ids_are_unique_and_every_reference_resolves(osm: Read) -> None:
    assert len(set(osm.ids)) == len(osm.ids)
    kinds = ["node", "way", "relation"]
    assert osm.ids == sorted(osm.ids, key=lambda one: (kinds.index(one[0]), one[1]))
    for refs, _ in osm.ways.values():
        assert len(refs) > 1
        assert all(ref in osm.nodes for ref in refs)
        assert all(a != b for a, b in pairwise(refs))
    tables = {"node": osm.nodes, "way": osm.ways, "relation": osm.relations}
    for members, _ in osm.relations.values():
        assert members
        assert all(ref in tables[kind] for kind, ref, _ in members)
    used = {ref for refs, _ in osm.ways.values() for ref in refs}
    assert all(n in used or osm.node_tags[n] for n in osm.nodes)


def test_nothing_lies_outside_the_boundary(osm: Read) -> None:
    ((ring, _),) = boundaries(osm, "8").values()
    edge = set(ring)
    bands: defaultdict[int, list[tuple[Position, Position]]] = defaultdict(list)
    for a, b in pairwise(ring):
        low, high = sorted((a[1], b[1]))
        for band in range(int(low * 1000), int(high * 1000) + 1):
            bands[band].append((a, b))
    outside = 0
    for x, y in osm.nodes.values():
        if (x, y) in edge:
            continue
        odd = False
        for (a, b), (c, d) in bands[int(y * 1000)]:
            if (b > y) != (d > y):
                odd ^= x < a + (c - a) * (y - b) / (d - b)
        outside += not odd
    assert outside == 0


# --- the subdistrict and its communities ---


def test_the_subdistrict_measures_110_km2(city: City, osm: Read) -> None:
    ((name, (ring, tags)),) = boundaries(osm, "8").items()
    assert (name, tags["name:en"]) == ("良水街道", "Liangshui Subdistrict")
    assert area_km2(ring) == pytest.approx(110, rel=0.005)
    assert city.area_km2 == pytest.approx(110, rel=0.005)
    assert area_km2(city.boundary) == pytest.approx(area_km2(ring), rel=1e-6)


def test_43_communities_tile_the_subdistrict(city: City, osm: Read) -> None:
    ((whole, _),) = boundaries(osm, "8").values()
    parts = boundaries(osm, "10")
    assert len(parts) == len(city.communities) == 43
    assert Counter(one.kind for one in city.communities) == {"community": 28, "village": 15}
    assert sum(area_km2(ring) for ring, _ in parts.values()) == pytest.approx(
        area_km2(whole), rel=1e-9
    )
    random = Random(5)
    lons, lats = [p[0] for p in whole], [p[1] for p in whole]
    for _ in range(1500):
        place = random.uniform(min(lons), max(lons)), random.uniform(min(lats), max(lats))
        holders = sum(inside(ring, place) for ring, _ in parts.values())
        assert holders == inside(whole, place)


def test_borders_are_ways_that_neighbours_share(osm: Read) -> None:
    uses = Counter(
        ref
        for members, tags in osm.relations.values()
        if tags.get("admin_level") == "10"
        for _, ref, _ in members
    )
    for ref, times in uses.items():
        assert times == (1 if osm.ways[ref][1]["admin_level"] == "8" else 2)


def test_communities_in_the_file_and_in_the_city_agree(city: City, osm: Read) -> None:
    parts = boundaries(osm, "10")
    for one in city.communities:
        ring, tags = parts[one.name]
        assert tags["ref"] == one.code
        assert tags["name:en"] == one.name_en
        assert tags["population"] == str(one.population)
        assert set(ring) == set(one.boundary)
        assert inside(one.boundary, one.centre)
        assert 0 < one.newcomer_share < 1
    assert len({one.name for one in city.communities}) == 43
    assert len({one.name_en for one in city.communities}) == 43


def test_six_hundred_thousand_people_live_there(city: City) -> None:
    assert sum(one.population for one in city.communities) == city.population == 600_000
    assert min(one.population for one in city.communities) > 500


# --- sites ---


def test_there_is_one_station_and_fifteen_rooms_in_service_centres(city: City, osm: Read) -> None:
    counts = Counter(site.kind for site in city.sites)
    assert counts["police_station"] == 1
    assert counts["police_room"] == 15
    assert counts["service_centre"] == 43
    for kind, least in {
        "school": 20,
        "mall": 5,
        "compound": 300,
        "hospital": 3,
        "market": 8,
        "park": 8,
        "metro_station": 4,
        "bus_stop": 100,
    }.items():
        assert counts[kind] >= least, kind
    centres = {s.community_code: s for s in city.sites if s.kind == "service_centre"}
    assert len(centres) == 43
    rooms = [site for site in city.sites if site.kind == "police_room"]
    assert len({room.community_code for room in rooms}) == 15
    buildings = {
        tags["ref"]: [osm.nodes[ref] for ref in refs]
        for refs, tags in osm.ways.values()
        if tags.get("ref", "").startswith("service-centre")
    }
    for room in rooms:
        assert inside(buildings[centres[room.community_code].code], room.position)


def test_every_site_lies_in_its_community_and_is_on_the_map(city: City, osm: Read) -> None:
    rings = {one.code: one.boundary for one in city.communities}
    on_map = {
        tags["ref"]: tags
        for tags in (*(tags for _, tags in osm.ways.values()), *osm.node_tags.values())
        if "ref" in tags
    }
    assert len({site.code for site in city.sites}) == len(city.sites)
    for site in city.sites:
        assert inside(rings[site.community_code], site.position), site
        assert on_map[site.code]["name"] == site.name
        assert site.name_en.isascii()
        assert len(site.name) <= 80
        assert len(site.name_en) <= 80


# --- streets ---


def arcs(osm: Read) -> dict[int, list[int]]:
    """Where a car may go from each node (gates stand open)."""
    ahead: defaultdict[int, list[int]] = defaultdict(list)
    for refs, tags in osm.ways.values():
        if tags.get("highway") in DRIVEN:
            for a, b in pairwise(refs):
                ahead[a].append(b)
                ahead[b] += [] if tags.get("oneway") == "yes" else [a]
    return ahead


def reached(start: int, ahead: dict[int, list[int]]) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        for node in ahead.get(todo.pop(), ()):
            if node not in seen:
                seen.add(node)
                todo.append(node)
    return seen


def test_every_street_can_be_reached_and_left_by_car(osm: Read) -> None:
    ahead = arcs(osm)
    back: defaultdict[int, list[int]] = defaultdict(list)
    for node, others in ahead.items():
        for other in others:
            back[other].append(node)
    every = set(ahead) | set(back)
    start = min(every)
    assert reached(start, ahead) == every
    assert reached(start, back) == every


def test_the_network_has_the_size_of_a_town(osm: Read) -> None:
    times: Counter[int] = Counter()
    for refs, tags in osm.ways.values():
        if tags.get("highway") in DRIVEN:
            times.update(refs)
            times.update(refs[1:-1])
    junctions = {node for node, n in times.items() if n != 2}
    edges = sum(
        1 + sum(ref in junctions for ref in refs[1:-1])
        for refs, tags in osm.ways.values()
        if tags.get("highway") in DRIVEN
    )
    assert 10_000 < edges < 25_000
    assert 18_000 < sum("building" in tags for _, tags in osm.ways.values()) < 28_000


def test_streets_are_named_in_both_languages_and_carry_what_routing_needs(osm: Read) -> None:
    for _, tags in osm.ways.values():
        if tags.get("highway") in DRIVEN:
            assert {"maxspeed", "lanes", "surface"} <= set(tags)
            assert ("name" in tags) == ("name:en" in tags)
        if tags.get("highway") in ("trunk", "primary", "secondary", "tertiary", "unclassified"):
            assert "name" in tags


def test_main_roads_cross_the_river_on_bridges(osm: Read) -> None:
    ((river, _),) = [way for way in osm.ways.values() if way[1].get("water") == "river"]
    ring = [osm.nodes[ref] for ref in river]
    bridges = 0
    for refs, tags in osm.ways.values():
        if "highway" not in tags:
            continue
        wet = any(
            inside(ring, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2))
            for a, b in pairwise(osm.nodes[ref] for ref in refs)
        )
        if wet:
            assert "bridge" in tags, tags
            bridges += 1
    assert bridges >= 8


def test_compounds_have_gates_on_their_drives(osm: Read) -> None:
    barriers = {n for n, tags in osm.node_tags.items() if tags.get("barrier") == "lift_gate"}
    driven = {
        ref
        for refs, tags in osm.ways.values()
        if tags.get("highway") == "service"
        for ref in refs[1:-1]
    }
    assert len(barriers) > 300
    assert barriers <= driven


def test_restrictions_name_ways_that_meet_where_they_say(osm: Read) -> None:
    kinds: Counter[str] = Counter()
    for members, tags in osm.relations.values():
        if tags["type"] != "restriction":
            continue
        by_role: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for kind, ref, role in members:
            by_role[role].append((kind, ref))
        assert {role: len(found) for role, found in by_role.items()} == {
            "from": 1,
            "via": 1,
            "to": 1,
        }
        (_, first), (via_kind, via), (_, last) = (by_role[r][0] for r in ("from", "via", "to"))
        arriving, one_in = osm.ways[first][0], "oneway" in osm.ways[first][1]
        leaving, one_out = osm.ways[last][0], "oneway" in osm.ways[last][1]
        via_ends = {via} if via_kind == "node" else {osm.ways[via][0][0], osm.ways[via][0][-1]}
        ends = {arriving[-1]} if one_in else {arriving[0], arriving[-1]}
        starts = {leaving[0]} if one_out else {leaving[0], leaving[-1]}
        assert len(ends & via_ends) == 1, tags
        assert len(starts & via_ends) == 1, tags
        if via_kind == "way":
            assert ends & via_ends != starts & via_ends
        assert first != last
        kinds[f"{tags['restriction']} over a {via_kind}"] += 1
    assert kinds["no_left_turn over a node"] >= 20
    assert kinds["no_u_turn over a way"] >= 8
    assert kinds["only_straight_on over a node"] >= 3


def test_signals_stand_at_junctions(osm: Read) -> None:
    uses = Counter(
        ref
        for refs, tags in osm.ways.values()
        if tags.get("highway") in DRIVEN
        for ref in set(refs)
    )
    signals = [n for n, tags in osm.node_tags.items() if tags.get("highway") == "traffic_signals"]
    assert len(signals) > 60
    assert all(uses[n] > 1 for n in signals)
