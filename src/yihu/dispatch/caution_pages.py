"""Cautions about places: those that hold, a new one, and one that is over."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yihu.dispatch import cautions, words
from yihu.dispatch.intake_forms import CautionForm
from yihu.dispatch.intake_pages import require_taking
from yihu.dispatch.intake_places import landmarks
from yihu.dispatch.kinds import Danger
from yihu.kernel.access import Refused
from yihu.people.desk import StaffRequest, staff_page


@staff_page
@require_http_methods(["GET", "POST"])
def listing(request: StaffRequest) -> HttpResponse:
    require_taking(request)
    form = CautionForm()
    if request.method == "POST":
        form = CautionForm(request.POST)
        if form.is_valid() and _set(request, form):
            messages.success(request, _("已写下，去那里的人会看到。"), extra_tags="done")
            return redirect("dispatch:cautions")
    context = {"form": form, "cautions": cautions.cautions(request.actor.district)}
    return render(
        request, "dispatch/intake/cautions.html", context, status=422 if form.errors else 200
    )


def _set(request: StaffRequest, form: CautionForm) -> bool:
    said = form.cleaned_data
    try:
        cautions.set_caution(
            actor=request.actor,
            kind=Danger(said["kind"]),
            spot=form.spot(landmarks(request.actor.district)),
            words=said["words"],
            until=said["until"],
        )
    except Refused as refused:
        field = refused.data.get("field")
        sentence = words.refusal(refused.code)
        if refused.code == "nothing_said":
            sentence = _("请选地图上的地方：单位、小区、路名，或在地图上点一下。")
        form.add_error(str(field) if field in form.fields else None, sentence)
        return False
    return True


@staff_page
@require_POST
def end(request: StaffRequest, caution: int) -> HttpResponse:
    """It is no longer so."""
    require_taking(request)
    running = cautions.cautions(request.actor.district).filter(pk=caution).first()
    if running is None:
        raise Http404
    cautions.end_caution(actor=request.actor, caution=running)
    messages.success(request, _("已撤下。"), extra_tags="done")
    return redirect("dispatch:cautions")
