"""Answering a call: it was shown, received, given back. Whoever is called acts as their party of
the call's matter, so that every answer is an entry of its own.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from yihu.kernel import actions as kernel
from yihu.kernel.access import Actor, ActorKind, Refused
from yihu.kernel.actions import NO_REMARKS, Done
from yihu.kernel.models import Matter
from yihu.kernel.payload import split
from yihu.kernel.queries import visible_to
from yihu.kernel.writing import one_by_one
from yihu.radio.call_queries import addressed_to, words_of
from yihu.radio.happenings import tell
from yihu.radio.loops import CALL
from yihu.radio.models import Addressee, CallKind
from yihu.radio.queries import directing
from yihu.radio.readback import differences
from yihu.radio.schemas import HeardBack, ReadBack


def hear(*, actor: Actor, call: UUID) -> None:
    """A set of the actor's has shown the call. Once; again it does nothing."""
    with one_by_one():
        seat = _seat(actor, call)
        if seat.heard_at is None:
            _act(actor, seat, "hear")
            _note(seat)


def answer(*, actor: Actor, call: UUID) -> None:
    """The actor has received the call, and says so. Once; again it does nothing.

    Raises Refused `read_back` for an instruction, which is given back instead.
    """
    with one_by_one():
        seat = _seat(actor, call)
        if seat.call.kind == CallKind.INSTRUCTION:
            raise Refused("read_back", "an instruction is answered by giving it back")
        if seat.answered_at is None:
            done = _act(actor, seat, "answer")
            _note(seat, answered=True)
            if not seat.call.addressees.filter(answered_at=None).exists():
                _finish(_party(seat), actor, done.matter, "complete")


def read_back(*, actor: Actor, call: UUID, given: ReadBack) -> bool:
    """The actor gives an instruction back; whether it is what was asked. Once: what was given
    first stands, and what is wrong in it is put right by whoever directs."""
    with one_by_one():
        seat = _seat(actor, call)
        if seat.call.kind != CallKind.INSTRUCTION:
            raise Refused("no_such_act", "only an instruction is given back")
        if seat.answered_at is not None:
            return not seat.mismatch
        asked = seat.call.asks | words_of([seat.call])[seat.call.pk]
        codes, _parts = split(given)
        wrong = bool(differences(asked, given.model_dump()))
        done = _act(actor, seat, "read_back", given, {"matches": not wrong})
        _note(seat, answered=True, read_back=codes, mismatch=wrong)
        _compared(seat, _party(seat), actor, done.matter)
        return not wrong


def hear_back(*, actor: Actor, call: UUID, matches: bool) -> None:
    """Whoever directs heard the instruction given back by voice: the same, or changed."""
    with one_by_one():
        matter = visible_to(actor).get(pk=call, loop=CALL.name, kind=CallKind.INSTRUCTION)
        seat = Addressee.objects.select_related("call__matter").get(call=matter.pk)
        if seat.answered_at is not None:
            return
        done = kernel.act(
            actor=actor,
            matter=call,
            name="hear_back",
            client_key=b"hear back",
            payload=HeardBack(matches=matches),
        )
        _note(seat, answered=True, mismatch=not matches)
        _compared(seat, actor, actor, done.matter)


def _compared(seat: Addressee, actor: Actor, by: Actor, matter: Matter) -> None:
    """Both ends are told at once of what came back otherwise than it was asked."""
    _finish(actor, by, matter, "misread" if seat.mismatch else "complete")
    people = {person for person in (seat.person_id, seat.call.sender_id) if person is not None}
    if seat.mismatch:
        people |= directing(matter.district, matter.office_id)
    tell(matter.district, "call", matter.reference, people=people)


def _seat(actor: Actor, call: UUID) -> Addressee:
    """The place in a call that is the actor's, or their unit's, to answer."""
    found = addressed_to(actor).select_related("call__matter").filter(call=call).first()
    if found is None:
        raise Refused("not_yours", "this call is not for the actor")
    return found


def _party(seat: Addressee) -> Actor:
    return Actor(ActorKind.PARTY, seat.party, seat.call.district)


def _act(
    actor: Actor,
    seat: Addressee,
    name: str,
    payload: ReadBack | None = None,
    remarks: Mapping[str, Any] = NO_REMARKS,
) -> Done:
    """As the party that was called; the entry says who that was."""
    return kernel.act(
        actor=_party(seat),
        matter=seat.call_id,
        name=name,
        client_key=seat.party.bytes,
        payload=payload,
        remarks={"person": actor.staff_id.hex, **remarks},
    )


def _note(seat: Addressee, *, answered: bool = False, **more: Any) -> None:
    """Who answers has heard."""
    now = timezone.now()
    noted = {"heard_at": seat.heard_at or now, **({"answered_at": now} if answered else {}), **more}
    for name, value in noted.items():
        setattr(seat, name, value)
    seat.save(update_fields=list(noted))


def _finish(actor: Actor, by: Actor, matter: Matter, name: str) -> None:
    """Move a call on, where it still waits: one that was followed up stays as it is. `by`: who
    acted as that party, or the actor."""
    if matter.declared.move(name, matter.step):
        kernel.move(
            actor=actor,
            matter=matter.pk,
            name=name,
            seq=matter.seq,
            client_key=name.encode(),
            remarks={"person": by.staff_id.hex},
        )
