"""The shell's own pages: home, preferences, styles, the gallery of components, what went wrong."""

from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from yihu.direct.models import DirectCode
from yihu.people.queries import stations
from yihu.web import gallery, preferences, styles


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The three doors, and each station's own."""
    codes = dict(DirectCode.objects.order_by("-serial").values_list("station", "code"))
    doors = [
        {"name": station.title, "href": _direct_door(codes.get(station.id))}
        for station in stations()
    ]
    return render(
        request,
        "web/home.html",
        {"stations": doors, "open": any(door["href"] for door in doors)},
    )


def _direct_door(code: str | None) -> str:
    """The address of a station's form; "" where it has no code yet, or no such room."""
    try:
        return reverse("direct:form", args=[code]) if code else ""
    except NoReverseMatch:
        return ""


@csrf_exempt  # a wish about display; the forms of residents carry no token and lose nothing
@require_http_methods(["GET", "POST"])
def prefer(request: HttpRequest) -> HttpResponse:
    """Keep a wish (text size, theme, language, shortcuts) and go back.

    From a half-filled form the wish comes as POST with all that was typed; a 307 hands the
    same POST on to the form's page, which sees `prefer` in it and shows the words again
    instead of taking them.
    """
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if request.method == "POST":
        name, _, value = request.POST.get("prefer", "").partition("=")
        wishes = {name: value}
        response.status_code = HTTPStatus.TEMPORARY_REDIRECT
    else:
        wishes = {name: str(value) for name, value in request.GET.items() if name != "next"}
    preferences.keep(response, wishes)
    return response


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def stylesheet(request: HttpRequest, name: str, digest: str) -> HttpResponse:
    if name not in ("public", "desk", "print") or digest != styles.digest(name):
        raise Http404
    return HttpResponse(styles.sheet(name), content_type="text/css; charset=utf-8")


def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build pages. Not part of a real site."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "web/gallery.html", gallery.samples(request))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: most often a page left open for long, or cookies refused."""
    return render(request, "web/expired.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
