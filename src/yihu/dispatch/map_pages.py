"""The map of the whole net: what is shown on it, and the list that says the same."""

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yihu.dispatch import map_layers
from yihu.dispatch.map_layers import Feature, Shown, collection
from yihu.dispatch.models import Incident
from yihu.dispatch.pages import fresh
from yihu.kernel.access import Actor
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.queries import is_crew
from yihu.places import queries as places
from yihu.places.models import KeySite, Site

LISTED = 200
"""Lines of each kind in the list; the map has all of them."""


def answer(request: StaffRequest, told: dict[str, Any]) -> HttpResponse:
    """GeoJSON with a digest of it, and words to say how old a position is; nothing where the
    reader has it already."""
    body = json.dumps(told, ensure_ascii=False)
    digest = sha256(body.encode()).hexdigest()[:16]
    if request.GET.get("seen") == digest:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    more = {"digest": digest, "ago": _("{n} 分钟前")}
    text = json.dumps(told | more, ensure_ascii=False)
    return HttpResponse(text, content_type="application/geo+json")


def _layer(of: Callable[[Actor], Iterable[Feature | None]]) -> Any:
    """A page that answers with the features that a reader may see."""

    @staff_page
    @require_safe
    def page(request: StaffRequest) -> HttpResponse:
        return answer(request, collection(one for one in of(request.actor) if one is not None))

    return page


def _incidents(actor: Actor) -> Iterable[Feature | None]:
    return map(map_layers.incident_feature, map_layers.incidents(actor))


def _units(actor: Actor) -> Iterable[Feature | None]:
    return (one.feature for one in map_layers.units(actor))


def _sites(actor: Actor) -> Iterable[Feature | None]:
    return map(map_layers.site_feature, places.sites(actor))


def _rooms(actor: Actor) -> Iterable[Feature | None]:
    return map(map_layers.house_feature, places.houses(actor.district))


incidents, units, sites, rooms = map(_layer, (_incidents, _units, _sites, _rooms))


# --- the page -------------------------------------------------------------------------------------


def _listed(request: StaffRequest) -> dict[str, object]:
    """What the map shows, in words; what is far from its end stands first."""
    actor = request.actor
    running: list[Incident] = map_layers.incidents(actor)
    running.sort(key=lambda one: (one.priority, one.matter.due_at))
    shown: list[Shown] = map_layers.units(actor)
    sites: list[KeySite] = list(places.sites(actor))
    houses: list[Site] = list(places.houses(actor.district))
    return {
        "incidents": running[:LISTED],
        "units": shown[:LISTED],
        "sites": sites[:LISTED],
        "houses": houses,
        "counts": {
            "incidents": len(running),
            "units": len(shown),
            "sites": len(sites),
            "houses": len(houses),
        },
    }


@staff_page
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """The whole net on one page, for whoever has a post; guards see their own site."""
    context = _listed(request) | {"police": not is_crew(request.actor)}
    return render(request, "dispatch/map/page.html", context)


@staff_page
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """The list alone, for a page that stays open."""
    return fresh(request, "dispatch/map/list.html", _listed(request))
