"""The calls panel of the set: what is for whoever holds it, shown, received, given back."""

from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.queries import is_crew
from yihu.radio import answers, call_queries
from yihu.radio.call_forms import ReadBackForm
from yihu.radio.call_views import for_set
from yihu.radio.call_words import refusal
from yihu.radio.models import Addressee
from yihu.radio.queries import photo_of


@staff_page
@require_safe
def mine(request: StaffRequest) -> HttpResponse:
    return _panel(request)


def _panel(
    request: StaffRequest,
    answering: ReadBackForm | None = None,
    of: UUID | None = None,
    refused: str = "",
) -> HttpResponse:
    """A piece of the set's page for its script, a page of its own for whoever has none."""
    sites, crew = call_queries.sites_of(request.actor.district), is_crew(request.actor)
    found = [
        for_set(one, answering if one.call.pk == of else None, sites, crew=crew)
        for one in call_queries.for_me(request.actor)
    ]
    piece = bool(request.htmx)  # type: ignore[attr-defined]
    template = "radio/calls/list.html" if piece else "radio/calls/mine.html"
    wrong = answering is not None or bool(refused)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong and not piece else HTTPStatus.OK
    context = {"shown": found, "refused": refused, "answering": of}
    return render(request, template, context, status=status)


def _seat(request: StaffRequest, reference: str) -> Addressee:
    """404 alike for a call that does not exist and for one that is not for the reader."""
    mine = call_queries.addressed_to(request.actor).select_related("call__matter")
    found = mine.filter(call__matter__reference=reference.upper()).first()
    if found is None:
        raise Http404
    return found


def _again(request: StaffRequest) -> HttpResponse:
    return _panel(request) if request.htmx else redirect("radio:calls")  # type: ignore[attr-defined]


@staff_page
@require_POST
def heard(request: StaffRequest, reference: str) -> HttpResponse:
    answers.hear(actor=request.actor, call=_seat(request, reference).call_id)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@staff_page
@require_POST
def answered(request: StaffRequest, reference: str) -> HttpResponse:
    try:
        answers.answer(actor=request.actor, call=_seat(request, reference).call_id)
    except Refused as why:
        return _panel(request, refused=refusal(why.code))
    return _again(request)


@staff_page
@require_POST
def given_back(request: StaffRequest, reference: str) -> HttpResponse:
    seat = _seat(request, reference)
    said = call_queries.words_of([seat.call])[seat.call_id]
    if "do" not in seat.call.asks:
        raise Http404
    sites = call_queries.sites_of(request.actor.district)
    form = ReadBackForm(seat.call, said, sites, request.POST, crew=is_crew(request.actor))
    if not form.is_valid():
        return _panel(request, form, seat.call_id)
    answers.read_back(actor=request.actor, call=seat.call_id, given=form.given)
    return _again(request)


@staff_page
@require_safe
def photo(request: StaffRequest, reference: str, part: UUID) -> HttpResponse:
    """A photo that was sent to a group the reader is on."""
    call = call_queries.message_to(request.actor, reference)
    if call is None:
        raise Http404
    return photo_page(call.pk, part)


def photo_page(matter: UUID, part: UUID) -> HttpResponse:
    """A photo in a matter that the reader may know of."""
    content = photo_of(matter, part)
    if content is None:
        raise Http404
    return HttpResponse(
        content,
        content_type="image/jpeg",
        headers={"X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"},
    )
