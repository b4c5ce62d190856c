"""One entry in the making: what a move or an act does to a matter, by the rules of its loop.

`actions` makes one change to a matter that is kept, and writes it back in its own
transaction; `history` makes a whole past of them before anything is written. The
rules, and what an entry says, are the same.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from yihu.kernel import effects, ledger, schedule, vault
from yihu.kernel.access import Actor, ActorKind, Directory, Refused, Standing, directory, fills
from yihu.kernel.loop import Act, Does, Move, Role, Seat, Step
from yihu.kernel.models import Answer, Entry, Matter, Party, SealedPart
from yihu.kernel.outbox import Notice
from yihu.kernel.parties import seal_parts
from yihu.kernel.payload import Part

REMIND_BEFORE = timedelta(days=2)
"""How long before its turn ends a party is reminded, once, to say whether it was solved."""

type Answers = dict[tuple[UUID, int], Answer]
"""The answers of a matter, by party and round."""


@dataclass
class Change:
    """A move or an act of `name`, by one actor, on a matter as its `entries` leave it.

    A call has as many parties as people were called, and as many entries as answered: what is
    read of a matter, and what the past of one is given instead, is read when a rule asks.
    It changes `matter` and `answers` in memory; what is to be written beside them is
    in `newcomers`, `touched` and what `entry()` returns.
    """

    actor: Actor
    matter: Matter
    name: str
    now: datetime
    occurred_at: datetime
    standing: Standing
    facts: dict[str, Any] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    newcomers: list[Party] = field(default_factory=list)
    touched: Answers = field(default_factory=dict)

    # --- what is read only when a rule asks for it -------------------------------------------

    @cached_property
    def people(self) -> Directory:
        return directory()

    @cached_property
    def parties(self) -> list[Party]:
        return list(self.matter.parties.all())

    @cached_property
    def entries(self) -> list[Entry]:
        return list(self.matter.entries.order_by("seq"))

    @cached_property
    def answers(self) -> Answers:
        rows = Answer.objects.filter(party__matter=self.matter)
        return {(row.party_id, row.round): row for row in rows}

    @cached_property
    def has_open_children(self) -> bool:
        return self.matter.children.filter(closed_at=None).exists()

    @cached_property
    def party(self) -> Party | None:
        """The acting party, where a party acts."""
        if self.actor.kind is not ActorKind.PARTY or self.actor.id is None:
            return None
        return self.matter.parties.get(pk=self.actor.id)

    def answer_of(self, party: Party) -> Answer:
        """What the party is owed in this round, to be written with the change."""
        place = (party.id, self.matter.round)
        row = self.answers.get(place) or Answer(party=party, round=self.matter.round)
        self.answers[place] = self.touched[place] = row
        return row

    # --- the rules -----------------------------------------------------------------------------

    def require(self, roles: Iterable[Role]) -> None:
        """Raises Refused unless the actor fills one of the roles.

        Whose words were erased can do nothing more: nobody could write to them any longer.
        """
        if self.party is not None and self.party.erased_at is not None:
            raise Refused("erased", "what this party wrote was erased")
        party_role = self.party.role if self.party else None
        for role in roles:
            if fills(self.actor, role, self.standing, party_role, self.people):
                self.body["as"] = role.code
                return
        raise Refused("not_yours", f"{self.name} is not for this actor")

    def make_move(self, declared: Move) -> None:
        loop, matter = self.matter.declared, self.matter
        target = declared.destination(self._times_made(declared))
        effects.apply(self, declared.does)
        effects.take_verdict(self)
        if declared.reopens:
            matter.round += 1
            matter.closed_at = matter.merged_into = None
            matter.outcome = ""
        effects.answer(self, declared)
        if loop.is_end(target):
            effects.require_answers(self, declared, target)
            matter.closed_at = self.occurred_at
        self.body |= {"from": matter.step, "move": declared.name, "to": target}
        before = getattr(loop.places[matter.step], "owner", None)
        matter.step, matter.step_seq, matter.rungs_fired = target, matter.seq + 1, 0
        if "outcome" in self.facts:
            matter.outcome = self.facts["outcome"]
        if not loop.is_end(target):
            owner = loop.step(target).owner
            if owner is not None and owner.seat is Seat.WATCH:
                matter.watched = True  # nobody can own what they cannot see
            if owner is not None and owner.seat is Seat.PARTY:
                self.notices += self._reminders(loop.step(target), owner)
            elif owner is not None and owner != before:
                self.notices.append(Notice("your_turn", role=owner))

    def _reminders(self, step: Step, owner: Role) -> Iterator[Notice]:
        """One for each party whose turn it is, some time before silence is taken as the end;
        none for whom a contact could harm."""
        if step.within is None:
            return
        calendar = schedule.working_calendar()
        round_the_clock = self.matter.declared.round_the_clock
        due = step.within.after(self.occurred_at, calendar, round_the_clock=round_the_clock)
        wait = due - REMIND_BEFORE - self.now
        for party in self.parties:
            if party.role == owner.code and not party.contact_safety and wait > timedelta():
                yield Notice("verdict_reminder", party=party.id, after=wait, while_waiting=True)

    def _times_made(self, declared: Move) -> int:
        if declared.times is None:
            return 0
        bodies = (json.loads(entry.body) for entry in self.entries if entry.kind == "moved")
        return sum(body["move"] == declared.name for body in bodies)

    def make_act(self, declared: Act) -> None:
        self.body |= {"act": declared.name, "at": self.matter.step}
        if declared.does:
            self.body["does"] = declared.does.value
        effects.apply(self, declared.does)
        effects.hear(self)
        if declared.does is Does.ASSIGNS:
            effects.tell_owner(self, "your_turn")

    # --- what is written -----------------------------------------------------------------------

    def entry(self, kind: str) -> tuple[ledger.Composed, list[SealedPart]]:
        """The entry of this change, and the parts that were sealed with it."""
        rows, commitments = self._seal()
        self.body |= {"by": self.actor.signature, "facts": self.facts, "sealed": commitments}
        self.body["calendar"] = schedule.working_calendar().version
        return ledger.compose(self.matter, kind, self.body, self.occurred_at, self.now), rows

    def _seal(self) -> tuple[list[SealedPart], list[dict[str, str]]]:
        if not self.parts:
            return [], []
        keeper = self.party or effects.keeper(self.parties)
        return seal_parts(
            self.matter, keeper, vault.key_of(keeper), self.parts, seq=self.matter.seq + 1
        )
