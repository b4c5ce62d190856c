"""Reading for whoever takes a call: what may be the same, and what belongs together."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from yihu.dispatch.duplicates import LONGEST, Likely, Report, possible
from yihu.dispatch.joining import joined
from yihu.dispatch.loops import WORKING
from yihu.dispatch.models import Incident
from yihu.dispatch.queries import incidents
from yihu.kernel.access import Actor
from yihu.kernel.queries import visible_to
from yihu.kernel.timeline import excerpts

COMPARED = 200
"""The newest incidents of the last hours that a call is compared with."""


@dataclass(frozen=True, slots=True)
class Alike:
    """An incident that may be the same, why, and what was said of it."""

    incident: Incident
    likely: Likely
    words: str


def alike(actor: Actor, new: Report) -> list[Alike]:
    """The incidents still worked on that a call may be about."""
    since = timezone.now() - LONGEST
    recent = incidents(actor).filter(matter__step__in=WORKING, matter__opened_at__gte=since)
    found = {one.matter.reference: one for one in recent[:COMPARED]}
    said = excerpts([one.matter for one in found.values()])
    others = [report_of(one, said.get(one.pk, "")) for one in found.values()]
    return [
        Alike(one := found[likely.name], likely, said.get(one.pk, ""))
        for likely in possible(new, others)
    ]


def alike_to(actor: Actor, incident: Incident) -> list[Alike]:
    """The same for an incident that was taken already."""
    said = excerpts([incident.matter])
    return alike(actor, report_of(incident, said.get(incident.pk, "")))


def report_of(incident: Incident, words: str) -> Report:
    return Report(
        name=incident.matter.reference,
        kind=incident.rule_kind,
        at=incident.called_at or incident.matter.opened_at,
        words=words,
        where=where(incident.site_id, incident.place),
        longitude=incident.longitude,
        latitude=incident.latitude,
        accuracy=incident.accuracy,
    )


def where(site: UUID | None, landmark: str) -> str:
    """The same for calls from the same place."""
    return site.hex if site else landmark


def belonging(actor: Actor, incident: Incident) -> QuerySet[Incident]:
    """Those that went into an incident, wait to be told with it, or are linked to it, as far as
    the actor may know of them."""
    either = Q(linked_from__incident=incident) | Q(links__other=incident)
    either |= Q(matter__merged_into=incident.pk) | Q(matter__absorbed=incident.pk)
    found = Incident.objects.filter(either, matter__in=visible_to(actor))
    return found.select_related("matter__merged_into", "site").distinct().order_by("pk")


def waiting_along(incident: Incident) -> int:
    """How many of them wait to be told with it."""
    return joined(incident.pk).count()
