"""The codes on the walls: where they hang, their posters, and what an inspector found."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.direct import actions, card, queries
from yihu.direct.kinds import CONDITIONS, PlacementKind
from yihu.direct.models import DirectCode
from yihu.direct.posters import Condition, Judged, Unclear, judge
from yihu.kernel import ledger
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.models import Organisation

UNCLEAR = {
    Unclear.UNREAD: gettext_lazy("请扫一下海报上的码。扫不出来，就选“破损”或“不见了”。"),
    Unclear.SERIAL_ONLY: gettext_lazy(
        "编号只说明纸还在；码有没有被贴换，要扫了才知道。扫不出来，就选“破损”。"
    ),
    Unclear.OTHER_SERIAL: gettext_lazy("这是另一张海报的编号，请再看一遍海报右上角。"),
    Unclear.YET_FOUND: gettext_lazy("扫到了，说明它还在。请改选看到的情况。"),
}


def typed(text: str) -> str:
    """What a scanner read, safe to show: nothing that hides or turns letters around."""
    return "".join(letter for letter in text if letter.isprintable()).strip()


class PlaceForm(forms.Form):
    """Where a new code hangs. The station is asked for only where there are several."""

    station = forms.ChoiceField(label=gettext_lazy("哪个派出所"))
    kind = forms.ChoiceField(label=gettext_lazy("哪一种地方"), choices=PlacementKind.choices)
    place = forms.CharField(
        label=gettext_lazy("贴在哪里"),
        help_text=gettext_lazy("写到找得着：幢、单元、窗口号。会印在海报上。"),
        max_length=80,
        error_messages={
            "required": gettext_lazy("请写贴在哪里。"),
            "max_length": gettext_lazy("最多 80 字，请写短一点。"),
        },
    )

    def __init__(self, stations: list[Organisation], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["station"]
        field.choices = [(str(station.id), station.title) for station in stations]
        if len(stations) == 1:
            field.widget = forms.HiddenInput()
            field.initial = str(stations[0].id)

    def clean_place(self) -> str:
        if place := typed(self.cleaned_data["place"]):
            return place
        raise forms.ValidationError(self.fields["place"].error_messages["required"])


class InspectionForm(forms.Form):
    """What somebody sees who stands before the paper."""

    read = forms.CharField(
        label=gettext_lazy("扫到的内容"),
        help_text=gettext_lazy(
            "用手机扫海报上的码，把读到的网址粘贴在这里。扫不出来，写海报右上角的编号。"
        ),
        required=False,
        max_length=500,
        error_messages={"max_length": gettext_lazy("太长了，请只留开头的 500 个字。")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    finding = forms.ChoiceField(
        label=gettext_lazy("看到的情况"),
        choices=list(CONDITIONS.items()),
        initial=Condition.IN_PLACE.value,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一项。")},
    )
    note = forms.CharField(
        label=gettext_lazy("备注"),
        required=False,
        max_length=200,
        error_messages={"max_length": gettext_lazy("最多 200 字，请写短一点。")},
    )

    def __init__(self, placement: DirectCode, hosts: set[str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.placement, self.hosts = placement, hosts
        self.judged: Judged | None = None

    def clean_read(self) -> str:
        return typed(self.cleaned_data["read"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        judged = judge(
            Condition(cleaned["finding"]),
            cleaned["read"],
            path=reverse("direct:form", args=[self.placement.code]),
            serial=self.placement.serial,
            hosts=self.hosts,
        )
        if isinstance(judged, Unclear):
            self.add_error("read", str(UNCLEAR[judged]))
        else:
            self.judged = judged
        return cleaned


# --- where the site is reached -------------------------------------------------------------------


def hosts_of(request: HttpRequest) -> set[str]:
    return {request.get_host().lower(), *(host.lower() for host in settings.PUBLIC_HOSTS)}


def public_address(request: HttpRequest, path: str) -> str:
    """A full address for paper: under the public name, whatever name the desk came by."""
    if settings.PUBLIC_HOSTS:
        return f"https://{settings.PUBLIC_HOSTS[0]}{path}"
    return request.build_absolute_uri(path)


# --- the list ------------------------------------------------------------------------------------


@staff_page
@require_http_methods(["GET", "POST"])
def placements(request: StaffRequest) -> HttpResponse:
    """Every code that the reader may see; whoever keeps the codes may place another."""
    kept = [s for s in queries.stations_of(request.actor) if _keeps(request, s.id)]
    form = PlaceForm(kept, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not kept:
            raise Http404
        if form.is_valid():
            return _placed(request, form, kept)
    found = list(queries.placements(request.actor))
    context = {
        "form": form if kept else None,
        "rows": sorted(map(_row, found), key=lambda row: row["rank"]),
        "several": len({placement.station_id for placement in found}) > 1,
        "unseen": sum(queries.wants_inspection(placement) for placement in found),
        "broken": sum(queries.wants_mending(placement) for placement in found),
        "within": settings.INSPECT_WITHIN_DAYS,
        "scans_of": queries.SCANS_OF,
    }
    status = 422 if form.errors else 200
    return render(request, "direct/desk/placements.html", context, status=status)


def _keeps(request: StaffRequest, station: UUID) -> bool:
    return actions.keeps_codes(request.actor, station)


def _placed(request: StaffRequest, form: PlaceForm, kept: list[Organisation]) -> HttpResponse:
    said = form.cleaned_data
    placement = actions.place_code(
        actor=request.actor,
        station=next(station for station in kept if str(station.id) == said["station"]),
        kind=PlacementKind(said["kind"]),
        place=said["place"],
    )
    done = _("第 %(serial)s 号已经建好，请打印海报贴上。") % {"serial": placement.serial}
    messages.success(request, done, extra_tags="done")
    return redirect("direct:placement", placement.code)


def _row(placement: DirectCode) -> dict[str, Any]:
    """A placement in words; what wants doing ranks first."""
    mending, unseen = queries.wants_mending(placement), queries.wants_inspection(placement)
    return {
        "placement": placement,
        "found": CONDITIONS.get(getattr(placement, "found", None) or "", ""),
        "mending": mending,
        "unseen": unseen,
        "state": "late" if mending else "soon" if unseen else "",
        "rank": 0 if mending else 1 if unseen else 2,
    }


# --- one of them ---------------------------------------------------------------------------------


def _placement(request: StaffRequest, code: str) -> DirectCode:
    """404 alike for a code that does not exist and for another station's."""
    found = queries.placements(request.actor).filter(pk=code).first()
    if found is None:
        raise Http404
    return found


