"""Reading plans, and what a plan may be made of: for whoever sees the net as a whole."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from django.db.models import QuerySet
from shapely.geometry import shape

from yihu.dispatch.kinds import Door
from yihu.dispatch.map_reach import may_see
from yihu.dispatch.queries import incidents
from yihu.kernel.access import Actor
from yihu.places import map_files
from yihu.places.models import KeySite, Site
from yihu.places.tile_layers import Area
from yihu.places.tiles import Map
from yihu.planning.models import Plan
from yihu.planning.plan_question import Spot

HOUSING = (
    *("service_centre", "school", "mall", "market", "hospital", "metro_station"),
    *("compound", "works"),
)
"""Kinds of places on the map that could take a room in, the likeliest first."""
FEWEST = 10
"""Incidents of a community of which fewer are not told."""
AS_MAPPED = {"station": "metro_station"}
"""Kinds of key sites that the map calls otherwise."""
LATEST = 30


def plans(actor: Actor) -> QuerySet[Plan]:
    """The plans of the actor's district, the newest first; none for who does not oversee it."""
    if not may_see(actor):
        return Plan.objects.none()
    found = Plan.objects.filter(district=actor.district)
    return found.select_related("made_by", "best__made_by").order_by("-made_at", "-pk")


def latest(actor: Actor) -> list[Plan]:
    """The newest, without what is drawn on a map."""
    return list(plans(actor).defer("drawing", "best__drawing")[:LATEST])


def ground(district: str) -> Map | None:
    """The district's map, where it says how far the district goes and who lives in it."""
    found = map_files.current(district)
    return found if found is not None and found.outline is not None else None


# --- what may be chosen ---------------------------------------------------------------------------


def rooms(district: str) -> list[Spot]:
    """The police rooms that stand."""
    found = Site.objects.filter(district=district, kind="police_room").order_by("code")
    return [_spot(one) for one in found]


def houses(district: str) -> list[Spot]:
    """Places that could take a room in: those on the map, and the key sites that are not."""
    mapped = Site.objects.filter(district=district, kind__in=HOUSING).order_by("code")
    known = {one.name for one in mapped}
    sites = KeySite.objects.filter(organisation__district=district, closed_at=None)
    placed = sites.exclude(longitude=None).exclude(latitude=None)
    own = placed.exclude(organisation__name__in=known).select_related("organisation", "kind")
    return [*map(_spot, mapped), *map(_own, own.order_by("organisation__code"))]


def _spot(one: Site) -> Spot:
    return Spot(one.code, one.kind, one.longitude, one.latitude, one.name, one.name_en)


def _own(one: KeySite) -> Spot:
    house = one.organisation
    kind = AS_MAPPED.get(one.kind.code, one.kind.code)
    at = one.longitude or 0.0, one.latitude or 0.0
    return Spot(house.code, kind, *at, house.name, house.name_en)


# --- what happened --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Past:
    """Incidents by community. `too_few`: how many are in communities that had fewer than FEWEST,
    and are not told by community."""

    by_community: dict[str, int]
    too_few: int


def past(actor: Actor, communities: Sequence[Area], since: datetime) -> Past:
    """The incidents that the actor may know of, by where they were; without exercises, and each
    once where several were joined."""
    known = incidents(actor).filter(matter__opened_at__gte=since, matter__merged_into=None)
    placed = known.exclude(matter__door=Door.TRAINING).exclude(longitude=None)
    places = np.array(list(placed.order_by().values_list("longitude", "latitude")), dtype=float)
    places = places.reshape(-1, 2)
    counted = Counter[str]()
    for area in communities:
        outline = shapely.make_valid(shape(area.geometry))
        counted[area.code] += int(shapely.contains_xy(outline, places[:, 0], places[:, 1]).sum())
    enough = {code: n for code, n in counted.items() if n >= FEWEST}
    return Past(enough, counted.total() - sum(enough.values()))
