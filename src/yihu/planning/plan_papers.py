"""Plans side by side, on paper, and to take away: GeoJSON and tables."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yihu.people.desk import StaffRequest, staff_page
from yihu.planning import queries
from yihu.planning.models import Plan
from yihu.planning.plan_pages import done, overseen
from yihu.planning.plan_shown import Shown
from yihu.planning.plan_sketch import Sketch, sketch
from yihu.reports.sheets import Rows, csv_lines

BOTH = 2
"""Plans that are compared."""
DIGITS = 18
"""Of a number that a database can look up, at most."""


@staff_page
@require_safe
def compare(request: StaffRequest) -> HttpResponse:
    """Two plans side by side."""
    overseen(request)
    numbers = [n for n in request.GET.getlist("plan") if n.isascii() and n.isdecimal()]
    asked = [int(n) for n in numbers if len(n) <= DIGITS]
    found = queries.plans(request.actor).filter(pk__in=asked, state=Plan.State.DONE)
    plans = sorted(found, key=lambda one: asked.index(one.pk))
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
    shown = done(request, plan)
    context = {"plan": shown.plan, "shown": shown, "sketch": _sketch(request, shown)}
    return render(request, "planning/print.html", context)


@staff_page
@require_safe
def reach(request: StaffRequest, plan: int) -> HttpResponse:
    """What is within the target before and after, for the map."""
    return JsonResponse(done(request, plan).plan.drawing or {})


@staff_page
@require_safe
def geojson(request: StaffRequest, plan: int) -> HttpResponse:
    """The sites, and what is within the target, for other programs (RFC 7946)."""
    shown = done(request, plan)
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
    shown = done(request, plan)
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
