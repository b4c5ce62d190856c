"""Key sites and community forces: who is on the net's register, with what and whom."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.kernel.access import Refused
from yihu.people import actions as people
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.models import Organisation, Person
from yihu.people.queries import directed_by, station_over
from yihu.places import actions
from yihu.places import queries as places
from yihu.places.models import Force, KeySite
from yihu.radio import custody, groups, net_queries, net_words
from yihu.radio.net_desk import made, said
from yihu.radio.net_forms import HOUSES, ForceForm, PersonForm, SiteForm, units

# --- key sites -----------------------------------------------------------------------------------


@staff_page
@require_safe
def sites(request: StaffRequest) -> HttpResponse:
    """All that the reader may know of; those that lack sets stand first."""
    found = net_queries.reach(request.actor)
    kind = request.GET.get("kind", "")
    shown = [one for one in found if not kind or one.site.kind.code == kind]
    context = {
        "rows": sorted(shown, key=lambda one: -one.short),
        "kinds": list({one.site.kind.code: one.site.kind for one in found}.values()),
        "kind": kind,
        "lacking": sum(one.short for one in shown),
        "directs": bool(directed_by(request.actor)),
    }
    return render(request, "radio/net/sites.html", context)


def _site(request: StaffRequest, code: str) -> KeySite:
    """404 alike for a site that does not exist and for another unit's."""
    found = places.sites(request.actor).filter(organisation__code=code).first()
    if found is None:
        raise Http404
    return found


def _directed(request: StaffRequest, unit: UUID) -> bool:
    return unit in directed_by(request.actor)


@staff_page
@require_http_methods(["GET", "POST"])
def new_site(request: StaffRequest) -> HttpResponse:
    if not directed_by(request.actor):
        raise Http404
    form = SiteForm.of(request.actor, request.POST or None)
    added: list[KeySite] = []

    def add() -> None:
        kind, parent = _kind(request, form), UUID(form.cleaned_data["parent"])
        added.append(
            actions.add_site(actor=request.actor, parent=parent, details=form.details(kind))
        )

    if request.method == "POST" and made(form, add):
        said(request, _("已登记。接下来登记这里的人，再发对讲机。"))
        return redirect("radio:site", added[0].organisation.code)
    context = {"form": form, "site": None}
    return render(request, "radio/net/site_form.html", context, status=422 if form.errors else 200)


def _kind(request: StaffRequest, form: SiteForm) -> str:
    """The kind that was chosen, or the new one that was written."""
    if name := form.cleaned_data["new_kind"]:
        number = form.cleaned_data["sets_required"]
        return actions.add_site_kind(actor=request.actor, name=name, sets_required=number).code
    return str(form.cleaned_data["kind"])


@staff_page
@require_http_methods(["GET", "POST"])
def edit_site(request: StaffRequest, code: str) -> HttpResponse:
    site = _site(request, code)
    if not _directed(request, site.pk):
        raise Http404
    form = SiteForm.of(request.actor, request.POST or None, site=site)

    def change() -> None:
        actions.change_site(
            actor=request.actor,
            site=site,
            parent=UUID(form.cleaned_data["parent"]),
            details=form.details(_kind(request, form)),
        )

    if request.method == "POST" and made(form, change):
        said(request, _("已改好。"))
        return redirect("radio:site", code)
    context = {"form": form, "site": site}
    return render(request, "radio/net/site_form.html", context, status=422 if form.errors else 200)


@staff_page
@require_POST
def close_site(request: StaffRequest, code: str) -> HttpResponse:
    """A site leaves the net once its sets are back."""
    site = _site(request, code)
    if not _directed(request, site.pk):
        raise Http404
    try:
        custody.close_site(actor=request.actor, site=site)
    except Refused as refused:
        messages.warning(request, net_words.refusal(refused.code), extra_tags="soon")
        return redirect("radio:site", code)
    said(request, _("%(name)s已停用。") % {"name": site.organisation.title})
    return redirect("radio:sites")


@staff_page
@require_safe
def site(request: StaffRequest, code: str) -> HttpResponse:
    site = _site(request, code)
    forces = list(places.forces_at([site.pk]))
    held = net_queries.radios(request.actor).filter(
        custodies__holder=site.pk, custodies__ended_at=None
    )
    sets = list(held)
    working = sum(one.stunned_at is None for one in sets)
    context = {
        "site": site,
        "unit": site.organisation,
        "forces": forces,
        "sets": sets,
        "working": working,
        "short": max(0, site.sets_required - working),
        **_crew(request, site.organisation),
    }
    return render(request, "radio/net/site.html", context)


# --- forces --------------------------------------------------------------------------------------


@staff_page
@require_safe
def forces(request: StaffRequest) -> HttpResponse:
    found = list(places.forces(request.actor))
    kind = request.GET.get("kind", "")
    shown = [one for one in found if not kind or one.kind.code == kind]
    context = {
        "rows": shown,
        "kinds": list({one.kind.code: one.kind for one in found}.values()),
        "kind": kind,
        "strength": sum(one.strength for one in shown),
        "limits": next((one.kind for one in shown if one.kind.code == kind), None),
        "directs": bool(directed_by(request.actor)),
    }
    return render(request, "radio/net/forces.html", context)


