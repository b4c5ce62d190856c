"""A district's roads as this process has them: mapped from the disk, with what is closed now."""

from dataclasses import dataclass
from pathlib import Path

from yihu.places import map_files, road_file
from yihu.places.closures import in_force
from yihu.places.road_closures import Closure
from yihu.places.roads import Roads


@dataclass(frozen=True, slots=True)
class Held:
    place: Path
    whole: Roads
    closed: tuple[Closure, ...]
    now: Roads


_held: dict[str, Held] = {}


def roads(district: str) -> Roads | None:
    """The roads of a district with its closures applied: one statement. None where it has no map
    yet. The same object until the map or a closure changes."""
    place = _place(district)
    if place is None:
        return None
    closed = in_force(district)
    held = _held.get(district)
    if held is None or held.place != place:
        whole = Roads(road_file.load(place))
        held = Held(place, whole, (), whole)
    if held.closed != closed:
        now = held.whole.without(closed) if closed else held.whole
        held = Held(place, held.whole, closed, now)
    _held[district] = held
    return held.now


def _place(district: str) -> Path | None:
    """Where the graphs stand: those of the map as it is now, else the newest there are."""
    extract, folder = map_files.extract(district), map_files.roads_folder(district)
    if extract is not None and (wanted := folder / road_file.stamp_of(extract)).exists():
        return wanted
    built = (place for place in folder.glob("[0-9a-f]*") if place.is_dir())
    return max(built, key=lambda place: place.stat().st_mtime_ns, default=None)
