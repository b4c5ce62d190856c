"""Warnings at the desk: issued, read, lifted."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.direct import doing
from yihu.direct.forms import PICK_ONE, KeyedForm, Said
from yihu.direct.inside import Inside
from yihu.dispatch import warning_words, warnings
from yihu.dispatch.cap import Certainty, Circle, Event, Response, Severity, Urgency
from yihu.dispatch.loops import WARNING
from yihu.dispatch.titles import choices
from yihu.dispatch.warnings import HOURS, NewWarning
from yihu.kernel.access import Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.models import Matter
from yihu.kernel.timeline import Happening
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.models import Organisation

LATEST = 50
RADII = (200, 500, 1000, 2000, 5000)
"""Metres."""
PICK = {"required": PICK_ONE, "invalid_choice": PICK_ONE}


class Work(Inside):
    language: ClassVar[Any] = warning_words
    do_page: ClassVar[str] = "dispatch:warning_do"

    def _facts(self, happening: Happening) -> Iterable[str]:
        """What it says stands on the page."""
        return ()


def _choice(titles: Any, label: Any) -> forms.ChoiceField:
    """Nothing is chosen for whoever warns."""
    several = [("", _("请选择")), *choices(titles)]
    return forms.ChoiceField(choices=several, label=label, error_messages=PICK)


class WarningForm(KeyedForm):
    event = _choice(warning_words.EVENTS, _("什么事"))
    headline = Said(
        label=_("一句话说清"),
        max_length=100,
        help_text=_("居民看到的第一行。不要写人名、门牌和电话。"),
    )
    area = Said(label=_("哪里"), max_length=200)
    description = Said(label=_("怎么回事"), required=False, max_length=1000, rows=3)
    instruction = Said(label=_("请居民做什么"), required=False, max_length=1000, rows=3)
    response = _choice(warning_words.RESPONSES, _("总的来说"))
    severity = _choice(warning_words.SEVERITIES, _("多严重"))
    urgency = _choice(warning_words.URGENCIES, _("多急"))
    certainty = _choice(warning_words.CERTAINTIES, _("有多确定"))
    hours = forms.TypedChoiceField(coerce=int, label=_("多久有效"), error_messages=PICK)
    longitude = forms.FloatField(
        required=False, min_value=-180, max_value=180, widget=forms.HiddenInput
    )
    latitude = forms.FloatField(
        required=False, min_value=-90, max_value=90, widget=forms.HiddenInput
    )
    radius = forms.TypedChoiceField(
        coerce=int,
        required=False,
        label=_("地图上点的位置周围多少米"),
        help_text=_("没有在地图上点位置的，只写地名。"),
    )
    exercise = forms.BooleanField(required=False, label=_("这是演练"))

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        spans = [(n, ngettext("%(n)d 小时", "%(n)d 小时", n) % {"n": n}) for n in HOURS]
        self.fields["hours"].choices = spans  # type: ignore[attr-defined]
        self.fields["radius"].choices = [(n, f"{n}") for n in RADII]  # type: ignore[attr-defined]

    @property
    def warning(self) -> NewWarning:
        said = self.cleaned_data
        circle = None
        if said["longitude"] is not None and said["latitude"] is not None:
            circle = Circle(said["longitude"], said["latitude"], said["radius"] or RADII[0])
        return NewWarning(
            event=Event(said["event"]),
            severity=Severity(said["severity"]),
            urgency=Urgency(said["urgency"]),
            certainty=Certainty(said["certainty"]),
            response=Response(said["response"]),
            hours=said["hours"],
            headline=said["headline"],
            description=said["description"],
            instruction=said["instruction"],
            area=said["area"],
            circle=circle,
            is_exercise=said["exercise"],
        )


def _office(request: StaffRequest) -> Organisation:
    """The station that the reader may warn for; 404 for who directs none."""
    found = warnings.offices_of(request.actor).first()
    if found is None:
        raise Http404
    return found


@staff_page
@require_http_methods(["GET", "POST"])
def make(request: StaffRequest) -> HttpResponse:
    """Issue one; and those before."""
    office = _office(request)
    form = WarningForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and (reference := _issued(request, office, form)):
        messages.success(request, gettext("已发布。"), extra_tags="done")
        return redirect("dispatch:warning", reference)
    context = {
        "office": office,
        "form": form,
        "before": warnings.alerts_of(warnings.warnings(request.actor)[:LATEST]),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "dispatch/warnings/make.html", context, status=status)


def _issued(request: StaffRequest, office: Organisation, form: WarningForm) -> str:
    """The reference of what a valid form has issued, or issued before; "" with errors in it."""
    try:
        done = warnings.issue(
            actor=request.actor,
            office=office.pk,
            warning=form.warning,
            client_key=form.client_key,
        )
    except KeyReused as before:
        return str(Matter.objects.get(pk=before.matter).reference)
    except Refused as refused:
        field = str(refused.data.get("field", ""))
        form.add_error(field if field in form.fields else None, warning_words.refusal(refused.code))
        return ""
    return str(done.matter.reference)


@staff_page
@require_safe
def warning(request: StaffRequest, reference: str) -> HttpResponse:
    return _shown(request, Work(request.sitting, doing.find(request, reference, (WARNING.name,))))


def _shown(request: StaffRequest, work: Work, status: int = HTTPStatus.OK) -> HttpResponse:
    alert = warnings.alert_of(work.matter)
    context = {
        "work": work,
        "matter": work.matter,
        "words": work.heading,
        "alert": alert,
        "said": {
            "severity": warning_words.SEVERITIES[alert.severity],
            "urgency": warning_words.URGENCIES[alert.urgency],
            "certainty": warning_words.CERTAINTIES[alert.certainty],
            "response": warning_words.RESPONSES[alert.response],
        },
    }
    return render(request, "dispatch/warnings/warning.html", context, status=status)


def _done(request: StaffRequest, found: Matter, sentence: str) -> HttpResponse:
    said = gettext("已记下：%(what)s") % {"what": sentence}
    messages.success(request, said, extra_tags="done")
    return redirect("dispatch:warning", found.reference)


COUNTER = doing.Counter((WARNING.name,), Work, _shown, _done)


@staff_page
@require_POST
def do(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    return COUNTER.do(request, reference, name)
