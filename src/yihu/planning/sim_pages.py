"""Who should be sent first: simulations asked for, computed, shown, printed, taken away."""

from http import HTTPStatus
from itertools import chain
from typing import Any

from django.contrib import messages
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page
from yihu.planning import film_words, plan_words, queries, sim_actions, sim_queries, sim_words
from yihu.planning.models import Simulation
from yihu.planning.plan_pages import overseen
from yihu.planning.sim_forms import SimForm
from yihu.planning.sim_shown import SimShown
from yihu.reports.sheets import Rows, csv_lines


def _simulation(request: StaffRequest, number: int) -> Simulation:
    """404 alike for one that does not exist and for one that is not the reader's to see."""
    found = sim_queries.simulations(request.actor).defer("drawing").filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _done(request: StaffRequest, number: int) -> SimShown:
    found = _simulation(request, number)
    if not found.is_done:
        raise Http404
    return SimShown(found)


# --- all of them, and asking for one --------------------------------------------------------------


@staff_page
@require_safe
def home(request: StaffRequest) -> HttpResponse:
    overseen(request)
    context = {
        "simulations": [SimShown(one) for one in sim_queries.latest(request.actor)],
        "ground": queries.ground(request.actor.district) is not None,
    }
    return render(request, "planning/sim/home.html", context)


@staff_page
@require_http_methods(["GET", "POST"])
def ask(request: StaffRequest) -> HttpResponse:
    """`like`: a simulation to begin with."""
    overseen(request)
    like = _like(request)
    form = _form(request, like)
    if form.is_bound and form.is_valid() and (made := _asked(request, form)):
        return redirect("planning:simulation", made.pk)
    context = {"form": form, "like": like}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "planning/sim/ask.html", context, status=status)


def _like(request: StaffRequest) -> Simulation | None:
    number = request.GET.get("like", "")
    return _simulation(request, int(number)) if number.isascii() and number.isdecimal() else None


def _form(request: StaffRequest, like: Simulation | None) -> SimForm:
    ground = queries.ground(request.actor.district)
    if request.method == "POST":
        return SimForm(request.actor, ground, request.POST, request.FILES, like=like)
    return SimForm(request.actor, ground, like=like)


def _asked(request: StaffRequest, form: SimForm) -> Simulation | None:
    try:
        return sim_actions.ask(actor=request.actor, wanted=form.wanted, client_key=form.client_key)
    except Refused as refused:
        field = str(refused.data.get("field", ""))
        form.add_error(field if field in form.fields else None, sim_words.refusal(refused.code))
        return None


# --- one of them ----------------------------------------------------------------------------------


@staff_page
@require_safe
def simulation(request: StaffRequest, simulation: int) -> HttpResponse:
    found = _simulation(request, simulation)
    context: dict[str, Any] = {
        "simulation": found,
        "shown": SimShown(found),
        "own": found.made_by_id == request.actor.id,
        "said": _progress(found),
    }
    if not found.is_done:
        return render(request, "planning/sim/open.html", context)
    context["form"] = _form(request, found)
    context |= _films(request, context["shown"])
    return render(request, "planning/sim/simulation.html", context)


def _progress(found: Simulation) -> dict[str, Any]:
    """How far it is, in words."""
    told = found.progress
    done, total = told.get("value"), told.get("bound")
    return {
        "state": plan_words.STATES[found.state],
        "stage": sim_words.STAGES.get(told.get("stage", ""), sim_words.STAGES[""]),
        "done": None if done is None else int(done),
        "total": None if total is None else int(total),
        "fault": sim_words.fault(found.fault) if found.fault else "",
    }


@staff_page
@require_safe
def now(request: StaffRequest, simulation: int) -> HttpResponse:
    """How far it is; the whole page anew once there is an answer, or none will come."""
    found = _simulation(request, simulation)
    if not found.is_open:
        return HttpResponseClientRefresh()
    context = {"simulation": found, "said": _progress(found)}
    return render(request, "planning/sim/progress.html", context)


@staff_page
@require_POST
def stop(request: StaffRequest, simulation: int) -> HttpResponse:
    sim_actions.stop(actor=request.actor, simulation=_simulation(request, simulation).pk)
    return redirect("planning:simulation", simulation)


@staff_page
@require_POST
def discard(request: StaffRequest, simulation: int) -> HttpResponse:
    found = _simulation(request, simulation)
    try:
        sim_actions.throw_away(actor=request.actor, simulation=found.pk)
    except Refused as refused:
        messages.warning(request, sim_words.refusal(refused.code), extra_tags="soon")
        return redirect("planning:simulation", simulation)
    messages.success(
        request, _("已丢掉“%(name)s”。") % {"name": SimShown(found).title}, extra_tags="done"
    )
    return redirect("planning:simulations")


# --- a run on the map -----------------------------------------------------------------------------


def _films(request: StaffRequest, shown: SimShown) -> dict[str, Any]:
    """The first rule beside another one, `beside`: the second, unless another was chosen."""
    arms = range(len((shown.simulation.drawing or {}).get("films", ())))
    beside = request.GET.get("beside", "")
    other = int(beside) if beside.isascii() and beside.isdecimal() and int(beside) in arms else 1
    chosen = [arm for arm in dict.fromkeys((0, other)) if arm in arms]
    return {
        "films": [
            {
                "title": shown.heads[arm],
                "address": reverse("planning:simulation_film", args=(shown.simulation.pk, arm)),
            }
            for arm in chosen
        ],
        "others": [(arm, shown.heads[arm], arm in chosen) for arm in arms if arm and len(arms) > 2],
        "speeds": film_words.SPEEDS,
        "words": film_words.words(),
    }


@staff_page
@require_safe
def film(request: StaffRequest, simulation: int, arm: int) -> HttpResponse:
    """One recorded run; see `run_film`."""
    films = (_done(request, simulation).simulation.drawing or {}).get("films", ())
    if arm >= len(films):
        raise Http404
    return JsonResponse(films[arm], json_dumps_params={"separators": (",", ":")})


# --- on paper, and to take away -------------------------------------------------------------------


@staff_page
@require_safe
def paper(request: StaffRequest, simulation: int) -> HttpResponse:
    shown = _done(request, simulation)
    context = {"simulation": shown.simulation, "shown": shown}
    return render(request, "planning/sim/print.html", context)


@staff_page
@require_safe
def sheet(request: StaffRequest, simulation: int) -> HttpResponseBase:
    """Every measure with its interval, what it was given, and the assumptions under it."""
    shown = _done(request, simulation)
    name = f'attachment; filename="yihu-simulation-{shown.simulation.pk}.csv"'
    return StreamingHttpResponse(
        csv_lines(_rows(shown)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": name},
    )


def _rows(shown: SimShown) -> Rows:
    ends = _("从"), _("到")
    yield [
        "",
        _("单位"),
        *(words for head in shown.heads for words in (head, *(f"{head} {end}" for end in ends))),
    ]
    for row in (*shown.times, *shown.shares, *shown.busy):
        cells = ((cell.value or cell.said, cell.low, cell.high) for cell in row.cells)
        yield [row.label, row.unit, *chain.from_iterable(cells)]
    yield []
    yield [_("力量"), _("登记"), _("白天在班"), _("夜里在班"), _("问了来（%）"), _("来历")]
    for one in shown.given:
        yield [one.title, one.registered, one.day, one.night, one.acceptance, one.acceptance_from]
    yield []
    yield [_("种子"), shown.asked.seed]
    yield [_("假设")]
    yield from ([line] for line in shown.assumptions)
