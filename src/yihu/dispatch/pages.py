"""The control room's incidents: the list, and one of them as it goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from secrets import token_hex

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yihu.direct import doing
from yihu.direct.desk_views import Line
from yihu.dispatch import queries
from yihu.dispatch.actions import act
from yihu.dispatch.desk import Work
from yihu.dispatch.intake import takes_calls
from yihu.dispatch.loops import INCIDENT
from yihu.kernel.access import Refused
from yihu.kernel.models import Matter
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.queries import directed_by
from yihu.radio import alarm_queries, groups, positions
from yihu.radio.actions import move_incident, place_of
from yihu.radio.models import Burst, Call

LATEST = 50
"""Incidents that ended, in the list."""
IN_ROOM = "X-Room"
"""A header by which the control room asks for an incident alone, without a page around it."""


DIGEST = token_hex(16)
"""Stands where a piece names its own digest, until that is known; nobody can have typed it."""


def fresh(request: StaffRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    """A piece of a page that asks for itself again and again; nothing where nothing changed."""
    piece = render_to_string(template, {**context, "digest": DIGEST}, request)
    digest = sha256(piece.replace(DIGEST, "").encode()).hexdigest()[:16]
    if request.GET.get("seen") == digest:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponse(piece.replace(DIGEST, digest))


# --- the list ------------------------------------------------------------------------------------


def _rows(request: StaffRequest) -> dict[str, object]:
    """All that run, the most urgent first, and the newest of those that ended."""
    found = queries.incidents(request.actor)
    running = list(found.filter(matter__closed_at=None).order_by("priority", "matter__due_at"))
    ended = found.filter(matter__closed_at__isnull=False)
    return {
        "running": [(one, one.matter.declared.places[one.matter.step].title) for one in running],
        "ended": ended[:LATEST],
        "unanswered": [one for one in running if one.matter.step == INCIDENT.openings[0]],
    }


@staff_page
@require_safe
def incidents(request: StaffRequest) -> HttpResponse:
    context = _rows(request) | {"takes": takes_calls(request.actor)}
    return render(request, "dispatch/incidents.html", context)


@staff_page
@require_safe
def rows(request: StaffRequest) -> HttpResponse:
    """The list alone, for a page that stays open."""
    return fresh(request, "dispatch/rows.html", _rows(request))


# --- one incident -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened, was said, or was sent, for one timeline of all three."""

    when: datetime
    line: Line | None = None
    burst: Burst | None = None
    call: Call | None = None


def _moments(request: StaffRequest, work: Work) -> list[Moment]:
    bursts = alarm_queries.said_in(request.actor, work.matter)
    calls = alarm_queries.calls_about(request.actor, work.matter)
    found = [
        *(Moment(line.when, line=line) for line in work.lines),
        *(Moment(burst.started_at, burst=burst) for burst in bursts),
        *(Moment(call.sent_at, call=call) for call in calls),
    ]
    return sorted(found, key=lambda moment: moment.when)


def _story(request: StaffRequest, work: Work) -> dict[str, object]:
    return {
        "work": work,
        "matter": work.matter,
        "incident": work.incident,
        "words": work.heading,
        "place": place_of(work.incident),
        "moments": _moments(request, work),
        "step": request.GET.get("step", work.matter.step),
    }


def _shown(request: StaffRequest, work: Work, status: int = HTTPStatus.OK) -> HttpResponse:
    raiser = work.incident.raised_by_id
    context = _story(request, work) | {
        "may_look": raiser is not None and positions.may_look(request.actor, raiser),
        "directs": work.matter.office_id in directed_by(request.actor),
    }
    in_room = IN_ROOM in request.headers
    template = "dispatch/room/pane.html" if in_room else "dispatch/incident.html"
    return render(request, template, context, status=status)


def _done(request: StaffRequest, found: Matter, sentence: str) -> HttpResponse:
    messages.success(request, _("已记下：%(what)s") % {"what": sentence}, extra_tags="done")
    return redirect("dispatch:incident", found.reference)


COUNTER = doing.Counter((INCIDENT.name,), Work, _shown, _done, move_incident, act)


@staff_page
@require_safe
def incident(request: StaffRequest, reference: str) -> HttpResponse:
    return _shown(request, Work(request.sitting, doing.find(request, reference, COUNTER.loops)))


@staff_page
@require_safe
def story(request: StaffRequest, reference: str) -> HttpResponse:
    """What has happened up to now, for a page that stays open."""
    work = Work(request.sitting, doing.find(request, reference, COUNTER.loops))
    return fresh(request, "dispatch/story.html", _story(request, work))


@staff_page
@require_POST
def open_group(request: StaffRequest, reference: str) -> HttpResponse:
    """A talk group of the incident's own, where more people can be put on."""
    found = doing.find(request, reference, COUNTER.loops)
    try:
        group = groups.open_for_incident(actor=request.actor, incident=found.incident)
    except Refused:
        messages.warning(request, _("开不了：警情已经结束，或者不归您调度。"), extra_tags="soon")
        return redirect("dispatch:incident", found.reference)
    messages.success(
        request, _("临时组已开，在这里加人。组里说的话都留在警情里。"), extra_tags="done"
    )
    return redirect("radio:talkgroup", group.matter.reference)


@staff_page
@require_POST
def do(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    return COUNTER.do(request, reference, name)
