"""Where the next rooms go: plans asked for, computed, moved by hand, compared, taken away."""

import json
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from yihu.dispatch.map_reach import may_see
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.planning import actions, plan_words, queries
from yihu.planning.forms import MoveForm, NameForm, PlanForm
from yihu.planning.models import Plan
from yihu.planning.plan_shown import Place, Shown
from yihu.planning.plan_sketch import Sketch, sketch
from yihu.reports.sheets import Rows, csv_lines

BOTH = 2
"""Plans that are compared."""


def _overseen(request: StaffRequest) -> None:
    if not may_see(request.actor):
        raise Http404


def _plan(request: StaffRequest, number: int) -> Plan:
    """404 alike for a plan that does not exist and for one that is not the reader's to see."""
    found = queries.plans(request.actor).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _done(request: StaffRequest, number: int) -> Shown:
    found = _plan(request, number)
    if not found.is_done:
        raise Http404
    return Shown(found)


# --- all of them, and asking for one --------------------------------------------------------------


@staff_page
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    _overseen(request)
    found = [Shown(one) for one in queries.latest(request.actor)]
    context = {
        "plans": found,
        "comparable": sum(one.plan.is_done for one in found) >= BOTH,
        "ground": queries.ground(request.actor.district) is not None,
        "states": plan_words.STATES,
    }
    return render(request, "planning/home.html", context)


@staff_page
@require_http_methods(["GET", "POST"])
def ask(request: StaffRequest) -> HttpResponse:
    """`like`: a plan to begin with; `without`, `with_`: what of it must change."""
    _overseen(request)
    like = _like(request)
    besides = {name: request.GET.getlist(name) for name in ("without", "with_")}
    form = PlanForm(request.actor, request.POST or None, like=like, besides=besides)
    if form.is_bound and form.is_valid() and (made := _asked(request, form)):
        return redirect("planning:plan", made.pk)
    context = {"form": form, "like": like}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "planning/ask.html", context, status=status)


def _like(request: StaffRequest) -> Plan | None:
    number = request.GET.get("like", "")
    return _plan(request, int(number)) if number.isascii() and number.isdecimal() else None


def _asked(request: StaffRequest, form: PlanForm) -> Plan | None:
    try:
        return actions.ask(actor=request.actor, wanted=form.wanted, client_key=form.client_key)
    except Refused as refused:
        _refuse(form, refused)
        return None


def _refuse(form: Any, refused: Refused) -> None:
    field = str(refused.data.get("field", ""))
    form.add_error(field if field in form.fields else None, plan_words.refusal(refused.code))


# --- one of them ----------------------------------------------------------------------------------


@staff_page
@require_safe
def plan(request: StaffRequest, plan: int) -> HttpResponse:
    return _page(request, _plan(request, plan))


def _page(
    request: StaffRequest, found: Plan, status: int = HTTPStatus.OK, **forms: Any
) -> HttpResponse:
    shown = Shown(found)
    context: dict[str, Any] = {
        "plan": found,
        "shown": shown,
        "own": found.made_by_id == request.actor.id,
        "naming": NameForm(initial={"name": found.name}),
        "said": _progress(found),
        **forms,
    }
    if found.is_done:
        moving = forms.pop("moving", None)
        context |= {
            "rows": [(one, _move_form(one, moving)) for one in shown.new],
            "dragged": MoveForm((), auto_id="dragged_%s"),
            "drawn": _drawn(shown),
        }
        return render(request, "planning/plan.html", context, status=status)
    return render(request, "planning/open.html", context, status=status)


def _move_form(place: Place, failed: MoveForm | None) -> MoveForm:
    if failed is not None and failed.data.get("site") == place.code:
        return failed
    return MoveForm(place.others, initial={"site": place.code}, auto_id=f"move{place.number}_%s")


def _drawn(shown: Shown) -> dict[str, Any]:
    """What the page's script draws, beside the ground that the panel brings."""
    return {
        "sites": [
            {
                "code": one.code,
                "number": one.number,
                "title": one.title,
                "at": [one.longitude, one.latitude],
            }
            for one in shown.places
        ]
    }


