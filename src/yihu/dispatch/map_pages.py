"""The map of the whole net: what is shown on it, and the list that says the same."""

import json
from collections.abc import Callable, Iterable
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yihu.dispatch import map_layers, map_reach
from yihu.dispatch.map_layers import Feature, Shown, collection
from yihu.dispatch.models import Incident
from yihu.dispatch.pages import fresh
from yihu.kernel.access import Actor
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.queries import is_crew
from yihu.places import closures
from yihu.places import queries as places
from yihu.places.models import KeySite, Site, title

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


def _closures(actor: Actor) -> Iterable[Feature | None]:
    return map(map_layers.closure_feature, closures.closures(actor.district))


incidents, units, sites, rooms, closed = map(
    _layer, (_incidents, _units, _sites, _rooms, _closures)
)


# --- what is reached ------------------------------------------------------------------------------


def _minutes(request: StaffRequest) -> int:
    asked = request.GET.get("minutes", "")
    found = int(asked) if asked.isascii() and asked.isdecimal() else map_reach.USUAL
    return found if found in map_reach.MINUTES else map_reach.USUAL


def _overseen(request: StaffRequest) -> None:
    if not map_reach.may_see(request.actor):
        raise Http404


@staff_page
@require_safe
def reach(request: StaffRequest) -> HttpResponse:
    """What somebody on shift reaches in time."""
    _overseen(request)
    found = map_reach.reach(request.actor.district, _minutes(request))
    return answer(request, collection([map_layers.feature(found)] if found else []))


@staff_page
@require_safe
def gaps(request: StaffRequest) -> HttpResponse:
    """What nobody on shift reaches in time, with how many live there."""
    _overseen(request)
    found = map_reach.beyond(request.actor.district, _minutes(request))
    told = collection(map(map_layers.gap_feature, found.found if found else ()))
    return answer(request, told | {"residents": found.residents if found else None})


@staff_page
@require_safe
def gaps_listed(request: StaffRequest) -> HttpResponse:
    """The same in words."""
    _overseen(request)
    minutes = _minutes(request)
    found = map_reach.beyond(request.actor.district, minutes)
    rows = [(title(one), one) for one in found.found] if found else []
    context = {"gaps": found, "rows": rows, "minutes": minutes}
    return render(request, "dispatch/map/gaps.html", context)


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
    actor = request.actor
    context = _listed(request) | {
        "police": not is_crew(actor),
        "layers": " ".join(
            map_layers.ALL + (map_layers.OVERALL if map_reach.may_see(actor) else ())
        ),
        "sees_gaps": map_reach.may_see(actor),
    }
    return render(request, "dispatch/map/page.html", context)


@staff_page
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """The list alone, for a page that stays open."""
    return fresh(request, "dispatch/map/list.html", _listed(request))
