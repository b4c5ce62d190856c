"""Hazards on the set of whoever finds them, and at the desk of whoever sees them mended."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.direct import doing
from yihu.direct.forms import KeyedForm, Photos, Said
from yihu.dispatch.actions import Place
from yihu.kernel.access import Conflict, Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.loop import Act, Move
from yihu.kernel.models import Matter
from yihu.kernel.queries import visible_to
from yihu.kernel.timeline import Happening
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.queries import directed_by
from yihu.people.shifts import shift_of
from yihu.radio import call_words, hazard_queries, hazards, net_desk
from yihu.radio.call_set_pages import photo_page
from yihu.radio.call_words import HAZARDS
from yihu.radio.loops import HAZARD
from yihu.radio.queries import answers_of

LATEST = 100
OWN_FORMS = ("assign", "mend", "reassign")
"""What has a form of its own: it takes a day, or a photo."""


class OnePhoto(Photos):
    """One photo, as JPEG bytes; None without."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.FileInput({"accept": "image/*"}), **options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        found = super().clean([data] if data else [], initial)
        if self.required and not found:
            raise forms.ValidationError(_("请拍一张照片。"))
        return found[0].content if found else None


class ReportForm(KeyedForm):
    kind = forms.ChoiceField(
        label=_("哪种隐患"),
        choices=HAZARDS.items(),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一项。"), "invalid_choice": _("请选一项。")},
    )
    words = Said(label=_("在哪里，怎么回事"), rows=3)
    photo = OnePhoto(label=_("照片"), required=False)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)

    @property
    def place(self) -> Place | None:
        """The position, where the reporter attached one that is on earth."""
        x, y = self.cleaned_data.get("longitude"), self.cleaned_data.get("latitude")
        try:
            return None if x is None or y is None else Place(x, y)
        except ValueError:
            return None


class AssignForm(forms.Form):
    handler = forms.ChoiceField(
        label=_("谁来整改"),
        error_messages={"required": _("请选一个人。"), "invalid_choice": _("请选一个人。")},
    )
    mend_by = forms.DateField(
        label=_("哪天以前"),
        widget=forms.DateInput({"type": "date"}),
        error_messages={"required": _("请选一天。"), "invalid": _("请写成 2026-07-03 这样。")},
    )


class MendForm(forms.Form):
    words = Said(label=_("怎样整改的"), rows=3)
    photo = OnePhoto(label=_("整改后的照片"))


class Work(net_desk.Work):
    language: ClassVar[Any] = call_words
    do_page: ClassVar[str] = "radio:hazard_do"
    own: forms.Form | None = None

    def _sensible(self, declared: Move | Act) -> bool:
        return declared.name not in OWN_FORMS and super()._sensible(declared)

    @cached_property
    def own_form(self) -> tuple[str, forms.Form] | None:
        """The form of this step that is its own, if it is this reader's."""
        loop, step = self.matter.declared, self.matter.step
        here: list[Move | Act] = [*loop.moves_from(step), *loop.acts_at(step)]
        for one in here:
            if one.name in OWN_FORMS and self.fills(one.by):
                return one.name, self.own or self.form_of(one.name)
        return None

    def form_of(self, name: str, data: Any = None, files: Any = None) -> forms.Form:
        if name == "mend":
            return MendForm(data, files, auto_id="mend_%s")
        form = AssignForm(data, auto_id="assign_%s")
        choices = [("", gettext("请选择")), *self.candidates]
        form.fields["handler"].choices = choices  # type: ignore[attr-defined]
        return form

    def _facts(self, happening: Happening) -> Iterable[str]:
        if "handler" in happening.facts:
            until = timezone.localtime(datetime.fromisoformat(happening.facts["mend_by"]))
            yield gettext("交给%(name)s，%(day)s 以前") % {
                "name": self._name(happening.facts["handler"]),
                "day": f"{until:%Y-%m-%d}",
            }


# --- the set -------------------------------------------------------------------------------------


@staff_page
@require_http_methods(["GET", "POST"])
def mine(request: StaffRequest) -> HttpResponse:
    """Report one, and see what became of those reported and of those given to the reader."""
    form = ReportForm()
    if request.method == "POST":
        form = ReportForm(request.POST, request.FILES)
        if form.is_valid() and (reference := _reported(request, form)):
            net_desk.said(request, gettext("已上报，编号 %(ref)s。") % {"ref": reference})
            return redirect("radio:hazards_mine")
    own = list(hazard_queries.found_by(request.actor)[:LATEST])
    told = answers_of([one.pk for one in own])
    given = hazard_queries.hazards(request.actor).filter(
        matter__solution_owner=request.actor.id, matter__closed_at=None
    )
    context = {
        "form": form,
        "own": [(one, HAZARDS.get(one.kind, one.kind), told.get(one.pk, "")) for one in own],
        "given": [(one, HAZARDS.get(one.kind, one.kind)) for one in given],
        "on_duty": shift_of(request.actor.id) is not None,
    }
    return render(request, "radio/hazards/mine.html", context, status=422 if form.errors else 200)


def _reported(request: StaffRequest, form: ReportForm) -> str:
    said = form.cleaned_data
    try:
        done = hazards.report(
            actor=request.actor,
            kind=said["kind"],
            words=said["words"],
            picture=said["photo"],
            place=form.place,
            client_key=form.client_key,
        )
    except KeyReused as before:
        return str(Matter.objects.get(pk=before.matter).reference)
    except Refused as refused:
        form.add_error(None, call_words.refusal(refused.code))
        return ""
    return str(done.matter.reference)


# --- the desk ------------------------------------------------------------------------------------


@staff_page
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    if not directed_by(request.actor):
        raise Http404
    found, now = hazard_queries.hazards(request.actor), timezone.now()
    kind, which = request.GET.get("kind", ""), request.GET.get("which", "open")
    late = hazard_queries.overdue(found, now)
    shown = {"late": late, "all": found}.get(which, found.filter(matter__closed_at=None))
    if kind in HAZARDS:
        shown = shown.filter(kind=kind)
    late_ones = set(late.values_list("pk", flat=True))
    context = {
        "rows": [
            (
                one,
                HAZARDS.get(one.kind, one.kind),
                one.matter.declared.places[one.matter.step].title,
                one.pk in late_ones,
            )
            for one in shown[:LATEST]
        ],
        "late": len(late_ones),
        "kinds": HAZARDS.items(),
        "kind": kind,
        "which": which,
    }
    return render(request, "radio/hazards/list.html", context)


@staff_page
@require_safe
def hazard(request: StaffRequest, reference: str) -> HttpResponse:
    return shown(request, Work(request.sitting, doing.find(request, reference, (HAZARD.name,))))


def shown(request: StaffRequest, work: Work, status: int = HTTPStatus.OK) -> HttpResponse:
    matter = work.matter
    context = {
        "work": work,
        "matter": matter,
        "words": work.heading,
        "hazard": matter.hazard,
        "kind": HAZARDS.get(matter.kind, matter.kind),
        "late": hazard_queries.overdue(
            hazard_queries.hazards(request.actor).filter(pk=matter.pk), timezone.now()
        ).exists(),
        "key": uuid4().hex,
    }
    return render(request, "radio/hazards/hazard.html", context, status=status)


@staff_page
@require_safe
def photo(request: StaffRequest, reference: str, part: UUID) -> HttpResponse:
    matter = doing.find(request, reference, (HAZARD.name,))
    return photo_page(matter.pk, part)


def _done(request: StaffRequest, found: Matter, sentence: str) -> HttpResponse:
    net_desk.said(request, gettext("已记下：%(what)s") % {"what": sentence})
    if not visible_to(request.actor).filter(pk=found.pk).exists():
        return redirect("radio:hazards_mine")
    return redirect("radio:hazard", found.reference)


COUNTER = doing.Counter((HAZARD.name,), Work, shown, _done, hazards.move)


@staff_page
@require_POST
def do(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    if name not in OWN_FORMS:
        return COUNTER.do(request, reference, name)
    matter = doing.find(request, reference, (HAZARD.name,))
    work = Work(request.sitting, matter)
    form = work.form_of(name, request.POST, request.FILES)
    work.own = form
    if not form.is_valid():
        return shown(request, work, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        _make(request, matter, name, form)
    except (Conflict, KeyReused):
        form.add_error(None, gettext("这件事有了新的进展。请看过再交一次，写下的字还在。"))
        return shown(request, work, HTTPStatus.CONFLICT)
    except Refused as refused:
        field = str(refused.data.get("field", ""))
        form.add_error(field if field in form.fields else None, call_words.refusal(refused.code))
        return shown(request, work, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _done(request, matter, str(call_words.DONE[name]))


def _make(request: StaffRequest, matter: Matter, name: str, form: forms.Form) -> None:
    said, read_at = form.cleaned_data, request.POST.get("seq", "")
    seq = int(read_at) if read_at.isascii() and read_at.isdecimal() and len(read_at) < 10 else 0
    common: dict[str, Any] = {
        "actor": request.actor,
        "matter": matter.pk,
        "client_key": request.POST.get("key", "")[:64].encode() or uuid4().bytes,
    }
    if name == "mend":
        hazards.mend(**common, seq=seq, words=said["words"], picture=said["photo"])
        return
    common |= {"handler": UUID(said["handler"]), "mend_by": said["mend_by"]}
    if name == "assign":
        hazards.assign(**common, seq=seq)
    else:
        hazards.reassign(**common)
