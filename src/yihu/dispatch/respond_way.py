"""The way to an incident: along the roads from where the responder is, in words and on a map."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yihu.dispatch.actions import Place
from yihu.dispatch.crews import crew
from yihu.dispatch.models import Assignment
from yihu.dispatch.respond_queries import Duty, going, place_of
from yihu.dispatch.respond_words import refusal, way
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.places.road_network import roads
from yihu.places.roads import Profile, Route


def _own(request: StaffRequest, reference: str) -> Assignment:
    """What the reader's unit is with; 404 alike for what it is not and for what does not exist."""
    for assignment in going(Duty.of(request.actor)):
        if assignment.incident.matter.reference == reference.upper():
            return assignment
    raise Http404


@staff_page
@require_safe
def page(request: StaffRequest, reference: str) -> HttpResponse:
    assignment = _own(request, reference)
    place = place_of(assignment.incident)
    context = {
        "assignment": assignment,
        "incident": assignment.incident,
        "place": place,
        "way": _said(assignment),
    }
    return render(request, "dispatch/respond/way.html", context)


def _said(assignment: Assignment) -> str:
    """As far as it was when it was offered."""
    offer = assignment.offer
    return way(offer.distance, offer.travel) if offer else ""


@staff_page
@require_safe
def along(request: StaffRequest, reference: str) -> HttpResponse:
    """The way from the position that the page gives, else from the unit's newest one. What the page
    gives is answered and not kept."""
    assignment = _own(request, reference)
    try:
        here = _here(request) or _newest(assignment)
    except Refused as why:
        said = {"words": refusal(why.code), "line": []}
        return JsonResponse(said, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return JsonResponse(_answer(assignment, here))


def _here(request: StaffRequest) -> Place | None:
    """Raises Refused."""
    said = [request.GET.get(name, "") for name in ("longitude", "latitude")]
    if not any(said):
        return None
    try:
        return Place(float(said[0]), float(said[1]))
    except ValueError:
        raise Refused("bad_place", "no position on earth") from None


def _newest(assignment: Assignment) -> Place | None:
    fix = crew(assignment.unit).fix
    return Place(fix.longitude, fix.latitude, fix.accuracy) if fix else None


def _answer(assignment: Assignment, here: Place | None) -> dict[str, Any]:
    there = place_of(assignment.incident)
    if there is None:
        return {"words": _("还不知道在哪里，请用对讲问指挥室。"), "line": []}
    if here is None:
        return {"words": _("不知道您在哪里：请允许浏览器使用位置。"), "line": []}
    found = _route(assignment, here, there)
    if found is None:
        return {"words": _("算不出路线，请用手机地图带路。"), "line": []}
    return {"words": way(found.metres, found.seconds), "line": found.line}


def _route(assignment: Assignment, here: Place, there: Place) -> Route | None:
    net = roads(assignment.incident.district)
    if net is None:
        return None
    now = timezone.localtime()
    return net.route(
        (here.longitude, here.latitude),
        (there.longitude, there.latitude),
        Profile(assignment.unit.travel),
        now.hour + now.minute / 60,
    )
