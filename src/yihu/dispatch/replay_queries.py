"""Reading what can be played again of an incident, as far as the reader may know of it.

Positions: of those who were in a unit while it was assigned to this incident, and of no other
time; for whoever directs their net. That somebody looked is kept, and they can read it.
"""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from yihu.dispatch.desk import Work
from yihu.dispatch.models import Assignment, Incident, UnitMember
from yihu.dispatch.replay import Event, Fix, Recorded, Track, Voice, within
from yihu.kernel.access import Actor
from yihu.kernel.timeline import Happening
from yihu.kernel.writing import one_by_one
from yihu.people.directory import role_title
from yihu.radio import alarm_queries, archive, positions
from yihu.radio.models import Burst, Call, Position, PositionLook
from yihu.radio.recording import NotARecording

LOOKED = timedelta(hours=1)
"""Whoever plays it again within this has looked once."""

type Span = tuple[datetime, datetime]
type Sound = Callable[[Burst], str]
"""The address at which a burst is heard; "" where it cannot be."""


def recorded(work: Work, actor: Actor, sound: Sound, *, anonymous: bool = False) -> Recorded:
    """All of it. `anonymous`: for a file that leaves the house: staff by their role, and nothing
    that anybody wrote."""
    incident, matter = work.incident, work.matter
    bursts = list(alarm_queries.said_in(actor, matter))
    calls = alarm_queries.calls_about(actor, matter)
    events = [*_lines(work, anonymous=anonymous), *_calls(calls, anonymous=anonymous)]
    return Recorded(
        events=events,
        voices=[*_voices(bursts, sound, anonymous=anonymous)],
        tracks=tracks(actor, incident),
        place=_place(incident),
    )


def _place(incident: Incident) -> tuple[float, float] | None:
    if incident.longitude is None or incident.latitude is None:
        return None
    return incident.longitude, incident.latitude


def _lines(work: Work, *, anonymous: bool) -> Iterator[Event]:
    if anonymous:
        for line, happening in zip(work.lines, work.history, strict=True):
            yield Event(line.when, line.what, _post(line.who, happening), line.facts)
        return
    for line in work.lines:
        said = [part.text for part in line.said if part.text]
        yield Event(line.when, line.what, line.who, [*line.facts, *said])


def _post(who: str, happening: Happening) -> str:
    """Whoever did it without a name; the clock has none."""
    if happening.by == "clock":
        return who
    return role_title(happening.role) if happening.role else ""


def _calls(calls: Iterable[Call], *, anonymous: bool) -> Iterator[Event]:
    for call in calls:
        who = "" if anonymous or call.sender is None else call.sender.name
        yield Event(call.sent_at, call.get_kind_display(), who)


def _voices(bursts: Iterable[Burst], sound: Sound, *, anonymous: bool) -> Iterator[Voice]:
    for burst in bursts:
        if burst.ended_at is not None and (heard := sound(burst)):
            who = "" if anonymous else burst.person.name
            yield Voice(burst.started_at, burst.ended_at, who, heard)


def by_address(burst: Burst) -> str:
    return reverse("radio:sound", args=[burst.pk])


def by_value(burst: Burst) -> str:
    """The sound itself, for a file that asks nobody."""
    try:
        spoken = archive.sound_of(burst)
    except (OSError, NotARecording):
        return ""
    return f"data:audio/ogg;base64,{b64encode(spoken).decode()}"


# --- where they were ----------------------------------------------------------------------------


def tracks(actor: Actor, incident: Incident) -> list[Track]:
    """Where the units assigned to an incident were meanwhile: a track for each set of theirs, by
    the unit's name. Those shown can read who looked."""
    went: dict[UUID, list[Assignment]] = defaultdict(list)
    found = Assignment.objects.filter(incident=incident).select_related("unit")
    for trip in found.order_by("assigned_at", "pk"):
        went[trip.unit_id].append(trip)
    now = timezone.now()
    made, seen = [], set[UUID]()
    for trips in went.values():
        unit = trips[0].unit
        spans = [(trip.assigned_at, trip.ended_at or now) for trip in trips]
        there = _crew_of(unit.pk, spans)
        people = [one for one in there if positions.may_look(actor, one)]
        for person, fixes in _fixes(people, spans).items():
            if shown := within(fixes, there[person]):
                made.append(Track(unit.code, unit.title, unit.kind, shown))
                seen.add(person)
    _keep_looks(actor, seen, now)
    return made


def _crew_of(unit: UUID, spans: list[Span]) -> dict[UUID, list[Span]]:
    """Who was in the unit at some time in these spans, and during which parts of them."""
    since, until = min(since for since, _ in spans), max(until for _, until in spans)
    then = Q(until=None) | Q(until__gte=since)
    members = UnitMember.objects.filter(then, unit=unit, since__lte=until)
    found: dict[UUID, list[Span]] = defaultdict(list)
    for person, joined, left in members.order_by("since").values_list("person", "since", "until"):
        parts = [(max(begins, joined), min(ends, left or ends)) for begins, ends in spans]
        found[person] += [(begins, ends) for begins, ends in parts if begins <= ends]
    return found


def _fixes(people: list[UUID], spans: list[Span]) -> dict[UUID, list[Fix]]:
    inside = Q(pk__in=[])
    for since, until in spans:
        inside |= Q(at__gte=since, at__lte=until)
    found: dict[UUID, list[Fix]] = defaultdict(list)
    columns = ("person", "at", "longitude", "latitude", "coarse")
    rows = Position.objects.filter(inside, person__in=people).order_by("at")
    for person, at, longitude, latitude, coarse in rows.values_list(*columns):
        found[person].append(Fix(at, longitude, latitude, coarse))
    return found


def _keep_looks(actor: Actor, people: set[UUID], now: datetime) -> None:
    with one_by_one():
        lately = PositionLook.objects.filter(
            person__in=people, by=actor.staff_id, at__gt=now - LOOKED
        )
        known = set(lately.values_list("person", flat=True))
        PositionLook.objects.bulk_create(
            PositionLook(person_id=person, by_id=actor.staff_id, at=now)
            for person in sorted(people - known)
        )