def _progress(found: Plan) -> dict[str, Any]:
    """How far it is, in words."""
    told = found.progress
    value, bound = told.get("value"), told.get("bound")
    return {
        "state": plan_words.STATES[found.state],
        "stage": plan_words.STAGES.get(told.get("stage", ""), plan_words.STAGES[""]),
        "gap": abs(value - bound) / abs(value) * 100 if value and bound is not None else None,
        "seconds": told.get("seconds"),
        "fault": plan_words.fault(found.fault) if found.fault else "",
    }


@staff_page
@require_safe
def now(request: StaffRequest, plan: int) -> HttpResponse:
    """How far it is; the whole page anew once there is an answer, or none will come."""
    found = _plan(request, plan)
    if not found.is_open:
        return HttpResponseClientRefresh()
    context = {"plan": found, "said": _progress(found)}
    return render(request, "planning/progress.html", context)


# --- what is done with it -------------------------------------------------------------------------


@staff_page
@require_POST
def move(request: StaffRequest, plan: int) -> HttpResponse:
    shown = _done(request, plan)
    place = next((one for one in shown.new if one.code == request.POST.get("site")), None)
    form = MoveForm(place.others if place else (), request.POST)
    if form.is_valid() and (made := _moved(request, shown, form)):
        return redirect("planning:plan", made.pk)
    for error in form.non_field_errors():
        messages.warning(request, str(error), extra_tags="soon")
    return _page(request, shown.plan, HTTPStatus.UNPROCESSABLE_ENTITY, moving=form)


def _moved(request: StaffRequest, shown: Shown, form: MoveForm) -> Plan | None:
    said = form.cleaned_data
    if not said["to"] and form.position is None:
        form.add_error("to", _("请选一处。"))
        return None
    try:
        return actions.move_site(
            actor=request.actor,
            plan=shown.plan.pk,
            site=said["site"],
            to=said["to"],
            position=form.position,
            client_key=form.client_key,
        )
    except Refused as refused:
        _refuse(form, refused)
        return None


@staff_page
@require_POST
def rename(request: StaffRequest, plan: int) -> HttpResponse:
    found = _plan(request, plan)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            actions.rename(actor=request.actor, plan=found.pk, name=form.cleaned_data["name"])
        except Refused as refused:
            _refuse(form, refused)
        else:
            return redirect("planning:plan", plan)
    return _page(request, found, HTTPStatus.UNPROCESSABLE_ENTITY, naming=form)


@staff_page
@require_POST
def stop(request: StaffRequest, plan: int) -> HttpResponse:
    actions.stop(actor=request.actor, plan=_plan(request, plan).pk)
    return redirect("planning:plan", plan)


@staff_page
@require_POST
def discard(request: StaffRequest, plan: int) -> HttpResponse:
    found = _plan(request, plan)
    try:
        actions.throw_away(actor=request.actor, plan=found.pk)
    except Refused as refused:
        messages.warning(request, plan_words.refusal(refused.code), extra_tags="soon")
        return redirect("planning:plan", plan)
    messages.success(
        request, _("已丢掉“%(name)s”。") % {"name": Shown(found).title}, extra_tags="done"
    )
    return redirect("planning:home")


# --- side by side, on paper, to take away ---------------------------------------------------------


@staff_page
@require_safe
def compare(request: StaffRequest) -> HttpResponse:
    """Two plans side by side."""
    _overseen(request)
    asked = [n for n in request.GET.getlist("plan") if n.isascii() and n.isdecimal()]
    found = queries.plans(request.actor).filter(pk__in=asked, state=Plan.State.DONE)
    plans = sorted(found, key=lambda one: asked.index(str(one.pk)))
    if len(plans) != BOTH:
        messages.warning(request, _("请勾两份算好的方案再比。"), extra_tags="soon")
        return redirect("planning:home")
    one, other = map(Shown, plans)
    heads = _("前一份"), _("后一份")
    context = {
        "sides": [
            (head, each, _sketch(request, each))
            for head, each in zip(heads, (one, other), strict=True)
        ],
        "heads": heads,
        "caption": _("建后的数字"),
        "figures": [
            (
                mine.label if mine.label == theirs.label else f"{mine.label} / {theirs.label}",
                (mine, theirs),
            )
            for mine, theirs in zip(one.after, other.after, strict=True)
        ],
        "asked": _paired(dict(one.question), dict(other.question)),
        "places": _only(one, other),
        "communities": _communities(one, other),
    }
    return render(request, "planning/compare.html", context)