def _force(request: StaffRequest, code: str) -> Force:
    found = places.forces(request.actor).filter(organisation__code=code).first()
    if found is None:
        raise Http404
    return found


@staff_page
@require_http_methods(["GET", "POST"])
def new_force(request: StaffRequest) -> HttpResponse:
    if not directed_by(request.actor):
        raise Http404
    form = ForceForm(request.actor, request.POST or None, initial={"unit": request.GET.get("at")})
    added: list[Force] = []

    def add() -> None:
        added.append(
            actions.add_force(
                actor=request.actor, station=_station(request), details=form.details()
            )
        )

    if request.method == "POST" and made(form, add):
        said(request, _("已登记。接下来可以登记这里的人。"))
        return redirect("radio:force", added[0].organisation.code)
    context = {"form": form, "force": None}
    return render(request, "radio/net/force_form.html", context, status=422 if form.errors else 200)


def _station(request: StaffRequest) -> UUID:
    """The station whose net the reader directs."""
    stations = map(station_over, units(request.actor, *HOUSES))
    return next(station.pk for station in stations if station is not None)


@staff_page
@require_http_methods(["GET", "POST"])
def force(request: StaffRequest, code: str) -> HttpResponse:
    """A force with its permit limits; whoever directs the net changes it here."""
    found = _force(request, code)
    directs = _directed(request, found.pk)
    form = ForceForm(request.actor, request.POST or None, force=found) if directs else None
    if request.method == "POST":
        if form is None:
            raise Http404

        def change() -> None:
            actions.change_force(
                actor=request.actor, force=found, station=_station(request), details=form.details()
            )

        if made(form, change):
            said(request, _("已改好。"))
            return redirect("radio:force", code)
    context = {"force": found, "form": form, **_crew(request, found.organisation)}
    status = 422 if form and form.errors else 200
    return render(request, "radio/net/force.html", context, status=status)


@staff_page
@require_POST
def close_force(request: StaffRequest, code: str) -> HttpResponse:
    """A force is called no more once its sets are back."""
    found = _force(request, code)
    if not _directed(request, found.pk):
        raise Http404
    try:
        custody.close_force(actor=request.actor, force=found)
    except Refused as refused:
        messages.warning(request, net_words.refusal(refused.code), extra_tags="soon")
        return redirect("radio:force", code)
    said(request, _("%(name)s已停用。") % {"name": found.organisation.title})
    return redirect("radio:forces")


# --- the people of a unit ------------------------------------------------------------------------


def _crew(request: StaffRequest, unit: Organisation, form: PersonForm | None = None) -> Any:
    directs = _directed(request, unit.pk)
    return {
        "unit": unit,
        "crew": net_queries.crew([unit.pk]).get(unit.pk, []),
        "directs": directs,
        "person_form": (form or PersonForm()) if directs else None,
    }


def _unit(request: StaffRequest, code: str) -> Organisation:
    """A site or force whose net the reader directs."""
    found = net_queries.arranged(request.actor).filter(code=code).first()
    if found is None:
        raise Http404
    return found


@staff_page
@require_http_methods(["GET", "POST"])
def crew(request: StaffRequest, code: str) -> HttpResponse:
    """Who may be on the net for a unit; another one is enrolled here."""
    unit = _unit(request, code)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and made(
        form, lambda: people.enrol(actor=request.actor, unit=unit.pk, **form.cleaned_data)
    ):
        said(request, _("已登记。请给他一个密码，当面交给他。"))
        return redirect("radio:crew", code)
    context = _crew(request, unit, form)
    return render(request, "radio/net/crew.html", context, status=422 if form.errors else 200)


def _crew_member(unit: Organisation, person: UUID) -> Person:
    for found in net_queries.crew([unit.pk]).get(unit.pk, []):
        if found.pk == person:
            return found
    raise Http404


@staff_page
@require_POST
def password(request: StaffRequest, code: str, person: UUID) -> HttpResponse:
    """A new password, shown this once."""
    unit = _unit(request, code)
    found = _crew_member(unit, person)
    try:
        made_up = people.give_password(actor=request.actor, person=person)
    except Refused:
        raise Http404 from None
    context = {**_crew(request, unit), "given": found, "password": made_up}
    return render(request, "radio/net/crew.html", context)


@staff_page
@require_POST
def dismiss(request: StaffRequest, code: str, person: UUID) -> HttpResponse:
    unit = _unit(request, code)
    found = _crew_member(unit, person)
    try:
        groups.dismiss(actor=request.actor, person=person)
    except Refused:
        raise Http404 from None
    said(request, _("%(name)s已离开：退出全部对讲组，账号停用。") % {"name": found.name})
    return redirect("radio:crew", code)
