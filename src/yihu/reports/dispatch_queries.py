"""Reading how incidents went, for the figures: incidents, the units that went, offers, hand-offs.

What is an exercise, came from elsewhere, or was joined with another incident is left out of all
of them, and said.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from yihu.direct.imports import ORIGIN
from yihu.dispatch.kinds import SENT, Door
from yihu.dispatch.models import Assignment, Incident, Offer
from yihu.dispatch.review import TELLING, delicate
from yihu.dispatch.schemas import Receiver
from yihu.dispatch.words import RECEIVERS
from yihu.kernel.access import Actor
from yihu.kernel.models import Entry
from yihu.kernel.queries import subjects_above, visible_to
from yihu.people.directory import Roster
from yihu.people.models import Organisation, OrganisationKind
from yihu.reports.dispatch_measures import (
    How,
    Mark,
    Offered,
    Passed,
    Timed,
    Timings,
    seconds_between,
    share,
)
from yihu.reports.measures import Period, Value
from yihu.reports.queries import offices_of, supervises

type Incidents = QuerySet[Incident]

LOCAL = frozenset({OrganisationKind.COMMUNITY, OrganisationKind.POLICE_ROOM})
"""What an area is named by."""


# --- which incidents ----------------------------------------------------------------------------


def incidents_for(actor: Actor, stations: Iterable[Organisation]) -> Incidents:
    """The incidents that the reader's figures may count at these stations: as with messages, the
    station counts what it has in its hands, and nobody what is about themselves or above them."""
    offices = offices_of(actor)
    mine = Q(pk__in=[])
    for station in stations:
        here = Q(matter__office=station.id)
        mine |= here if supervises(actor, station) else here & Q(matter__office__in=offices)
    about = subjects_above(actor).filter(matter=OuterRef("pk"))
    return Incident.objects.filter(mine).exclude(Exists(about))


def within(incidents: Incidents, period: Period) -> Incidents:
    """By when they were opened."""
    if period.since is not None:
        incidents = incidents.filter(matter__opened_at__gte=period.since)
    if period.until is not None:
        incidents = incidents.filter(matter__opened_at__lt=period.until)
    return incidents


EXERCISES = Q(matter__door=Door.TRAINING)
IMPORTED = Q(matter__origin__startswith=ORIGIN)
JOINED = Q(matter__merged_into__isnull=False)


def counted(incidents: Incidents) -> Incidents:
    return incidents.exclude(EXERCISES | IMPORTED | JOINED)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many incidents of a period no figure counts, and why."""

    exercises: int
    imported: int
    joined: int

    @classmethod
    def of(cls, incidents: Incidents) -> "LeftOut":
        real = incidents.exclude(EXERCISES)
        return cls(
            incidents.filter(EXERCISES).count(),
            real.filter(IMPORTED).count(),
            real.exclude(IMPORTED).filter(JOINED).count(),
        )


# --- how long it took ---------------------------------------------------------------------------


def timings(incidents: Incidents, areas: "Areas", zone: tzinfo) -> Timings:
    """Each of these incidents, and each unit assigned to one: three statements. Dispatched is when
    somebody was first asked to go, as `dispatch.assignments.moments` has it."""
    by_incident: dict[UUID, list[dict[Mark, datetime]]] = defaultdict(list)
    police: dict[UUID, list[datetime]] = defaultdict(list)
    columns = ("incident", "unit__kind", "assigned_at", "en_route_at", "on_scene_at")
    chosen = incidents.order_by().values("pk")
    asked = Offer.objects.filter(incident__in=chosen).order_by().values_list("incident")
    asked_at = dict(asked.annotate(Min("offered_at")))
    went = Assignment.objects.filter(incident__in=chosen)
    for pk, kind, assigned, en_route, on_scene in went.values_list(*columns):
        by_incident[pk].append(
            _known({Mark.ASSIGNED: assigned, Mark.EN_ROUTE: en_route, Mark.ON_SCENE: on_scene})
        )
        if kind in SENT and on_scene is not None:
            police[pk].append(on_scene)
    found, units = [], []
    rows = incidents.order_by().values_list(
        "pk", "kind", "site", "matter__opened_at", "called_at", "answered_at", "matter__closed_at"
    )
    for pk, kind, site, opened, called, answered, closed in rows:
        hour = (called or opened).astimezone(zone).hour
        trips = by_incident[pk]
        marks: dict[Mark, datetime | None] = {
            Mark.RECEIVED: called,
            Mark.ANSWERED: answered,
            Mark.DISPATCHED: min(
                filter(None, (asked_at.get(pk), _first(trips, Mark.ASSIGNED))), default=None
            ),
            Mark.ON_SCENE: _first(trips, Mark.ON_SCENE),
            Mark.POLICE_ON_SCENE: min(police[pk], default=None),
            Mark.CLOSED: closed,
        }
        area = areas.of(site)
        found.append(Timed(kind, area, hour, _known(marks)))
        units += [Timed(kind, area, hour, marks_of) for marks_of in trips]
    return Timings(found, units)