def _paired(one: dict[str, str], other: dict[str, str]) -> list[tuple[str, str, str]]:
    names = dict.fromkeys([*one, *other])
    return [(name, one.get(name, "—"), other.get(name, "—")) for name in names]


def _only(one: Shown, other: Shown) -> dict[str, list[str]]:
    """The new sites of both, and of each alone."""
    mine, theirs = ({each.code: each.title for each in shown.new} for shown in (one, other))
    return {
        "both": [title for code, title in mine.items() if code in theirs],
        "one": [title for code, title in mine.items() if code not in theirs],
        "other": [title for code, title in theirs.items() if code not in mine],
    }


def _communities(one: Shown, other: Shown) -> list[tuple[str, int | None, int | None]]:
    """Those where somebody is left uncovered by either, or differently by both."""
    mine, theirs = ({each.code: each for each in shown.communities} for shown in (one, other))
    found = [
        (
            (mine.get(code) or theirs[code]).title,
            mine[code].left if code in mine else None,
            theirs[code].left if code in theirs else None,
        )
        for code in dict.fromkeys([*mine, *theirs])
    ]
    return sorted(
        (row for row in found if row[1] or row[2]), key=lambda row: -max(row[1] or 0, row[2] or 0)
    )


def _sketch(request: StaffRequest, shown: Shown) -> Sketch | None:
    found = queries.ground(request.actor.district)
    if found is None or found.outline is None:
        return None
    left = {one.code: one.left / one.total for one in shown.communities if one.total}
    marks = [(one.number, one.longitude, one.latitude) for one in shown.places]
    return sketch(found.outline, found.communities, left, marks)


@staff_page
@require_safe
def paper(request: StaffRequest, plan: int) -> HttpResponse:
    shown = _done(request, plan)
    context = {"plan": shown.plan, "shown": shown, "sketch": _sketch(request, shown)}
    return render(request, "planning/print.html", context)


@staff_page
@require_safe
def reach(request: StaffRequest, plan: int) -> HttpResponse:
    """What is within the target before and after, for the map."""
    return JsonResponse(_done(request, plan).plan.drawing or {})


@staff_page
@require_safe
def geojson(request: StaffRequest, plan: int) -> HttpResponse:
    """The sites, and what is within the target, for other programs (RFC 7946)."""
    shown = _done(request, plan)
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
            "properties": {
                "code": one.code,
                "name": one.title,
                "kind": one.kind,
                "new": bool(one.number),
                "serves": one.serves,
                "gains": one.gains,
            },
        }
        for one in shown.places
    ]
    for when in ("before", "after"):
        geometry = (shown.plan.drawing or {}).get(when)
        told = {"what": "reach", "when": when, "minutes": shown.asked.minutes}
        features.append({"type": "Feature", "geometry": geometry, "properties": told})
    body = {"type": "FeatureCollection", "features": features}
    return _file(json.dumps(body, ensure_ascii=False), shown, "geojson", "application/geo+json")


@staff_page
@require_safe
def sheet(request: StaffRequest, plan: int) -> HttpResponseBase:
    """The table of communities, and the sites under it."""
    shown = _done(request, plan)
    name = f'attachment; filename="yihu-plan-{shown.plan.pk}.csv"'
    return StreamingHttpResponse(
        csv_lines(_rows(shown)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name},
    )


def _rows(shown: Shown) -> Rows:
    yield [
        _("社区"),
        _("总数"),
        _("原来时限内"),
        _("建后时限内"),
        _("仍在时限外"),
        _("最远（分钟）"),
    ]
    for one in shown.communities:
        yield [one.title, one.total, one.before, one.after, one.left, one.farthest]
    yield []
    yield [_("警务室"), _("类别"), _("经度"), _("纬度"), _("新建"), _("离它最近的"), _("新增覆盖")]
    for place in shown.places:
        at = place.longitude, place.latitude
        new = _("新建") if place.number else ""
        yield [place.title, place.kind, *at, new, place.serves, place.gains]
    yield []
    yield [_("假设")]
    yield from ([line] for line in [*shown.assumptions, shown.certificate])


def _file(body: str, shown: Shown, form: str, content_type: str) -> HttpResponse:
    name = f'attachment; filename="yihu-plan-{shown.plan.pk}.{form}"'
    return HttpResponse(body, content_type=content_type, headers={"Content-Disposition": name})
