"""The case library for staff: the board, one case, and how a matter becomes one."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.cases import actions, queries, words
from yihu.cases.desk import Work
from yihu.cases.forms import HardForm, ReuseForm, ReviewForm, SessionForm
from yihu.cases.loops import CASE_STUDY
from yihu.cases.models import CaseStudy
from yihu.direct import doing
from yihu.direct.kinds import Kind
from yihu.direct.loops import NAMES as DIRECT
from yihu.kernel.access import Refused
from yihu.kernel.models import Matter
from yihu.people.desk import Sitting, StaffRequest, staff_page

# --- the board -----------------------------------------------------------------------------------


@staff_page
@require_safe
def board(request: StaffRequest) -> HttpResponse:
    tag, kind = request.GET.get("tag", "")[:40], request.GET.get("kind", "")
    placed = queries.board(request.actor, tag=tag, kind=kind if kind in Kind.values else "")
    context = {
        "placed": placed,
        "tag": tag,
        "kind": kind,
        "kinds": Kind.choices,
        "tags": sorted({tag for one in placed for tag in one.case.tag_list}),
        "writing": queries.writing(request.actor)[: queries.LATEST],
    }
    return render(request, "cases/board.html", context)


@staff_page
@require_safe
def log(request: StaffRequest) -> HttpResponse:
    """What the reader has read and attended: their own, shown to nobody else."""
    mine = queries.sessions(request.actor).filter(attendance=request.actor.id)
    context = {"reads": queries.own_reads(request.actor)[: queries.LATEST], "sessions": mine}
    return render(request, "cases/log.html", context)


# --- one case ------------------------------------------------------------------------------------


def _case(request: StaffRequest, reference: str) -> CaseStudy:
    found = queries.published(request.actor).select_related("matter")
    return get_object_or_404(found, matter__reference=reference.upper())


@staff_page
@require_safe
def study(request: StaffRequest, reference: str) -> HttpResponse:
    """A published case for all staff; before that, for those who write and check it."""
    found = queries.published(request.actor).select_related("matter")
    case = found.filter(matter__reference=reference.upper()).first()
    if case is None:
        work = Work(request.sitting, doing.find(request, reference, (CASE_STUDY.name,)))
        return on_its_way(request, work)
    actions.note_read(actor=request.actor, case=case)
    return _read(request, case)


def _read(
    request: StaffRequest,
    case: CaseStudy,
    reuse: ReuseForm | None = None,
    review: ReviewForm | None = None,
) -> HttpResponse:
    wrong = bool((reuse and reuse.errors) or (review and review.errors))
    context = {
        "case": case,
        "placed": next(one for one in queries.board(request.actor) if one.case == case),
        "reviews": queries.reviews(case),
        "reuse": reuse or ReuseForm(initial={"reference": request.GET.get("for", "")[:12]}),
        "review": review or ReviewForm(),
        "work": _work(request, case),
    }
    return render(request, "cases/study.html", context, status=422 if wrong else 200)


def _work(request: StaffRequest, case: CaseStudy) -> Work | None:
    """What the reader may do with a published case's matter, where they may know of that."""
    try:
        found = doing.find(request, case.matter.reference, (CASE_STUDY.name,))
    except Http404:
        return None
    return Work(request.sitting, found)


def on_its_way(request: StaffRequest, work: Work, status: int = HTTPStatus.OK) -> HttpResponse:
    context = {"work": work, "matter": work.matter, "words": work.heading}
    return render(request, "cases/draft.html", context, status=status)


@staff_page
@require_safe
def on_paper(request: StaffRequest, reference: str) -> HttpResponse:
    case = _case(request, reference)
    placed = next(one for one in queries.board(request.actor) if one.case == case)
    return render(request, "cases/print.html", {"case": case, "placed": placed})


@staff_page
@require_POST
def reuse(request: StaffRequest, reference: str) -> HttpResponse:
    case, form = _case(request, reference), ReuseForm(request.POST)

    def made() -> object:
        return actions.reuse(
            actor=request.actor, case=case.pk, reference=form.cleaned_data["reference"]
        )

    if _made(request, form, made, _("已记下：这个案例用在了那一件里。")):
        return redirect("cases:study", case.matter.reference)
    return _read(request, case, reuse=form)


