"""What keeps coming back, and what is done about it: themes, measures, and the hint beside a
matter."""

from http import HTTPStatus
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.cases import actions, pages, queries, words
from yihu.cases.desk import Work
from yihu.cases.forms import MeasureForm
from yihu.cases.loops import CASE_STUDY, MEASURE, NAMES
from yihu.cases.models import Theme
from yihu.cases.schemas import Given
from yihu.direct import doing
from yihu.direct.loops import NAMES as DIRECT
from yihu.kernel.access import Refused
from yihu.kernel.models import Matter
from yihu.kernel.queries import visible_to
from yihu.kernel.timeline import excerpts
from yihu.people.desk import StaffRequest, staff_page

# --- themes --------------------------------------------------------------------------------------


@staff_page
@require_safe
def themes(request: StaffRequest) -> HttpResponse:
    found = queries.themes(request.actor)
    said = excerpts([known[0] for _theme, known in found])
    rows = [(theme, known, said.get(known[0].id, "")) for theme, known in found]
    return render(request, "cases/themes.html", {"rows": rows})


@staff_page
@require_http_methods(["GET", "POST"])
def theme(request: StaffRequest, key: UUID) -> HttpResponse:
    """One theme with the matters in it that the reader may know of; a measure is opened here."""
    try:
        found, known = queries.theme(request.actor, key)
    except Theme.DoesNotExist:
        raise Http404 from None
    staff = request.sitting.roster.staff_of(request.sitting.roster.below(found.station_id))
    people = sorted((str(person), name) for person, (name, _posts) in staff.items())
    form = MeasureForm(people, request.POST or None)
    if request.method == "POST" and form.is_valid():
        payload = Given(
            handler=UUID(form.cleaned_data["handler"]), words=form.cleaned_data["words"]
        )
        client_key = request.POST.get("key", "")[:64].encode() or uuid4().bytes
        try:
            done = actions.open_measure(
                actor=request.actor, theme=found, payload=payload, client_key=client_key
            )
        except Refused as refused:
            form.add_error(None, words.refusal(refused.code))
        else:
            messages.success(request, _("整改措施已开始。"), extra_tags="done")
            return redirect("cases:measure", done.matter.reference)
    said = excerpts(known)
    running = list(queries.measures(request.actor).filter(theme=found))
    may_open = queries.oversees(request.actor, found.station_id) and not any(
        one.matter.is_open for one in running
    )
    context = {
        "theme": found,
        "rows": [(matter, said.get(matter.id, "")) for matter in known],
        "measures": running,
        "form": form if may_open or form.errors else None,
        "key": uuid4().hex,
    }
    return render(request, "cases/theme.html", context, status=422 if form.errors else 200)


@staff_page
@require_safe
def alike(request: StaffRequest, reference: str) -> HttpResponse:
    """Beside a matter: what came that is alike, and the case that may help; a piece of a page."""
    found = doing.find(request, reference, DIRECT)
    theme, others = queries.near(request.actor, found) or (None, [])
    said = excerpts(others, length=40)
    text = excerpts([found], length=1000).get(found.id, "")
    context = {
        "matter": found,
        "theme": theme,
        "others": [(other, said.get(other.id, "")) for other in others],
        "helping": queries.helping(request.actor, text) if text else None,
    }
    return render(request, "cases/alike.html", context)


# --- measures ------------------------------------------------------------------------------------


@staff_page
@require_safe
def measures(request: StaffRequest) -> HttpResponse:
    found = list(queries.measures(request.actor)[: queries.LATEST])
    counted = queries.checks(found)
    rows = [(one, one.matter.declared.places[one.matter.step].title) for one in found]
    context = {"rows": [(one, step, counted.get(one.pk)) for one, step in rows]}
    return render(request, "cases/measures.html", context)


@staff_page
@require_safe
def measure(request: StaffRequest, reference: str) -> HttpResponse:
    found = doing.find(request, reference, (MEASURE.name,))
    return _shown(request, Work(request.sitting, found))


# --- moving either on ----------------------------------------------------------------------------


def _shown(request: StaffRequest, work: Work, status: int = HTTPStatus.OK) -> HttpResponse:
    if work.matter.loop == CASE_STUDY.name:
        return pages.on_its_way(request, work, status)
    try:
        found = queries.theme(request.actor, work.matter.measure.theme_id)
    except Theme.DoesNotExist:
        found = None
    context = {"work": work, "matter": work.matter, "theme": found, "words": work.heading}
    return render(request, "cases/measure.html", context, status=status)


def _done(request: StaffRequest, found: Matter, sentence: str) -> HttpResponse:
    messages.success(request, _("已记下：%(what)s") % {"what": sentence}, extra_tags="done")
    if not visible_to(request.actor).filter(pk=found.pk).exists():
        return redirect("cases:board")
    page = "cases:study" if found.loop == CASE_STUDY.name else "cases:measure"
    return redirect(page, found.reference)


COUNTER = doing.Counter(NAMES, Work, _shown, _done, actions.move)


@staff_page
@require_POST
def do(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    return COUNTER.do(request, reference, name)
