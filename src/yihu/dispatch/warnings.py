"""Warnings to the public: issued and lifted by whoever directs, read by whatever passes them on.

What a warning says stands in its matter alone: codes and times in its first entry, words sealed as
all words are. A day after it is over nobody outside reads it any more.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from yihu.dispatch.cap import Alert, Certainty, Circle, Event, Response, Severity, Urgency
from yihu.dispatch.kinds import Door
from yihu.dispatch.loops import WARNING
from yihu.dispatch.warning_words import EVENTS
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused
from yihu.kernel.actions import Done, NewMatter
from yihu.kernel.models import Entry, Matter, SealedPart
from yihu.kernel.parties import KEEPER, NewParty
from yihu.kernel.payload import Part
from yihu.kernel.queries import visible_to
from yihu.kernel.timeline import open_part
from yihu.people.models import Organisation
from yihu.people.queries import directed_by, stations

HOURS = (1, 2, 4, 8, 12, 24)
"""How long a warning may hold; whoever issued it says when it is over, or issues another."""
KEPT = timedelta(hours=24)
"""How long one that is over can still be read, so that whatever passed it on takes it back."""


@dataclass(frozen=True, slots=True)
class NewWarning:
    """What is to be said. `area`: where it holds, in words; `circle`: the same on a map."""

    event: Event
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    response: Response
    hours: int
    headline: str
    description: str
    instruction: str
    area: str
    circle: Circle | None = None
    is_exercise: bool = False


def issue(*, actor: Actor, office: UUID, warning: NewWarning, client_key: bytes) -> Done:
    """It holds from now on. Raises Refused `not_yours`, `nothing_said`, `too_long`; KeyReused."""
    if office not in directed_by(actor):
        raise Refused("not_yours", "this office is not the actor's to warn for")
    if not (warning.headline.strip() and warning.area.strip()):
        raise Refused("nothing_said", "say what it is, and where", field="headline")
    if warning.hours not in HOURS:
        raise Refused("too_long", "a warning holds for a day at most", field="hours")
    said = [
        Part(what, text.strip().encode())
        for what, text in (
            ("headline", warning.headline),
            ("description", warning.description),
            ("instruction", warning.instruction),
            ("area", warning.area),
        )
        if text.strip()
    ]
    facts = {
        "certainty": warning.certainty,
        "hours": warning.hours,
        "response": warning.response,
        "severity": warning.severity,
        "urgency": warning.urgency,
    }
    if warning.circle:
        circle = warning.circle
        facts["circle"] = [str(circle.longitude), str(circle.latitude), str(circle.radius)]
    return kernel.open_matter(
        actor=actor,
        client_key=client_key,
        new=NewMatter(
            loop=WARNING,
            kind=warning.event.value,
            door=Door.TRAINING.value if warning.is_exercise else "desk",
            office=office,
            watch=None,
            parties=[NewParty(role=KEEPER, parts=said)],
            facts=facts,
        ),
    )


# --- reading --------------------------------------------------------------------------------------


def warnings(actor: Actor) -> QuerySet[Matter]:
    """Those that the actor may know of at the desk, the newest first."""
    known = visible_to(actor).filter(loop=WARNING.name)
    return known.select_related("office").order_by("-opened_at")


def public(reference: str) -> Matter:
    """One of them, for anybody. Raises Matter.DoesNotExist, also for what has long been over."""
    return _public(timezone.now()).get(reference=reference)


def listed(now: datetime | None = None) -> Iterator[tuple[Matter, Alert]]:
    """What holds now, for anybody, and what was lifted lately; the newest first."""
    now = now or timezone.now()
    for matter, alert in alerts_of(_public(now).order_by("-opened_at")):
        if alert.lifted or alert.expires > now:
            yield matter, alert


def _public(now: datetime) -> QuerySet[Matter]:
    still = Q(closed_at=None, opened_at__gte=now - timedelta(hours=max(HOURS)) - KEPT)
    lately = Q(closed_at__gte=now - KEPT)
    return Matter.objects.filter(still | lately, loop=WARNING.name).select_related("office")


def alert_of(matter: Matter, host: str = "") -> Alert:
    """What it says. `host`: ours, for whom it names as its sender."""
    [(_matter, alert)] = alerts_of([matter], host)
    return alert


def alerts_of(found: Iterable[Matter], host: str = "") -> list[tuple[Matter, Alert]]:
    """Each with what it says: two statements, however many there are."""
    matters = list(found)
    opened = Entry.objects.filter(matter__in=matters, seq=1)
    facts = {
        matter: json.loads(body)["facts"] for matter, body in opened.values_list("matter", "body")
    }
    said: dict[UUID, dict[str, str]] = defaultdict(dict)
    parts = SealedPart.objects.filter(matter__in=matters, seq=1, audience="party")
    for part in parts.select_related("party"):
        said[part.matter_id][part.what] = open_part(part).text or ""
    return [(one, _alert(one, facts[one.pk], said[one.pk], host)) for one in matters]


def _alert(matter: Matter, facts: dict[str, Any], said: dict[str, str], host: str) -> Alert:
    circle = Circle(*map(float, facts["circle"])) if "circle" in facts else None
    zone = timezone.get_current_timezone()
    event = Event(matter.kind)
    return Alert(
        sender=f"{matter.office.code}@{host}",
        sender_name=matter.office.name,
        reference=matter.reference,
        sent=matter.opened_at.astimezone(zone),
        expires=(matter.opened_at + timedelta(hours=facts["hours"])).astimezone(zone),
        event=event,
        event_title=str(EVENTS[event]),
        response=Response(facts["response"]),
        urgency=Urgency(facts["urgency"]),
        severity=Severity(facts["severity"]),
        certainty=Certainty(facts["certainty"]),
        headline=said.get("headline", ""),
        description=said.get("description", ""),
        instruction=said.get("instruction", ""),
        area=said.get("area", "") or matter.office.name,
        circle=circle,
        lifted=matter.closed_at.astimezone(zone) if matter.closed_at else None,
        is_exercise=matter.door == Door.TRAINING,
    )


def offices_of(actor: Actor) -> QuerySet[Organisation]:
    """The stations that the actor may warn for."""
    return stations().filter(pk__in=directed_by(actor))
