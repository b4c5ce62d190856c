"""From an OpenStreetMap file to the features that are drawn, and to the areas that are counted.

Pure. Reads .osm.pbf, .osm.gz and .osm; positions are WGS-84, in degrees.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium
import shapely
from shapely.geometry import shape

from yihu.places import tile_tags
from yihu.places.tile_tags import Drawn

BROKEN = RuntimeError, osmium.InvalidLocationError
"""What a shape raises that is not whole: at the edge of a cut, ways lose nodes and rings ways."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing to draw. `geometry` is GeoJSON, as text: most of it is never looked at."""

    drawn: Drawn
    geometry: str
    properties: dict[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """As tippecanoe reads it: GeoJSON with its layer and first zoom, in one line."""
        head = {"layer": self.drawn.layer, "minzoom": self.drawn.zoom}
        told = {"kind": self.drawn.kind} | self.properties
        return (
            f'{{"type":"Feature","tippecanoe":{json.dumps(head)},'
            f'"properties":{json.dumps(told, ensure_ascii=False)},"geometry":{self.geometry}}}\n'
        )


@dataclass(frozen=True, slots=True)
class Area:
    """A district or community (`kind`): its border as GeoJSON. `population`: None where unknown."""

    kind: str
    code: str
    name: str
    name_en: str
    population: int | None
    geometry: dict[str, Any]


@dataclass(slots=True)
class Chart:
    """Reads a file once: `features()` gives what is drawn, after which `areas` is complete."""

    path: Path
    areas: list[Area] = field(default_factory=list)

    @property
    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north, where the file says so."""
        with osmium.io.Reader(str(self.path)) as reader:
            box = reader.header().box()
        if not box.valid():
            return None
        return box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat

    def features(self) -> Iterator[Feature]:
        geojson = osmium.geom.GeoJSONFactory()
        wanted = osmium.filter.EmptyTagFilter()
        for thing in osmium.FileProcessor(str(self.path)).with_areas().with_filter(wanted):
            tags = dict(thing.tags)
            if isinstance(thing, osmium.osm.Node):
                if at := tile_tags.place(tags):
                    yield Feature(at, geojson.create_point(thing), tile_tags.named(tags))
            elif isinstance(thing, osmium.osm.Way):
                yield from _way(thing, tags, geojson)
            elif isinstance(thing, osmium.osm.Area):
                yield from self._area(thing, tags, geojson)
        yield from self._borders()

    def _area(
        self, thing: osmium.osm.Area, tags: dict[str, str], geojson: Any
    ) -> Iterator[Feature]:
        drawn, edge, at = tile_tags.area(tags), tile_tags.border(tags), tile_tags.place(tags)
        if not (drawn or edge or at):
            return
        try:
            geometry = geojson.create_multipolygon(thing)
        except BROKEN:  # its rings do not close; it is not drawn anywhere else either
            return
        if drawn:
            yield Feature(drawn, geometry)
        if edge:
            self.areas.append(_counted(edge, tags, geometry))
            label = Drawn("places", edge.kind, edge.zoom)
            yield Feature(label, _middle(geometry), tile_tags.named(tags))
        elif at:
            yield Feature(at, _middle(geometry), tile_tags.named(tags))

    def _borders(self) -> Iterator[Feature]:
        """Each stretch once: drawn by both its neighbours, its dashes would fill each other."""
        for drawn in tile_tags.BORDERS.values():
            shapes = [shape(one.geometry) for one in self.areas if one.kind == drawn.kind]
            if shapes:
                rims = shapely.union_all([one.boundary for one in shapes])
                yield Feature(drawn, str(shapely.to_geojson(shapely.line_merge(rims))))


def _way(thing: osmium.osm.Way, tags: dict[str, str], geojson: Any) -> Iterator[Feature]:
    drawn = tile_tags.line(tags)
    if drawn is None:
        return
    try:
        geometry = geojson.create_linestring(thing)
    except BROKEN:  # a node of it lies outside the extract
        return
    told: dict[str, Any] = tile_tags.named(tags)
    if tags.get("bridge", "no") != "no":
        told["bridge"] = 1
    yield Feature(drawn, geometry, told)


def _middle(geometry: str) -> str:
    """A point inside."""
    return str(shapely.to_geojson(shapely.from_geojson(geometry).representative_point()))


def _counted(edge: Drawn, tags: dict[str, str], geometry: str) -> Area:
    people = tags.get("population", "")
    return Area(
        kind=edge.kind,
        code=tags.get("ref", ""),
        name=tags.get("name", ""),
        name_en=tags.get("name:en", ""),
        population=int(people) if people.isdecimal() else None,
        geometry=json.loads(geometry),
    )