@staff_page
@require_POST
def review(request: StaffRequest, reference: str) -> HttpResponse:
    case, form = _case(request, reference), ReviewForm(request.POST)

    def made() -> object:
        return actions.review(
            actor=request.actor,
            case=case.pk,
            helpful=form.cleaned_data["helpful"] == "yes",
            words=form.cleaned_data["words"],
        )

    if _made(request, form, made, _("已记下您的评价。")):
        return redirect("cases:study", case.matter.reference)
    return _read(request, case, review=form)


def _made(request: StaffRequest, form: Form, make: Callable[[], object], sentence: str) -> bool:
    """Do what a valid form asks; what is refused comes back as a sentence at its field."""
    if not form.is_valid():
        return False
    try:
        make()
    except Refused as refused:
        field = str(refused.data.get("field", ""))
        form.add_error(field if field in form.fields else None, words.refusal(refused.code))
        return False
    messages.success(request, sentence, extra_tags="done")
    return True


# --- from a matter to a case ---------------------------------------------------------------------


@staff_page
@require_http_methods(["GET", "POST"])
def learn(request: StaffRequest, reference: str) -> HttpResponse:
    """What colleagues may learn from an ended matter: mark it, record a session, write a case."""
    found = doing.find(request, reference, DIRECT)
    step = request.POST.get("step", "")
    hard = HardForm(request.POST if step == "hard" else None)
    session = SessionForm(_colleagues(request.sitting), request.POST if step == "session" else None)
    if step == "hard" and _made(
        request,
        hard,
        lambda: actions.mark_hard(
            actor=request.actor, matter=found.id, reason=hard.cleaned_data["reason"]
        ),
        _("已记下，可以开分享会、写案例了。"),
    ):
        return redirect("cases:learn", found.reference)
    if step == "session" and _made(
        request,
        session,
        lambda: actions.record_session(
            actor=request.actor, matter=found.id, meeting=_meeting(session)
        ),
        _("分享会已记下。"),
    ):
        return redirect("cases:learn", found.reference)
    if step == "write":
        return _begin(request, found)
    marked = queries.hard(found)
    barred = queries.kept_from_the_library(found) or ("still_open" if found.is_open else "")
    context = {
        "matter": found,
        "hard": hard,
        "session": session,
        "marked": marked,
        "why": queries.why_hard(marked) if marked else "",
        "barred": words.refusal(barred) if barred else "",
        "sessions": queries.sessions(request.actor).filter(hard=found.pk),
        "cases": queries.written_from(request.actor, found),
        "key": uuid4().hex,
    }
    wrong = bool(hard.errors or session.errors)
    return render(request, "cases/learn.html", context, status=422 if wrong else 200)


def _begin(request: StaffRequest, found: Matter) -> HttpResponse:
    key = request.POST.get("key", "")[:64].encode() or uuid4().bytes
    try:
        done = actions.begin_case(actor=request.actor, matter=found.id, client_key=key)
    except Refused as refused:
        messages.warning(request, words.refusal(refused.code), extra_tags="soon")
        return redirect("cases:learn", found.reference)
    return redirect("cases:study", done.matter.reference)


def _meeting(form: SessionForm) -> actions.Meeting:
    said = form.cleaned_data
    return actions.Meeting(
        title=said["title"],
        held_at=said["held_at"],
        host=UUID(said["host"]),
        agenda=said["agenda"],
        material=said["material"],
        attendance=[UUID(person) for person in said["attendance"]],
    )


def _colleagues(sitting: Sitting) -> list[tuple[str, str]]:
    """Everyone with a post in the district, by name."""
    staff = sitting.roster.staff_of(sitting.roster.organisations)
    named = [
        (str(person), f"{name} · {sitting.roster.title(posts[0])}")
        for person, (name, posts) in staff.items()
    ]
    return sorted(named, key=lambda one: one[1])


@staff_page
@require_safe
def sessions(request: StaffRequest) -> HttpResponse:
    found = queries.sessions(request.actor)[: queries.LATEST]
    return render(request, "cases/sessions.html", {"sessions": found, "now": timezone.now()})


@staff_page
@require_safe
def session(request: StaffRequest, key: UUID) -> HttpResponse:
    """One session: agenda, material and who was there. The matter, for who may know of it."""
    found = get_object_or_404(queries.sessions(request.actor), pk=key)
    context = {
        "session": found,
        "present": found.attendance.order_by("name"),
        "matter": queries.known(request.actor, found.hard.matter_id),
    }
    return render(request, "cases/session.html", context)
