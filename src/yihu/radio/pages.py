"""The set: one page to hear and to talk, from any phone or desk screen with a browser."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.http import require_POST, require_safe

from yihu.people.desk import StaffRequest, staff_page
from yihu.radio import archive, queries
from yihu.radio.custody import DEVICE
from yihu.radio.recording import NotARecording
from yihu.radio.set_pages import on_duty
from yihu.radio.set_words import sentences


def relay_address(request: HttpRequest) -> str:
    """Where the relay answers: as set, else on the web server's host, one port further."""
    if settings.RELAY_URL:
        return str(settings.RELAY_URL)
    host, _, port = request.get_host().rpartition(":")
    scheme = "wss" if request.is_secure() else "ws"
    return f"{scheme}://{host or port}:{int(request.get_port()) + 1}"


def set_context(request: StaffRequest) -> dict[str, Any]:
    """What `radio/set/whole.html` is drawn from, on whichever page it stands."""
    return on_duty(request) | {
        "relay": relay_address(request),
        "kept": queries.KEPT.days,
        "says": sentences(),
    }


def told_policy(request: HttpRequest) -> dict[str, Any]:
    """What a page may load that the relay tells what happens."""
    return settings.SECURE_CSP | {"connect-src": [CSP.SELF, relay_address(request)]}


def set_policy(request: HttpRequest) -> dict[str, Any]:
    """What a page on which a set stands may load."""
    return told_policy(request) | {
        "media-src": [CSP.SELF, "blob:"],  # silence, that makes headset keys ours
        # for browsers without a codec of their own
        "script-src": [CSP.SELF, CSP.NONCE, CSP.WASM_UNSAFE_EVAL],
    }


@staff_page
@require_safe
def the_set(request: StaffRequest) -> HttpResponse:
    response = render(request, "radio/set.html", set_context(request))
    response._csp_config = set_policy(request)  # type: ignore[attr-defined]  # as csp_override does
    return response


@staff_page
@require_POST
def ticket(request: StaffRequest) -> HttpResponse:
    """A fresh ticket for this device, good for a minute; `?for=events`: to be told what happens,
    and to hear nothing. A lost set gets none, and is signed out: whoever found it is to read
    nothing on it."""
    device = request.POST.get("device", "")
    if not DEVICE.fullmatch(device):
        return JsonResponse({"code": "no_device"}, status=400)
    made = queries.ticket(request.actor, device)
    if queries.stunned([made.device]):
        logout(request)
        return JsonResponse({"code": "stunned"}, status=HTTPStatus.GONE)
    if request.GET.get("for") == "events":
        made = made.for_events()
    return JsonResponse({"ticket": made.signed()})


@staff_page
@require_safe
def bursts(request: StaffRequest, group: str) -> HttpResponse:
    """What was said on a group lately, to be heard again."""
    found = queries.heard_by(request.actor).filter(pk=group).first()
    if found is None:
        raise Http404
    said = queries.said_on(request.actor, found)
    return render(request, "radio/bursts.html", {"group": found, "bursts": said})


@staff_page
@require_safe
def sound(request: StaffRequest, burst: UUID) -> HttpResponse:
    """A burst as Ogg Opus, as it was heard."""
    found = queries.burst(request.actor, burst)
    if found is None:
        raise Http404
    try:
        spoken = archive.sound_of(found)
    except (OSError, NotARecording):
        raise Http404 from None
    return HttpResponse(spoken, content_type="audio/ogg")
