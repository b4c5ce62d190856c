"""Reading plans, and what a plan may be made of: for whoever sees the net as a whole."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce
from numpy.typing import NDArray
from shapely.geometry import shape

from yihu.direct.imports import ORIGIN
from yihu.dispatch.kinds import Answer, Door
from yihu.dispatch.map_reach import may_see
from yihu.dispatch.models import Assignment, Incident, Offer, Unit
from yihu.dispatch.queries import incidents
from yihu.kernel.access import Actor
from yihu.people.models import Shift
from yihu.places import map_files
from yihu.places.models import KeySite, Site
from yihu.places.tile_layers import Area
from yihu.places.tiles import Map
from yihu.planning.measured_inputs import Spell
from yihu.planning.models import Plan
from yihu.planning.past_calls import Call, Trip
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
ANSWERED = {Answer.ACCEPTED: True, Answer.DECLINED: False, Answer.SILENT: False}


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


def calls(
    actor: Actor, communities: Sequence[Area], since: datetime, until: datetime
) -> list[Call]:
    """The incidents between two moments that the actor may know of, zones being the codes of
    communities, and hours those of `since`'s own clock: without exercises, what came from
    elsewhere, and what was joined with another. None for who does not oversee the net. Three
    statements.

    Where a community has fewer than FEWEST, or there are fewer of a kind, it is not told where
    those were.
    """
    if not may_see(actor):
        return []
    return _untold(list(_calls(actor, communities, since, until)))


def _calls(
    actor: Actor, communities: Sequence[Area], since: datetime, until: datetime
) -> Iterator[Call]:
    at = Coalesce("called_at", "matter__opened_at")
    known = incidents(actor).annotate(at=at).filter(at__gte=since, at__lt=until)
    counted = known.exclude(matter__door=Door.TRAINING).filter(matter__merged_into=None)
    counted = counted.exclude(matter__origin__startswith=ORIGIN).order_by()
    trips = _trips(counted.values("pk"))
    rows = list(counted.values_list("pk", "at", "kind", "longitude", "latitude"))
    places = np.array([row[3:] for row in rows], dtype=float).reshape(-1, 2)
    for (pk, at, kind, longitude, latitude), zone in zip(
        rows, _zones(communities, places), strict=True
    ):
        created = at.astimezone(since.tzinfo)
        yield Call(created, kind, zone, longitude, latitude, tuple(trips[pk]))


def _trips(chosen: QuerySet[Incident, Any]) -> dict[UUID, list[Trip]]:
    """What each unit did that was sent to lead, and how each answered that was asked."""
    found: dict[UUID, list[Trip]] = defaultdict(list)
    moments = ("assigned_at", "en_route_at", "on_scene_at", "cleared_at")
    went = Assignment.objects.filter(incident__in=chosen, alongside=False)
    for pk, force, *at in went.values_list("incident", "unit__kind", *moments):
        found[pk].append(Trip(force, None, *at))
    asked = Offer.objects.filter(incident__in=chosen, answer__in=ANSWERED)
    for pk, force, answer in asked.values_list("incident", "unit__kind", "answer"):
        found[pk].append(Trip(force, ANSWERED[Answer(answer)]))
    return found


def _zones(communities: Sequence[Area], places: NDArray[np.float64]) -> list[str]:
    """The code of the community that each place (NaN: nobody said) lies in; "" for none."""
    found = np.full(len(places), "", dtype=object)
    for area in communities:
        outline = shapely.make_valid(shape(area.geometry))
        found[shapely.contains_xy(outline, places[:, 0], places[:, 1])] = area.code
    return list(found)


def _untold(calls: Sequence[Call]) -> list[Call]:
    """Without the zones that would tell of a few."""
    zones, kinds = Counter(call.zone for call in calls), Counter(call.kind for call in calls)
    return [
        call if min(zones[call.zone], kinds[call.kind]) >= FEWEST else replace(call, zone="")
        for call in calls
    ]


def spells(actor: Actor, since: datetime, until: datetime) -> list[Spell]:
    """When each unit of the district had anybody on shift; one for each of its people. None for who
    does not oversee the net. Nothing of it names a unit or a person."""
    if not may_see(actor):
        return []
    worked = Shift.objects.filter(
        since__lt=until, until__gt=since, person__units__unit__district=actor.district
    )
    member = "person__units__"
    rows = worked.order_by().values_list(
        f"{member}unit", f"{member}unit__kind", "since", "until", f"{member}since", f"{member}until"
    )
    numbers: dict[UUID, int] = {}
    found = (
        Spell(
            numbers.setdefault(unit, len(numbers)),
            force,
            max(begun, joined),
            min(ended, left or ended),
        )
        for unit, force, begun, ended, joined, left in rows
    )
    return [one for one in found if one.since < one.until]


def registered(actor: Actor) -> dict[str, int]:
    """The units of the district, by kind of force; none for who does not oversee the net."""
    if not may_see(actor):
        return {}
    here = Unit.objects.filter(district=actor.district, retired_at=None).order_by()
    return dict(here.values_list("kind").annotate(Count("pk")))
