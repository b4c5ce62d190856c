"""OpenStreetMap XML (API 0.6): what a map is made of, and how it is written.

https://wiki.openstreetmap.org/wiki/OSM_XML. Elements come sorted by type and id, as programs that
read such files in one pass expect.
"""

import gzip
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import quoteattr

type Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Node:
    id: int
    lon: float  # degrees, WGS-84
    lat: float
    tags: Tags


@dataclass(frozen=True, slots=True)
class Way:
    id: int
    refs: tuple[int, ...]
    tags: Tags


@dataclass(frozen=True, slots=True)
class Member:
    type: Literal["node", "way", "relation"]
    ref: int
    role: str


@dataclass(frozen=True, slots=True)
class Relation:
    id: int
    members: tuple[Member, ...]
    tags: Tags


@dataclass(frozen=True, slots=True)
class Extract:
    """A piece of map. `bounds`: west, south, east, north, in degrees."""

    bounds: tuple[float, float, float, float]
    nodes: tuple[Node, ...]
    ways: tuple[Way, ...]
    relations: tuple[Relation, ...]
    note: str


def write(extract: Extract, path: Path) -> Path:
    """Write the map, gzipped where the name ends in .gz; equal maps give equal bytes."""
    data = "".join(_lines(extract)).encode()
    if path.suffix == ".gz":
        packed = io.BytesIO()
        # No file name and no time inside, or two runs would differ.
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0, compresslevel=6) as out:
            out.write(data)
        data = packed.getvalue()
    path.write_bytes(data)
    return path


def _lines(extract: Extract) -> Iterator[str]:
    west, south, east, north = (f"{value:.7f}" for value in extract.bounds)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6" generator="yihu">\n'
    yield f" <note>{extract.note}</note>\n"
    yield f' <bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>\n'
    for node in extract.nodes:
        head = f' <node id="{node.id}" version="1" lat="{node.lat:.7f}" lon="{node.lon:.7f}"'
        yield f"{head}>\n{_tags(node.tags)} </node>\n" if node.tags else f"{head}/>\n"
    for way in extract.ways:
        refs = "".join(f'  <nd ref="{ref}"/>\n' for ref in way.refs)
        yield f' <way id="{way.id}" version="1">\n{refs}{_tags(way.tags)} </way>\n'
    for relation in extract.relations:
        members = "".join(
            f'  <member type="{one.type}" ref="{one.ref}" role="{one.role}"/>\n'
            for one in relation.members
        )
        yield (
            f' <relation id="{relation.id}" version="1">\n{members}{_tags(relation.tags)}'
            " </relation>\n"
        )
    yield "</osm>\n"


def _tags(tags: Tags) -> str:
    return "".join(f"  <tag k={quoteattr(k)} v={quoteattr(v)}/>\n" for k, v in tags.items())
