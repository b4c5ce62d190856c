"""The roads of an OpenStreetMap file: .osm.pbf, .osm.gz, .osm, as osmium reads them.

Read in two passes, so that of a city's nodes only those on its roads are kept.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Literal

import osmium
from osmium import osm
from osmium.filter import IdFilter, KeyFilter

from yihu.places.osm_writer import Extract, Member, Node, Relation, Way

KINDS: dict[str, Literal["node", "way", "relation"]] = {"n": "node", "w": "way", "r": "relation"}


def read_roads(path: Path) -> Extract:
    """The ways that are roads or ferries, the nodes they run over, and turn restrictions.

    Where a node is not in the file its way is cut: the same id then stands for several pieces.
    Raises RuntimeError for a file that cannot be read as OpenStreetMap.
    """
    roads = osmium.FileProcessor(path, osm.WAY).with_filter(KeyFilter("highway", "route"))
    ways = [
        Way(way.id, tuple(node.ref for node in way.nodes), dict(way.tags))
        for way in roads
        if isinstance(way, osm.Way) and ("highway" in way.tags or way.tags.get("route") == "ferry")
    ]
    wanted = {ref for way in ways for ref in way.refs}
    nodes = tuple(
        Node(node.id, node.lon, node.lat, dict(node.tags))
        for node in osmium.FileProcessor(path, osm.NODE).with_filter(IdFilter(wanted))
        if isinstance(node, osm.Node)
    )
    known = {node.id for node in nodes}
    return Extract(
        bounds=_bounds(nodes),
        nodes=nodes,
        ways=tuple(piece for way in ways for piece in _pieces(way, known)),
        relations=tuple(_restrictions(path)),
        note="",
    )


def _restrictions(path: Path) -> Iterator[Relation]:
    for one in osmium.FileProcessor(path, osm.RELATION).with_filter(KeyFilter("type")):
        if isinstance(one, osm.Relation) and one.tags["type"].startswith("restriction"):
            members = (Member(KINDS[part.type], part.ref, part.role) for part in one.members)
            yield Relation(one.id, tuple(members), dict(one.tags))


def _pieces(way: Way, known: set[int]) -> Iterator[Way]:
    for here, refs in groupby(way.refs, known.__contains__):
        piece = tuple(refs)
        if here and len(piece) > 1:
            yield Way(way.id, piece, way.tags)


def _bounds(nodes: tuple[Node, ...]) -> tuple[float, float, float, float]:
    if not nodes:
        return 0.0, 0.0, 0.0, 0.0
    lons, lats = [node.lon for node in nodes], [node.lat for node in nodes]
    return min(lons), min(lats), max(lons), max(lats)
