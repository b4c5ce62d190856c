"""What is shown on the map, as GeoJSON (RFC 7946): each reader sees what their lists show, too."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse

from yihu.dispatch import queries, titles
from yihu.dispatch.crew import Crew
from yihu.dispatch.crews import crews
from yihu.dispatch.kinds import Status
from yihu.dispatch.loops import INCIDENT, WORKING
from yihu.dispatch.models import Assignment, Incident
from yihu.kernel.access import Actor
from yihu.people.models import Organisation
from yihu.people.queries import directed_by
from yihu.places import queries as places
from yihu.places.gaps import Gap
from yihu.places.models import KeySite, RoadClosure, Site, title
from yihu.places.queries import LonLat
from yihu.radio import positions

type Feature = dict[str, Any]

ALL = "incidents", "units", "sites", "rooms", "closures"
OVERALL = "reach", "gaps"
"""What only those see who direct the net or oversee it."""
MOST = 500
"""Incidents on the map at once; the most urgent, as in the queue."""


def collection(features: Iterable[Feature]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def feature(geometry: dict[str, Any], **properties: Any) -> Feature:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def point(at: LonLat) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(degrees, 6) for degrees in at]}


# --- incidents, sites, houses ---------------------------------------------------------------------


def incidents(actor: Actor) -> list[Incident]:
    """The running incidents that the actor may know of."""
    running = queries.incidents(actor).filter(matter__closed_at=None)
    return list(running.order_by(*queries.URGENCY)[:MOST])


def incident_feature(one: Incident) -> Feature | None:
    if one.longitude is None or one.latitude is None:
        return None
    return feature(
        point((one.longitude, one.latitude)),
        id=one.matter.reference,
        label=one.get_kind_display(),
        urgency=one.priority,
        waits=one.matter.step == INCIDENT.openings[0],
        calm=one.matter.step not in WORKING,
        href=reverse("dispatch:incident", args=[one.matter.reference]),
    )


def site_feature(one: KeySite) -> Feature | None:
    if one.longitude is None or one.latitude is None:
        return None
    return feature(
        point((one.longitude, one.latitude)),
        id=one.organisation.code,
        label=one.organisation.title,
        kind=one.kind.code,
        href=reverse("radio:site", args=[one.organisation.code]),
    )


def house_feature(one: Site) -> Feature:
    at = point((one.longitude, one.latitude))
    return feature(at, id=one.code, label=one.title, kind=one.kind)


def closure_feature(one: RoadClosure) -> Feature:
    return feature(point((one.longitude, one.latitude)), id=one.pk, label=one.reason)


def gap_feature(one: Gap) -> Feature:
    return feature(
        one.geometry, id=one.code, label=title(one), residents=one.residents, share=one.share
    )


# --- units ----------------------------------------------------------------------------------------

STATES = {Status.AVAILABLE: "free", Status.UNAVAILABLE: "out"}
"""How a unit's status is coloured; whatever else it is, it is busy."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A unit on shift and where it is. `assumed`: none of its people said; it is taken to be where
    its organisation is."""

    crew: Crew
    at: LonLat | None
    assumed: bool

    @property
    def state(self) -> str:
        return STATES.get(self.crew.status, "busy")

    @property
    def kind(self) -> str:
        return str(titles.UNIT_KINDS[self.crew.kind])

    @property
    def status(self) -> str:
        return str(titles.STATUSES[self.crew.status])

    @property
    def feature(self) -> Feature | None:
        if self.at is None:
            return None
        crew = self.crew
        seen = crew.fix.at.isoformat(timespec="seconds") if crew.fix else None
        return feature(
            point(self.at),
            id=str(crew.unit),
            label=crew.name,
            code=crew.code,
            kind=crew.kind.value,
            state=self.state,
            status=self.status,
            assumed=self.assumed,
            at=seen,
        )


def on_shift(district: str) -> list[Shown]:
    """All units on shift in a district with where they are, for what is counted over them all."""
    return _placed(district, [crew for crew in crews(district) if crew.on_duty])


def units(actor: Actor) -> list[Shown]:
    """The units on shift whose positions the actor may see: those they direct, and those sent to
    what they are sent to themselves. That they looked is kept, for each person."""
    directed, beside = directed_by(actor), _beside(actor)
    found = [
        crew
        for crew in crews(actor.district)
        if crew.on_duty and (crew.organisation in directed or crew.unit in beside)
    ]
    shown = _placed(actor.district, found)
    people = {person for one in shown if not one.assumed for person in one.crew.people}
    positions.watch(actor=actor, people=people - {actor.id})
    return shown


def _beside(actor: Actor) -> frozenset[UUID]:
    """The units that are sent to the same incidents as the actor's own, which is among them."""
    mine = queries.assigned_to(actor).values("incident")
    same = Assignment.objects.filter(ended_at=None, incident__in=mine)
    return frozenset(same.values_list("unit", flat=True))


def _placed(district: str, found: list[Crew]) -> list[Shown]:
    silent = {crew.organisation for crew in found if crew.fix is None}
    homes = places.positions_of(district, Organisation.objects.filter(pk__in=silent))
    return [
        Shown(crew, (crew.fix.longitude, crew.fix.latitude), assumed=False)
        if crew.fix
        else Shown(crew, homes.get(crew.organisation), assumed=True)
        for crew in found
    ]
