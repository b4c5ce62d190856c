"""Where the map of a district is kept, and having it drawn when its OpenStreetMap file is new.

The file is the demo's own, or what `yihu map FILE` brought. The clock draws the map in a process of
its own: reading a city takes seconds in which nothing else would go on in the clock's.
"""

import subprocess
import sys
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yihu.places import named, road_file, tiles
from yihu.places.models import District
from yihu.places.tiles import Map

FAILED = "failed"
"""A file that says for which stamp drawing failed; it is tried again when that changes."""


class State(StrEnum):
    """How a district's map stands. `ABSENT`: nobody brought an OpenStreetMap file."""

    ABSENT = "absent"
    DRAWING = "drawing"
    BROKEN = "broken"
    BARE = "bare"  # drawn, but without ground: there is nothing here that makes tiles
    READY = "ready"


def folder(district: str) -> Path:
    return Path(settings.MAPS) / district


def extract(district: str) -> Path | None:
    """The district's OpenStreetMap file."""
    return next(iter(sorted(folder(district).glob("extract.osm*"))), None)


def roads_folder(district: str) -> Path:
    return folder(district) / "roads"


def current(district: str) -> Map | None:
    """The map as it was last drawn."""
    index = folder(district) / tiles.INDEX
    try:
        return _read(index, index.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


@lru_cache(maxsize=8)
def _read(index: Path, changed: int) -> Map | None:
    return tiles.read(index.parent)


def state(district: str) -> State:
    found = current(district)
    if found is not None:
        return State.READY if found.tiles else State.BARE
    source = extract(district)
    if source is None:
        return State.ABSENT
    return State.BROKEN if _failed(district) == tiles.stamp_of(source) else State.DRAWING


def tiles_file(name: str) -> Path | None:
    """A file of tiles by its name, which is its content's: no two districts share one."""
    return next(iter(Path(settings.MAPS).glob(f"*/{name}")), None)


def draw(district: District) -> Map:
    """Draw a district's map now. Raises FileNotFoundError where there is nothing to draw from."""
    source = extract(district.pk)
    if source is None:
        raise FileNotFoundError(folder(district.pk) / "extract.osm.pbf")
    road_file.make(source, roads_folder(district.pk))  # first: a map can wait, a way cannot
    named.make(source, folder(district.pk))
    return tiles.build(source, folder(district.pk), district.name)


def draw_due() -> int:
    """A job of the clock: draw what is not drawn, or not as its file is now; how many."""
    drawn = 0
    for district in District.objects.values_list("pk", flat=True):
        if (stamp := _due(district)) is not None:
            _draw_beside(district, stamp)
            drawn += 1
    return drawn


def _due(district: str) -> str | None:
    """The stamp of what is to be drawn; None where it was drawn, or cannot be."""
    source = extract(district)
    if source is None:
        return None
    stamp, found = tiles.stamp_of(source), current(district)
    is_drawn = found is not None and found.stamp == stamp
    is_drawn = is_drawn and road_file.is_made(source, roads_folder(district))
    return None if is_drawn or _failed(district) == stamp else stamp


def _draw_beside(district: str, stamp: str) -> None:
    program = [sys.executable, "-P", "-m", "yihu", "map", "--district", district]
    command = ["nice", *program]  # whoever is being served comes first
    nothing = subprocess.DEVNULL
    done = subprocess.run(command, stdin=nothing, stdout=nothing, check=False)  # noqa: S603
    if done.returncode:
        (folder(district) / FAILED).write_text(stamp)


def _failed(district: str) -> str:
    try:
        return (folder(district) / FAILED).read_text()
    except FileNotFoundError:
        return ""
