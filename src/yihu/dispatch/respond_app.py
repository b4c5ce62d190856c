"""The responder's page as an app: what a browser needs to install it and to open it without a
network, and how its owner can be reached when it is closed."""

from hashlib import sha256
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.dispatch.respond_words import STEPS, refusal
from yihu.kernel.access import Refused
from yihu.kernel.ringing import push_key
from yihu.people import reachable
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.models import Person

PAPER, JADE = "#FBFAF6", "#1F6F5C"
"""Of tokens.css: a manifest takes no stylesheet."""
SIZES = 192, 512
MODULES = (
    "dispatch/respond/respond.js",
    "dispatch/respond/queue.js",
    "dispatch/respond/shown.js",
    "dispatch/respond/waiting.js",
    "dispatch/respond/offline.js",
    "dispatch/respond/respond.css",
    "radio/line.js",
    "web/keys.js",
)
"""What the page is made of, beside the house's own sheet: kept by the browser for when there is no
network. A module is asked for by its plain name too, since modules import each other by it."""


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """What the app is called, where it begins, and how it looks on a home screen."""
    icons = [
        {
            "src": static(f"dispatch/respond/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in SIZES
    ]
    said = {
        "id": "/respond/",
        "name": _("一呼 · 出警"),
        "short_name": _("一呼"),
        "lang": get_language(),
        "start_url": reverse("dispatch:respond"),
        "scope": "/",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": PAPER,
        "theme_color": JADE,
        "icons": [*icons, {"src": static("web/mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(said, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: the same for everybody, and another one as soon as a file of the page
    is, whose address names its content."""
    addresses = [address for name in MODULES for address in (static(name), _plain(name))]
    context = {"kept": list(dict.fromkeys(addresses)), "page": reverse("dispatch:respond")}
    script = render_to_string("dispatch/respond/worker.js", context)
    version = sha256(script.encode()).hexdigest()[:16]
    return HttpResponse(
        script.replace("VERSION", version), content_type="text/javascript; charset=utf-8"
    )


def _plain(name: str) -> str:
    return f"{settings.STATIC_URL}{name}"


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the app opens with when there is no network: nothing of anybody's. What was touched
    before, and what is touched now, lies in the browser until it can be sent."""
    return render(request, "dispatch/respond/offline.html", {"steps": STEPS.items()})


# --- reaching its owner ---------------------------------------------------------------------------


@staff_page
@require_http_methods(["GET", "POST"])
def reach(request: StaffRequest) -> HttpResponse:
    """One's own telephone number, the browser's push, and what a locked phone cannot do."""
    own = Person.objects.get(pk=request.actor.staff_id)
    typed, wrong = own.phone, ""
    if request.method == "POST":
        typed = request.POST.get("phone", "")
        try:
            reachable.give_phone(actor=request.actor, phone=typed)
        except Refused as why:
            wrong = refusal(why.code)
        else:
            messages.success(request, _("已记下您的电话。"), extra_tags="done")
            return redirect("dispatch:respond_reach")
    context = {
        "phone": typed,
        "wrong": wrong,
        "sms": bool(settings.WEBHOOKS.get("sms")),
        "voice": bool(settings.WEBHOOKS.get("voice")),
        "push_key": push_key(),
        "browsers": own.pushes.count(),
    }
    return render(request, "dispatch/respond/reach.html", context, status=422 if wrong else 200)


@staff_page
@require_POST
def push(request: StaffRequest) -> HttpResponse:
    """This browser takes pushes from now on, or no more."""
    said = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    if request.POST.get("on") == "no":
        reachable.unsubscribe(actor=request.actor, endpoint=said["endpoint"])
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    try:
        reachable.subscribe(actor=request.actor, **said)
    except Refused as why:
        return JsonResponse({"words": refusal(why.code)}, status=HTTPStatus.CONFLICT)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)
