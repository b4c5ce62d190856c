"""Taking a call: one page, keyboard first; places by name; where an incident is; ringing back."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.direct import doing
from yihu.dispatch import cautions, intake, words
from yihu.dispatch.desk import Work
from yihu.dispatch.duplicates import Report
from yihu.dispatch.intake import Spot
from yihu.dispatch.intake_forms import IntakeForm, PlaceForm
from yihu.dispatch.intake_places import landmarks
from yihu.dispatch.intake_queries import alike, where
from yihu.dispatch.kinds import RULES, Door, Kind
from yihu.dispatch.landmarks import Found, Position
from yihu.dispatch.loops import INCIDENT
from yihu.dispatch.merging import merge
from yihu.dispatch.models import Incident
from yihu.dispatch.titles import PLACES
from yihu.kernel import sealed
from yihu.kernel.access import Conflict, Refused
from yihu.kernel.actions import Done, KeyReused
from yihu.kernel.models import Matter
from yihu.kernel.queries import visible_to
from yihu.kernel.writing import one_by_one
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.directory import role_title

LONGEST_QUERY = 80


def require_taking(request: StaffRequest) -> None:
    """Whoever takes no incidents finds nothing here."""
    try:
        intake.station_of(request.actor)
    except Refused:
        raise Http404 from None


def people_of(request: StaffRequest) -> list[tuple[str, str]]:
    """Who of the station and of all below it may have reported something."""
    roster = request.sitting.roster
    below = roster.below(intake.station_of(request.actor).pk)
    return sorted(
        (str(person), f"{name} · {_('、').join(sorted({role_title(post.role) for post in posts}))}")
        for person, (name, posts) in roster.staff_of(below).items()
    )


# --- taking --------------------------------------------------------------------------------------


@staff_page
@require_http_methods(["GET", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    """The page on which a call is taken."""
    require_taking(request)
    form = IntakeForm(people=people_of(request))
    if request.method == "POST":
        form = IntakeForm(request.POST, people=people_of(request))
        if form.is_valid() and (done := _taken(request, form)):
            return _onward(request, done)
    context = _beside(request, form) | {
        "form": form,
        "rules": {kind: [rule.urgency, rule.units] for kind, rule in RULES.items()},
    }
    return render(request, "dispatch/intake/new.html", context, status=422 if form.errors else 200)


def _taken(request: StaffRequest, form: IntakeForm) -> Done | None:
    """What was taken, and merged at once where the taker knows it for the same; None where it
    was refused, which then stands at its field."""
    said = form.cleaned_data
    try:
        with one_by_one():
            done = intake.take(
                actor=request.actor,
                kind=Kind(said["kind"]),
                door=Door(said["door"]),
                client_key=form.client_key,
                words=said["words"],
                spot=form.spot(landmarks(request.actor.district)),
                caller=form.caller,
                raised_by=said["raised_by"] or None,
                priority=said["priority"],
                units_needed=said["units_needed"],
            )
            if said["same_as"] and not done.repeated:
                merge(
                    actor=request.actor,
                    incident=done.matter.pk,
                    into=said["same_as"],
                    seq=done.matter.seq,
                    client_key=form.client_key,
                )
            return done
    except KeyReused as before:
        return Done(Matter.objects.get(pk=before.matter), repeated=True)
    except (Refused, Conflict, Matter.DoesNotExist) as refused:
        code = refused.code if isinstance(refused, Refused) else "not_yours"
        field = refused.data.get("field") if isinstance(refused, Refused) else None
        form.add_error(str(field) if field in form.fields else None, words.refusal(code))
        return None


def _onward(request: StaffRequest, done: Done) -> HttpResponse:
    """To the incident, in the control room where the call was taken from there; for whoever only
    wrote it down back to an empty page."""
    matter = done.matter
    sentence = _("已记下，编号 %(ref)s。") % {"ref": matter.reference}
    messages.success(request, sentence, extra_tags="done")
    if visible_to(request.actor).filter(pk=matter.pk).exists():
        if request.GET.get("to") == "room":
            return redirect(f"{reverse('dispatch:room')}#{matter.reference}")
        return redirect("dispatch:incident", matter.reference)
    return redirect("dispatch:intake")


@staff_page
@require_POST
def beside(request: StaffRequest) -> HttpResponse:
    """What to know while a call is being taken: whether it may be known already, and what to be
    careful of there. Asked by POST: what a caller says belongs in no address."""
    require_taking(request)
    form = IntakeForm(request.POST, people=[])
    return render(request, "dispatch/intake/beside.html", _beside(request, form))


def _beside(request: StaffRequest, form: IntakeForm) -> dict[str, Any]:
    if not form.is_bound:
        return {"alike": [], "cautions": [], "same_as": ""}
    form.is_valid()
    said = form.cleaned_data
    spot = form.spot(landmarks(request.actor.district))
    known = said.get("kind") or said.get("words")
    return {
        "alike": alike(request.actor, _report(said, spot)) if known else [],
        "cautions": cautions_at(request, spot),
        "same_as": said.get("same_as", ""),
        "units": _units(said.get("kind", "")),
    }


def _report(said: dict[str, Any], spot: Spot) -> Report:
    return Report(
        name="",
        kind=Kind(said.get("kind") or Kind.OTHER),
        at=timezone.now(),
        words=f"{said.get('words', '')} {spot.address}",
        where=where(spot.site, spot.landmark),
        longitude=spot.place.longitude if spot.place else None,
        latitude=spot.place.latitude if spot.place else None,
        accuracy=spot.place.accuracy if spot.place else None,
    )


def cautions_at(request: StaffRequest, spot: Spot) -> list[Any]:
    return cautions.at_place(
        request.actor.district,
        site=spot.site,
        name=spot.landmark,
        longitude=spot.place.longitude if spot.place else None,
        latitude=spot.place.latitude if spot.place else None,
    )


def _units(kind: str) -> int | None:
    return RULES[Kind(kind)].units if kind else None


# --- places by name ------------------------------------------------------------------------------


@staff_page
@require_safe
def search(request: StaffRequest) -> HttpResponse:
    """Places for what was typed: `q`, and `near` as "longitude,latitude"."""
    require_taking(request)
    typed = request.GET.get("q", "").replace("\0", "")[:LONGEST_QUERY]
    found = landmarks(request.actor.district).find(typed, _near(request.GET.get("near", "")))
    return JsonResponse({"found": [_shown(one) for one in found]})


def _near(text: str) -> Position | None:
    try:
        longitude, latitude = map(float, text.split(","))
    except ValueError:
        return None
    on_earth = -180 <= longitude <= 180 and -90 <= latitude <= 90
    return (longitude, latitude) if on_earth else None


def _shown(found: Found) -> dict[str, Any]:
    place, position = found.landmark, found.landmark.position
    return {
        "name": place.name,
        "kind": str(PLACES.get(place.kind, place.kind)),
        "note": place.note,
        "site": place.ref,
        "longitude": position[0] if position else None,
        "latitude": position[1] if position else None,
        "metres": None if found.metres is None else round(found.metres),
    }


# --- one incident --------------------------------------------------------------------------------


def found(request: StaffRequest, reference: str) -> Work:
    return Work(request.sitting, doing.find(request, reference, (INCIDENT.name,)))


@staff_page
@require_http_methods(["GET", "POST"])
def place(request: StaffRequest, reference: str) -> HttpResponse:
    """Where it is, as it is known now."""
    work = found(request, reference)
    if "place" not in work.elsewhere:
        raise Http404
    form = PlaceForm(initial={"place": work.address or work.incident.where})
    if request.method == "POST":
        form = PlaceForm(request.POST)
        if form.is_valid() and _placed(request, work.incident, form):
            messages.success(request, _("地点已改。"), extra_tags="done")
            return redirect("dispatch:incident", work.matter.reference)
    context = {"form": form, "work": work, "matter": work.matter}
    return render(
        request, "dispatch/intake/place.html", context, status=422 if form.errors else 200
    )


def _placed(request: StaffRequest, incident: Incident, form: PlaceForm) -> bool:
    try:
        intake.place_at(
            actor=request.actor,
            incident=incident.pk,
            spot=form.spot(landmarks(request.actor.district)),
            client_key=form.client_key,
        )
    except KeyReused:
        return True
    except Refused as refused:
        form.add_error("place", words.refusal(refused.code))
        return False
    return True


@staff_page
@require_POST
def caller(request: StaffRequest, reference: str) -> HttpResponse:
    """Name and number of whoever called, once, for a reason that is kept: to ring them back."""
    work = found(request, reference)
    if not work.may_read_identity:
        raise Http404
    reason = request.POST.get("reason", "").strip()[:500] or _("回电")
    try:
        opened = sealed.read_identity(actor=request.actor, matter=work.matter.pk, reason=reason)
    except Refused:
        raise Http404 from None
    context = {
        "work": work,
        "matter": work.matter,
        "opened": dict(opened),
        "contact": next((party.contact for party in work.parties if party.contact), ""),
    }
    return render(request, "dispatch/intake/caller.html", context, status=HTTPStatus.OK)
