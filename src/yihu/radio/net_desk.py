"""A talk group or a set in custody on somebody's desk: the direct desk, in the net's words."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yihu.direct import doing
from yihu.direct.inside import Inside
from yihu.kernel.access import Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.loop import Act, Move
from yihu.kernel.models import Matter
from yihu.kernel.timeline import Happening
from yihu.people.desk import StaffRequest, staff_page
from yihu.people.directory import Holding
from yihu.people.queries import directed_by
from yihu.radio import custody, groups, net_queries, net_words
from yihu.radio.loops import CUSTODY, TALKGROUP
from yihu.radio.models import GroupKind, GroupMember

OWN_FORMS = frozenset({"put_on", "take_off"})
"""Acts that have forms of their own, since they keep a row beside the entry."""
FEW = 6
"""Names that a line of the history says; of more it gives the number."""
MOVES: dict[str, Callable[..., object]] = {
    TALKGROUP.name: groups.move,
    CUSTODY.name: custody.move,
}
PAGES = {TALKGROUP.name: "radio:talkgroup", CUSTODY.name: "radio:custody"}


class Work(Inside):
    language: ClassVar[Any] = net_words
    do_page: ClassVar[str] = "radio:net_do"

    def _sensible(self, declared: Move | Act) -> bool:
        kept = declared.name == "keep" and self.matter.kind == GroupKind.PRIVATE
        return declared.name not in OWN_FORMS and not kept and super()._sensible(declared)

    def _facts(self, happening: Happening) -> Iterable[str]:
        facts = happening.facts
        if people := facts.get("members"):
            names = _("、").join(map(self._name, people[:FEW]))
            said = _("成员：%(names)s") if len(people) <= FEW else _("成员：%(names)s等 %(n)d 人")
            yield said % {"names": names, "n": len(people)}
        if "person" in facts:
            listens = facts.get("talks") is False
            yield self._name(facts["person"]) + (_("（只听）") if listens else "")
        if "radio" in facts:
            yield _("%(number)s 号，发给%(unit)s，%(name)s签收") % {
                "number": facts["radio"],
                "unit": self.house(UUID(facts["holder"])),
                "name": self._name(facts["received_by"]),
            }


# --- making a move -------------------------------------------------------------------------------


def page(
    request: StaffRequest, work: Work, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    """A group's page, or a custody's."""
    matter = work.matter
    context: dict[str, Any] = {"work": work, "matter": matter, "words": work.heading, **more}
    if matter.loop == TALKGROUP.name:

        def held(member: GroupMember) -> list[Holding]:
            return request.sitting.roster.held_by(member.person_id)

        group = context["group"] = matter.talkgroup
        arranged = group.organisation_id in directed_by(request.actor)
        context["arranges"] = arranged and group.kind != GroupKind.PRIVATE and matter.is_open
        context["members"] = [
            (member, _("、").join(map(request.sitting.roster.title, held(member))))
            for member in net_queries.members(group)
        ]
        return render(request, "radio/net/group.html", context, status=status)
    context["custody"] = net_queries.custody(request.actor, matter.reference)
    return render(request, "radio/net/custody.html", context, status=status)


def _done(request: StaffRequest, found: Matter, sentence: str) -> HttpResponse:
    messages.success(request, _("已记下：%(what)s") % {"what": sentence}, extra_tags="done")
    return redirect(PAGES[found.loop], found.reference)


def counter(loop: str) -> doing.Counter[Work]:
    return doing.Counter((loop,), Work, page, _done, MOVES[loop])


@staff_page
@require_POST
def do(request: StaffRequest, reference: str, name: str) -> HttpResponse:
    if name in OWN_FORMS:
        raise Http404
    found = doing.find(request, reference, tuple(PAGES))
    return counter(found.loop).do(request, reference, name)


# --- what a form asks ----------------------------------------------------------------------------


def made(
    form: Form, make: Callable[[], object], refusal: Callable[[str], str] = net_words.refusal
) -> bool:
    """Do what a valid form asks; what is refused comes back as a sentence at its field."""
    if not form.is_valid():
        return False
    try:
        make()
    except KeyReused:
        form.add_error(None, refusal("sent_before"))
        return False
    except Refused as refused:
        field = str(refused.data.get("field", ""))
        form.add_error(field if field in form.fields else None, refusal(refused.code))
        return False
    return True


def said(request: StaffRequest, sentence: str) -> None:
    messages.success(request, sentence, extra_tags="done")
