"""A district's map: one PMTiles file for what is drawn, and its areas for what is counted. Pure.

Both are made from the district's OpenStreetMap file and stand in one folder; `map.json` says which
they are, and is replaced last, so that a reader always finds a whole map. tippecanoe makes the
tiles; where it is not installed the map has no ground, and all else is there.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from shapely.geometry import shape

from yihu.places.map_style import BOTTOM, TOP
from yihu.places.tile_layers import Area, Chart

VERSION = 1
"""Raised when the layers change: every map is then drawn anew."""
INDEX = "map.json"

type Bounds = tuple[float, float, float, float]  # west, south, east, north: degrees, WGS-84


@dataclass(frozen=True, slots=True)
class Map:
    """What was drawn. `stamp`: of what, see `stamp_of`. `tiles`: the file's name, "" for none.
    `outline`: the district's own border as GeoJSON; `communities`: what it is made of."""

    stamp: str
    tiles: str
    bounds: Bounds | None
    outline: dict[str, Any] | None
    communities: tuple[Area, ...]


def stamp_of(extract: Path) -> str:
    """Changes with the file, and with how it is drawn."""
    seen = extract.stat()
    program = "tippecanoe" if tippecanoe() else "none"
    return f"{VERSION} {program} {seen.st_size} {seen.st_mtime_ns}"


def tippecanoe() -> str | None:
    """The path of the program that makes tiles: the one installed with us, else the system's."""
    beside = Path(sys.executable).with_name("tippecanoe")
    return str(beside) if beside.exists() else shutil.which("tippecanoe")


def read(folder: Path) -> Map | None:
    """The map that stands in a folder, if one does."""
    try:
        told = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    communities = tuple(Area(**one) for one in told.pop("communities"))
    bounds = told.pop("bounds")
    return Map(**told, bounds=bounds and tuple(bounds), communities=communities)


def build(extract: Path, folder: Path, name: str) -> Map:
    """Draw the map of the district of that name, in place of the one before. Takes seconds for a
    city district. Raises subprocess.CalledProcessError where tippecanoe fails."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp, chart, program = stamp_of(extract), Chart(extract), tippecanoe()
    with tempfile.TemporaryDirectory(dir=folder) as work:
        drawn = Path(work) / "drawn.pmtiles"
        if program:
            _draw(chart, program, drawn)
        else:
            for _feature in chart.features():  # for the areas alone
                pass
        tiles = _named(drawn) if program else ""
        outline = _outline(chart.areas, name)
        made = Map(stamp, tiles, _bounds(chart, outline), outline, _inside(chart.areas, outline))
        if tiles:
            os.replace(drawn, folder / tiles)
        index = Path(work) / INDEX
        index.write_text(json.dumps(asdict(made), ensure_ascii=False), encoding="utf-8")
        os.replace(index, folder / INDEX)
    for old in folder.glob("*.pmtiles"):
        if old.name != tiles:
            old.unlink(missing_ok=True)
    return made


def _draw(chart: Chart, program: str, out: Path) -> None:
    command = [
        program, "--quiet", "--force", f"--output={out}", f"--temporary-directory={out.parent}",
        f"--minimum-zoom={BOTTOM}", f"--maximum-zoom={TOP}", "--drop-rate=1",
        "--no-feature-limit", "--no-tile-size-limit", "--simplification=4", "--read-parallel",
    ]  # fmt: skip
    lines = out.with_name("features.json")
    with lines.open("w", encoding="utf-8") as written:
        written.writelines(feature.line() for feature in chart.features())
    subprocess.run([*command, lines], stdin=subprocess.DEVNULL, check=True)  # noqa: S603


def _named(drawn: Path) -> str:
    """Named by its content, so that a browser may keep what it has for ever."""
    return f"{sha256(drawn.read_bytes()).hexdigest()[:12]}.pmtiles"


def _outline(areas: list[Area], name: str) -> dict[str, Any] | None:
    """The border of the district of that name; else of the largest there is."""
    found = [one for one in areas if one.kind == "district"]
    found.sort(key=lambda one: (one.name != name, -shape(one.geometry).area))
    return found[0].geometry if found else None


def _inside(areas: list[Area], outline: dict[str, Any] | None) -> tuple[Area, ...]:
    """The communities that lie in the district, in order of their code."""
    within = shape(outline) if outline else None
    found = [
        one
        for one in areas
        if one.kind == "community"
        and (within is None or within.contains(shape(one.geometry).representative_point()))
    ]
    return tuple(sorted(found, key=lambda one: (one.code, one.name)))


def _bounds(chart: Chart, outline: dict[str, Any] | None) -> Bounds | None:
    if outline is None:
        return chart.extent
    west, south, east, north = shape(outline).bounds
    return west, south, east, north
