"""Settling a district; its key sites and community forces."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from yihu.kernel.access import Actor, Refused
from yihu.people import actions as people
from yihu.people.queries import directed_by
from yihu.places import queries
from yihu.places.demo_city import City
from yihu.places.models import District, Force, ForceKind, KeySite, Site, SiteKind

KEY_SITE, COMMUNITY_FORCE = "key_site", "community_force"
"""Kinds of organisation."""


@transaction.atomic
def settle(*, code: str, name: str, name_en: str, city: City, demo: bool) -> District:
    """Make a district of a drawn city, with its sites. A district is settled once."""
    district = District.objects.create(
        code=code,
        name=name,
        name_en=name_en,
        demo=demo,
        area_km2=round(city.area_km2, 2),
        population=city.population,
    )
    Site.objects.bulk_create(
        [
            Site(
                district=code,
                code=site.code,
                kind=site.kind,
                name=site.name,
                name_en=site.name_en,
                longitude=site.position[0],
                latitude=site.position[1],
                community=site.community_code,
            )
            for site in city.sites
        ],
        batch_size=500,
    )
    return district


# --- key sites -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SiteDetails:
    """What is known of a key site. `kind` is its kind's code; the position WGS-84 degrees."""

    name: str
    kind: str
    address: str
    duty_contact: str
    duty_phone: str
    sets_required: int
    longitude: float | None = None
    latitude: float | None = None
    name_en: str = ""


@transaction.atomic
def add_site_kind(*, actor: Actor, name: str, sets_required: int = 1) -> SiteKind:
    """A kind of the district's own; the one there is, where it has that name already."""
    if not directed_by(actor):
        raise Refused("not_yours", "whoever directs the net adds kinds")
    for kind in queries.site_kinds(actor.district):
        if name in (kind.name, kind.name_en):
            return kind
    return SiteKind.objects.create(
        district=actor.district,
        code=f"own-{secrets.token_hex(4)}",
        name=name,
        sets_required=sets_required,
    )


@transaction.atomic
def add_site(*, actor: Actor, parent: UUID, details: SiteDetails, code: str = "") -> KeySite:
    """A key site under a station or one of its rooms. Raises Refused: not_yours, name_taken,
    no_such_kind."""
    kind = _site_kind(actor, details.kind)
    unit = people.add_unit(
        actor=actor,
        kind=KEY_SITE,
        name=details.name,
        name_en=details.name_en,
        parent=parent,
        code=code,
    )
    return KeySite.objects.create(organisation=unit, kind=kind, **_columns(details))


@transaction.atomic
def change_site(*, actor: Actor, site: KeySite, parent: UUID, details: SiteDetails) -> KeySite:
    """Raises Refused as `add_site` does."""
    unit = people.change_unit(
        actor=actor,
        unit=site.organisation_id,
        name=details.name,
        name_en=details.name_en,
        parent=parent,
    )
    columns = {"kind": _site_kind(actor, details.kind), **_columns(details)}
    KeySite.objects.filter(pk=unit.pk).update(**columns)
    return KeySite.objects.get(pk=unit.pk)


@transaction.atomic
def close_site(*, actor: Actor, site: KeySite) -> None:
    """The site is no longer on the net. Its sets are to come back first: that is the caller's."""
    if site.organisation_id not in directed_by(actor):
        raise Refused("not_yours", "this site is not this actor's")
    KeySite.objects.filter(pk=site.pk, closed_at=None).update(closed_at=timezone.now())


def _columns(details: SiteDetails) -> dict[str, object]:
    return {
        "address": details.address,
        "duty_contact": details.duty_contact,
        "duty_phone": details.duty_phone,
        "sets_required": details.sets_required,
        "longitude": details.longitude,
        "latitude": details.latitude,
    }


def _site_kind(actor: Actor, code: str) -> SiteKind:
    """The kind, which is kept from its first use on."""
    for kind in queries.site_kinds(actor.district):
        if kind.code == code:
            if kind.pk is None:
                kind.save()
            return kind
    raise Refused("no_such_kind", "there is no such kind of site", field="kind")


# --- community forces ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ForceDetails:
    """What is known of a force. `unit`: its site, room or community; `kind` is its kind's code."""

    name: str
    kind: str
    unit: UUID
    strength: int
    name_en: str = ""


@transaction.atomic
def add_force(*, actor: Actor, station: UUID, details: ForceDetails, code: str = "") -> Force:
    """People of one kind of a unit. In the line of command under the unit, where that is the
    station's; else under the station, since a community's people answer to it on the net."""
    kind = _force_kind(actor, details.kind)
    unit = people.add_unit(
        actor=actor,
        kind=COMMUNITY_FORCE,
        name=details.name,
        name_en=details.name_en,
        parent=details.unit if details.unit in directed_by(actor) else station,
        code=code,
    )
    return Force.objects.create(
        organisation=unit, kind=kind, unit_id=details.unit, strength=details.strength
    )


@transaction.atomic
def change_force(*, actor: Actor, force: Force, station: UUID, details: ForceDetails) -> Force:
    unit = people.change_unit(
        actor=actor,
        unit=force.organisation_id,
        name=details.name,
        name_en=details.name_en,
        parent=details.unit if details.unit in directed_by(actor) else station,
    )
    Force.objects.filter(pk=unit.pk).update(
        kind=_force_kind(actor, details.kind), unit=details.unit, strength=details.strength
    )
    return Force.objects.get(pk=unit.pk)


@transaction.atomic
def close_force(*, actor: Actor, force: Force) -> None:
    """The force is no longer there to be called."""
    if force.organisation_id not in directed_by(actor):
        raise Refused("not_yours", "this force is not this actor's")
    Force.objects.filter(pk=force.pk, closed_at=None).update(closed_at=timezone.now())


def _force_kind(actor: Actor, code: str) -> ForceKind:
    for kind in queries.force_kinds(actor.district):
        if kind.code == code:
            if kind.pk is None:
                kind.save()
            return kind
    raise Refused("no_such_kind", "there is no such kind of force", field="kind")
