"""The moves and acts of the loops as operations: one for each name, typed by its own schema.

Nothing is written down twice: a page's form and an operation here are both made from
what the loop declares, so they take exactly the same.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Annotated, Any, cast

from ninja import Header, Query, Schema
from pydantic import BaseModel

from yihu.api.problems import Problem, refused
from yihu.direct.desk_matter import ON_A_PAGE
from yihu.direct.loops import NAMES
from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, Refused
from yihu.kernel.actions import NO_REMARKS, Done, KeyReused
from yihu.kernel.loop import LOOPS, Act, Move, Seat
from yihu.kernel.models import Matter
from yihu.kernel.vault import Erased

KEY = re.compile("^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$")
"""16 bytes in hex, with hyphens or without."""
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=KEY.pattern,
        description="16 random bytes in hex, or a UUID: the same for every retry",
    ),
]
Seq = Annotated[
    int, Query(ge=1, le=2**31 - 1, description="the matter's seq when you last read it")
]


def titled(title: object) -> str:
    """A summary that becomes text only in a description, in its reader's language."""
    return cast(str, title)


def client_key(key: str) -> bytes:
    return bytes.fromhex(key.replace("-", ""))


def offered(*, to_party: bool) -> Iterator[Move | Act]:
    """What parties, or staff, can do somewhere in the loops of this room: each name once.

    Raises ValueError where two loops mean different things by one name.
    """
    found: dict[str, Move | Act] = {}
    for name in NAMES:
        declared: list[Move | Act] = [*LOOPS[name].moves, *LOOPS[name].acts]
        for one in declared:
            if one.name in ON_A_PAGE or not any(_is_theirs(role.seat, to_party) for role in one.by):
                continue
            known = found.setdefault(one.name, one)
            if known.takes is not one.takes or type(known) is not type(one):
                raise ValueError(f"{one.name} takes different things in different loops")
    yield from found.values()


def _is_theirs(seat: Seat, to_party: bool) -> bool:
    return seat is Seat.PARTY if to_party else seat not in (Seat.PARTY, Seat.CLOCK)


def names(found: Matter, *, to_party: bool) -> set[str]:
    """The names that lead on from where a matter stands."""
    loop = found.declared
    here: list[Move | Act] = [*loop.moves_from(found.step), *loop.acts_at(found.step)]
    return {one.name for one in here if any(_is_theirs(r.seat, to_party) for r in one.by)}


def make(
    actor: Actor,
    found: Matter,
    declared: Move | Act,
    said: BaseModel,
    key: str,
    seq: int = 0,
    remarks: Mapping[str, Any] = NO_REMARKS,
) -> dict[str, Any]:
    """Make the move or do the act; what went wrong comes as a Problem. Conflict passes through:
    who asked needs the matter as it stands."""
    common: dict[str, Any] = {
        "actor": actor,
        "matter": found.id,
        "name": declared.name,
        "client_key": client_key(key),
        "payload": said if declared.takes else None,
        "remarks": remarks,
    }
    try:
        if isinstance(declared, Move):
            return _done(kernel.move(**common, seq=seq))
        return _done(kernel.act(**common))
    except Matter.DoesNotExist:
        raise Problem(HTTPStatus.NOT_FOUND, "not_found") from None
    except KeyReused:
        raise Problem(HTTPStatus.CONFLICT, "key_reused") from None
    except Erased:
        raise Problem(HTTPStatus.CONFLICT, "erased") from None
    except Refused as no:
        raise refused(no.code, no.data.get("field")) from None


def _done(done: Done) -> dict[str, Any]:
    matter = done.matter
    return {
        "reference": matter.reference,
        "seq": matter.seq,
        "step": matter.step,
        "step_title": str(matter.declared.places[matter.step].title),
        "repeated": done.repeated,
    }


def overtaken(current: Schema) -> Problem:
    """Somebody was quicker: the matter as it stands now."""
    return Problem(HTTPStatus.CONFLICT, "conflict", current=current.model_dump(mode="json"))