@staff_page
@require_http_methods(["GET", "POST"])
def placement(request: StaffRequest, code: str) -> HttpResponse:
    """One placement: what was found there, and a form for whoever stands before it."""
    found = _placement(request, code)
    form = InspectionForm(
        found, hosts_of(request), request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid() and form.judged:
        actions.inspect_code(
            actor=request.actor,
            code=found,
            judged=form.judged,
            note=typed(form.cleaned_data["note"]),
        )
        done = _("已记下：%(what)s") % {"what": CONDITIONS[form.judged.condition.value]}
        messages.success(request, done, extra_tags="done")
        return redirect("direct:placement", found.code)
    context = {
        "form": form,
        "row": _row(found),
        "inspections": [
            (inspection, CONDITIONS[inspection.finding])
            for inspection in found.inspections.select_related("by")[:50]
        ],
        "keeps": _keeps(request, found.station_id) and found.retired_at is None,
        "address": _spoken(public_address(request, reverse("direct:form", args=[found.code]))),
        "within": settings.INSPECT_WITHIN_DAYS,
        "scans_of": queries.SCANS_OF,
    }
    status = 422 if form.errors else 200
    return render(request, "direct/desk/placement.html", context, status=status)


@staff_page
@require_POST
def retire(request: StaffRequest, code: str) -> HttpResponse:
    found = _placement(request, code)
    try:
        actions.retire_code(actor=request.actor, code=found)
    except Refused:
        raise Http404 from None
    done = _("第 %(serial)s 号已经停用。") % {"serial": found.serial}
    messages.success(request, done, extra_tags="done")
    return redirect("direct:placements")


# --- on paper ------------------------------------------------------------------------------------


@staff_page
@require_safe
def posters(request: StaffRequest) -> HttpResponse:
    """A4 posters of the chosen codes, one a page; of all that are in use where none is chosen."""
    chosen = set(request.GET.getlist("code"))
    found = queries.placements(request.actor).filter(retired_at=None)
    sheets = [_sheet(request, one) for one in found if not chosen or one.code in chosen]
    if not sheets:
        raise Http404
    context = {
        "sheets": sheets,
        "fingerprint": ledger.public_key().fingerprint,
        "verify": _spoken(public_address(request, reverse("direct:verify"))),
    }
    return render(request, "direct/desk/posters.html", context)


def _sheet(request: StaffRequest, placement: DirectCode) -> dict[str, Any]:
    address = public_address(request, reverse("direct:form", args=[placement.code]))
    supervisor = request.sitting.roster.organisations.get(placement.station.supervisor_id)  # type: ignore[arg-type]
    return {
        "placement": placement,
        "station": placement.station.title,
        "supervisor": supervisor.title if supervisor else "",
        "qr": card.qr_svg(address),
        "host": urlsplit(address).netloc,
        "path": urlsplit(address).path,
    }


def _spoken(address: str) -> str:
    """An address as it is read out and typed: without the scheme."""
    return address.partition("://")[2]
