"""The desk of the chief, the handler and the supervisor: their list, one matter, their notices."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yihu.direct import actions, doing, queries, words
from yihu.direct import inbox as lists
from yihu.direct.desk_matter import Desk, find
from yihu.direct.kinds import Kind
from yihu.direct.loops import NAMES
from yihu.kernel import letters, loop_words, notices, sealed, vault
from yihu.kernel.access import Refused
from yihu.kernel.diagram import draw
from yihu.kernel.loop import LOOPS
from yihu.kernel.models import Matter, OutboxMessage, SealedPart
from yihu.kernel.queries import visible_to
from yihu.kernel.timeline import excerpts
from yihu.people.desk import StaffRequest, page_of, staff_page
from yihu.people.queries import is_crew, sits_in_control

# --- the list ------------------------------------------------------------------------------------


@staff_page
@require_safe
def inbox(request: StaffRequest) -> HttpResponse:
    """What waits for the reader. For a guard or volunteer, and for whoever dispatches, that is no
    letter."""
    if is_crew(request.actor):
        return redirect("dispatch:respond")
    if sits_in_control(request.actor):
        return redirect("dispatch:room")
    asked = lists.Asked.of(request.GET.dict())
    page = lists.read(request.sitting, asked)
    said = excerpts(list(page.matters))
    flags = queries.flags(request.actor, page.matters)
    now = timezone.now()
    rows = [
        {
            "matter": matter,
            "kind": words.kind(matter),
            "excerpt": said.get(matter.id, ""),
            "step": words.step(matter),
            "owner": words.owner(matter),
            "paused": matter.paused_until is not None and matter.paused_until > now,
            "state": _urgency(matter),
            "flags": flags.get(matter.id),
        }
        for matter in page.matters
    ]
    context = {
        "asked": asked,
        "page": page,
        "rows": rows,
        "count": _count(page.count),
        "filtered": any((asked.due, asked.kind, asked.step, asked.whose, asked.words)),
        "chosen": _chosen(asked),
        "sitting": request.sitting,
        "today": lists.today(request.sitting),
        "dues": words.DUE.items(),
        "whose": words.WHOSE.items(),
        "kinds": Kind.choices,
        "steps": [(step.name, words.SHORT[step.name]) for step in lists.OPEN_STEPS],
    }
    return render(request, "direct/desk/inbox.html", context)


def _chosen(asked: lists.Asked) -> list[str]:
    """The filters that hold, in words: a phone folds the rest away."""
    named = (
        words.DUE.get(asked.due),
        words.WHOSE.get(asked.whose),
        dict(Kind.choices).get(asked.kind),
        words.SHORT.get(asked.step),
        _("连已办结的") if asked.past else "",
        asked.words,
    )
    return [str(name) for name in named if name]


def _urgency(matter: Matter) -> str:
    if matter.due_at is None or not matter.is_open:
        return ""
    left = matter.due_at - timezone.now()
    if left.total_seconds() < 0:
        return "late"
    return "soon" if left.total_seconds() <= 2 * 3600 else ""


def _count(count: int | None) -> str:
    if count is None:
        return ""
    return f"{lists.MOST_COUNTED}+" if count > lists.MOST_COUNTED else str(count)


# --- one matter ----------------------------------------------------------------------------------


def _matter(request: StaffRequest, reference: str) -> Matter:
    return doing.find(request, reference, NAMES)


@staff_page
@require_safe
def matter(request: StaffRequest, reference: str) -> HttpResponse:
    """A matter; one of another room's, such as a notice leads to, on its page there."""
    found = doing.find(request, reference, tuple(LOOPS))
    if found.loop not in NAMES:
        return redirect(page_of(found.loop), found.reference)
    return _shown(request, Desk(request.sitting, found))


def _shown(request: StaffRequest, desk: Desk, status: int = HTTPStatus.OK) -> HttpResponse:
    """The matter as a page, or as the list's right-hand pane."""
    pane = _is_pane(request)
    template = "direct/desk/pane.html" if pane else "direct/desk/matter.html"
    context = {"work": desk, "matter": desk.matter, "pane": pane, "words": _titles(desk)}
    return render(request, template, context, status=status)


def _is_pane(request: StaffRequest) -> bool:
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and htmx.target == "pane"


def _titles(desk: Desk) -> dict[str, str]:
    found = desk.matter
    office, concerns, watch = found.office_id, found.concerns_id, found.watch_id
    return {
        "kind": words.kind(found),
        "step": str(found.declared.places[found.step].title),
        "owner": words.owner(found),
        "office": desk.house(office),
        "concerns": desk.house(concerns) if concerns != office else "",
        "watch": desk.house(watch) if found.watched and watch != office else "",
    }


