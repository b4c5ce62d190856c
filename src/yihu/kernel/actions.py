"""Opening a matter, moving it, and acting on it: the three ways its history grows.

Each is one transaction: the entry, the matter's new state and clock, the sealed
words and every promise to tell someone commit together or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from django.db import models
from django.utils import timezone
from pydantic import BaseModel

from yihu.kernel import bulk, ledger, outbox, schedule
from yihu.kernel.access import Actor, Conflict, Refused
from yihu.kernel.change import Change
from yihu.kernel.entry import NO_PREVIOUS, canonical_json
from yihu.kernel.loop import Loop
from yihu.kernel.models import Matter, Party, Reply, SealedPart
from yihu.kernel.outbox import Notice
from yihu.kernel.parties import NewParty, make_party, seal_parts
from yihu.kernel.payload import Part, plain, split
from yihu.kernel.queries import standing, visible_to
from yihu.kernel.reference import fingerprint, key_hash, new_reference
from yihu.kernel.writing import one_by_one


@dataclass(frozen=True, slots=True)
class NewMatter:
    """All that opening a matter needs. `rows` are what the room alone keeps of it; `solver` is
    who solves it, where that is known from the beginning."""

    loop: Loop
    kind: str
    door: str
    office: UUID
    watch: UUID | None
    parties: Sequence[NewParty]
    step: str | None = None
    watched: bool = False
    concerns: UUID | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    notices: Sequence[Notice] = ()
    rows: Callable[[Matter], Sequence[models.Model]] = lambda matter: ()
    origin: str = ""
    parent: UUID | None = None
    solver: UUID | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A matter as it stands after the action. `repeated`: this was a retry, answered before."""

    matter: Matter
    repeated: bool = False


NO_REMARKS: Mapping[str, Any] = MappingProxyType({})


class KeyReused(Exception):
    """A client's key came back with other content: a new message, not a retry of the old one."""

    def __init__(self, matter: UUID) -> None:
        super().__init__("this key was used for other content")
        self.matter = matter


# --- opening ---------------------------------------------------------------------------------


def open_matter(
    *,
    actor: Actor,
    new: NewMatter,
    client_key: bytes,
    occurred_at: datetime | None = None,
) -> Done:
    """Open a matter: at most eight statements, pinned by a test.

    A retry with the same key and content is answered as before; other content under
    the same key raises KeyReused.
    """
    now = timezone.now()
    matter, entry, parties, parts = compose(actor, new, occurred_at or now, now)
    schedule.reckon(matter, schedule.events([entry.entry]))
    with one_by_one():
        earlier = _remember("open", client_key, _content_of(new, client_key), matter, now)
        if earlier is not None:
            return Done(Matter.objects.get(pk=earlier.matter_id), repeated=True)
        bulk.insert([matter, *parties, *parts, *new.rows(matter)])
        ledger.insert(entry, log=new.loop.log)
        outbox.promise(matter, new.notices, now)
    return Done(matter)


def _content_of(new: NewMatter, client_key: bytes) -> bytes:
    """All that the sender chose: another choice is another message, not a retry."""
    chosen = canonical_json(
        {
            "facts": {name: plain(value) for name, value in new.facts.items()},
            "kind": new.kind,
            "loop": new.loop.name,
            "office": new.office.hex,
            "parties": [[party.role, party.kind, party.contact_safety] for party in new.parties],
            "step": new.step,
        }
    )
    said = [
        piece
        for party in new.parties
        for part in party.parts
        for piece in (part.what.encode(), part.content)
    ]
    return fingerprint(client_key, chosen.encode(), *said)


def compose(
    actor: Actor, new: NewMatter, occurred_at: datetime, now: datetime
) -> tuple[Matter, ledger.Composed, list[Party], list[SealedPart]]:
    """The rows of a new matter, not yet saved and with no clock yet."""
    step = new.step or new.loop.openings[0]
    matter = Matter(
        id=uuid4(),
        district=actor.district,
        loop=new.loop.name,
        kind=new.kind,
        reference=new_reference(),
        door=new.door,
        origin=new.origin,
        office_id=new.office,
        concerns_id=new.concerns,
        watch_id=new.watch,
        watched=new.watched,
        solution_owner_id=new.solver,
        step=step,
        step_seq=1,
        seq=0,
        head=NO_PREVIOUS,
        opened_at=occurred_at,
        parent_id=new.parent,
    )
    parties: list[Party] = []
    parts: list[SealedPart] = []
    commitments: list[dict[str, str]] = []
    for newcomer in new.parties:
        party, key = make_party(matter, newcomer)
        parties.append(party)
        sealed, said = seal_parts(matter, party, key, newcomer.parts, seq=1)
        parts += sealed
        commitments += said
    body = {
        "by": actor.signature,
        "calendar": schedule.working_calendar().version,
        "door": new.door,
        "facts": {name: plain(value) for name, value in new.facts.items()},
        "kind": new.kind,
        "loop": new.loop.name,
        "office": new.office.hex,
        "parties": [{"id": party.id.hex, "role": party.role} for party in parties],
        "reference": matter.reference,
        "sealed": commitments,
        "to": step,
    }
    if new.origin:
        body["origin"] = new.origin
    if new.solver:
        body["solver"] = new.solver.hex
    entry = ledger.compose(matter, "opened", body, occurred_at, now)
    return matter, entry, parties, parts


