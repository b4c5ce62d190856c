"""The control room: queue, map, the incident that is open, and the talk button, on one page."""

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from math import cos, hypot, radians
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yihu.dispatch import queries
from yihu.dispatch.crew import Crew
from yihu.dispatch.crews import crews
from yihu.dispatch.kinds import SENT
from yihu.dispatch.loops import INCIDENT, ON_DUTY, WORKING
from yihu.dispatch.models import Incident
from yihu.dispatch.pages import fresh
from yihu.kernel.access import Actor, Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.queries import directed_by
from yihu.radio import call_words
from yihu.radio.alarm_pages import client_key
from yihu.radio.calls import call_people
from yihu.radio.pages import set_context, set_policy

MOST = 200
"""Incidents in the queue at once, the most urgent; the list of incidents has the others."""
RADII = 300, 500, 1000, 2000
"""Metres around an incident within which everybody may be called."""
DEGREE = 111_320.0
"""Metres of a degree of latitude."""


def works_here(actor: Actor) -> bool:
    """Whether somebody is of the police staff, whose room this is."""
    roles = {role.code for role in ON_DUTY}
    return any(post.role in roles for post in actor.posts)


def _require_staff(request: StaffRequest) -> None:
    if not works_here(request.actor):
        raise Http404


@dataclass(frozen=True, slots=True)
class Forces:
    """How many units are on shift, of how many: the police, and all others."""

    police: tuple[int, int]
    others: tuple[int, int]
    free: int

    @classmethod
    def of(cls, found: list[Crew]) -> "Forces":
        every = Counter(crew.kind in SENT for crew in found)
        here = Counter(crew.kind in SENT for crew in found if crew.on_duty)
        return cls(
            police=(here[True], every[True]),
            others=(here[False], every[False]),
            free=sum(crew.can_be_sent for crew in found),
        )


def _queue(request: StaffRequest) -> dict[str, Any]:
    """The running incidents, the most urgent first: those nobody has answered, then by how soon
    somebody must be there, then by the clock."""
    coming = Count(
        "assignments", filter=Q(assignments__ended_at=None, assignments__alongside=False)
    )
    found = queries.incidents(request.actor).filter(matter__closed_at=None).annotate(coming=coming)
    running = list(found.order_by(*queries.URGENCY)[:MOST])
    return {
        "rows": [(one, one.matter.declared.places[one.matter.step].title) for one in running],
        "unanswered": sum(one.matter.step == INCIDENT.openings[0] for one in running),
        "working": WORKING,
        "open": request.GET.get("open", ""),
    }


@staff_page
@require_safe
def room(request: StaffRequest) -> HttpResponse:
    _require_staff(request)
    context = _queue(request) | set_context(request)
    context |= {
        "directs": bool(directed_by(request.actor)),
        "forces": Forces.of(crews(request.actor.district)),
        "radii": RADII,
    }
    response = render(request, "dispatch/room/room.html", context)
    response._csp_config = set_policy(request)  # type: ignore[attr-defined]  # as csp_override does
    return response


@staff_page
@require_safe
def queue(request: StaffRequest) -> HttpResponse:
    """The queue alone, for a page that stays open."""
    _require_staff(request)
    return fresh(request, "dispatch/room/queue.html", _queue(request))


@staff_page
@require_safe
def forces(request: StaffRequest) -> HttpResponse:
    """Who is on shift, in numbers."""
    _require_staff(request)
    context = {"forces": Forces.of(crews(request.actor.district))}
    return fresh(request, "dispatch/room/forces.html", context)


# --- calling everybody who is near ----------------------------------------------------------------


@staff_page
@require_POST
def all_call(request: StaffRequest) -> HttpResponse:
    """Call everybody on shift of the units that were chosen on the map, or that are within a
    radius of an incident; answered like every call."""
    _require_staff(request)
    about = _about(request)
    try:
        people = [person for crew in _chosen(request, about) for person in crew.people]
        done = call_people(
            actor=request.actor,
            people=people,
            words=request.POST.get("words", ""),
            client_key=client_key(request),
            about=about.pk if about else None,
        )
    except Refused as why:
        words = call_words.refusal(why.code)
        return JsonResponse({"words": words}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    called = done.matter.call.addressees.count()
    said = _("已呼叫 %(n)d 人，应答会一个个亮起来。") % {"n": called}
    page = reverse("radio:call", args=[done.matter.reference])
    return JsonResponse({"words": said, "page": page, "called": called})


def _about(request: StaffRequest) -> Incident | None:
    reference = request.POST.get("about", "")
    if not reference:
        return None
    found = queries.incidents(request.actor).filter(matter__reference=reference).first()
    if found is None:
        raise Http404
    return found


def _chosen(request: StaffRequest, about: Incident | None) -> list[Crew]:
    """Raises Refused: `nobody_there` where nothing was chosen, or nobody is on shift there."""
    here = [crew for crew in crews(request.actor.district) if crew.on_duty]
    radius = request.POST.get("radius", "")
    if radius.isascii() and radius.isdecimal() and int(radius) in RADII and about is not None:
        return [crew for crew in here if metres_between(crew, about) <= int(radius)]
    try:
        wanted = {UUID(unit) for unit in request.POST.getlist("unit")}
    except ValueError:
        wanted = set()
    if not wanted:
        raise Refused("nobody_there", "nobody was chosen")
    return [crew for crew in here if crew.unit in wanted]


def metres_between(crew: Crew, incident: Incident) -> float:
    """Along a straight line; infinite where either has no position."""
    if crew.fix is None or incident.longitude is None or incident.latitude is None:
        return float("inf")
    east = (crew.fix.longitude - incident.longitude) * cos(radians(incident.latitude))
    return hypot(east, crew.fix.latitude - incident.latitude) * DEGREE
