"""Which of the statuses that a unit reports is the one that holds. Pure.

A unit has one primary status. It may have been sent to several incidents: what it says of one
clears none of the others.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from yihu.dispatch.kinds import Status
from yihu.dispatch.milestones import AHEAD

ENDS = frozenset({Status.AVAILABLE, Status.UNAVAILABLE})
"""Whoever reports one of these about an incident is no longer with it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A primary status: what it is, what it is about, and since when. `ours`: it followed from
    what we did, such as sending the unit, so that the time is by our own clock."""

    status: Status
    incident: UUID | None
    at: datetime
    ours: bool = False


def replaces(reported: Standing, stands: Standing) -> bool:
    """Whether what was reported now holds: it is not older, and does not end something else.

    What the unit says of the same thing comes after what we did, whichever clock is slow.
    """
    same = reported.incident == stands.incident
    if reported.status in ENDS and reported.incident and stands.incident and not same:
        return False
    slack = AHEAD if stands.ours and same else timedelta()
    return reported.at + slack >= stands.at
