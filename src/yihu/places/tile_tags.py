"""Which of a map's things are drawn, in which layer, and from which zoom on. Pure.

Tags as in https://wiki.openstreetmap.org/wiki/Map_features; the layers are ours, and few:
`ground` and `water` (areas), `buildings`, `roads`, `rails`, `borders` (lines), `places` (points
with a name). Zooms count as in web maps: 10 shows a city, 16 a street.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

type Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where something is drawn: layer, kind within it, first zoom."""

    layer: str
    kind: str
    zoom: int


BORDERS: Mapping[str, Drawn] = MappingProxyType(
    {"8": Drawn("borders", "district", 8), "10": Drawn("borders", "community", 11)}
)
"""By `admin_level`, as it is used in China: a subdistrict; a village or community."""

GROUND: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "landuse": {
            "residential": "homes",
            "commercial": "trade",
            "retail": "trade",
            "industrial": "works",
            "construction": "works",
            "railway": "works",
            "farmland": "fields",
            "farmyard": "fields",
            "orchard": "fields",
            "vineyard": "fields",
            "meadow": "fields",
            "greenhouse_horticulture": "fields",
            "forest": "wood",
            "grass": "park",
            "recreation_ground": "park",
            "cemetery": "park",
        },
        "natural": {"wood": "wood", "scrub": "wood", "grassland": "fields", "heath": "fields"},
        "leisure": {
            "park": "park",
            "garden": "park",
            "pitch": "park",
            "playground": "park",
            "golf_course": "park",
            "stadium": "park",
        },
        "amenity": {
            "school": "civic",
            "kindergarten": "civic",
            "college": "civic",
            "university": "civic",
            "hospital": "civic",
            "marketplace": "trade",
            "parking": "trade",
        },
    }
)
"""What an area of ground is, by key and value."""

ROADS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "motorway": ("motorway", 8),
        "motorway_link": ("motorway", 11),
        "trunk": ("main", 8),
        "trunk_link": ("main", 11),
        "primary": ("main", 9),
        "primary_link": ("main", 11),
        "secondary": ("street", 10),
        "secondary_link": ("street", 12),
        "tertiary": ("street", 11),
        "tertiary_link": ("street", 12),
        "unclassified": ("lane", 12),
        "residential": ("lane", 12),
        "living_street": ("lane", 13),
        "pedestrian": ("lane", 13),
        "service": ("drive", 14),
        "track": ("path", 14),
        "footway": ("path", 14),
        "path": ("path", 14),
        "cycleway": ("path", 14),
        "steps": ("path", 15),
    }
)
"""How a road is drawn, and from which zoom on."""

PLACES: tuple[tuple[str, str, str, int], ...] = (
    ("amenity", "police", "police", 11),
    ("amenity", "fire_station", "fire_station", 12),
    ("amenity", "hospital", "hospital", 12),
    ("amenity", "school", "school", 13),
    ("amenity", "kindergarten", "school", 14),
    ("amenity", "college", "school", 13),
    ("amenity", "university", "school", 12),
    ("amenity", "community_centre", "service_centre", 14),
    ("amenity", "townhall", "service_centre", 13),
    ("amenity", "marketplace", "market", 14),
    ("shop", "mall", "mall", 13),
    ("railway", "station", "station", 12),
    ("highway", "bus_stop", "bus_stop", 16),
    ("leisure", "park", "park", 13),
    ("natural", "peak", "peak", 12),
    ("natural", "water", "water", 13),
    ("landuse", "industrial", "works", 14),
    ("landuse", "residential", "compound", 15),
)
"""A place with a name: key, value, what it is, from which zoom on. The first that fits."""

SETTLEMENTS: Mapping[str, int] = MappingProxyType(
    {
        "town": 8,
        "suburb": 10,
        "village": 12,
        "quarter": 12,
        "neighbourhood": 13,
        "hamlet": 14,
        "isolated_dwelling": 15,
        "locality": 15,
    }
)


def area(tags: Tags) -> Drawn | None:
    """What a closed shape is drawn as."""
    if "building" in tags:
        return Drawn("buildings", "building", 14)
    if tags.get("natural") == "water" or "water" in tags or tags.get("waterway") == "riverbank":
        return Drawn("water", "water", 8)
    for key, kinds in GROUND.items():
        if kind := kinds.get(tags.get(key, "")):
            return Drawn("ground", kind, 8 if kind in ("fields", "wood") else 10)
    return None


def line(tags: Tags) -> Drawn | None:
    """What a line is drawn as."""
    if road := ROADS.get(tags.get("highway", "")):
        return None if tags.get("area") == "yes" else Drawn("roads", *road)
    if tags.get("railway") in ("rail", "subway", "light_rail", "tram"):
        return Drawn("rails", "under" if tags.get("tunnel") == "yes" else "rail", 11)
    if tags.get("waterway") in ("river", "canal", "stream"):
        return Drawn("water", "stream", 12 if tags["waterway"] == "stream" else 9)
    return None


def place(tags: Tags) -> Drawn | None:
    """What a named point, or the middle of a named shape, is drawn as."""
    if "name" not in tags:
        return None
    if zoom := SETTLEMENTS.get(tags.get("place", "")):
        return Drawn("places", "settlement", zoom)
    for key, value, kind, zoom in PLACES:
        if tags.get(key) == value:
            return Drawn("places", kind, zoom)
    return None


def border(tags: Tags) -> Drawn | None:
    """What the border of an administrative area is drawn as."""
    if tags.get("boundary") != "administrative":
        return None
    return BORDERS.get(tags.get("admin_level", ""))


def named(tags: Tags) -> dict[str, str]:
    """Its names in Chinese (or whatever is spoken there) and English, as far as it has them."""
    names = {"name": tags.get("name"), "name_en": tags.get("name:en")}
    return {key: name for key, name in names.items() if name}
