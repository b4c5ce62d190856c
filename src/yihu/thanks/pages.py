"""Orders at the desk: drafting and revoking one, and the praise that is one's own."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.direct.desk_matter import Desk, find
from yihu.direct.kinds import DECLARED, Reporter
from yihu.direct.loops import PRAISE
from yihu.direct.pictures import MEDIA_TYPE
from yihu.kernel.access import Refused, Standing, fills
from yihu.kernel.actions import KeyReused
from yihu.kernel.models import Matter
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.roles import TELLER
from yihu.thanks import actions, queries, words
from yihu.thanks.forms import ConsentForm, IssueForm, RevokeForm
from yihu.thanks.models import Commendation, Credit

PAGE = 50

# --- orders --------------------------------------------------------------------------------------


@staff_page
@require_safe
def orders(request: StaffRequest) -> HttpResponse:
    found = queries.at_the_desk(request.actor).order_by("-id")
    if (before := request.GET.get("before", "")).isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    older = rows[PAGE - 1].pk if len(rows) > PAGE else None
    known = queries.knows_of(request.actor, rows)
    shown = [
        (order, matter := known.get(order.matter_id), matter is not None and _may(request, matter))
        for order in rows[:PAGE]
    ]
    return render(request, "thanks/desk/orders.html", {"orders": shown, "older": older})


def _may(request: StaffRequest, matter: Matter) -> bool:
    """Whether orders for this praise are the reader's to issue and to revoke."""
    standing = Standing(
        office=matter.office_id,
        watch=matter.watch_id,
        watched=matter.watched,
        solution_owner=matter.solution_owner_id,
        subjects=frozenset(),
    )
    act = matter.declared.act("revoke", matter.step)
    roster = request.sitting.roster
    return act is not None and any(
        fills(request.actor, role, standing, people=roster) for role in act.by
    )


@staff_page
@require_http_methods(["GET", "POST"])
def draft(request: StaffRequest, reference: str) -> HttpResponse:
    """The praise and what came out of its verification, beside the order to be written."""
    try:
        matter = find(request.actor, reference)
    except Matter.DoesNotExist:
        raise Http404 from None
    if matter.loop != PRAISE.name or not _may(request, matter):
        raise Http404
    tellers = matter.parties.filter(role=TELLER.code).values_list("kind", flat=True)
    declared = next((Reporter(kind) for kind in tellers if kind in DECLARED), None)
    form = IssueForm(request.POST or None, declared=declared is not None)
    if request.method == "POST" and form.is_valid() and _issue(request, matter, form):
        return redirect("thanks:orders")
    desk, roster = Desk(request.sitting, matter), request.sitting.roster
    verified = queries.verification(matter)
    context = {
        "matter": matter,
        "work": desk,
        "verified": verified,
        "people": [posts[0].name for p in verified.people if (posts := roster.held_by(p))],
        "findings": [said for h in desk.history if h.name == "attest" for said in h.said],
        "declared": declared,
        "order": queries.in_force(matter),
        "form": form,
    }
    return render(request, "thanks/desk/draft.html", context, status=_status(form))


def _issue(request: StaffRequest, matter: Matter, form: IssueForm) -> bool:
    try:
        order = actions.issue(
            actor=request.actor,
            matter=matter.id,
            text=form.cleaned_data["text"],
            declaration=form.cleaned_data.get("declaration", ""),
            client_key=form.client_key,
        )
    except Refused as refused:
        form.refuse(refused)
        return False
    except KeyReused:  # an order was made with this form, and then its words were changed
        form.add_error(None, words.refusal("already_commended"))
        return False
    messages.success(
        request, _("表扬令已发布：%(title)s") % {"title": order.title}, extra_tags="done"
    )
    return True


@staff_page
@require_http_methods(["GET", "POST"])
def revoke(request: StaffRequest, order: int) -> HttpResponse:
    found = queries.at_the_desk(request.actor).filter(pk=order).first()
    if found is None or not queries.knows_of(request.actor, [found]):
        raise Http404
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _revoke(request, found, form):
        return redirect("thanks:orders")
    context = {"order": found, "form": form}
    return render(request, "thanks/desk/revoke.html", context, status=_status(form))


def _revoke(request: StaffRequest, order: Commendation, form: RevokeForm) -> bool:
    try:
        actions.revoke(
            actor=request.actor,
            commendation=order.pk,
            reason=form.cleaned_data["reason"],
            client_key=form.client_key,
        )
    except Refused as refused:
        form.refuse(refused)
        return False
    messages.success(
        request, _("表扬令已撤销：%(title)s") % {"title": order.title}, extra_tags="done"
    )
    return True


def _status(form: Form) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


# --- the praise that is one's own ----------------------------------------------------------------


@staff_page
@require_safe
def mine(request: StaffRequest) -> HttpResponse:
    return _mine(request)


def _mine(
    request: StaffRequest, answering: int | None = None, form: ConsentForm | None = None
) -> HttpResponse:
    """Each of the reader's own orders with its consent; `form` is one that came back."""
    rows = [
        (
            credit,
            form if credit.pk == answering and form else ConsentForm(auto_id=f"c{credit.pk}_%s"),
        )
        for credit in queries.credits_of(request.actor)[:PAGE]
    ]
    status = _status(form) if form else HTTPStatus.OK
    return render(request, "thanks/desk/mine.html", {"rows": rows}, status=status)


@staff_page
@require_POST
def consent(request: StaffRequest, credit: int) -> HttpResponse:
    """Whoever is praised lets their photo be shown; nobody can do so for them."""
    form = ConsentForm(request.POST, request.FILES, auto_id=f"c{credit}_%s")
    if not queries.credits_of(request.actor).filter(pk=credit).exists():
        raise Http404
    if form.is_valid():
        try:
            actions.consent(
                actor=request.actor,
                credit=credit,
                photo=form.cleaned_data["photo"],
                wording=str(words.CONSENT),
            )
        except Refused as refused:
            messages.warning(request, words.refusal(refused.code), extra_tags="soon")
        else:
            messages.success(request, _("照片已公开。随时可以撤回。"), extra_tags="done")
        return redirect("thanks:mine")
    return _mine(request, credit, form)


@staff_page
@require_POST
def withdraw(request: StaffRequest, credit: int) -> HttpResponse:
    try:
        actions.withdraw(actor=request.actor, credit=credit)
    except Credit.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("照片已撤回并删除，一分钟内不再显示。"), extra_tags="done")
    return redirect("thanks:mine")


@staff_page
@require_safe
def photo(request: StaffRequest, consent: UUID) -> HttpResponse:
    """One's own photo, also where the order itself is shown to nobody outside."""
    content = queries.own_photo(request.actor, consent)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type=MEDIA_TYPE)
