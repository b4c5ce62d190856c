"""What a district's own incidents say of calls to come. Only what was fitted leaves this file: no
incident, and no person, can be read from it.

Counted is what the reader may know of; without exercises, what came from elsewhere, and what was
joined with another incident.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from numpy.typing import NDArray
from shapely.geometry import shape

from yihu.direct.imports import ORIGIN
from yihu.dispatch.kinds import Answer, Door
from yihu.dispatch.map_reach import may_see
from yihu.dispatch.models import Assignment, Incident, Offer
from yihu.dispatch.queries import incidents
from yihu.kernel.access import Actor
from yihu.kernel.schedule import working_calendar
from yihu.places.tile_layers import Area
from yihu.planning.fitting import Fitted, fit
from yihu.planning.past_calls import Call, Trip
from yihu.planning.queries import FEWEST

ANSWERED = {Answer.ACCEPTED: True, Answer.DECLINED: False, Answer.SILENT: False}


def fitted(
    actor: Actor, communities: Sequence[Area], since: datetime, until: datetime
) -> Fitted | None:
    """Fitted to the incidents between two moments, zones being the codes of communities: three
    statements. None for who does not see the net as a whole.

    Where a community has fewer than FEWEST incidents, or there are fewer of a kind, it is not told
    where those were: they count as unplaced.
    """
    if not may_see(actor):
        return None
    clock = working_calendar().zone
    since, until = since.astimezone(clock), until.astimezone(clock)
    return fit(_untold(list(_calls(actor, communities, since, until))), since, until)


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