def _known(marks: dict[Mark, datetime | None]) -> dict[Mark, datetime]:
    return {mark: at for mark, at in marks.items() if at is not None}


def _first(trips: Iterable[dict[Mark, datetime]], mark: Mark) -> datetime | None:
    return min((trip[mark] for trip in trips if mark in trip), default=None)


@dataclass(frozen=True, slots=True)
class Areas:
    """The village, community or police room that a site answers to; "" where none is known."""

    organisations: dict[UUID, Organisation]

    @classmethod
    def now(cls, roster: Roster) -> "Areas":
        return cls(roster.organisations)

    def of(self, site: UUID | None) -> str:
        found = self.organisations.get(site) if site else None
        while found is not None and found.kind not in LOCAL:
            found = self.organisations.get(found.parent_id) if found.parent_id else None
        return found.title if found else ""

    def title(self, organisation: UUID) -> str:
        return self.organisations[organisation].title


# --- who came when asked ------------------------------------------------------------------------


def offers(incidents: Incidents) -> Iterator[Offered]:
    rows = Offer.objects.filter(incident__in=incidents.order_by().values("pk")).values_list(
        "wave__reach", "answer", "offered_at", "answered_at"
    )
    for reach, answer, offered, answered in rows:
        yield Offered(reach, answer, seconds_between(offered, answered))


# --- from one house to another ------------------------------------------------------------------


def passed(incidents: Incidents, areas: Areas) -> Iterator[Passed]:
    """Every time an incident came from one organisation to another: reported by one until a unit
    of another had taken it; handed over by a unit until the other had taken it; and referred by
    the station, since it was received."""
    went: dict[UUID, list[tuple[UUID, datetime | None]]] = defaultdict(list)
    trips = Assignment.objects.filter(incident__in=incidents.order_by().values("pk"))
    columns = (
        *("incident", "unit__organisation", "acknowledged_at"),
        *("handed_to__unit__organisation", "handed_to__assigned_at", "handed_to__acknowledged_at"),
    )
    rows = trips.order_by("assigned_at", "pk").values_list(*columns)
    for pk, giver, acknowledged, taker, given, taken in rows:
        went[pk].append((giver, acknowledged))
        if taker is not None and taker != giver:
            took = seconds_between(given, taken)
            yield Passed(areas.title(giver), areas.title(taker), How.HANDED_OVER, took)
    reported = incidents.filter(raised_by__isnull=False, site__isnull=False).order_by()
    for pk, site, called in reported.values_list("pk", "site", "called_at"):
        others = ((taker, taken) for taker, taken in went[pk] if taker != site)
        if first := next(others, None):
            taker, taken = first
            took = seconds_between(called, taken)
            yield Passed(areas.title(site), areas.title(taker), How.REPORTED, took)
    yield from _referred(incidents, areas)


def _referred(incidents: Incidents, areas: Areas) -> Iterator[Passed]:
    ended = incidents.filter(matter__step="referred").order_by()
    to = {matter: facts["to"] for matter, facts in _moves(ended, "refer")}
    rows = ended.values_list("pk", "matter__office", "called_at", "matter__closed_at")
    for pk, office, called, closed in rows:
        if pk in to:
            receiver = str(RECEIVERS[Receiver(to[pk])])
            yield Passed(
                areas.title(office), receiver, How.REFERRED, seconds_between(called, closed)
            )


def _moves(incidents: Incidents, *names: str) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """What these moves said of incidents, in order, beside what is sealed."""
    told = reduce(or_, (Q(body__contains=f'"move":"{name}"') for name in names))
    rows = Entry.objects.filter(told, matter__in=incidents.order_by().values("pk"), kind="moved")
    for matter, text in rows.order_by("matter", "seq").values_list("matter", "body"):
        body = json.loads(text)
        if body["move"] in names:
            yield matter, body["facts"]


# --- whether they were reminded -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reminded:
    """Of those who were told how it ended, how many were reminded that they can write to the
    station. `guarded`: those whom a contact could harm: not reminded, and not in the share."""

    share: Value
    guarded: int


def reminded(incidents: Incidents) -> Reminded:
    told = {matter: facts["reminded"] for matter, facts in _moves(incidents, *TELLING)}
    chosen = incidents.order_by().values("pk")
    harmed = delicate().filter(matter__in=chosen).values_list("matter", flat=True)
    guarded = told.keys() & set(harmed)
    count = Counter(was for matter, was in told.items() if matter not in guarded)
    return Reminded(share(count[True], count.total()), len(guarded))


# --- incidents by reference ---------------------------------------------------------------------


def listed(actor: Actor, incidents: Incidents) -> Incidents:
    """Those that the reader may open, the newest first."""
    known = incidents.filter(matter__in=visible_to(actor))
    return known.select_related("matter").order_by("-matter__opened_at", "-pk")
