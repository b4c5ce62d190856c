"""The register of units, one of them with what it reported, and who is on shift where."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.direct.words import Words
from yihu.dispatch import titles, unit_roster, units
from yihu.dispatch.crew import Crew
from yihu.dispatch.crews import crews
from yihu.dispatch.kinds import Secondary, UnitKind
from yihu.dispatch.models import Incident, Unit, UnitMember, UnitReport
from yihu.dispatch.queries import POLICE, incidents, retired_units_of, running_of, units_of
from yihu.dispatch.unit_forms import HeardForm, MemberForm, RosterForm, UnitForm
from yihu.dispatch.unit_words import refusal
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.models import Person
from yihu.people.queries import directed_by
from yihu.radio.net_desk import made, said

LATEST = 50
"""Reports on a unit's page, and retired units in the register."""
NUMBERS = re.compile(r"([0-9]+)")


def _require_police(request: StaffRequest) -> None:
    if not any(post.role in POLICE for post in request.actor.posts):
        raise Http404


def _unit(request: StaffRequest, code: str, *, arranged: bool = False) -> Unit:
    """404 alike for a unit that does not exist and for one that is not the reader's to see, or to
    arrange."""
    found = units_of(request.actor).filter(code=code).first()
    if found is None or (arranged and not _arranges(request, found)):
        raise Http404
    return found


def _arranges(request: StaffRequest, unit: Unit) -> bool:
    return unit.organisation_id in directed_by(request.actor)


# --- the register ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A unit as it stands: the names of who is on shift, of how many, and how old its position
    is; None where it has none."""

    unit: Unit
    crew: Crew
    names: list[str]
    size: int
    age: timedelta | None

    @property
    def secondary(self) -> list[Words]:
        return [titles.SECONDARIES[Secondary(one)] for one in self.unit.secondary]


def _lines(request: StaffRequest, found: list[Unit]) -> list[Line]:
    """Those on shift first, of these the ones that can be sent; police before others, and P2
    before P10."""
    now = timezone.now()
    standing = {one.unit: one for one in crews(request.actor.district, now, [u.pk for u in found])}
    members = UnitMember.objects.filter(unit__in=standing, until=None).select_related("person")
    people: dict[UUID, list[Person]] = defaultdict(list)
    for member in members.order_by("person__name"):
        people[member.unit_id].append(member.person)
    lines = [_line(unit, standing[unit.pk], people[unit.pk], now) for unit in found]
    return sorted(lines, key=_order)


def _order(one: Line) -> tuple[object, ...]:
    numbered = [
        (int(part) if part.isdecimal() else 0, part) for part in NUMBERS.split(one.unit.code)
    ]
    kind = list(UnitKind).index(one.crew.kind)
    return not one.crew.on_duty, not one.crew.can_be_sent, kind, numbered


def _line(unit: Unit, standing: Crew, people: list[Person], now: Any) -> Line:
    return Line(
        unit,
        standing,
        [one.name for one in people if one.pk in standing.people],
        len(people),
        now - standing.fix.at if standing.fix else None,
    )


@staff_page
@require_safe
def register(request: StaffRequest) -> HttpResponse:
    _require_police(request)
    every, kind = list(units_of(request.actor)), request.GET.get("kind", "")
    lines = _lines(request, [one for one in every if not kind or one.kind == kind])
    counted = Counter(one.kind for one in every)
    context = {
        "rows": lines,
        "here": sum(one.crew.on_duty for one in lines),
        "free": sum(one.crew.can_be_sent for one in lines),
        "kinds": [
            {"code": one.value, "title": title}
            for one, title in titles.UNIT_KINDS.items()
            if counted[one]
        ],
        "kind": kind,
        "directs": bool(directed_by(request.actor)),
        "retired": retired_units_of(request.actor)[:LATEST],
    }
    return render(request, "dispatch/units/register.html", context)


@staff_page
@require_http_methods(["GET", "POST"])
def new_unit(request: StaffRequest) -> HttpResponse:
    if not directed_by(request.actor):
        raise Http404
    form = UnitForm(request.actor, request.POST or None)
    formed: list[Unit] = []

    def form_one() -> None:
        organisation = UUID(form.cleaned_data["organisation"])
        formed.append(
            units.form_unit(actor=request.actor, organisation=organisation, details=form.details)
        )

    if request.method == "POST" and made(form, form_one, refusal):
        said(request, _("已登记。接下来加人。"))
        return redirect("dispatch:unit", formed[0].code)
    context = {"form": form, "unit": None}
    status = 422 if form.errors else 200
    return render(request, "dispatch/units/form.html", context, status=status)


# --- one unit -------------------------------------------------------------------------------------


def _page(
    request: StaffRequest, unit: Unit, status: int = HTTPStatus.OK, **forms: Any
) -> HttpResponse:
    [line] = _lines(request, [unit])
    members = unit.members.filter(until=None).select_related("person").order_by("person__name")
    running = running_of(request.actor, unit)
    arranges = _arranges(request, unit)
    context = {
        "unit": unit,
        "line": line,
        "equipment": [titles.EQUIPMENT.get(one, one) for one in unit.equipment],
        "members": [(one.person, one.person_id in line.crew.people) for one in members],
        "running": running,
        "reports": list(_reported(request, _latest(unit))),
        "arranges": arranges,
        "heard": HeardForm(list(running), free=arranges) if arranges or running else None,
        "joining": MemberForm(_candidates(request, unit)) if arranges else None,
        **forms,
    }
    return render(request, "dispatch/units/unit.html", context, status=status)


def _latest(unit: Unit) -> QuerySet[UnitReport]:
    return unit.reports.select_related("by").order_by("-occurred_at", "-id")[:LATEST]


def _reported(
    request: StaffRequest, reports: Iterable[UnitReport]
) -> Iterable[tuple[UnitReport, Incident | None, list[Words]]]:
    """Each report with the incident that it is about, where the reader may know of that."""
    found = list(reports)
    about = {one.incident_id for one in found if one.incident_id is not None}
    known = {one.pk: one for one in incidents(request.actor).filter(pk__in=about)}
    for one in found:
        secondary = [titles.SECONDARIES[Secondary(each)] for each in one.secondary]
        yield one, known.get(one.incident_id), secondary


def _candidates(request: StaffRequest, unit: Unit) -> list[tuple[str, str]]:
    """Who may join: people of the unit's organisation and below it who are in no unit."""
    roster = request.sitting.roster
    staff = roster.staff_of(roster.below(unit.organisation_id))
    taken = set(
        UnitMember.objects.filter(person__in=staff, until=None).values_list("person", flat=True)
    )
    free = [(pk, name, posts) for pk, (name, posts) in staff.items() if pk not in taken]
    return sorted(
        ((str(pk), f"{name} · {roster.title(posts[0])}") for pk, name, posts in free),
        key=lambda one: one[1],
    )


