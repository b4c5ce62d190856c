"""Graphs on the disk: a file for each array, mapped into memory when read.

A folder of graphs is named by what it was made from and appears whole: a reader never finds half
of one, and goes on with the old one's pages after it is gone.
"""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from pathlib import Path

import numpy as np

from yihu.places.osm_reader import read_roads
from yihu.places.road_build import build
from yihu.places.road_graph import Graph
from yihu.places.road_rules import RULES, Profile

VERSION = 1
"""Raised when the graph or its rules change: every graph is then built anew."""


def stamp_of(extract: Path) -> str:
    """Changes with the map's file, and with how graphs are built."""
    seen = extract.stat()
    told = f"{VERSION} {seen.st_size} {seen.st_mtime_ns}"
    return sha256(told.encode()).hexdigest()[:16]


def is_made(extract: Path, folder: Path) -> bool:
    return (folder / stamp_of(extract)).exists()


def make(extract: Path, folder: Path) -> Path:
    """Build the graphs of a map in a folder, in place of the ones before; where they stand.

    Takes seconds for a city district, and none where they are built. Raises ValueError for a map
    without roads, RuntimeError for a file that is no map.
    """
    name = stamp_of(extract)
    if is_made(extract, folder):
        return folder / name
    found = read_roads(extract)
    graphs = {profile: build(found, rules) for profile, rules in RULES.items()}
    return save(graphs, folder, name)


def save(graphs: Mapping[Profile, Graph], folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / name
    if not place.exists():
        work = Path(tempfile.mkdtemp(prefix=".coming-", dir=folder))
        for profile, graph in graphs.items():
            (work / profile).mkdir()
            for array, values in graph.arrays().items():
                np.save(work / profile / f"{array}.npy", values)
        os.replace(work, place)
    for old in folder.iterdir():
        if old != place:
            shutil.rmtree(old, ignore_errors=True)
    return place


def load(place: Path) -> dict[Profile, Graph]:
    """Raises FileNotFoundError where a graph is not there whole."""
    return {
        profile: Graph(
            **{
                field.name: np.load(place / profile / f"{field.name}.npy", mmap_mode="r")
                for field in fields(Graph)
            }
        )
        for profile in Profile
    }
