"""Matters that happened before, or elsewhere: their whole past, written in bulk.

The past goes through the same loops, rules and entries as the present: each move
must be one that leads on from where the matter then stood, made by someone who may
make it, and no matter ends unanswered. Entries carry the true `occurred_at`;
`recorded_at` is now, and the matter's `origin` says where it comes from. Nobody is
told anything and nothing is escalated; only what the clock does by itself when
nobody answers (a lapse that is a move) has happened, too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import batched
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from pydantic import BaseModel

from yihu.kernel import actions, bulk, ledger, schedule
from yihu.kernel.access import (
    Actor,
    ActorKind,
    Address,
    Directory,
    Refused,
    Standing,
    clock_actor,
    directory,
)
from yihu.kernel.actions import NewMatter
from yihu.kernel.change import Answers, Change
from yihu.kernel.loop import Act, Move
from yihu.kernel.models import Matter, Party, Reply, SealedPart
from yihu.kernel.parties import SUBJECT, people_who_are
from yihu.kernel.payload import Part, split
from yihu.kernel.reference import fingerprint, key_hash

BATCH = 500
"""Matters in one transaction: large enough for speed, small enough to hold nobody up."""
SCOPE = "import"


@dataclass(frozen=True, slots=True)
class PastMove:
    """A move or an act that was made. A party of no id stands for the one whose turn it was."""

    name: str
    by: Actor
    occurred_at: datetime
    payload: BaseModel | None = None
    parts: Sequence[Part] = ()


@dataclass(frozen=True, slots=True)
class PastMatter:
    """A matter as it would have been opened, when that was, and what happened since.

    `key` makes recording it again do nothing; `new.origin` must say where it comes from.
    """

    new: NewMatter
    occurred_at: datetime
    happened: Sequence[PastMove] = ()
    key: bytes | None = None

    @property
    def fingerprint(self) -> bytes:
        """Tells whether what is recorded under the key again is still the same."""
        said = [part.content for party in self.new.parties for part in party.parts]
        for one in self.happened:
            said += [f"{one.name} {one.occurred_at.isoformat()}".encode()]
            said += [one.payload.model_dump_json().encode()] if one.payload else []
        return fingerprint(self.key or b"", self.new.kind.encode(), *said)


@dataclass(slots=True)
class Recorded:
    """What was written. `repeated` were there before, `changed` of them with other content."""

    matters: int = 0
    entries: int = 0
    repeated: int = 0
    changed: int = 0

    def count(
        self, batch: Sequence[PastMatter], fresh: Sequence[PastMatter], before: dict[bytes, bytes]
    ) -> None:
        self.matters += len(fresh)
        self.repeated += len(batch) - len(fresh)
        self.changed += sum(
            past.fingerprint != before[_hash(past.key)]
            for past in batch
            if past.key is not None and _hash(past.key) in before
        )


class BadHistory(Exception):
    """This cannot have happened: out of order, yet to come, or of no named origin."""


def record(
    *,
    actor: Actor,
    matters: Iterable[PastMatter],
    batch: int = BATCH,
    progress: Callable[[int], object] | None = None,
) -> Recorded:
    """Write past matters, each opened by `actor`; `progress` is told how many more are done.

    One transaction a batch: killed between two, it is simply run again, and what has a
    key is not written twice. Raises BadHistory, or Refused as the present would.
    The entries wait for the sequencer like all others.
    """
    done, people = Recorded(), Remembered(directory())
    for some in batched(matters, batch):
        _record_batch(actor, some, people, done)
        if progress is not None:
            progress(len(some))
    return done


def compare(matters: Iterable[PastMatter], batch: int = BATCH) -> Recorded:
    """What `record` would find new, repeated and changed, by their keys; it writes nothing."""
    found = Recorded()
    for some in batched(matters, batch):
        before = _kept(some)
        found.count(some, list(_unkept(some, set(before))), before)
    return found


def _record_batch(
    actor: Actor, batch: Sequence[PastMatter], people: Directory, done: Recorded
) -> None:
    while True:
        before = _kept(batch)
        fresh = list(_unkept(batch, set(before)))
        now = timezone.now()
        pasts = _compose(actor, fresh, people, now)
        try:
            with transaction.atomic():
                _write(pasts, now)
            break
        except IntegrityError:  # someone else has just recorded the same?
            if _kept(batch) == before:
                raise
    done.entries += sum(len(past.entries) for past in pasts)
    done.count(batch, fresh, before)


def _hash(key: bytes) -> bytes:
    return key_hash(SCOPE, key)


def _kept(batch: Sequence[PastMatter]) -> dict[bytes, bytes]:
    """Of these matters' keys, hashed, those that are recorded; with the fingerprint."""
    keys = [_hash(past.key) for past in batch if past.key is not None]
    rows = Reply.objects.filter(pk__in=keys).values_list("key_hash", "fingerprint") if keys else ()
    return {bytes(key): bytes(content) for key, content in rows}


def _unkept(batch: Sequence[PastMatter], seen: set[bytes]) -> Iterator[PastMatter]:
    for past in batch:
        if past.key is None:
            yield past
        elif (hashed := _hash(past.key)) not in seen:
            seen.add(hashed)
            yield past


def _compose(
    actor: Actor, batch: Sequence[PastMatter], people: Directory, now: datetime
) -> "list[_Past]":
    """Each matter's past, once more where its reference is taken: among a million references
    of 40 random bits, two may well be the same.
    """
    done: list[_Past] = []
    taken: set[str] = set()
    waiting = list(batch)
    while waiting:
        pasts = [_Past.compose(actor, told, people, now) for told in waiting]
        drawn = [past.matter.reference for past in pasts]
        taken |= set(Matter.objects.filter(reference__in=drawn).values_list("reference", flat=True))
        waiting = []
        for past in pasts:
            if past.matter.reference in taken:
                waiting.append(past.told)
            else:
                taken.add(past.matter.reference)
                done.append(past)
    return done


