"""The places of a district by name: its key sites, named places, communities, and what its map
names."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from yihu.dispatch.actions import Place
from yihu.dispatch.intake import Spot
from yihu.dispatch.landmarks import Landmark, Landmarks, plain
from yihu.people.queries import communities
from yihu.places import map_files, named
from yihu.places.models import KeySite, Site


def landmarks(district: str) -> Landmarks:
    """All that has a name there. Made anew where one of the names has changed, which takes part
    of a second in a process's life; else as it stands."""
    names = map_files.folder(district) / named.INDEX
    changed = names.stat().st_mtime_ns if names.exists() else 0
    sites = _sites(district)
    known = {one.name for one in sites}
    named_too = (one for one in _named(district) if one.name not in known)
    own = (*sites, *named_too, *_communities(district))
    return _made(own, names.parent, changed)


@lru_cache(maxsize=4)
def _made(own: tuple[Landmark, ...], folder: Path, changed: int) -> Landmarks:
    return Landmarks((*own, *_on_map(folder, {one.name for one in own})))


def _on_map(folder: Path, known: set[str]) -> Iterator[Landmark]:
    """What the map names, without what the register knows better; a stop may be called as the
    street is, all else by one name is one place."""
    for one in named.read(folder):
        if one.kind not in ("street", "stop"):
            if one.name in known:
                continue
            known.add(one.name)
        yield Landmark(one.name, one.kind, (one.longitude, one.latitude), name_en=one.name_en)


def _sites(district: str) -> list[Landmark]:
    rows = KeySite.objects.filter(organisation__district=district, closed_at=None)
    return [
        Landmark(
            name=site.organisation.name,
            kind=site.kind.name,
            position=_position(site.longitude, site.latitude),
            ref=site.organisation_id.hex,
            note=site.address,
            name_en=site.organisation.name_en,
        )
        for site in rows.select_related("organisation", "kind").order_by("pk")
    ]


def _named(district: str) -> list[Landmark]:
    return [
        Landmark(one.name, one.kind, (one.longitude, one.latitude), name_en=one.name_en)
        for one in Site.objects.filter(district=district).order_by("pk")
    ]


def _communities(district: str) -> list[Landmark]:
    return [
        Landmark(one.name, str(one.get_kind_display()), name_en=one.name_en)
        for one in communities(district)
    ]


def _position(longitude: float | None, latitude: float | None) -> tuple[float, float] | None:
    return None if longitude is None or latitude is None else (longitude, latitude)


def spot_named(
    known: Landmarks, typed: str, *, chosen: str = "", place: Place | None = None
) -> Spot:
    """A place as it is kept: what the map knows by name stands open, all else that was said of it
    is sealed. `chosen`: the name that was picked; `place`: the point, where one was given."""
    found = known.within(chosen) if chosen and plain(chosen) in plain(typed) else None
    found = found or known.within(typed)
    if found is None:
        return Spot(address=typed, place=place)
    return Spot(
        landmark=found.name,
        address="" if plain(typed) == plain(found.name) else typed,
        site=UUID(found.ref) if found.ref else None,
        place=place or (Place(*found.position) if found.position else None),
    )
