"""Numbered events, whom each is for, and what somebody who slept has missed. Pure."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

KEPT = 5000
"""Events that are remembered for those who come back."""


class Hearer(Protocol):
    """Somebody with a ticket: what decides which events are theirs."""

    @property
    def district(self) -> str: ...

    @property
    def person(self) -> str: ...

    @property
    def rights(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom an event is for: whoever is on one of the groups, and these people, of one district."""

    district: str
    groups: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    @classmethod
    def of(cls, district: str, groups: Collection[str], people: Collection[str]) -> "Audience":
        return cls(district, frozenset(groups), frozenset(people))

    def includes(self, one: Hearer) -> bool:
        if one.district != self.district:
            return False
        return one.person in self.people or not self.groups.isdisjoint(one.rights)


class Numbered(NamedTuple):
    number: int
    event: Mapping[str, object]
    audience: Audience


@dataclass
class EventLog:
    """Events in their order, from 1: what one hears has gaps where others were meant.

    `epoch` names this run of the relay: numbers of another run mean nothing here.
    """

    epoch: str
    newest: int = 0
    _kept: deque[Numbered] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, event: Mapping[str, object], audience: Audience) -> int:
        self.newest += 1
        self._kept.append(Numbered(self.newest, event, audience))
        return self.newest

    def missed(self, epoch: str, since: int, one: Hearer) -> list[Numbered] | None:
        """What was for them after a number; None where it is not remembered."""
        if epoch != self.epoch or not self.newest - len(self._kept) <= since <= self.newest:
            return None
        later = [self._kept[-back] for back in range(self.newest - since, 0, -1)]
        return [told for told in later if told.audience.includes(one)]
