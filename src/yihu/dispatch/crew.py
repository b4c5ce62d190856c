"""A unit as it stands at a moment: what choosing one needs, and nothing of a person. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yihu.dispatch.kinds import Status, Travel, UnitKind


@dataclass(frozen=True, slots=True)
class Fix:
    """A position: WGS-84 degrees, metres it may be off, and when it was so."""

    longitude: float
    latitude: float
    accuracy: float | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Crew:
    """`people`: its members who are on shift; none: the unit is off duty, and never chosen.

    `fix`: the newest position of any of them in this shift. `load`: incidents it is assigned to
    and has not cleared.
    """

    unit: UUID
    code: str
    name: str
    kind: UnitKind
    travel: Travel
    organisation: UUID
    equipment: frozenset[str]
    status: Status
    status_at: datetime | None
    people: tuple[UUID, ...]
    fix: Fix | None
    load: int

    @property
    def on_duty(self) -> bool:
        return bool(self.people)

    @property
    def can_be_sent(self) -> bool:
        return self.on_duty and self.status is Status.AVAILABLE
