"""The alarm: raised from the set, shown on every set, and how one's own ended."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from pydantic import ValidationError

from yihu.dispatch import actions as dispatch
from yihu.dispatch.actions import Place
from yihu.dispatch.kinds import Door
from yihu.dispatch.models import Incident
from yihu.dispatch.queries import raised_by
from yihu.dispatch.review import reminder
from yihu.dispatch.words import OUTCOMES
from yihu.kernel.access import Refused
from yihu.kernel.actions import Done, KeyReused
from yihu.kernel.models import Matter
from yihu.kernel.queries import visible_to
from yihu.people.desk import StaffRequest, staff_page
from yihu.radio import alarm_queries as queries
from yihu.radio.actions import raise_alarm
from yihu.radio.queries import answers_of
from yihu.radio.set_words import refusal

KEY = re.compile(r"[0-9a-f]{32}")
LATEST = 50
OLDEST = timedelta(hours=24)
"""How long ago a button may have been held whose alarm comes only now."""


def client_key(request: HttpRequest) -> bytes:
    """The client's own, 32 hex digits. Raises Refused."""
    key = request.POST.get("key", "")
    if not KEY.fullmatch(key):
        raise Refused("bad_key", "a key is 32 hex digits")
    return bytes.fromhex(key)


def place_in(request: HttpRequest) -> Place | None:
    """The position that a form carries, if any. Raises Refused."""
    said = [request.POST.get(name, "") for name in ("longitude", "latitude", "accuracy")]
    if not any(said):
        return None
    try:
        longitude, latitude = float(said[0]), float(said[1])
        return Place(longitude, latitude, float(said[2]) if said[2] else None)
    except ValueError:
        raise Refused("bad_place", "no position on earth") from None


def _held_at(request: HttpRequest) -> datetime | None:
    """When the button was held, where its page knows; nothing that is yet to come."""
    try:
        at = parse_datetime(request.POST.get("at", ""))
    except ValueError:
        at = None
    now = timezone.now()
    return at if at is not None and at.tzinfo and now - OLDEST < at <= now else None


@staff_page
@require_POST
def alarm(request: StaffRequest) -> HttpResponse:
    """Raise it: answered once it is durable, and alike for every try with the same key."""
    try:
        key = client_key(request)
        done = raise_alarm(
            actor=request.actor,
            client_key=key,
            place=place_in(request),
            occurred_at=_held_at(request),
            door=Door.TRAINING if request.POST.get("exercise") else Door.RADIO,
        )
    except KeyReused as before:  # whoever held this set before raised it, at another station
        done = Done(Matter.objects.get(pk=before.matter), repeated=True)
    except Refused as why:
        return JsonResponse({"code": why.code, "words": refusal(why.code)}, status=409)
    located = raised_by(request.actor).filter(pk=done.matter.pk, longitude__isnull=False)
    return JsonResponse(
        {
            "reference": done.matter.reference,
            "time": f"{timezone.localtime():%H:%M}",
            "located": located.exists(),
        },
        status=HTTPStatus.OK if done.repeated else HTTPStatus.CREATED,
    )


@staff_page
@require_POST
def located(request: StaffRequest, reference: str) -> HttpResponse:
    """Where whoever raised it is, known only after the alarm had gone out."""
    try:
        key, place = client_key(request), place_in(request)
        if place is None:
            raise Refused("bad_place", "no position was sent")
        dispatch.locate(
            actor=request.actor, reference=reference.upper(), place=place, client_key=key
        )
    except Incident.DoesNotExist:
        raise Http404 from None
    except Refused as why:
        return JsonResponse({"code": why.code, "words": refusal(why.code)}, status=409)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@staff_page
@require_safe
def now(request: StaffRequest) -> HttpResponse:
    """The alarms that run, as a piece of a page."""
    running = list(queries.running_alarms(request.actor)[:LATEST])
    known = visible_to(request.actor).filter(pk__in=[alarm.pk for alarm in running])
    context = {"alarms": running, "known": set(known.values_list("pk", flat=True))}
    return render(request, "radio/set/alarms.html", context)


# --- one's own --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Own:
    """An incident as whoever raised it, and their unit, may know it: its state and end, in plain
    words, with the `reminder` that goes with it. `typed`: what was written to be added, and could
    not be taken. `by`: the colleague who raised it; "" for the reader's own."""

    incident: Incident
    outcome: str
    told: str
    reminder: str
    typed: str
    by: str


@staff_page
@require_safe
def mine(request: StaffRequest) -> HttpResponse:
    return _mine(request)


def _mine(
    request: StaffRequest, reference: str = "", typed: str = "", wrong: str = ""
) -> HttpResponse:
    """What the reader raised and, on duty, what their unit did, and how each ended; with what
    could not be taken of one, and why."""
    own = raised_by(request.actor).select_related("matter", "site", "raised_by")[:LATEST]
    found = [*own, *queries.raised_beside(request.actor)[:LATEST]]
    matters = [one.pk for one in found]
    endings, told = queries.endings(matters), answers_of(matters)
    sentences = {office: reminder(office) for office in {one.matter.office_id for one in found}}
    lines = [
        Own(
            one,
            str(OUTCOMES.get(ended.outcome, "")),
            told.get(one.pk, ""),
            sentences[one.matter.office_id] if ended.reminded else "",
            typed if one.matter.reference == reference else "",
            "" if one.raised_by_id == request.actor.id else str(one.raised_by),
        )
        for one in found
        for ended in [endings.get(one.pk, queries.Ending())]
    ]
    context = {
        "own": [line for line in lines if not line.by],
        "beside": [line for line in lines if line.by],
        "key": secrets.token_hex(16),
        "wrong": wrong,
    }
    return render(request, "radio/alarms.html", context, status=422 if wrong else 200)


@staff_page
@require_POST
def report(request: StaffRequest, reference: str) -> HttpResponse:
    """More from whoever raised it."""
    reference, words = reference.upper(), request.POST.get("words", "").strip()
    try:
        dispatch.report(
            actor=request.actor, reference=reference, words=words, client_key=client_key(request)
        )
    except Incident.DoesNotExist:
        raise Http404 from None
    except ValidationError:
        wrong = _("没有写，或者写得太长。请写一两句再交。")
    except Refused:
        wrong = _("这一件已经办结，没有交上。还有情况，请再报警或者拨打 110。")
    else:
        messages.success(request, _("已补充给指挥室。"), extra_tags="done")
        return redirect("radio:alarms")
    return _mine(request, reference, words, wrong)
