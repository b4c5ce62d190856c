"""Numbered events, and what somebody who slept has missed. Pure."""

from collections import deque
from dataclasses import dataclass, field

KEPT = 1000
"""Events that are remembered for those who come back."""


@dataclass
class EventLog:
    """Events in their order, from 1. `missed` gives those after a number, None if forgotten.

    `epoch` names this run of the relay: numbers of another run mean nothing here.
    """

    epoch: str
    newest: int = 0
    _kept: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, text: str) -> int:
        self.newest += 1
        self._kept.append((self.newest, text))
        return self.newest

    def missed(self, epoch: str, since: int) -> list[tuple[int, str]] | None:
        if epoch != self.epoch or since > self.newest or since < 0:
            return None
        if since < self.newest - len(self._kept):
            return None
        return [(number, text) for number, text in self._kept if number > since]
