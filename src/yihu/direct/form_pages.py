"""The form behind a code: it comes in one request, goes in one, and loses nothing.

A form that another site sends off is shown, not taken. Whoever sends more than a person
can is asked to come again in a minute; nobody is given a puzzle.
"""

from http import HTTPStatus
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from yihu.direct import actions, queries, scans, story, visitors
from yihu.direct.forms import MessageForm
from yihu.direct.loops import COMPLAINT, DIRECT
from yihu.direct.models import DirectCode
from yihu.direct.resident_pages import (
    NOT_KEPT,
    PRESS_AGAIN,
    UNREADABLE,
    for_one_reader,
    see_other,
)
from yihu.direct.uploads import can_be_read
from yihu.kernel import proofs
from yihu.kernel.actions import KeyReused
from yihu.kernel.models import Matter
from yihu.kernel.reference import receipt_secret

TOO_MANY = gettext_lazy(
    "从您这里刚刚来了很多条，这一条还没有交出去。写下的字都在，请过一分钟再按一次。"
    "等不及，可以到派出所接待大厅或村社警务室当面说；紧急请拨打 110。"
)


def sent_by_another_site(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin", "null")
    elsewhere = origin != "null" and origin.partition("://")[2] != request.get_host()
    return elsewhere or request.headers.get("Sec-Fetch-Site") == "cross-site"


@for_one_reader
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, code: str) -> HttpResponse:
    """What a scanned code opens: everything in one request, and sent in one."""
    door = queries.code(code)
    if door is None:
        return render(request, "direct/resident/no_code.html", status=HTTPStatus.NOT_FOUND)
    if request.method != "POST":
        scans.count(request, door)
        return _form(request, door, MessageForm())
    if not can_be_read(request):
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return _form(request, door, MessageForm(), str(UNREADABLE), status)
    if "prefer" in request.POST:  # another language or text size: show the words, take nothing
        return _form(request, door, MessageForm(initial=request.POST.dict()))
    if visitors.too_many(request):
        return _later(request, door)
    return _take(request, door, MessageForm(request.POST, request.FILES))


def _take(request: HttpRequest, door: DirectCode, said: MessageForm) -> HttpResponse:
    if said.key_is_damaged() or sent_by_another_site(request):
        return _form(request, door, said.renewed(), str(PRESS_AGAIN), HTTPStatus.BAD_REQUEST)
    if not said.is_valid():
        return _form(request, door, said, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    message = said.message()
    try:
        sent = actions.send(
            station=door.station,
            message=message,
            client_key=said.client_key,
            flood=visitors.floods(request, door.code),
        )
    except KeyReused as earlier:
        return _is_another(request, door, said, earlier)
    except OperationalError:
        return _not_kept(request, door, said)
    address = reverse("direct:receipt", args=[sent.secret])
    return see_other(address + ("" if sent.repeated else "?new"))


def _later(request: HttpRequest, door: DirectCode) -> HttpResponse:
    """Too many at once: nothing is taken, the words stay in the form, under the same key."""
    said = MessageForm(initial=request.POST.dict())
    sentence = str(TOO_MANY)
    if request.FILES:
        sentence += _("照片要重新选一次。")
    response = _form(request, door, said, sentence, HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(visitors.MINUTE)
    return response


def _not_kept(request: HttpRequest, door: DirectCode, said: MessageForm) -> HttpResponse:
    """A full disk, a database gone: the words stay in the form, under the same key."""
    sentence = str(NOT_KEPT)
    if said.cleaned_data["photos"]:
        sentence += _("照片要重新选一次。")
    return _form(request, door, said, sentence, HTTPStatus.SERVICE_UNAVAILABLE)


def _is_another(
    request: HttpRequest, door: DirectCode, said: MessageForm, earlier: KeyReused
) -> HttpResponse:
    """The way back from a receipt, with other words: the first message is kept, this is new."""
    reference = Matter.objects.values_list("reference", flat=True).get(pk=earlier.matter)
    sentence = _(
        "上一条已收到（编号 %(reference)s）；这一条内容不同，再按一次即作为新的一条发送。"
    ) % {"reference": reference}
    if said.cleaned_data["photos"]:
        sentence += _("照片要重新选一次。")
    secret = receipt_secret(proofs.pepper(), said.client_key)
    return _form(
        request, door, said.renewed(), sentence, HTTPStatus.CONFLICT, earlier_secret=secret
    )


def _form(
    request: HttpRequest,
    door: DirectCode,
    said: MessageForm,
    sentence: str = "",
    status: int = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    supervisor = door.station.supervisor
    context = {
        "form": said,
        "sentence": sentence,
        "keep_form": "say",
        "station": door.station.title,
        "supervisor": supervisor.title if supervisor else "",
        "answer_by": story.first_answer_by(DIRECT, "received"),
        "oversight_by": story.first_answer_by(COMPLAINT, "oversight"),
        **more,
    }
    return render(request, "direct/resident/form.html", context, status=status)
