"""Who to ask, and what they answer, beside an incident in the control room."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from time import perf_counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from yihu.direct.doing import find
from yihu.direct.forms import new_key
from yihu.dispatch import assignments, offer_views, offers, words
from yihu.dispatch.advising import advise
from yihu.dispatch.crews import crews
from yihu.dispatch.desk import Work
from yihu.dispatch.kinds import Kind, may_lead
from yihu.dispatch.loops import INCIDENT, ON_DUTY, WORKING
from yihu.dispatch.models import Unit
from yihu.dispatch.pages import COUNTER, fresh
from yihu.dispatch.schemas import Override
from yihu.dispatch.waves import keep, locked
from yihu.kernel.access import Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.models import Matter
from yihu.kernel.writing import one_by_one
from yihu.people.desk import StaffRequest, staff_page
from yihu.radio.alarm_pages import client_key


def _find(request: StaffRequest, reference: str) -> Work:
    """An incident to which the reader may send somebody; 404 for anybody else."""
    work = Work(request.sitting, find(request, reference, (INCIDENT.name,)))
    if not may_send(work):
        raise Http404
    return work


def may_send(work: Work) -> bool:
    return work.fills(ON_DUTY)


def beside_incident(work: Work, chosen: Sequence[str] = ()) -> dict[str, Any]:
    """What stands beside an incident before anything of it has been asked for."""
    return {
        "matter": work.matter,
        "may": may_send(work),
        "working": work.matter.step in WORKING,
        "key": new_key(),
        "chosen": chosen,
    }


# --- what is shown --------------------------------------------------------------------------------


@staff_page
@require_safe
def advice(request: StaffRequest, reference: str) -> HttpResponse:
    """Whom to ask, as everything stands; what the reader has ticked stays ticked. How long the
    recommendation itself took stands in the answer's Server-Timing."""
    work = _find(request, reference)
    began = perf_counter()
    found = advise(work.incident)
    took = 1000 * (perf_counter() - began)
    ticked, was = request.GET.getlist("units"), request.GET.get("was", "").split()
    untouched = "was" in request.GET and set(ticked) == set(was)
    advised = [str(unit) for unit in found.chosen]
    kept = set(ticked) if ("was" in request.GET or ticked) and not untouched else set(advised)
    context = offer_views.advice(found, kept, timezone.now()) | {
        "matter": work.matter,
        "working": work.matter.step in WORKING,
        "was": " ".join(advised),
        "overrides": list(words.OVERRIDES.items()),
        "override": request.GET.get("override", ""),
    }
    answer = fresh(request, "dispatch/offers/advice.html", context)
    answer.headers["Server-Timing"] = f"advice;dur={took:.1f}"
    return answer


@staff_page
@require_safe
def waves(request: StaffRequest, reference: str) -> HttpResponse:
    """Who was asked, who comes, and how long the others still have."""
    work = _find(request, reference)
    context = offer_views.waves(work.incident, timezone.now()) | {
        "matter": work.matter,
        "working": work.matter.step in WORKING,
    }
    return fresh(request, "dispatch/offers/waves.html", context)


# --- what is done ---------------------------------------------------------------------------------


@staff_page
@require_POST
def offer(request: StaffRequest, reference: str) -> HttpResponse:
    """Ask the units that were ticked, or the one whose button was pressed."""
    work = _find(request, reference)
    chosen = request.POST.getlist("only") or request.POST.getlist("units")
    said = request.POST.get("override", "")

    def send() -> str:
        wave = offers.offer(
            actor=request.actor,
            incident=work.matter.pk,
            units=_units(chosen),
            client_key=client_key(request),
            override=Override(said) if said in list(Override) else None,
        )
        asked = wave.offers.count()
        text = ngettext("已请 %(n)d 组去，等他们回答。", "已请 %(n)d 组去，等他们回答。", asked)
        return text % {"n": asked}

    return _done(request, work, send)


@staff_page
@require_POST
def assign(request: StaffRequest, reference: str) -> HttpResponse:
    """Send a unit without asking it: whoever was spoken to over the radio goes at once."""
    work = _find(request, reference)

    def send() -> str:
        unit = _units(request.POST.getlist("unit"))
        crew = next(iter(crews(work.matter.district, units=unit)), None)
        if crew is None:
            raise Refused("nobody_chosen", "choose whom to send", field="units")
        found = advise(work.incident)
        with one_by_one():
            locked(request.actor, work.matter.pk)
            before = work.incident.assignments.count()
            sent = assignments.assign(
                actor=request.actor,
                incident=work.matter.pk,
                unit=crew.unit,
                client_key=client_key(request),
                alongside=not may_lead(crew.kind, Kind(work.matter.kind)),
            )
            if work.incident.assignments.count() > before:
                keep(request.actor, work.matter.pk, found, [crew])
        return _("已指派%(unit)s。") % {"unit": sent.unit.title}

    return _done(request, work, send)


@staff_page
@require_POST
def stand_down(request: StaffRequest, reference: str) -> HttpResponse:
    """A unit need not go after all."""
    work = _find(request, reference)

    def send() -> str:
        for unit in _units(request.POST.getlist("unit")):
            assignments.stand_down(
                actor=request.actor,
                incident=work.matter.pk,
                unit=unit,
                client_key=client_key(request),
            )
        return _("已告诉他们不用去了。")

    return _done(request, work, send)


def _units(said: Sequence[str]) -> list[UUID]:
    """Raises Refused for what is no unit's."""
    try:
        return [UUID(one) for one in said]
    except ValueError:
        raise Refused("nobody_chosen", "this is no unit", field="units") from None


def _done(request: StaffRequest, work: Work, send: Callable[[], str]) -> HttpResponse:
    """Back to the incident with what came of it; what was refused says why, and stays ticked."""
    try:
        messages.success(request, send(), extra_tags="done")
    except KeyReused:
        messages.warning(request, _("这一下已经按过了。请看现在的情况再按。"), extra_tags="soon")
    except (Refused, Unit.DoesNotExist, Matter.DoesNotExist) as why:
        code = why.code if isinstance(why, Refused) else "nobody_chosen"
        messages.warning(request, words.refusal(code), extra_tags="soon")
        again = Work(request.sitting, find(request, work.matter.reference, (INCIDENT.name,)))
        return COUNTER.shown(request, again, HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("dispatch:incident", work.matter.reference)
