"""What everybody may read of orders: one, a station's list, the lobby's wall, a photo by consent.

None of it is kept by a browser, a proxy or a search engine: what is revoked or withdrawn
must be gone.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yihu.direct.pictures import MEDIA_TYPE
from yihu.people.desk import sitting_of
from yihu.people.models import Organisation
from yihu.people.queries import stations
from yihu.thanks import queries

PAGE = 50
TURNS_EVERY = 20
"""Seconds for each order on the wall. Each turn asks anew; after two that got no answer the
wall goes blank, so that nothing stays on it for longer than a minute after it was taken back."""
SHORT_TEXT, LONG_TEXT = 45, 90
"""Characters up to which the wall writes a size larger, and from which a size smaller."""
WITH_HOUSES, MOST_NAMES, MOST_PHOTOS = 3, 8, 4
"""For how many people the wall has room: with their organisations, by name, by photo."""

type View = Callable[..., HttpResponse]


def for_now(view: View) -> View:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Http404:  # that it is gone is not kept either: it may come again
            response = render(request, "404.html", status=HTTPStatus.NOT_FOUND)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return never_cache(require_safe(answered))


def _station(code: str) -> Organisation:
    found = stations().filter(code=code).first()
    if found is None:
        raise Http404
    return found


@for_now
def order(request: HttpRequest, station: str, year: int, number: int) -> HttpResponse:
    """One order, made to be printed. A discreet one is there only for who may know of it."""
    place = {"station__code": station, "year": year, "number": number}
    found = queries.public().filter(**place).first()
    if found is None and (sitting := sitting_of(request)):
        found = queries.at_the_desk(sitting.actor).filter(**place).first()
    if found is None:
        raise Http404
    return render(request, "thanks/order.html", {"order": found})


@for_now
def orders(request: HttpRequest, station: str) -> HttpResponse:
    """A station's orders, the newest first; revoked ones keep their line and nothing else."""
    house = _station(station)
    found = queries.public().filter(station=house).order_by("-year", "-number")
    before = request.GET.get("before", "")
    year, _, number = before.partition("-")
    if year.isdecimal() and number.isdecimal() and len(before) < 16:
        found = found.filter(year__lte=int(year)).exclude(year=int(year), number__gte=int(number))
    rows = list(found[: PAGE + 1])
    older = f"{rows[PAGE - 1].year}-{rows[PAGE - 1].number}" if len(rows) > PAGE else ""
    context = {"station": house, "orders": rows[:PAGE], "older": older, "first": not before}
    return render(request, "thanks/orders.html", context)


@for_now
def wall(request: HttpRequest, station: str) -> HttpResponse:
    """The lobby's screen: one order, and the address of the next."""
    house = _station(station)
    shown = list(queries.on_the_wall(house.id))
    turn = request.GET.get("n", "")
    place = int(turn) % len(shown) if shown and turn.isdecimal() and len(turn) < 9 else 0
    current = shown[place] if shown else None
    credits = list(current.credits.all()) if current else []
    photos = [consent for credit in credits for consent in credit.live]
    context = {
        "station": house,
        "order": current,
        "credits": credits[:MOST_NAMES],
        "many": len(credits) > WITH_HOUSES,
        "more": len(credits) if len(credits) > MOST_NAMES else 0,
        "photos": photos[:MOST_PHOTOS],
        "size": _size(current.text) if current else "",
        "place": place + 1,
        "count": len(shown),
        "every": TURNS_EVERY,
    }
    return render(request, "thanks/wall.html", context)


def _size(text: str) -> str:
    if len(text) <= SHORT_TEXT:
        return "short"
    return "long" if len(text) > LONG_TEXT else ""


@for_now
def photo(request: HttpRequest, consent: UUID) -> HttpResponse:
    content = queries.photo(consent)
    if content is None:
        raise Http404
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"}
    return HttpResponse(content, content_type=MEDIA_TYPE, headers=headers)
