"""Reading key sites and community forces: each sees those of their own units and below."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from yihu.kernel.access import Actor
from yihu.people.models import Organisation
from yihu.people.queries import reach_of
from yihu.places import kinds
from yihu.places.models import Force, ForceKind, KeySite, Site, SiteKind

type LonLat = tuple[float, float]

HOUSES = "police_station", "police_room", "service_centre"


def sites(actor: Actor) -> QuerySet[KeySite]:
    """The key sites in use that an actor may know of: police all of theirs, a guard their own."""
    found = KeySite.objects.filter(organisation__in=reach_of(actor), closed_at=None)
    return found.select_related("organisation__parent", "kind").order_by(
        "kind__code", "organisation__code"
    )


def positions_of(district: str, organisations: Iterable[Organisation]) -> dict[UUID, LonLat]:
    """Where organisations are: a key site's own place; a police room, station or service centre,
    where the map has it under the organisation's code (with or without the district's before it).
    Two statements."""
    wanted = {one.pk: one.code for one in organisations}
    found: dict[UUID, LonLat] = {
        site.pk: (site.longitude, site.latitude)
        for site in KeySite.objects.filter(pk__in=wanted)
        if site.longitude is not None and site.latitude is not None
    }
    short = {pk: code.removeprefix(f"{district}-") for pk, code in wanted.items()}
    places = Site.objects.filter(district=district, code__in={*short.values(), *wanted.values()})
    known = {place.code: (place.longitude, place.latitude) for place in places}
    for pk, code in wanted.items():
        if at := known.get(code) or known.get(short[pk]):
            found.setdefault(pk, at)
    return found


def houses(district: str) -> QuerySet[Site]:
    """The police station, police rooms and service centres on the map: known to everybody."""
    return Site.objects.filter(district=district, kind__in=HOUSES).order_by("kind", "code")


def forces(actor: Actor) -> QuerySet[Force]:
    """The community forces that an actor may know of."""
    found = Force.objects.filter(organisation__in=reach_of(actor), closed_at=None)
    return found.select_related("organisation", "kind", "unit").order_by(
        "kind__code", "organisation__code"
    )


def forces_at(units: Iterable[UUID]) -> QuerySet[Force]:
    """The forces of these units."""
    found = Force.objects.filter(unit__in=list(units), closed_at=None)
    return found.select_related("organisation", "kind").order_by("kind__code", "organisation__code")


def site_kinds(district: str) -> list[SiteKind]:
    """What a site may be: the kinds everybody begins with, and those of the district's own."""
    own = {kind.code: kind for kind in SiteKind.objects.filter(district=district)}
    first = {one.code: _site_kind(district, one) for one in kinds.SITES}
    return list((first | own).values())


def _site_kind(district: str, place: kinds.Place) -> SiteKind:
    return SiteKind(
        district=district,
        code=place.code,
        name=place.name,
        name_en=place.name_en,
        sets_required=place.sets_required,
    )


def force_kinds(district: str) -> list[ForceKind]:
    """What a force may be, with the limits of each."""
    own = {kind.code: kind for kind in ForceKind.objects.filter(district=district)}
    first = {one.code: _force_kind(district, one) for one in kinds.FORCES}
    return list((first | own).values())


def _force_kind(district: str, crew: kinds.Crew) -> ForceKind:
    return ForceKind(
        district=district,
        code=crew.code,
        name=crew.name,
        name_en=crew.name_en,
        may="\n".join(crew.may),
        may_not="\n".join(crew.may_not),
    )
