"""What a member of staff's program does: the list, one matter, every move and act of theirs."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router

from yihu.api import shapes
from yihu.api.access import READS, WRITES
from yihu.api.making import Key, Seq, make, offered, overtaken, titled
from yihu.api.problems import Problem
from yihu.direct import inbox, words
from yihu.direct.desk_matter import Desk, find
from yihu.kernel.access import Conflict
from yihu.kernel.loop import Act, Move
from yihu.kernel.models import Matter
from yihu.kernel.timeline import excerpts
from yihu.people.desk import Sitting

router = Router(tags=["staff"])
REFERENCE = 9
"""Characters."""


@router.get(
    "/matters",
    auth=READS,
    response=shapes.Listed,
    operation_id="listMatters",
    summary=titled(_("我的来信")),
)
def list_matters(
    request: HttpRequest,
    due: str = "",
    kind: str = "",
    step: str = "",
    whose: str = "",
    q: str = "",
    list: str = "",
    after: str = "",
) -> dict[str, Any]:
    """The token holder's own list, the most urgent first; `list=all`: what has ended, too."""
    asked = {"due": due, "kind": kind, "step": step, "whose": whose, "q": q, "list": list}
    page = inbox.read(_sitting(request), inbox.Asked.of({**asked, "after": after}))
    matters = [*page.matters]
    said = excerpts(matters)
    return {
        "matters": [{**_row(matter), "excerpt": said.get(matter.id, "")} for matter in matters],
        "more": page.more,
        "count": page.count,
    }


@router.get(
    "/matters/{reference}",
    auth=READS,
    response=shapes.Matter,
    operation_id="readMatter",
    summary=titled(_("看一件")),
)
def read_matter(request: HttpRequest, reference: str) -> dict[str, Any]:
    """One matter with its history. Who wrote it is read at the desk, with a reason."""
    sitting = _sitting(request)
    return _matter(Desk(sitting, _find(sitting, reference)))


def _sitting(request: HttpRequest) -> Sitting:
    sitting: Sitting = request.auth  # type: ignore[attr-defined]
    return sitting


def _find(sitting: Sitting, reference: str) -> Matter:
    """404 alike for a matter that does not exist and for one that the reader may not know of."""
    try:
        if len(reference) == REFERENCE and reference.isascii() and reference.isprintable():
            return find(sitting.actor, reference)
    except Matter.DoesNotExist:
        pass
    raise Problem(HTTPStatus.NOT_FOUND, "not_found")


def _row(matter: Matter) -> dict[str, Any]:
    return {
        "reference": matter.reference,
        "kind": matter.kind,
        "step": matter.step,
        "step_title": str(matter.declared.places[matter.step].title),
        "owner": words.owner(matter),
        "opened_at": matter.opened_at,
        "due_at": matter.due_at,
        "paused_until": matter.paused_until,
        "closed_at": matter.closed_at,
    }


def _matter(desk: Desk) -> dict[str, Any]:
    matter = desk.matter
    return {
        **_row(matter),
        "loop": matter.loop,
        "office": desk.house(matter.office_id),
        "seq": matter.seq,
        "outcome": matter.outcome,
        "answered_at": matter.answered_at,
        "opening": desk.opening,
        "history": desk.lines,
        "moves": sorted(d.name for d in desk.deeds if isinstance(d.declared, Move)),
        "acts": sorted(d.name for d in desk.deeds if isinstance(d.declared, Act)),
    }


# --- moves and acts ------------------------------------------------------------------------------


def _add(declared: Move | Act) -> None:
    """The operation that makes one move, or does one act, on a matter of the holder's."""
    takes = declared.takes or shapes.Nothing

    def make_move(
        request: HttpRequest,
        reference: str,
        said: takes,  # type: ignore[valid-type]
        key: Key,
        seq: Seq,
    ) -> dict[str, Any]:
        return _make(request, reference, declared, said, key, seq)

    def do_act(
        request: HttpRequest,
        reference: str,
        said: takes,  # type: ignore[valid-type]
        key: Key,
    ) -> dict[str, Any]:
        return _make(request, reference, declared, said, key)

    is_move = isinstance(declared, Move)
    path = f"/matters/{{reference}}/{'moves' if is_move else 'acts'}/{declared.name}"
    router.post(
        path,
        auth=WRITES,
        response=shapes.Done,
        operation_id=f"matter_{declared.name}",
        summary=titled(declared.title),
        url_name=f"matter_{declared.name}",
    )(make_move if is_move else do_act)


def _make(
    request: HttpRequest, reference: str, declared: Move | Act, said: Any, key: str, seq: int = 0
) -> dict[str, Any]:
    sitting = _sitting(request)
    found = _find(sitting, reference)
    try:
        return make(sitting.actor, found, declared, said, key, seq)
    except Conflict:
        desk = Desk(sitting, _find(sitting, reference))
        raise overtaken(shapes.Matter.model_validate(_matter(desk))) from None


for _declared in offered(to_party=False):
    _add(_declared)
