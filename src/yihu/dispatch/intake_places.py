"""The places of a district by name: its key sites, named places, communities and streets."""

from functools import lru_cache
from uuid import UUID

from yihu.dispatch.landmarks import Landmark, Landmarks
from yihu.people.queries import communities
from yihu.places.models import KeySite, Site


def landmarks(district: str) -> Landmarks:
    """All that has a name there. Made anew where one of the names has changed: two seconds in a
    process's life, and what was read stays the same for as long as the names do."""
    return _made((*_sites(district), *_named(district), *_communities(district)))


@lru_cache(maxsize=4)
def _made(found: tuple[Landmark, ...]) -> Landmarks:
    return Landmarks(found)


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


def site_of(landmark: Landmark) -> UUID | None:
    return UUID(landmark.ref) if landmark.ref else None
