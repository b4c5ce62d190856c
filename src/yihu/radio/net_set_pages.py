"""Sets: the stock, who holds which, the receipt, and the browser that a set is."""

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yihu.direct import card, doing
from yihu.direct.placement_pages import public_address
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.queries import directed_by
from yihu.radio import custody, net_queries, net_words
from yihu.radio.loops import CUSTODY
from yihu.radio.models import Custody, Radio
from yihu.radio.net_desk import Work, made, page, said
from yihu.radio.net_forms import HOLDERS, IssueForm, RadioForm, named, units

STATES = ("stock", "out", "lost", "gone")
"""In store, in a unit's hands, reported lost, written off."""


def state_of(radio: Any) -> str:
    if radio.retired_at is not None:
        return "gone"
    if radio.stunned_at is not None:
        return "lost"
    return "out" if radio.held else "stock"


@staff_page
@require_http_methods(["GET", "POST"])
def sets(request: StaffRequest) -> HttpResponse:
    """The sets that the reader may know of; whoever directs the net adds to the stock."""
    directs = bool(directed_by(request.actor))
    form = RadioForm(net_queries.groups(request.actor), request.POST or None) if directs else None
    if request.method == "POST":
        if form is None:
            raise Http404

        def add() -> None:
            given = {**form.cleaned_data, "channel": form.cleaned_data["channel"] or None}
            custody.add_radio(actor=request.actor, **given)

        if made(form, add):
            said(request, _("%(number)s 号已入库。") % form.cleaned_data)
            return redirect("radio:radio", form.cleaned_data["number"])
    found = [(one, state_of(one)) for one in net_queries.radios(request.actor)]
    state = request.GET.get("state", "")
    context = {
        "rows": [row for row in found if not state or row[1] == state],
        "counts": {one: sum(row[1] == one for row in found) for one in STATES},
        "state": state if state in STATES else "",
        "form": form,
    }
    status = 422 if form and form.errors else 200
    return render(request, "radio/net/sets.html", context, status=status)


def _radio(request: StaffRequest, number: str) -> Radio:
    found = net_queries.radio(request.actor, number)
    if found is None:
        raise Http404
    return found


@staff_page
@require_http_methods(["GET", "POST"])
def radio(request: StaffRequest, number: str) -> HttpResponse:
    """One set and who held it; it is issued here. A set that is out is refused at the field."""
    found = _radio(request, number)
    form = _issue_form(request) if directed_by(request.actor) else None
    if request.method == "POST":
        if form is None:
            raise Http404
        given: list[Custody] = []

        def issue() -> None:
            done = custody.issue(
                actor=request.actor,
                radio=found,
                holder=UUID(form.cleaned_data["holder"]),
                received_by=UUID(form.cleaned_data["received_by"]),
                client_key=request.POST.get("key", "")[:64].encode() or uuid4().bytes,
            )
            given.append(done.matter.custody)

        if made(form, issue):
            said(request, _("已发出。请打印领用单，当面签收。"))
            return redirect("radio:custody", given[0].matter.reference)
    context = {
        "radio": found,
        "state": state_of(found),
        "held": found.held[0] if found.held else None,  # type: ignore[attr-defined]
        "directs": form is not None,
        "custodies": net_queries.custodies(request.actor, found)[:50],
        "form": form if form and (form.errors or state_of(found) == "stock") else None,
        "key": request.POST.get("key", "")[:64] or uuid4().hex,
    }
    status = 422 if form and form.errors else 200
    return render(request, "radio/net/radio.html", context, status=status)


def _issue_form(request: StaffRequest) -> IssueForm:
    holders = units(request.actor, *HOLDERS)
    crew = net_queries.crew([one.pk for one in holders])
    people = [
        (unit.title, [(str(person.pk), person.name) for person in crew[unit.pk]])
        for unit in holders
        if unit.pk in crew
    ]
    initial = {"holder": request.GET.get("to", "")}
    return IssueForm(named(holders), people, request.POST or None, initial=initial)


# --- custody -------------------------------------------------------------------------------------


@staff_page
@require_safe
def one_custody(request: StaffRequest, reference: str) -> HttpResponse:
    found = doing.find(request, reference, (CUSTODY.name,))
    return page(request, Work(request.sitting, found))


@staff_page
@require_safe
def receipt(request: StaffRequest, reference: str) -> HttpResponse:
    """The paper that goes with a set: number, channel, who signed, and where it signs in."""
    found = net_queries.custody(request.actor, reference)
    if found is None:
        raise Http404
    address = public_address(request, reverse("radio:here", args=[found.radio.number]))
    context = {"custody": found, "address": address, "qr": card.qr_svg(address)}
    return render(request, "radio/net/receipt.html", context)


@staff_page
@require_http_methods(["GET", "POST"])
def here(request: StaffRequest, number: str) -> HttpResponse:
    """What the receipt's QR opens, on the device itself: this browser is that set."""
    found = _radio(request, number)
    wrong = ""
    if request.method == "POST":
        try:
            custody.bind_device(
                actor=request.actor, number=number, device=request.POST.get("device", "")
            )
        except Refused as refused:
            wrong = net_words.refusal(refused.code)
        else:
            said(request, _("这台设备就是 %(number)s 号对讲机。") % {"number": number})
            return redirect("radio:set")
    context = {"radio": found, "wrong": wrong, "held": found.held}  # type: ignore[attr-defined]
    return render(request, "radio/net/here.html", context, status=422 if wrong else 200)
