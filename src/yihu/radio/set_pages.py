"""Beside the talk button: coming on duty, private calls, and words, photos and positions sent."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yihu.direct.pictures import BadPicture, fit_to_keep
from yihu.dispatch.units import come_on_duty
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.shifts import end_shift, shift_of
from yihu.radio import queries
from yihu.radio.alarm_pages import client_key, place_in
from yihu.radio.calls import send_message
from yihu.radio.groups import call_privately, hang_up
from yihu.radio.models import TalkGroup
from yihu.radio.set_words import refusal


def on_duty(request: StaffRequest) -> dict[str, Any]:
    """Whether somebody is on duty, and the groups that are then open to them."""
    shift = shift_of(request.actor.staff_id)
    members = sorted(queries.memberships(request.actor), key=queries.is_broadcast) if shift else []
    return {
        "shift": shift,
        "members": members,
        "partners": queries.partners(request.actor, members),
        "commands": queries.rank(request.actor) > 0,
    }


def refused(why: Refused, status: int = HTTPStatus.CONFLICT) -> JsonResponse:
    return JsonResponse({"code": why.code, "words": refusal(why.code)}, status=status)


@staff_page
@require_safe
def groups(request: StaffRequest) -> HttpResponse:
    """What is open to the reader now, as a piece of the set's page."""
    return render(request, "radio/set/groups.html", on_duty(request))


@staff_page
@require_POST
def shift(request: StaffRequest) -> HttpResponse:
    """Come on duty, or go off it."""
    if request.POST.get("duty") == "begin":
        come_on_duty(actor=request.actor)
    else:
        end_shift(actor=request.actor)
    if getattr(request, "htmx", None):
        return render(request, "radio/set/groups.html", on_duty(request))
    return redirect("radio:set")


@staff_page
@require_POST
def call(request: StaffRequest) -> HttpResponse:
    """Open a group of two, or find the one that runs: where to talk now."""
    try:
        found = call_privately(actor=request.actor, person=UUID(request.POST.get("person", "")))
    except ValueError:
        return refused(Refused("no_such_person", "no person was named"))
    except Refused as why:
        return refused(why)
    return JsonResponse({"group": found.code})


@staff_page
@require_POST
def end_call(request: StaffRequest, group: str) -> HttpResponse:
    try:
        hang_up(actor=request.actor, group=group)
    except TalkGroup.DoesNotExist:
        raise Http404 from None
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@staff_page
@require_POST
def message(request: StaffRequest, group: str) -> HttpResponse:
    """Words, a photo or the sender's own position to a group, once for each key."""
    photo = request.FILES.get("photo")
    try:
        send_message(
            actor=request.actor,
            group=group,
            kind=request.POST.get("kind", ""),
            client_key=client_key(request),
            words=request.POST.get("words", ""),
            picture=fit_to_keep(photo.read()) if photo else None,
            place=place_in(request),
        )
    except BadPicture:
        return refused(Refused("bad_picture", "no picture that can be kept"))
    except Refused as why:
        return refused(why)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
