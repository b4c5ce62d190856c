"""Positions: sent by a set on duty, read by their owner, looked at by whoever directs."""

from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, set_page, staff_page
from yihu.people.models import Person
from yihu.people.shifts import shift_of
from yihu.radio import positions
from yihu.radio.alarm_pages import place_in
from yihu.radio.set_words import refusal

SHOWN = 200


@set_page
@require_POST
def position(request: StaffRequest) -> HttpResponse:
    """Where the sender is: taken on duty only."""
    try:
        place = place_in(request)
        if place is None:
            raise Refused("bad_place", "no position was sent")
        positions.report(actor=request.actor, place=place)
    except Refused as why:
        status = HTTPStatus.FORBIDDEN if why.code == "off_duty" else HTTPStatus.BAD_REQUEST
        return JsonResponse({"code": why.code, "words": refusal(why.code)}, status=status)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@staff_page
@require_safe
def trail(request: StaffRequest) -> HttpResponse:
    """The reader's own positions, and who looked at them."""
    context = {
        "trail": positions.trail(request.actor)[:SHOWN],
        "looks": positions.looks(request.actor)[:SHOWN],
    }
    return render(request, "radio/trail.html", context)


@staff_page
@require_POST
def where(request: StaffRequest, person: UUID) -> HttpResponse:
    """Where somebody on duty is; that one looked is kept, and theirs to read."""
    try:
        seen = positions.look(actor=request.actor, person=person)
    except Refused:
        raise Http404 from None
    context = {
        "person": Person.objects.get(pk=person),
        "shift": shift_of(person),
        "trail": seen[:SHOWN],
    }
    return render(request, "radio/where.html", context)
