"""Where the net reaches: a plan of the key sites with the table beside it."""

import json
from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from yihu.people.desk import StaffRequest, staff_page
from yihu.radio import net_queries
from yihu.radio.net_plan import Plan
from yihu.radio.net_queries import Reach

STATES = {
    "bare": _("没有对讲机"),
    "short": _("对讲机不够"),
    "silent": _("有对讲机，没人在岗"),
    "here": _("在网"),
}
"""What a site's state is called, the worst first."""


@staff_page
@require_safe
def coverage(request: StaffRequest) -> HttpResponse:
    found = net_queries.reach(request.actor)
    counts = Counter(one.state for one in found)
    order = list(STATES)
    rows = sorted(found, key=lambda one: (order.index(one.state), one.unit.code))
    context = {
        "rows": [(one, STATES[one.state]) for one in rows],
        "states": [(state, title, counts[state]) for state, title in STATES.items()],
        "total": len(found),
        "unplaced": sum(one.site.longitude is None for one in found),
        **_plan(found),
    }
    return render(request, "radio/net/coverage.html", context)


def _position(one: Reach) -> tuple[float, float] | None:
    longitude, latitude = one.site.longitude, one.site.latitude
    return None if longitude is None or latitude is None else (longitude, latitude)


def _plan(found: list[Reach]) -> dict[str, Any]:
    placed = [(one, where) for one in found if (where := _position(one)) is not None]
    plan = Plan.around([where for _one, where in placed])
    marks = [(one, STATES[one.state], *plan.at(where)) for one, where in placed]
    return {"plan": plan, "marks": marks}


@staff_page
@require_safe
def geojson(request: StaffRequest) -> HttpResponse:
    """The same as GeoJSON (RFC 7946); a site without a position has none here either."""
    features = [_feature(one) for one in net_queries.reach(request.actor)]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    response = HttpResponse(body, content_type="application/geo+json")
    response.headers["Content-Disposition"] = 'attachment; filename="net.geojson"'
    return response


def _feature(one: Reach) -> dict[str, Any]:
    where = _position(one)
    return {
        "type": "Feature",
        "id": one.unit.code,
        "geometry": {"type": "Point", "coordinates": where} if where else None,
        "properties": {
            "name": one.unit.name,
            "kind": one.site.kind.code,
            "state": one.state,
            "sets": one.sets,
            "sets_required": one.site.sets_required,
            "on_duty": one.on_duty,
            "heard_at": one.heard_at.isoformat() if one.heard_at else None,
        },
    }