# --- one matter's past ---------------------------------------------------------------------------


@dataclass(slots=True)
class _Past:
    """A matter and all its rows, made in memory."""

    told: PastMatter
    matter: Matter
    parties: list[Party]
    parts: list[SealedPart]
    entries: list[ledger.Composed]
    people: Directory
    now: datetime
    answers: Answers = field(default_factory=dict)
    rows: list[models.Model] = field(default_factory=list)

    @classmethod
    def compose(cls, actor: Actor, told: PastMatter, people: Directory, now: datetime) -> "_Past":
        if not told.new.origin:
            raise BadHistory("history needs an origin, so that nobody takes it for the present")
        if told.occurred_at > now:
            raise BadHistory(f"{told.occurred_at.isoformat()} is yet to come")
        matter, opened, parties, parts = actions.compose(actor, told.new, told.occurred_at, now)
        past = cls(told, matter, parties, parts, [opened], people, now)
        past.rows += told.new.rows(matter)
        for move in told.happened:
            past.happen(move)
        past.rest()
        return past

    def happen(self, past: PastMove) -> None:
        """Make a move or an act, as `actions` would have made it then."""
        matter, latest = self.matter, self.entries[-1].entry.occurred_at
        if not latest <= past.occurred_at <= self.now:
            raise BadHistory(
                f"{past.name} at {past.occurred_at.isoformat()} is not between what came before "
                f"it, at {latest.isoformat()}, and now"
            )
        loop = matter.declared
        declared = loop.move(past.name, matter.step) or loop.act(past.name, matter.step)
        if declared is None:
            raise Refused("no_such_move", f"{past.name} does not lead on from {matter.step}")
        facts, parts = split(past.payload)
        change = Change(
            actor=self._present(past.by, declared),
            matter=matter,
            name=past.name,
            now=self.now,
            occurred_at=past.occurred_at,
            standing=self._standing(),
            facts=facts,
            parts=[*parts, *past.parts],
        )
        change.people, change.answers, change.has_open_children = self.people, self.answers, False
        change.parties, change.entries = self.parties, [one.entry for one in self.entries]
        change.party = next((p for p in self.parties if p.id == change.actor.id), None)
        change.require(declared.by)
        if isinstance(declared, Move):
            change.make_move(declared)
        else:
            change.make_act(declared)
        entry, sealed = change.entry("moved" if isinstance(declared, Move) else "acted")
        self.entries.append(entry)
        self.parts += sealed

    def rest(self) -> None:
        """Set the matter's clock, and make the moves that the clock has made by itself since."""
        matter = self.matter
        while state := schedule.reckon(matter, schedule.events(one.entry for one in self.entries)):
            rung = state.next_rung()
            if rung is None or rung.at > self.now or not isinstance(rung.target, str):
                return
            self.happen(PastMove(rung.target, clock_actor(matter.district), rung.at))

    def _present(self, actor: Actor, declared: Move | Act) -> Actor:
        if actor.kind is not ActorKind.PARTY or actor.id is not None:
            return actor
        roles = {role.code for role in declared.by}
        party = next((party for party in self.parties if party.role in roles), None)
        if party is None:
            raise Refused("not_yours", f"{declared.name} is for no party of this matter")
        return replace(actor, id=party.id)

    def _standing(self) -> Standing:
        return Standing(
            office=self.matter.office_id,
            watch=self.matter.watch_id,
            watched=self.matter.watched,
            solution_owner=self.matter.solution_owner_id,
            subjects=people_who_are(SUBJECT, self.parties),
        )

    def reply(self) -> Reply | None:
        """What keeps this matter from being recorded again."""
        if self.told.key is None:
            return None
        return Reply(
            key_hash=_hash(self.told.key),
            fingerprint=self.told.fingerprint,
            matter=self.matter,
            seq=self.matter.seq,
            recorded_at=self.now,
        )


class Remembered:
    """The directory, asked once for each person and role."""

    def __init__(self, asked: Directory) -> None:
        self._asked = asked
        self._actors: dict[UUID, Actor | None] = {}
        self._holders: dict[tuple[str, UUID], list[Address]] = {}

    def actor(self, person: UUID) -> Actor | None:
        if person not in self._actors:
            self._actors[person] = self._asked.actor(person)
        return self._actors[person]

    def actors(self, people: Iterable[UUID]) -> dict[UUID, Actor]:
        found = {person: self.actor(person) for person in people}
        return {person: actor for person, actor in found.items() if actor is not None}

    def holders(self, role: str, organisation: UUID) -> list[Address]:
        place = role, organisation
        if place not in self._holders:
            self._holders[place] = self._asked.holders(role, organisation)
        return self._holders[place]


# --- writing -------------------------------------------------------------------------------------


def _write(pasts: Sequence[_Past], now: datetime) -> None:
    bulk.insert(past.matter for past in pasts)
    bulk.insert(reply for past in pasts if (reply := past.reply()))
    bulk.insert(party for past in pasts for party in past.parties)
    bulk.insert(part for past in pasts for part in past.parts)
    bulk.insert(answer for past in pasts for answer in past.answers.values())
    bulk.insert(row for past in pasts for row in past.rows)
    logs: dict[str, list[list[ledger.Composed]]] = defaultdict(list)
    for past in pasts:
        logs[past.matter.declared.log].append(past.entries)
    for log, histories in logs.items():
        ledger.insert_whole(histories, log)
