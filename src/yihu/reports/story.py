"""What the entries of one matter say for the figures. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from math import ceil
from typing import Any

from yihu.kernel.access import ActorKind
from yihu.kernel.loop import LOOPS, Does, Loop, Seat, Step

WRITES_TO_TELLER = frozenset({"contact"})
"""Moves that write to the resident without being an answer; a question does, too."""


@dataclass(frozen=True, slots=True)
class Reclassified:
    """Somebody gave a matter another kind: both stay."""

    seq: int
    at: datetime
    was: str
    kind: str
    role: str


@dataclass(slots=True)
class Story:
    """One matter, as its entries tell it in order.

    Durations are whole seconds from opening, rounded up; where only the day of a message
    or its answer is known, `answered` is the days between the dates.
    """

    loop: Loop
    opened_at: datetime
    kind: str
    came_as: str
    date_only: bool
    place: str
    received: int | None = None
    contacted: int | None = None
    answered: int | None = None
    answered_at: datetime | None = None
    reopened: int = 0
    invited: bool = False
    verdict: str = ""
    rating: int | None = None
    own_network: bool = False
    excuse: str = ""
    excused: bool = False
    changes: list[Reclassified] = field(default_factory=list)

    @property
    def ended(self) -> str:
        return self.place if self.loop.is_end(self.place) else ""

    def go_on(self, seq: int, body: dict[str, Any], at: datetime, zone: tzinfo) -> None:
        """What one more entry says."""
        facts = body.get("facts", {})
        name, does = body.get("move", ""), body.get("does", "")
        move = self.loop.move(name, body["from"]) if name else None
        if body["by"]["kind"] == ActorKind.STAFF:
            self.received = self._since(at) if self.received is None else self.received
            if name in WRITES_TO_TELLER or does == Does.ASKS or (move and move.answers):
                self.contacted = self._since(at) if self.contacted is None else self.contacted
        if move and move.answers and self.answered is None:
            self._answer(at, zone, date_only=facts.get("date_only", False))
        if move and move.reopens:
            self.reopened += 1
        if "to" in body:
            self.place = body["to"]
            self.invited = self.invited or _asks_the_party(self.loop, self.place)
        if "verdict" in facts:
            self.verdict, self.rating = facts["verdict"], facts.get("rating")
            self.own_network = bool(facts.get("own_network"))
        if does == Does.RECLASSIFIES:
            self._reclassify(seq, at, facts, role=body.get("as", ""))
        if does == Does.EXCUSES:
            self.excuse = facts["reason"]
        if does == Does.CONFIRMS and self.excuse:
            self.excused = True

    def _since(self, at: datetime) -> int:
        return ceil((at - self.opened_at).total_seconds())

    def _answer(self, at: datetime, zone: tzinfo, *, date_only: bool) -> None:
        self.answered_at, self.answered = at, self._since(at)
        if self.date_only or date_only:
            opened, answered = (one.astimezone(zone).date() for one in (self.opened_at, at))
            self.answered = (answered - opened).days * 86_400

    def _reclassify(self, seq: int, at: datetime, facts: dict[str, Any], role: str) -> None:
        self.changes.append(Reclassified(seq, at, facts["was"], facts["kind"], role))
        self.kind = facts["kind"]


def _asks_the_party(loop: Loop, place: str) -> bool:
    step = loop.places[place]
    return isinstance(step, Step) and step.owner is not None and step.owner.seat is Seat.PARTY


def told(entries: Iterable[tuple[int, str, datetime]], zone: tzinfo) -> Story:
    """The story of a matter's entries: (number, body, when), in order."""
    ordered = iter(entries)
    try:
        _seq, opening, at = next(ordered)
    except StopIteration:
        raise ValueError("a matter has no first entry") from None
    body = json.loads(opening)
    facts = body.get("facts", {})
    kind = body["kind"] if facts.get("kind_given", True) else ""
    story = Story(
        loop=LOOPS[body["loop"]],
        opened_at=at,
        kind=kind,
        came_as=kind,
        date_only=facts.get("date_only", False),
        place=body["to"],
    )
    for seq, text, when in ordered:
        story.go_on(seq, json.loads(text), when, zone)
    return story