@staff_page
@require_safe
def unit(request: StaffRequest, code: str) -> HttpResponse:
    """One that was retired is read as it was."""
    retired = retired_units_of(request.actor).filter(code=code).first()
    if retired is None:
        return _page(request, _unit(request, code))
    context = {"unit": retired, "reports": list(_reported(request, _latest(retired)))}
    return render(request, "dispatch/units/retired.html", context)


@staff_page
@require_http_methods(["GET", "POST"])
def change(request: StaffRequest, code: str) -> HttpResponse:
    found = _unit(request, code, arranged=True)
    form = UnitForm(request.actor, request.POST or None, unit=found)

    def change_it() -> None:
        units.change(actor=request.actor, unit=found.pk, details=form.details)

    if request.method == "POST" and made(form, change_it, refusal):
        said(request, _("已改好。"))
        return redirect("dispatch:unit", form.details.code)
    context = {"form": form, "unit": found}
    status = 422 if form.errors else 200
    return render(request, "dispatch/units/form.html", context, status=status)


@staff_page
@require_POST
def join(request: StaffRequest, code: str) -> HttpResponse:
    found = _unit(request, code, arranged=True)
    form = MemberForm(_candidates(request, found), request.POST)

    def put_in() -> None:
        person = UUID(form.cleaned_data["person"])
        units.join(actor=request.actor, unit=found.pk, person=person)

    if made(form, put_in, refusal):
        said(request, _("已加入。"))
        return redirect("dispatch:unit", code)
    return _page(request, found, HTTPStatus.UNPROCESSABLE_ENTITY, joining=form)


@staff_page
@require_POST
def leave(request: StaffRequest, code: str, person: UUID) -> HttpResponse:
    found = _unit(request, code, arranged=True)
    units.leave(actor=request.actor, unit=found.pk, person=person)
    said(request, _("已退出。"))
    return redirect("dispatch:unit", code)


@staff_page
@require_POST
def retire(request: StaffRequest, code: str) -> HttpResponse:
    found = _unit(request, code, arranged=True)
    try:
        units.retire_unit(actor=request.actor, unit=found.pk)
    except Refused as refused:
        messages.warning(request, refusal(refused.code), extra_tags="soon")
        return redirect("dispatch:unit", code)
    said(request, _("%(name)s已撤销，不再派它。") % {"name": found.title})
    return redirect("dispatch:units")


@staff_page
@require_POST
def heard(request: StaffRequest, code: str) -> HttpResponse:
    """The control room, or any officer of the station, writes down what came over the radio."""
    found = _unit(request, code)
    running = running_of(request.actor, found)
    form = HeardForm(list(running), request.POST, free=_arranges(request, found))

    def report() -> None:
        units.report_status(actor=request.actor, unit=found.pk, **form.said)

    try:
        taken = made(form, report, refusal)
    except (Unit.DoesNotExist, Incident.DoesNotExist):
        raise Http404 from None
    if taken:
        said(request, _("已记下。"))
        return redirect("dispatch:unit", code)
    return _page(request, found, HTTPStatus.UNPROCESSABLE_ENTITY, heard=form)


# --- the roster -----------------------------------------------------------------------------------


@staff_page
@require_safe
def roster(request: StaffRequest) -> HttpResponse:
    """Police and other forces on shift, by area: now, or at an hour of the last days."""
    _require_police(request)
    form = RosterForm(request.GET or None)
    chosen = form.cleaned_data["at"] if form.is_valid() else None
    at = chosen or timezone.now()
    areas = unit_roster.roster(request.actor, at)
    context = {
        "form": form,
        "at": at,
        "now": chosen is None,
        "areas": areas,
        "whole": sum((one for _area, one in areas), unit_roster.Strength()),
    }
    return render(
        request, "dispatch/units/roster.html", context, status=422 if form.errors else 200
    )
