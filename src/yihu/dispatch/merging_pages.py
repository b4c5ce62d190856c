"""What may be the same incident, what belongs to it, and making one of two or two of one."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yihu.dispatch import cautions, merging, words
from yihu.dispatch.desk import Work
from yihu.dispatch.intake_forms import OtherForm, SplitForm
from yihu.dispatch.intake_pages import found
from yihu.dispatch.intake_places import landmarks
from yihu.dispatch.intake_queries import alike_to, belonging, waiting_along
from yihu.dispatch.kinds import Kind
from yihu.dispatch.pages import fresh
from yihu.kernel.access import Conflict, Refused
from yihu.kernel.actions import Done, KeyReused
from yihu.kernel.models import Matter
from yihu.people.desk import StaffRequest, staff_page

FORMS: dict[str, type[forms.Form]] = {"merge": OtherForm, "link": OtherForm, "split": SplitForm}


def may(work: Work) -> set[str]:
    """Which of merge, link and split are this reader's here."""
    matter = work.matter
    merges = matter.declared.move("merge", matter.step)
    theirs = work.elsewhere & {"link", "split"}
    return theirs | {"merge"} if merges and work.fills(merges.by) else theirs


def beside_incident(work: Work) -> dict[str, Any]:
    """What stands beside an incident: cautions about its place, what belongs to it, and what may
    be the same."""
    mine = may(work)
    belongs = list(belonging(work.actor, work.incident))
    known = {one.pk for one in belongs}
    others = alike_to(work.actor, work.incident) if "merge" in mine else []
    return {
        "work": work,
        "matter": work.matter,
        "incident": work.incident,
        "cautions": cautions.at_incident(work.incident),
        "belongs": belongs,
        "along": waiting_along(work.incident),
        "alike": [one for one in others if one.incident.pk not in known],
        "may": mine,
        "key": OtherForm()["key"].value(),
    }


@staff_page
@require_safe
def kin_now(request: StaffRequest, reference: str) -> HttpResponse:
    """The same again, for a page that stays open."""
    context = beside_incident(found(request, reference))
    return fresh(request, "dispatch/intake/kin_beside.html", context)


@staff_page
@require_safe
def kin(request: StaffRequest, reference: str) -> HttpResponse:
    work = found(request, reference)
    return _shown(request, work)


def _shown(
    request: StaffRequest, work: Work, name: str = "", form: forms.Form | None = None
) -> HttpResponse:
    mine = may(work)
    if not mine:
        raise Http404
    made = {
        one: form if one == name and form is not None else kind(auto_id=f"{one}_%s")
        for one, kind in FORMS.items()
        if one in mine
    }
    context = beside_incident(work) | {"forms": made}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None else HTTPStatus.OK
    return render(request, "dispatch/intake/kin.html", context, status=status)


# --- doing ---------------------------------------------------------------------------------------


@staff_page
@require_POST
def merge(request: StaffRequest, reference: str) -> HttpResponse:
    return _do(request, reference, "merge", _merge, _("已并入，结果随主案一起告知。"))


@staff_page
@require_POST
def link(request: StaffRequest, reference: str) -> HttpResponse:
    return _do(request, reference, "link", _link, _("已关联。"))


@staff_page
@require_POST
def split(request: StaffRequest, reference: str) -> HttpResponse:
    return _do(request, reference, "split", _split, _("已拆出一件，原来的记录都在。"))


def _do(
    request: StaffRequest,
    reference: str,
    name: str,
    doing: Callable[[StaffRequest, Work, Any], Done],
    sentence: str,
) -> HttpResponse:
    work = found(request, reference)
    if name not in may(work):
        raise Http404
    form = FORMS[name](request.POST, auto_id=f"{name}_%s")
    if not form.is_valid():
        return _shown(request, work, name, form)
    try:
        done = doing(request, work, form)
    except KeyReused as before:
        done = Done(Matter.objects.get(pk=before.matter), repeated=True)
    except Conflict:
        form.add_error(None, _("这件事刚有了新进展，请看一眼再办。"))
        return _shown(request, found(request, reference), name, form)
    except Refused as refused:
        field = {"into": "other"}.get(str(refused.data.get("field")), refused.data.get("field"))
        place = str(field) if field in form.fields else None
        form.add_error(place, words.refusal(refused.code))
        return _shown(request, work, name, form)
    messages.success(request, sentence, extra_tags="done")
    return redirect("dispatch:incident", done.matter.reference)


def _merge(request: StaffRequest, work: Work, form: OtherForm) -> Done:
    """Leads to the one in which it goes on."""
    said = form.cleaned_data
    done = merging.merge(
        actor=request.actor,
        incident=work.matter.pk,
        into=said["other"],
        seq=said["seq"] or work.matter.seq,
        client_key=form.client_key,
    )
    return Done(done.matter.merged_into or done.matter, done.repeated)


def _link(request: StaffRequest, work: Work, form: OtherForm) -> Done:
    return merging.link(
        actor=request.actor,
        incident=work.matter.pk,
        other=form.cleaned_data["other"],
        client_key=form.client_key,
    )


def _split(request: StaffRequest, work: Work, form: SplitForm) -> Done:
    said = form.cleaned_data
    return merging.split(
        actor=request.actor,
        incident=work.matter.pk,
        kind=Kind(said["kind"]),
        words=said["words"],
        spot=form.spot(landmarks(request.actor.district)),
        client_key=form.client_key,
    )
