"""Where the next rooms go: plans asked for, computed, moved by hand, renamed, thrown away."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from yihu.dispatch.map_reach import may_see
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.planning import actions, plan_words, queries
from yihu.planning.forms import MoveForm, NameForm, PlanForm
from yihu.planning.models import Plan
from yihu.planning.plan_shown import Place, Shown


def overseen(request: StaffRequest) -> None:
    if not may_see(request.actor):
        raise Http404


def _plan(request: StaffRequest, number: int) -> Plan:
    """404 alike for a plan that does not exist and for one that is not the reader's to see."""
    found = queries.plans(request.actor).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def done(request: StaffRequest, number: int) -> Shown:
    found = _plan(request, number)
    if not found.is_done:
        raise Http404
    return Shown(found)


# --- all of them, and asking for one --------------------------------------------------------------


@staff_page
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    overseen(request)
    found = [Shown(one) for one in queries.latest(request.actor)]
    context = {
        "plans": found,
        "comparable": sum(one.plan.is_done for one in found) > 1,
        "ground": queries.ground(request.actor.district) is not None,
        "states": plan_words.STATES,
    }
    return render(request, "planning/home.html", context)


@staff_page
@require_http_methods(["GET", "POST"])
def ask(request: StaffRequest) -> HttpResponse:
    """`like`: a plan to begin with; `without`, `with_`: what of it must change."""
    overseen(request)
    like = _like(request)
    besides = {name: request.GET.getlist(name) for name in ("without", "with_")}
    form = PlanForm(request.actor, request.POST or None, like=like, besides=besides)
    if form.is_bound and form.is_valid() and (made := _asked(request, form)):
        return redirect("planning:plan", made.pk)
    context = {"form": form, "like": like}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "planning/ask.html", context, status=status)


def _like(request: StaffRequest) -> Plan | None:
    number = request.GET.get("like", "")
    return _plan(request, int(number)) if number.isascii() and number.isdecimal() else None


def _asked(request: StaffRequest, form: PlanForm) -> Plan | None:
    try:
        return actions.ask(actor=request.actor, wanted=form.wanted, client_key=form.client_key)
    except Refused as refused:
        _refuse(form, refused)
        return None


def _refuse(form: Any, refused: Refused) -> None:
    field = str(refused.data.get("field", ""))
    form.add_error(field if field in form.fields else None, plan_words.refusal(refused.code))


# --- one of them ----------------------------------------------------------------------------------


@staff_page
@require_safe
def plan(request: StaffRequest, plan: int) -> HttpResponse:
    return _page(request, _plan(request, plan))


def _page(
    request: StaffRequest, found: Plan, status: int = HTTPStatus.OK, **forms: Any
) -> HttpResponse:
    shown = Shown(found)
    context: dict[str, Any] = {
        "plan": found,
        "shown": shown,
        "own": found.made_by_id == request.actor.id,
        "naming": NameForm(initial={"name": found.name}),
        "said": _progress(found),
        **forms,
    }
    if found.is_done:
        moving = forms.pop("moving", None)
        context |= {
            "rows": [(one, _move_form(one, moving)) for one in shown.new],
            "dragged": MoveForm((), auto_id="dragged_%s"),
            "drawn": _drawn(shown),
        }
        return render(request, "planning/plan.html", context, status=status)
    return render(request, "planning/open.html", context, status=status)


def _move_form(place: Place, failed: MoveForm | None) -> MoveForm:
    if failed is not None and failed.data.get("site") == place.code:
        return failed
    return MoveForm(place.others, initial={"site": place.code}, auto_id=f"move{place.number}_%s")


def _drawn(shown: Shown) -> dict[str, Any]:
    """What the page's script draws, beside the ground that the panel brings."""
    return {
        "sites": [
            {
                "code": one.code,
                "number": one.number,
                "title": one.title,
                "at": [one.longitude, one.latitude],
            }
            for one in shown.places
        ]
    }


def _progress(found: Plan) -> dict[str, Any]:
    """How far it is, in words."""
    told = found.progress
    value, bound = told.get("value"), told.get("bound")
    return {
        "state": plan_words.STATES[found.state],
        "stage": plan_words.STAGES.get(told.get("stage", ""), plan_words.STAGES[""]),
        "gap": abs(value - bound) / abs(value) * 100 if value and bound is not None else None,
        "seconds": told.get("seconds"),
        "fault": plan_words.fault(found.fault) if found.fault else "",
    }


@staff_page
@require_safe
def now(request: StaffRequest, plan: int) -> HttpResponse:
    """How far it is; the whole page anew once there is an answer, or none will come."""
    found = _plan(request, plan)
    if not found.is_open:
        return HttpResponseClientRefresh()
    context = {"plan": found, "said": _progress(found)}
    return render(request, "planning/progress.html", context)


# --- what is done with it -------------------------------------------------------------------------


@staff_page
@require_POST
def move(request: StaffRequest, plan: int) -> HttpResponse:
    shown = done(request, plan)
    place = next((one for one in shown.new if one.code == request.POST.get("site")), None)
    form = MoveForm(place.others if place else (), request.POST)
    if form.is_valid() and (made := _moved(request, shown, form)):
        return redirect("planning:plan", made.pk)
    for error in form.non_field_errors():
        messages.warning(request, str(error), extra_tags="soon")
    return _page(request, shown.plan, HTTPStatus.UNPROCESSABLE_ENTITY, moving=form)


def _moved(request: StaffRequest, shown: Shown, form: MoveForm) -> Plan | None:
    said = form.cleaned_data
    if not said["to"] and form.position is None:
        form.add_error("to", _("请选一处。"))
        return None
    try:
        return actions.move_site(
            actor=request.actor,
            plan=shown.plan.pk,
            site=said["site"],
            to=said["to"],
            position=form.position,
            client_key=form.client_key,
        )
    except Refused as refused:
        _refuse(form, refused)
        return None


@staff_page
@require_POST
def rename(request: StaffRequest, plan: int) -> HttpResponse:
    found = _plan(request, plan)
    form = NameForm(request.POST)
    if form.is_valid():
        try:
            actions.rename(actor=request.actor, plan=found.pk, name=form.cleaned_data["name"])
        except Refused as refused:
            _refuse(form, refused)
        else:
            return redirect("planning:plan", plan)
    return _page(request, found, HTTPStatus.UNPROCESSABLE_ENTITY, naming=form)


@staff_page
@require_POST
def stop(request: StaffRequest, plan: int) -> HttpResponse:
    actions.stop(actor=request.actor, plan=_plan(request, plan).pk)
    return redirect("planning:plan", plan)


@staff_page
@require_POST
def discard(request: StaffRequest, plan: int) -> HttpResponse:
    found = _plan(request, plan)
    try:
        actions.throw_away(actor=request.actor, plan=found.pk)
    except Refused as refused:
        messages.warning(request, plan_words.refusal(refused.code), extra_tags="soon")
        return redirect("planning:plan", plan)
    messages.success(
        request, _("已丢掉“%(name)s”。") % {"name": Shown(found).title}, extra_tags="done"
    )
    return redirect("planning:home")
