"""The responder's page: what is asked of them, where they go, and what they report, on a phone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from yihu.direct.forms import new_key
from yihu.direct.words import Words
from yihu.dispatch import respond_queries as queries
from yihu.dispatch import respond_words, run_cards
from yihu.dispatch.actions import Place
from yihu.dispatch.card_steps import Step
from yihu.dispatch.cautions import at_incident
from yihu.dispatch.kinds import Status, UnitKind
from yihu.dispatch.loops import WORKING
from yihu.dispatch.models import Assignment, Incident, Offer, PremiseCaution, Tick, Unit
from yihu.dispatch.respond_queries import Duty
from yihu.dispatch.respond_words import STEPS, asked_of, may_not, minutes, way
from yihu.kernel.queries import visible_to
from yihu.people.desk import StaffRequest, staff_page
from yihu.radio.call_set_pages import photo_page
from yihu.radio.models import TalkGroup
from yihu.radio.pages import relay_address, told_policy


@dataclass(frozen=True, slots=True)
class Asked:
    """An offer as its receiver reads it. `minutes`: how long it takes to get there, proposed."""

    offer: Offer
    way: str
    minutes: int
    asked: Words
    may_not: Words
    cautions: list[PremiseCaution]

    @classmethod
    def of(cls, offer: Offer) -> "Asked":
        unit, kind = UnitKind(offer.unit.kind), offer.incident.rule_kind
        return cls(
            offer,
            way(offer.distance, offer.travel),
            minutes(offer.travel),
            asked_of(unit, kind, alongside=offer.alongside),
            may_not(unit),
            at_incident(offer.incident),
        )


@dataclass(frozen=True, slots=True)
class Touch:
    """One status in one touch: when it was said, if it was, and whether it comes next."""

    code: str
    title: Words
    at: datetime | None
    next: bool


@dataclass(frozen=True, slots=True)
class Going:
    """What the reader's unit is with. `group`: the incident's own talk group, if they are on it;
    `whole`: they may read the incident's own page."""

    assignment: Assignment
    place: Place | None
    touches: list[Touch]
    due_at: datetime | None
    asked: Words
    may_not: Words
    cautions: list[PremiseCaution]
    group: TalkGroup | None
    whole: bool
    working: bool

    @property
    def incident(self) -> Incident:
        return self.assignment.incident

    @classmethod
    def of(cls, request: StaffRequest, assignment: Assignment) -> "Going":
        incident, unit = assignment.incident, UnitKind(assignment.unit.kind)
        kind, alongside = incident.rule_kind, assignment.alongside
        return cls(
            assignment,
            queries.place_of(incident),
            _touches(assignment),
            _due_at(assignment),
            asked_of(unit, kind, alongside=alongside),
            may_not(unit),
            at_incident(incident),
            queries.group_of(request.actor, incident.pk),
            visible_to(request.actor).filter(pk=incident.pk).exists(),
            incident.matter.step in WORKING,
        )


def _touches(assignment: Assignment) -> list[Touch]:
    said = {
        Status.ACKNOWLEDGED.value: assignment.acknowledged_at,
        Status.EN_ROUTE.value: assignment.en_route_at,
        Status.ON_SCENE.value: assignment.on_scene_at,
        "contained": assignment.incident.contained_at,
        Status.AVAILABLE.value: assignment.cleared_at,
    }
    latest = max((place for place, at in enumerate(said.values()) if at), default=-1)
    return [
        Touch(code, STEPS[code], at, place == latest + 1)
        for place, (code, at) in enumerate(said.items())
    ]


def _due_at(assignment: Assignment) -> datetime | None:
    """When they said that they would be there; None for those who did not say, or are."""
    offer = assignment.offer
    if offer is None or offer.eta is None or offer.answered_at is None or assignment.on_scene_at:
        return None
    return offer.answered_at + timedelta(seconds=offer.eta)


# --- the page -------------------------------------------------------------------------------------


def _now(request: StaffRequest) -> dict[str, Any]:
    """What changes by itself: what is asked, and what goes on."""
    duty = Duty.of(request.actor)
    going = list(queries.going(duty))
    offers = queries.Offers.to(duty, timezone.now(), [one.incident_id for one in going])
    return {
        "duty": duty,
        "free": duty.unit is not None and duty.unit.status == Status.AVAILABLE,
        "offers": [Asked.of(offer) for offer in offers.waiting],
        "missed": [Asked.of(offer) for offer in offers.missed],
        "answered": offers.answered,
        "left": queries.left_to(request.actor, duty),
        "going": [Going.of(request, one) for one in going],
    }


@staff_page
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """The whole page: it works without a script, too, whose forms then carry a token."""
    now = _now(request)
    context = now | {
        "whole": True,
        "relay": relay_address(request),
        "now": timezone.now(),
        "scenes": [Scene.of(request, one.assignment) for one in now["going"]],
    }
    response = render(request, "dispatch/respond/page.html", context)
    response._csp_config = told_policy(request)  # type: ignore[attr-defined]  # as csp_override does
    return response


@staff_page
@require_safe
def now(request: StaffRequest) -> HttpResponse:
    """What changes by itself, alone; nothing where nothing has."""
    context = _now(request)
    piece = render_to_string("dispatch/respond/now.html", context, request)
    digest = sha256(piece.encode()).hexdigest()[:16]
    if request.GET.get("seen") == digest:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponse(piece, headers={"X-Seen": digest})


# --- at the scene ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardStep:
    """A step of the run card for the reader's force, and by whom it was done."""

    step: Step
    text: str
    done: Tick | None


@dataclass(frozen=True, slots=True)
class Scene:
    """What an assigned unit reads and sends there. `others`: units that can take it over."""

    assignment: Assignment
    steps: list[CardStep]
    limits: list[str]
    others: list[Unit]
    key: str

    @property
    def incident(self) -> Incident:
        return self.assignment.incident

    @property
    def empty(self) -> str:
        """What is said to whoever sends nothing."""
        return respond_words.refusal("empty")

    @classmethod
    def of(cls, request: StaffRequest, assignment: Assignment) -> "Scene":
        unit, language = UnitKind(assignment.unit.kind), get_language() or ""
        card = run_cards.read(run_cards.card_of(assignment.incident))
        done = run_cards.ticks_of(assignment.incident)
        return cls(
            assignment,
            [
                CardStep(step, step.said(language), done.get(step.code))
                for step in card.steps_for(unit)
            ],
            [line.said(language) for line in card.limits.get(unit, ())],
            list(queries.others(Duty.of(request.actor))),
            new_key(),
        )


@staff_page
@require_safe
def scene(request: StaffRequest, reference: str) -> HttpResponse:
    """That of one incident as it is now; it asks for itself when something was ticked."""
    for one in queries.going(Duty.of(request.actor)):
        if one.incident.matter.reference == reference.upper():
            context = {"scene": Scene.of(request, one)}
            return render(request, "dispatch/respond/scene.html", context)
    raise Http404


@staff_page
@require_safe
def photo(request: StaffRequest, reference: str, part: UUID) -> HttpResponse:
    """A photo from the scene, for who works on the incident and who is there."""
    try:
        incident = queries.asked_to(request.actor, reference)
    except Incident.DoesNotExist:
        raise Http404 from None
    if not queries.reads(request.actor, incident.pk):
        raise Http404
    return photo_page(incident.pk, part)
