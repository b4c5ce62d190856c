"""What has a name in a district's OpenStreetMap file: streets, stops, houses, shops. Pure.

They are gathered when the map is drawn, and kept beside it as one file.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import osmium
from osmium import osm
from osmium.filter import KeyFilter

INDEX = "names.json"
KINDS = {
    "highway": "street",
    "public_transport": "stop",
    "railway": "stop",
    "amenity": "site",
    "leisure": "site",
    "tourism": "site",
    "office": "site",
    "healthcare": "site",
    "landuse": "site",
    "shop": "shop",
    "building": "building",
    "place": "place",
    "natural": "place",
    "waterway": "place",
}
"""By which tag a named thing is of which kind; the first that it has counts."""
STOPS = frozenset({"bus_stop", "platform"})


@dataclass(frozen=True, slots=True)
class Named:
    """Position WGS-84, in degrees: somewhere on it, for a street near its middle."""

    name: str
    name_en: str
    kind: str
    longitude: float
    latitude: float


def gather(source: Path) -> list[Named]:
    """Everything that has a name, each name of a kind once, in order of the names.

    Raises RuntimeError for a file that cannot be read as OpenStreetMap.
    """
    points: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    english: dict[tuple[str, str], str] = {}
    wanted = osmium.FileProcessor(str(source), osm.NODE | osm.WAY).with_locations()
    for thing in wanted.with_filter(KeyFilter("name")):
        tags = dict(thing.tags)
        if (kind := _kind(tags)) is None:
            continue
        place = tags["name"].strip(), kind
        points[place] += _points(thing)
        english[place] = tags.get("name:en", "") or english.get(place, "")
    return [
        Named(name, english[name, kind], kind, *_middle(found))
        for (name, kind), found in sorted(points.items())
        if name and found
    ]


def _kind(tags: Mapping[str, str]) -> str | None:
    if tags.get("highway") in STOPS:
        return "stop"
    return next((kind for key, kind in KINDS.items() if key in tags), None)


def _points(thing: object) -> Iterator[tuple[float, float]]:
    if isinstance(thing, osm.Node):
        yield thing.lon, thing.lat
    elif isinstance(thing, osm.Way):
        yield from ((node.lon, node.lat) for node in thing.nodes if node.location.valid())


def _middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Of the points the one that is nearest to the mean of all."""
    x = sum(lon for lon, _ in points) / len(points)
    y = sum(lat for _, lat in points) / len(points)
    return min(points, key=lambda point: (point[0] - x) ** 2 + (point[1] - y) ** 2)


def make(source: Path, folder: Path) -> None:
    """Gather the names, and put them in the place of those before, whole."""
    rows = [
        [one.name, one.name_en, one.kind, round(one.longitude, 6), round(one.latitude, 6)]
        for one in gather(source)
    ]
    coming = folder / f"{INDEX}.coming"
    coming.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    coming.replace(folder / INDEX)


def read(folder: Path) -> list[Named]:
    """What was gathered; nothing where no map was drawn yet."""
    try:
        rows = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    return [Named(*row) for row in rows]
