"""What a desk shows of a matter's parties, and of what happened in it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yihu.kernel.timeline import Said


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party for reading, with what the last round brought; an excuse is of this round only."""

    id: UUID
    code: str
    role: str
    person: UUID | None
    contact: str
    leaves_identity: bool
    erased_at: datetime | None
    answered_at: datetime | None = None
    excuse: str = ""
    confirmed: bool = False
    verdict: str = ""
    rating: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One happening in words."""

    seq: int
    what: str
    when: datetime
    who: str
    facts: list[str]
    said: list[Said]
    internal: bool
