"""Run cards: read by everybody of the staff, written by whoever directs, ticked at an incident."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yihu.direct import doing
from yihu.direct.words import Words
from yihu.dispatch import run_cards
from yihu.dispatch.card_forms import CardForm, read_at
from yihu.dispatch.card_steps import Card, Change, Doer, Line, Step, limit_changes, step_changes
from yihu.dispatch.card_words import BECAME, DOERS, card_refusal
from yihu.dispatch.kinds import Kind, UnitKind
from yihu.dispatch.loops import INCIDENT, ON_DUTY, OPEN
from yihu.dispatch.models import Incident, RunCard, Tick
from yihu.dispatch.pages import fresh
from yihu.dispatch.titles import KINDS, UNIT_KINDS
from yihu.kernel.access import Refused
from yihu.kernel.actions import KeyReused
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.queries import directed_by

# --- reading --------------------------------------------------------------------------------------


def _kind(code: str) -> Kind:
    try:
        return Kind(code)
    except ValueError:
        raise Http404 from None


def _writes(request: StaffRequest) -> bool:
    return bool(directed_by(request.actor))


def _groups(card: Card) -> list[tuple[Doer, Words, list[Step]]]:
    return [(doer, DOERS[doer], steps) for doer, steps in card.by_doer()]


def _limits(card: Card) -> list[tuple[Words, Any]]:
    return [(UNIT_KINDS[force], card.limits[force]) for force in UnitKind if card.limits.get(force)]


@staff_page
@require_safe
def listing(request: StaffRequest) -> HttpResponse:
    rows = [
        (kind.value, KINDS[kind], held, draft)
        for kind, (held, draft) in run_cards.newest(request.actor.district).items()
    ]
    return render(request, "dispatch/cards/list.html", {"rows": rows, "writes": _writes(request)})


@staff_page
@require_safe
def card(request: StaffRequest, kind: str) -> HttpResponse:
    """The version that holds, or an older one."""
    found, of = list(run_cards.published(request.actor.district, _kind(kind))), _kind(kind)
    asked = request.GET.get("version", str(found[-1].version))
    shown = next((one for one in found if str(one.version) == asked), None)
    if shown is None:
        raise Http404
    context = _whole(shown) | {
        "versions": found[::-1],
        "newest": found[-1],
        "draft": run_cards.draft(request.actor.district, of),
        "writes": _writes(request),
    }
    return render(request, "dispatch/cards/card.html", context)


@staff_page
@require_safe
def on_paper(request: StaffRequest, kind: str) -> HttpResponse:
    newest = run_cards.published(request.actor.district, _kind(kind)).last()
    if newest is None:
        raise Http404
    return render(request, "dispatch/cards/print.html", _whole(newest))


def _whole(shown: RunCard) -> dict[str, Any]:
    said = run_cards.read(shown)
    return {
        "kind": shown.kind,
        "title": KINDS[Kind(shown.kind)],
        "card": shown,
        "groups": _groups(said),
        "limits": _limits(said),
        "doers": DOERS.items(),
    }


# --- writing --------------------------------------------------------------------------------------


def _newest(request: StaffRequest, kind: Kind) -> RunCard:
    """The draft, or else what holds: what the next version is made from. 404 for a reader."""
    if not _writes(request):
        raise Http404
    own = run_cards.published(request.actor.district, kind).last()
    newest = run_cards.draft(request.actor.district, kind) or own
    if newest is None:
        raise Http404
    return newest


@staff_page
@require_http_methods(["GET", "POST"])
def edit(request: StaffRequest, kind: str, doer: str) -> HttpResponse:
    """The next version: what it asks of one force. What was typed stays whatever is wrong."""
    if doer not in set(Doer):
        raise Http404
    newest = _newest(request, _kind(kind))
    data = request.POST if request.method == "POST" else None
    form = CardForm(run_cards.read(newest), Doer(doer), data)
    wrong, status, read = "", HTTPStatus.OK, newest.written_at.isoformat()
    if data is not None and form.is_valid():
        wrong, status = _written(request, _kind(kind), form.made()), HTTPStatus.CONFLICT
        if not wrong:
            return redirect("dispatch:card_draft", kind)
    elif data is not None:
        status, read = HTTPStatus.UNPROCESSABLE_ENTITY, data.get("read_at", "")
    context = {
        "kind": kind,
        "title": KINDS[_kind(kind)],
        "who": DOERS[Doer(doer)],
        "form": form,
        "wrong": wrong,
        "newest": newest,
        "read_at": read,
    }
    return render(request, "dispatch/cards/edit.html", context, status=status)


def _written(request: StaffRequest, kind: Kind, made: Card) -> str:
    """Keep the draft; why not, in words."""
    return _refused(
        request,
        lambda moment: run_cards.write(
            actor=request.actor,
            kind=kind,
            steps=made.steps,
            limits=made.limits,
            read_at=moment,
        ),
    )


def _refused(request: StaffRequest, make: Callable[[datetime], object]) -> str:
    """Do what depends on the version that the form was made from; why it was not done, in words."""
    moment = read_at(request.POST.get("read_at", ""))
    try:
        if moment is None:
            raise Refused("written_since", "the form does not say what it was made from")
        make(moment)
    except Refused as refused:
        return card_refusal(refused.code)
    return ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of a line, in words; `before`: what it said, where that differs."""

    who: Words
    became: str
    title: Words
    line: Line
    before: Line | None

    @classmethod
    def of(cls, who: Words, change: Change[Any]) -> "Difference":
        return cls(who, change.became.value, BECAME[change.became], change.line, change.before)