# --- moving and acting -----------------------------------------------------------------------


def move(
    *,
    actor: Actor,
    matter: UUID,
    name: str,
    seq: int,
    client_key: bytes,
    payload: BaseModel | None = None,
    notices: Sequence[Notice] = (),
    parts: Sequence[Part] = (),
    remarks: Mapping[str, Any] = NO_REMARKS,
    occurred_at: datetime | None = None,
) -> Done:
    """Make a move of the matter's loop, as read at entry `seq`.

    `remarks` are facts that the house itself adds to what the actor said.
    Raises Conflict if the matter has moved on since; Refused if the actor may not
    make this move, or it would leave someone unanswered; Matter.DoesNotExist if the
    actor may not know of the matter.
    """
    with one_by_one():
        change = _begin(actor, matter, name, client_key, payload, occurred_at, parts)
        if isinstance(change, Done):
            return change
        if change.matter.seq != seq:
            raise Conflict(change.matter.seq)
        change.facts |= remarks
        declared = change.matter.declared.move(name, change.matter.step)
        if declared is None:
            raise Refused("no_such_move", f"{name} does not lead on from {change.matter.step}")
        change.require(declared.by)
        change.make_move(declared)
        _commit(change, "moved", notices)
    return Done(change.matter)


def act(
    *,
    actor: Actor,
    matter: UUID,
    name: str,
    client_key: bytes,
    payload: BaseModel | None = None,
    notices: Sequence[Notice] = (),
    parts: Sequence[Part] = (),
    remarks: Mapping[str, Any] = NO_REMARKS,
    occurred_at: datetime | None = None,
) -> Done:
    """Do something to a matter that leaves it at its step; it conflicts with nothing.

    Raises Refused if the actor may not; Matter.DoesNotExist if the actor may not
    know of the matter.
    """
    with one_by_one():
        change = _begin(actor, matter, name, client_key, payload, occurred_at, parts)
        if isinstance(change, Done):
            return change
        change.facts |= remarks
        declared = change.matter.declared.act(name, change.matter.step)
        if declared is None:
            raise Refused("no_such_act", f"{name} cannot be done at {change.matter.step}")
        change.require(declared.by)
        change.make_act(declared)
        _commit(change, "acted", notices)
    return Done(change.matter)


def _begin(
    actor: Actor,
    matter_id: UUID,
    name: str,
    client_key: bytes,
    payload: BaseModel | None,
    occurred_at: datetime | None,
    more_parts: Sequence[Part] = (),
) -> Change | Done:
    """A change to the matter as it stands, locked; Done if this is a retry."""
    now = timezone.now()
    matter = visible_to(actor).select_for_update(of=("self",)).get(pk=matter_id)
    content = [payload.model_dump_json().encode() if payload else b""]
    content += [piece for part in more_parts for piece in (part.what.encode(), part.content)]
    scope = f"{matter.id.hex} {name}"
    if _remember(scope, client_key, fingerprint(client_key, *content), matter, now) is not None:
        return Done(matter, repeated=True)
    facts, parts = split(payload)
    return Change(
        actor=actor,
        matter=matter,
        name=name,
        now=now,
        occurred_at=occurred_at or now,
        standing=standing(matter),
        facts=facts,
        parts=[*parts, *more_parts],
    )


def _commit(change: Change, kind: str, notices: Sequence[Notice]) -> None:
    """Write the entry and all that goes with it. The clock is reckoned anew where it hears of
    what happened; else it stands as it stood."""
    matter = change.matter
    entry, rows = change.entry(kind)
    if news := schedule.events([entry.entry]):
        schedule.reckon(matter, [*schedule.events(change.entries), *news])
    ledger.insert(entry, log=matter.declared.log)
    bulk.insert([*change.newcomers, *rows])
    for answer in change.touched.values():
        answer.save()
    matter.save(force_update=True)
    outbox.promise(matter, [*change.notices, *notices], change.now)


def _remember(
    scope: str, client_key: bytes, fingerprint: bytes, matter: Matter, now: datetime
) -> Reply | None:
    """Take the client's key; the earlier reply if it was taken before."""
    reply = Reply(
        key_hash=key_hash(scope, client_key),
        fingerprint=fingerprint,
        matter=matter,
        seq=matter.seq,
        recorded_at=now,
    )
    if bulk.insert_if_new(reply):
        return None
    earlier = Reply.objects.get(pk=reply.key_hash)
    if bytes(earlier.fingerprint) != fingerprint:
        raise KeyReused(earlier.matter_id)
    return earlier
