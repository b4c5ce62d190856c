"""Calls at the desk of whoever directs the net: sent, seen filling with answers, followed up."""

from collections.abc import Iterable
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.direct import doing
from yihu.direct.desk_views import Line
from yihu.direct.forms import KeyedForm
from yihu.kernel.access import Refused
from yihu.kernel.actions import Done, KeyReused
from yihu.kernel.loop import Act, Move
from yihu.kernel.models import Matter
from yihu.kernel.timeline import Happening
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.queries import directed_by
from yihu.radio import answers, call_queries, call_words, calls, net_desk, roll_calls
from yihu.radio.call_forms import EVERYBODY, GroupCallForm, InstructionForm
from yihu.radio.call_views import beside, span, told
from yihu.radio.loops import CALL, MESSAGE
from yihu.radio.models import CallKind

LATEST = 50
BY_THEMSELVES = frozenset({"complete", "misread", "hear_back"})
"""An answer ends a call by itself, and a read-back by voice is marked with buttons of its own."""


class Work(net_desk.Work):
    language: ClassVar[Any] = call_words
    do_page: ClassVar[str] = "radio:call_do"

    def _sensible(self, declared: Move | Act) -> bool:
        return declared.name not in BY_THEMSELVES and super()._sensible(declared)

    @cached_property
    def lines(self) -> list[Line]:
        """Without each single answer: those are in the ring and in its list."""
        return [
            line
            for line, happening in zip(super().lines, self.history, strict=True)
            if happening.name not in ("hear", "answer")
        ]

    def _who(self, happening: Happening) -> str:
        if happening.by == "party":
            return self._name(happening.facts["person"])
        return super()._who(happening)

    def _facts(self, happening: Happening) -> Iterable[str]:
        if "matches" in happening.facts:
            yield _("复诵一致") if happening.facts["matches"] else _("复诵不符")


def _require_directing(request: StaffRequest) -> None:
    if not directed_by(request.actor):
        raise Http404


# --- sending -------------------------------------------------------------------------------------


def _sent(form: KeyedForm, send: Any) -> str:
    """The reference of what a valid form has sent, or sent before; "" with errors at its fields."""
    if not form.is_valid():
        return ""
    try:
        done: Done = send()
    except KeyReused as before:
        return str(Matter.objects.get(pk=before.matter).reference)
    except Refused as refused:
        field = str(refused.data.get("field", ""))
        form.add_error(field if field in form.fields else None, call_words.refusal(refused.code))
        return ""
    return str(done.matter.reference)


@staff_page
@require_http_methods(["GET", "POST"])
def listing(request: StaffRequest) -> HttpResponse:
    """The latest calls; a group is called from here."""
    _require_directing(request)
    form = GroupCallForm(request.actor, request.POST if request.method == "POST" else None)

    def send() -> Done:
        said = form.cleaned_data
        return calls.call_group(
            actor=request.actor,
            group=None if said["group"] == EVERYBODY else said["group"],
            words=said["words"],
            client_key=form.client_key,
        )

    if reference := _sent(form, send):
        return redirect("radio:call", reference)
    found = list(call_queries.sent_by_desk(request.actor)[:LATEST])
    context = {
        "form": form,
        "calls": call_queries.answers_of(found).values(),
        "said": call_queries.words_of(found),
    }
    return render(request, "radio/calls/sent.html", context, status=422 if form.errors else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def instruct(request: StaffRequest) -> HttpResponse:
    _require_directing(request)
    form = InstructionForm(request.actor, request.POST if request.method == "POST" else None)

    def send() -> Done:
        return calls.instruct(
            actor=request.actor,
            person=form.to,
            instruction=form.instruction,
            client_key=form.client_key,
            spoken=form.cleaned_data["spoken"],
        )

    if reference := _sent(form, send):
        return redirect("radio:call", reference)
    context = {"form": form}
    return render(request, "radio/calls/instruct.html", context, status=422 if form.errors else 200)


@staff_page
@require_http_methods(["GET", "POST"])
def roll_call(request: StaffRequest) -> HttpResponse:
    """Month by month; one is begun by hand, or as an exercise."""
    _require_directing(request)
    form = KeyedForm(request.POST if request.method == "POST" else None)

    def send() -> Done:
        return roll_calls.begin(
            actor=request.actor,
            office=calls.office_of(request.actor),
            client_key=form.client_key,
            exercise=request.POST.get("exercise") == "yes",
        )

    if reference := _sent(form, send):
        return redirect("radio:call", reference)
    found = list(call_queries.roll_calls(request.actor)[:LATEST])
    history = [
        (one, [(minutes, one.by(minutes)) for minutes in roll_calls.COUNTED_AT])
        for one in call_queries.answers_of(found).values()
    ]
    context = {"form": form, "history": history}
    return render(request, "radio/calls/roll.html", context, status=422 if form.errors else 200)


# --- one call ------------------------------------------------------------------------------------


@staff_page
@require_safe
def call(request: StaffRequest, reference: str) -> HttpResponse:
    return shown(request, Work(request.sitting, _find(request, reference)))


def _find(request: StaffRequest, reference: str) -> Matter:
    return doing.find(request, reference, (CALL.name, MESSAGE.name))


def shown(request: StaffRequest, work: Work, status: int = HTTPStatus.OK) -> HttpResponse:
    call = work.matter.call
    said, sites = call_queries.words_of([call])[call.pk], call_queries.sites_of(call.district)
    context = {
        **_answers(work.matter),
        "work": work,
        "words": work.heading,
        "one": told(call, said, sites),
    }
    if call.kind == CallKind.INSTRUCTION:
        context["back"] = beside(call, said, sites, context["answers"].seats[0])
    return render(request, "radio/calls/call.html", context, status=status)


def _answers(matter: Matter) -> dict[str, Any]:
    found = call_queries.answers_to(matter.call)
    counted = [(minutes, found.by(minutes)) for minutes in roll_calls.COUNTED_AT]
    return {
        "matter": matter,
        "call": matter.call,
        "answers": found,
        "half": span(found.within(0.5)),
        "most": span(found.within(0.9)),
        "counted": counted if matter.kind == CallKind.ROLL_CALL else [],
    }


@staff_page
@require_safe
def ring(request: StaffRequest, reference: str) -> HttpResponse:
    """The ring as it stands now; the page asks for it again until the call is over."""
    matter = _find(request, reference)
    return render(request, "radio/calls/ring.html", _answers(matter))


def _done(request: StaffRequest, found: Matter, sentence: str) -> HttpResponse:
    net_desk.said(request, _("已记下：%(what)s") % {"what": sentence})
    return redirect("radio:call", found.reference)


COUNTER = doing.Counter((CALL.name, MESSAGE.name), Work, shown, _done, calls.move)


@staff_page
@require_POST
def do(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    if name in BY_THEMSELVES:
        raise Http404
    return COUNTER.do(request, reference, name)


@staff_page
@require_POST
def heard_back(request: StaffRequest, reference: str) -> HttpResponse:
    """What came back by voice was the same, or changed: marked by whoever heard it."""
    _require_directing(request)
    matter = _find(request, reference)
    get_object_or_404(call_queries.sent_by_desk(request.actor), pk=matter.pk)
    matches = request.POST.get("matches", "")
    if matter.kind != CallKind.INSTRUCTION or matches not in ("yes", "no"):
        raise Http404
    answers.hear_back(actor=request.actor, call=matter.pk, matches=matches == "yes")
    return redirect("radio:call", matter.reference)