def _differences(before: Card, after: Card) -> tuple[list[Difference], list[Difference]]:
    steps = [
        Difference.of(DOERS[Doer(one.line.role)], one)
        for one in step_changes(before.steps, after.steps)
    ]
    limits = [
        Difference.of(UNIT_KINDS[force], one)
        for force in UnitKind
        for one in limit_changes(before.limits.get(force, ()), after.limits.get(force, ()))
    ]
    return steps, limits


@staff_page
@require_http_methods(["GET", "POST"])
def draft(request: StaffRequest, kind: str) -> HttpResponse:
    """The next version beside the one that holds; published or given up from here."""
    newest = _newest(request, _kind(kind))
    wrong = _decided(request, _kind(kind)) if request.method == "POST" else None
    if wrong == "":
        return redirect("dispatch:card", kind)
    if newest.published_at is not None:
        return redirect("dispatch:card", kind)
    before = run_cards.published(request.actor.district, _kind(kind)).last()
    now = run_cards.read(newest)
    steps, limits = _differences(run_cards.read(before) if before else Card([], {}), now)
    context = {
        "kind": kind,
        "title": KINDS[_kind(kind)],
        "draft": newest,
        "before": before,
        "steps": steps,
        "limits": limits,
        "doers": DOERS.items(),
        "wrong": wrong,
    }
    status = HTTPStatus.CONFLICT if wrong else HTTPStatus.OK
    return render(request, "dispatch/cards/draft.html", context, status=status)


def _decided(request: StaffRequest, kind: Kind) -> str:
    """Publish the draft or give it up; why not, in words."""
    actor = request.actor
    if request.POST.get("do") == "drop":
        run_cards.drop(actor=actor, kind=kind)
        said, wrong = _("草稿已放弃，现行的版本没有变。"), ""
    else:
        said = _("新的版本已发布，从现在起的警情按它办。")
        wrong = _refused(
            request, lambda moment: run_cards.publish(actor=actor, kind=kind, read_at=moment)
        )
    if not wrong:
        messages.success(request, said, extra_tags="done")
    return wrong


# --- at an incident -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A step at an incident, with who did it and when."""

    step: Step
    tick: Tick | None


@staff_page
@require_http_methods(["GET", "POST"])
def at_incident(request: StaffRequest, reference: str) -> HttpResponse:
    """The card of an incident, whole, as the control room sees it."""
    found = doing.find(request, reference, (INCIDENT.name,))
    incident = Incident.objects.select_related("matter").get(pk=found.pk)
    return card_partial(request, incident, None, back="dispatch:incident")


def card_partial(
    request: StaffRequest, incident: Incident, force: UnitKind | None, *, back: str
) -> HttpResponse:
    """An incident's card as a piece of a page, for a member of such a force or, with None, whole.

    Read with GET again and again; a step is ticked by POST to the same address (`step`, and with
    a late word `at`). Without htmx the answer leads back to the page named `back`.
    """
    wrong = _ticked(request, incident) if request.method == "POST" else ""
    if request.method == "POST" and not request.htmx:  # type: ignore[attr-defined]
        if wrong:
            messages.warning(request, wrong, extra_tags="soon")
        return redirect(back, incident.matter.reference)
    holds = run_cards.card_of(incident)
    said, done = run_cards.read(holds), run_cards.ticks_of(incident)
    own = Card(said.steps_for(force), said.limits)
    context = {
        "incident": incident,
        "card": holds,
        "title": KINDS[Kind(holds.kind)],
        "here": request.path,
        "wrong": wrong,
        "ticks": incident.matter.step in OPEN and (force is not None or _on_duty(request)),
        "groups": [
            (who, [Place(step, done.get(step.code)) for step in steps])
            for _doer, who, steps in _groups(own)
        ],
        "limits": [
            (title, lines)
            for title, lines in _limits(own)
            if force is None or title == UNIT_KINDS[force]
        ],
    }
    return fresh(request, "dispatch/cards/at_incident.html", context)


def _on_duty(request: StaffRequest) -> bool:
    roles = {role.code for role in ON_DUTY}
    return any(post.role in roles for post in request.actor.posts)


def _ticked(request: StaffRequest, incident: Incident) -> str:
    """Tick the step that the form names; why not, in words."""
    try:
        run_cards.tick(
            actor=request.actor,
            incident=incident.pk,
            step=request.POST.get("step", ""),
            client_key=uuid4().bytes,
            occurred_at=_said_at(request),
        )
    except (Refused, KeyReused) as why:
        return card_refusal(getattr(why, "code", ""))
    except Incident.DoesNotExist:
        raise Http404 from None
    return ""


def _said_at(request: StaffRequest) -> datetime | None:
    try:
        at = parse_datetime(request.POST.get("at", ""))
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
