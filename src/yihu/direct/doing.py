"""Making a move or an act from a page: what was typed is shown again whatever comes in between.

Each room that shows matters of its own says how in a `Counter`; the way is the same for all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse
from pydantic import BaseModel

from yihu.direct import desk_matter
from yihu.direct.desk_matter import Deed, Desk
from yihu.kernel import actions as kernel
from yihu.kernel.access import Conflict, Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.loop import Act, Loop, Move
from yihu.kernel.models import Matter
from yihu.people.desk import StaffRequest


def find(request: StaffRequest, reference: str, loops: tuple[str, ...]) -> Matter:
    """A matter of these loops; 404 alike for one that does not exist and for one that the reader
    may not know of."""
    try:
        matter = desk_matter.find(request.actor, reference)
    except Matter.DoesNotExist:
        raise Http404 from None
    if matter.loop not in loops:
        raise Http404
    return matter


@dataclass(frozen=True, slots=True)
class Counter[D: Desk]:
    """How a room shows its matters, what it says once something is done, and who makes
    moves and acts."""

    loops: tuple[str, ...]
    desk: type[D]
    shown: Callable[[StaffRequest, D, int], HttpResponse]
    done: Callable[[StaffRequest, Matter, str], HttpResponse]
    move: Callable[..., object] = kernel.move
    act: Callable[..., object] = kernel.act

    def do(self, request: StaffRequest, reference: str, name: str) -> HttpResponse:
        """Make a move or an act as the request's form says."""
        found = find(request, reference, self.loops)
        declared = _declared(found.declared, name, found.step, self.desk.paged)
        desk = self.desk(request.sitting, found)
        client_key = _client_key(request)
        deed = desk.deed(declared, request.POST, client_key.hex())
        if not deed.form.is_valid():
            return self._again(request, found, deed)
        seq = request.POST.get("seq", "")
        read_at = int(seq) if seq.isascii() and seq.isdecimal() and len(seq) < 10 else 0
        try:
            self._make(request, found, declared, deed.form.payload, read_at, client_key)
        except (Conflict, KeyReused):
            return self._overtaken(request, reference, declared, read_at)
        except Refused as refused:
            if refused.code in ("no_such_move", "no_such_act"):
                return self._overtaken(request, reference, declared, read_at)
            field = refused.data.get("field")
            place = str(field) if field in deed.form.fields else None
            deed.form.add_error(place, desk.language.refusal(refused.code))
            return self._again(request, found, deed)
        return self.done(request, found, str(desk.language.DONE.get(name, declared.title)))

    def _make(
        self,
        request: StaffRequest,
        found: Matter,
        declared: Move | Act,
        payload: BaseModel | None,
        read_at: int,
        client_key: bytes,
    ) -> None:
        common: dict[str, Any] = {
            "actor": request.actor,
            "matter": found.id,
            "name": declared.name,
            "client_key": client_key,
            "payload": payload,
        }
        if isinstance(declared, Move):
            self.move(**common, seq=read_at)
        else:
            self.act(**common)

    def _again(self, request: StaffRequest, found: Matter, deed: Deed) -> HttpResponse:
        desk = self.desk(request.sitting, found, answering=deed)
        return self.shown(request, desk, HTTPStatus.UNPROCESSABLE_ENTITY)

    def _overtaken(
        self, request: StaffRequest, reference: str, declared: Move | Act, read_at: int
    ) -> HttpResponse:
        """Somebody was quicker: the matter as it stands now, what happened, and the words kept."""
        found = find(request, reference, self.loops)
        desk = self.desk(request.sitting, found, since=read_at)
        desk.answering = desk.deed(declared, request.POST)
        return self.shown(request, desk, HTTPStatus.CONFLICT)


def _declared(loop: Loop, name: str, step: str, paged: frozenset[str]) -> Move | Act:
    """What a name means here; where it means nothing here any more, what it meant before."""
    here = loop.move(name, step) or loop.act(name, step)
    known: list[Move | Act] = [*loop.moves, *loop.acts]
    found = here or next((one for one in known if one.name == name), None)
    if found is None or name in paged:
        raise Http404
    return found


def _client_key(request: StaffRequest) -> bytes:
    try:
        return bytes.fromhex(request.POST.get("key", "")) or uuid4().bytes
    except ValueError:
        return uuid4().bytes
