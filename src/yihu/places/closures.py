"""Roads that are closed for a while, by whoever directs the net: vehicles are sent round them."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from yihu.kernel.access import Actor, Refused
from yihu.kernel.writing import one_by_one
from yihu.people.queries import directed_by
from yihu.places.models import RoadClosure
from yihu.places.road_closures import Closure

WIDEST = 2000
"""Metres: a closure's largest radius; more than that is no road any more."""


def closures(district: str) -> QuerySet[RoadClosure]:
    """Those that are closed now, the newest first."""
    now = timezone.now()
    open_ended = Q(until=None) | Q(until__gt=now)
    return RoadClosure.objects.filter(open_ended, district=district, since__lte=now).order_by(
        "-since"
    )


def in_force(district: str) -> tuple[Closure, ...]:
    """The same, as the roads take them."""
    rows = closures(district).order_by("pk").values_list("longitude", "latitude", "radius", "way")
    return tuple(Closure(lon, lat, float(radius), way) for lon, lat, radius, way in rows)


def close_road(
    *,
    actor: Actor,
    longitude: float,
    latitude: float,
    radius: int = 0,
    way: int | None = None,
    reason: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> RoadClosure:
    """Close what lies within a radius (metres) of a place (WGS-84 degrees), or one way of the map.

    Raises Refused: not_yours; bad_place, bad_radius, no_reason, bad_until with the field.
    """
    since = since or timezone.now()
    if not directed_by(actor):
        raise Refused("not_yours", "whoever directs the net closes roads")
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise Refused("bad_place", "not a position on earth", field="place")
    if way is None and not 0 < radius <= WIDEST:
        raise Refused("bad_radius", "not a radius for a closure", field="radius")
    if not reason.strip():
        raise Refused("no_reason", "a closure says why", field="reason")
    if until is not None and until <= since:
        raise Refused("bad_until", "it ends before it begins", field="until")
    with one_by_one():
        return RoadClosure.objects.create(
            district=actor.district,
            longitude=longitude,
            latitude=latitude,
            radius=radius,
            way=way,
            since=since,
            until=until,
            reason=reason.strip(),
            by_id=actor.staff_id,
        )


def open_road(*, actor: Actor, closure: int) -> None:
    """Open it again now. Raises Refused as `close_road` does, RoadClosure.DoesNotExist for another
    district's."""
    if not directed_by(actor):
        raise Refused("not_yours", "whoever directs the net opens roads")
    now = timezone.now()
    with one_by_one():
        found = RoadClosure.objects.get(pk=closure, district=actor.district)
        if found.until is None or found.until > now:
            found.until = max(now, found.since)
            found.save(update_fields=["until"])
