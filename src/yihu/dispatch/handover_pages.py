"""The shift's handover: made by who leaves, signed by who takes it, read again by both."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.direct import doing
from yihu.direct.desk_matter import Deed
from yihu.direct.forms import KeyedForm, Said
from yihu.direct.inside import Inside
from yihu.direct.words import Words
from yihu.dispatch import card_words, handovers
from yihu.dispatch.card_words import OPEN
from yihu.dispatch.handovers import Item, Open
from yihu.dispatch.kinds import Kind, Reach
from yihu.dispatch.loops import CONTROL, HANDOVER
from yihu.dispatch.models import Handover
from yihu.dispatch.titles import KINDS, REACHES, named
from yihu.kernel.access import Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.loop import LOOPS, Act, Move
from yihu.kernel.models import Matter
from yihu.kernel.queries import visible_to
from yihu.kernel.timeline import Happening
from yihu.people.desk import Sitting, StaffRequest, page_of, staff_page
from yihu.people.models import Organisation
from yihu.radio.call_words import HAZARDS
from yihu.radio.loops import CALL, HAZARD
from yihu.radio.models import CallKind

LATEST = 50
LOOP = {
    Open.INCIDENT: "incident",
    Open.WAVE: "incident",
    Open.HAZARD: HAZARD.name,
    Open.CALL: CALL.name,
}


class Work(Inside):
    language: ClassVar[Any] = card_words
    do_page: ClassVar[str] = "dispatch:handover_do"

    def _sensible(self, declared: Move | Act) -> bool:
        return (declared.name != "sign" or self._named) and super()._sensible(declared)

    @property
    def _named(self) -> bool:
        return bool(self.matter.handover.to_person_id == self.actor.id)

    @property
    def expected(self) -> Deed | None:
        """The signature, of the one who is named, whatever post that is."""
        return next((deed for deed in self.deeds if deed.name == "sign"), None)

    @property
    def heading(self) -> dict[str, str]:
        return super().heading | {"owner": self.matter.handover.to_person.name}

    def _facts(self, happening: Happening) -> Iterable[str]:
        """What was on the list and whose it is stands on the page."""
        return ()


class HandoverForm(KeyedForm):
    to = forms.ChoiceField(
        label=_("交给谁"),
        error_messages={"required": _("请选一个人。"), "invalid_choice": _("请选一个人。")},
    )
    words = Said(label=_("要特别交代的"), required=False, max_length=2000, rows=4)

    def __init__(self, people: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["to"].choices = [("", gettext("请选择")), *people]  # type: ignore[attr-defined]


def _office(request: StaffRequest) -> Organisation:
    """The control room that the reader directs; 404 for who directs none."""
    found = handovers.offices_of(request.actor).first()
    if found is None:
        raise Http404
    return found


def _takers(sitting: Sitting, office: UUID) -> list[tuple[str, str]]:
    """Whoever else directs there now, by name."""
    roles = {role.code for role in CONTROL}
    return [
        (str(person), name)
        for person, (name, posts) in sitting.roster.staff_of([office]).items()
        if person != sitting.actor.id and any(post.role in roles for post in posts)
    ]


# --- making one -----------------------------------------------------------------------------------


@staff_page
@require_http_methods(["GET", "POST"])
def make(request: StaffRequest) -> HttpResponse:
    """What is open now, to be handed over; and the handovers before."""
    office = _office(request)
    data = request.POST if request.method == "POST" else None
    form = HandoverForm(_takers(request.sitting, office.pk), data)
    if data is not None and form.is_valid() and (reference := _made(request, office, form)):
        messages.success(request, gettext("已交班，等接班人签收。"), extra_tags="done")
        return redirect("dispatch:handover", reference)
    context = {
        "office": office,
        "form": form,
        "open": _said(handovers.open_work(request.actor, office.pk), request),
        "waiting": handovers.waiting(office.pk).select_related("matter", "to_person").first(),
        "before": handovers.handovers(request.actor)[:LATEST],
    }
    return render(
        request, "dispatch/handover/make.html", context, status=422 if form.errors else 200
    )


def _made(request: StaffRequest, office: Organisation, form: HandoverForm) -> str:
    """The reference of what a valid form has made, or made before; "" with errors at its fields."""
    try:
        done = handovers.hand_over_shift(
            actor=request.actor,
            office=office.pk,
            to=UUID(form.cleaned_data["to"]),
            words=form.cleaned_data["words"],
            client_key=form.client_key,
        )
    except KeyReused as before:
        return str(Matter.objects.get(pk=before.matter).reference)
    except Refused as refused:
        field = str(refused.data.get("field", ""))
        form.add_error(field if field in form.fields else None, card_words.refusal(refused.code))
        return ""
    return str(done.matter.reference)


# --- reading one, and signing ---------------------------------------------------------------------


@staff_page
@require_safe
def handover(request: StaffRequest, reference: str) -> HttpResponse:
    found = doing.find(request, reference, (HANDOVER.name,))
    return _shown(request, Work(request.sitting, found))


def _shown(request: StaffRequest, work: Work, status: int = HTTPStatus.OK) -> HttpResponse:
    context = _whole(request, work.matter.handover) | {"work": work, "words": work.heading}
    return render(request, "dispatch/handover/handover.html", context, status=status)


def _whole(request: StaffRequest, found: Handover) -> dict[str, Any]:
    return {
        "matter": found.matter,
        "handover": found,
        "open": _said(handovers.items_of(found), request),
    }


def _done(request: StaffRequest, found: Matter, sentence: str) -> HttpResponse:
    said = gettext("已记下：%(what)s") % {"what": sentence}
    messages.success(request, said, extra_tags="done")
    return redirect("dispatch:handover", found.reference)


COUNTER = doing.Counter((HANDOVER.name,), Work, _shown, _done, handovers.move)


@staff_page
@require_POST
def do(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    return COUNTER.do(request, reference, name)


@staff_page
@require_safe
def on_paper(request: StaffRequest, reference: str) -> HttpResponse:
    found = get_object_or_404(
        handovers.handovers(request.actor), matter__reference=reference.upper()
    )
    note = Work(request.sitting, found.matter).opening
    return render(request, "dispatch/handover/print.html", _whole(request, found) | {"note": note})


# --- what was open, in words ----------------------------------------------------------------------


def _said(items: list[Item], request: StaffRequest) -> list[tuple[str, list[dict[str, Any]]]]:
    """Group by group, with the page of each that the reader may still know of."""
    references = [item.reference for item in items]
    known = visible_to(request.actor).filter(reference__in=references)
    open_to = set(known.values_list("reference", flat=True))
    return [
        (str(OPEN[what]), [_row(item, open_to) for item in items if item.what is what])
        for what in Open
        if any(item.what is what for item in items)
    ]


def _row(item: Item, known: set[str]) -> dict[str, Any]:
    loop = LOOP[item.what]
    return {
        "reference": item.reference,
        "page": page_of(loop) if item.reference in known else "",
        "title": named(_title(item), is_exercise=item.is_exercise),
        "step": LOOPS[loop].places[item.step].title if item.step else "",
        "due": parse_datetime(item.due) if item.due else None,
    }


def _title(item: Item) -> Words:
    match item.what:
        case Open.INCIDENT:
            return KINDS[Kind(item.kind)]
        case Open.WAVE:
            return REACHES[Reach(item.kind)]
        case Open.HAZARD:
            return HAZARDS.get(item.kind, item.kind)
        case Open.CALL:
            return CallKind(item.kind).label