@staff_page
@require_safe
def photo(request: StaffRequest, reference: str, part: UUID) -> HttpResponse:
    """A photo in a matter that the reader may know of."""
    found = _matter(request, reference)
    try:
        kept = SealedPart.objects.select_related("party").get(
            pk=part,
            matter=found,
            audience__in=("party", "office"),
            media_type__startswith="image/",
            erased_at=None,
        )
    except SealedPart.DoesNotExist:
        raise Http404 from None
    content = vault.unseal(kept, vault.key_of(kept.party)).content
    return HttpResponse(
        content,
        content_type=kept.media_type,
        headers={"X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"},
    )


# --- doing something -----------------------------------------------------------------------------


@staff_page
@require_POST
def do(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    return COUNTER.do(request, reference, name)


def _done(request: StaffRequest, found: Matter, sentence: str) -> HttpResponse:
    """Back to the matter; or to the list, once it is no longer the reader's to see."""
    still_mine = visible_to(request.actor).filter(pk=found.pk).exists()
    said = _("已记下：%(what)s") % {"what": sentence}
    if _is_pane(request):
        response = (
            _shown(request, Desk(request.sitting, find(request.actor, found.reference)))
            if still_mine
            else render(request, "direct/desk/gone.html")
        )
        response.headers["HX-Trigger"] = "moved"
        return response
    messages.success(request, said, extra_tags="done")
    address = reverse("direct:matter", args=[found.reference])
    return redirect(address if still_mine else "direct:inbox")


COUNTER = doing.Counter(NAMES, Desk, _shown, _done)


# --- who wrote, and erasing it -------------------------------------------------------------------


@staff_page
@require_POST
def identity(request: StaffRequest, reference: str) -> HttpResponse:
    """Show who wrote, once, in this answer and nowhere else; the teller sees who looked and why."""
    found = _matter(request, reference)
    try:
        opened = sealed.read_identity(
            actor=request.actor, matter=found.id, reason=request.POST.get("reason", "")[:500]
        )
    except Refused as refused:
        desk = Desk(request.sitting, found, refused=words.refusal(refused.code))
        return _shown(request, desk, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _shown(request, Desk(request.sitting, _matter(request, reference), identity=opened))


@staff_page
@require_http_methods(["GET", "POST"])
def erase(request: StaffRequest, reference: str) -> HttpResponse:
    """Erase what the tellers wrote in an ended matter, as they asked; after a page that asks."""
    desk = Desk(request.sitting, _matter(request, reference))
    if not desk.may_erase:
        raise Http404
    if request.method != "POST":
        return render(request, "direct/desk/erase.html", {"work": desk, "matter": desk.matter})
    actions.erase(actor=request.actor, matter=desk.matter)
    return _done(request, desk.matter, _("已抹除来信人写下的内容"))


# --- the way a matter goes -----------------------------------------------------------------------


@staff_page
@require_safe
def loop(request: StaffRequest, name: str) -> HttpResponse:
    """A loop's picture, drawn from its declaration: what holds here, not what someone once drew."""
    if name not in LOOPS:
        raise Http404
    declared = LOOPS[name]
    picture = mark_safe(draw(declared, loop_words.words(declared)))  # noqa: S308 -- our own drawing
    return render(request, "direct/desk/loop.html", {"loop": declared, "picture": picture})


# --- notices -------------------------------------------------------------------------------------


@staff_page
@require_http_methods(["GET", "POST"])
def told(request: StaffRequest) -> HttpResponse:
    """What the reader's roles and they themselves were told; reading one marks it for the role."""
    mine = notices.for_actor(request.actor)
    if request.method == "POST":
        chosen = request.POST.get("notice", "")
        upto = request.POST.get("upto", "")
        wanted = Q(pk=_number(chosen)) if chosen else Q(pk__lte=_number(upto))
        unread = mine.filter(wanted, read_at=None).values("pk")
        OutboxMessage.objects.filter(pk__in=list(unread.values_list("pk", flat=True))).update(
            read_at=timezone.now()
        )
        return redirect("direct:notices")
    if before := _number(request.GET.get("before", "")):
        mine = mine.filter(pk__lt=before)
    rows = list(mine.select_related("matter")[: lists.PAGE + 1])
    shown = rows[: lists.PAGE]
    return render(
        request,
        "direct/desk/notices.html",
        {
            "notices": [(row, letters.LETTERS[row.template]) for row in shown],
            "newest": shown[0].pk if shown else 0,
            "older": shown[-1].pk if len(rows) > lists.PAGE else None,
            "waiting": any(row.read_at is None for row in shown),
        },
    )


def _number(text: str) -> int:
    """A row's number as an address or a form carries it; 0 for what is none."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0
