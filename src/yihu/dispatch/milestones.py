"""The moments of an incident, from the call to its end, after NENA-STA-021 (EIDO). Pure.

Reports come late, twice, and in another order than things happened. Each moment is written once:
whatever comes in again leaves it, and only word of an earlier time, which was on its way for
longer, takes its place. So the same reports make the same moments in whichever order they come.
What nobody reported is None, never 0, and nothing later says that it must have been.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from yihu.dispatch.kinds import SENT, Milestone, Status, UnitKind
from yihu.kernel.access import Refused

AHEAD = timedelta(minutes=2)
"""How far the clock of whoever reports may be before ours."""
BEHIND = timedelta(minutes=1)
"""How far it may be behind, seen from the incident's beginning."""

BY_UNITS: dict[Status, Milestone] = {
    Status.DISPATCHED: Milestone.DISPATCHED,
    Status.ACKNOWLEDGED: Milestone.ACKNOWLEDGED,
    Status.EN_ROUTE: Milestone.EN_ROUTE,
    Status.ON_SCENE: Milestone.ON_SCENE,
}
"""The milestones that a unit reaches, by the status that says so."""


def first(moments: Iterable[datetime | None]) -> datetime | None:
    """The earliest of those that are known."""
    return min((moment for moment in moments if moment is not None), default=None)


def true_time(said: datetime | None, now: datetime, received: datetime | None = None) -> datetime:
    """When something was so, by the word of whoever reports it; `now` where they do not say.

    A clock that is a little wrong puts it at `now`, or at the moment the incident was received,
    so that no span comes out negative. Raises Refused: `in_future`, `before_received`.
    """
    at = said or now
    if at > now + AHEAD:
        raise Refused("in_future", "the time lies in the future", field="occurred_at")
    at = min(at, now)
    if received is None:
        return at
    if at < received - BEHIND:
        raise Refused("before_received", "the time lies before the incident", field="occurred_at")
    return max(at, received)


@dataclass(frozen=True, slots=True)
class Course:
    """What one unit did about an incident, by its own clock. `dispatched`: when it was first
    asked to go."""

    kind: UnitKind
    dispatched: datetime | None = None
    acknowledged: datetime | None = None
    en_route: datetime | None = None
    on_scene: datetime | None = None

    def reached(self, status: Status, at: datetime) -> "Course":
        """The course with one more report, which may be late, or one that came before."""
        if status not in BY_UNITS:
            return self
        name = BY_UNITS[status].value
        moment: dict[str, Any] = {name: first([getattr(self, name), at])}
        return replace(self, **moment)

    @property
    def furthest(self) -> tuple[Status, datetime] | None:
        """How far the unit has come, and since when; None for one that was never asked."""
        for status in reversed(BY_UNITS):
            if (at := getattr(self, BY_UNITS[status].value)) is not None:
                return status, at
        return None


def milestones(
    own: Mapping[Milestone, datetime | None], courses: Iterable[Course]
) -> dict[Milestone, datetime | None]:
    """All milestones in their order: the incident's own, and of what its units did the first."""
    known = list(courses)
    by_units = {
        milestone: first(getattr(course, milestone.value) for course in known)
        for milestone in BY_UNITS.values()
    }
    return {milestone: by_units.get(milestone) or own.get(milestone) for milestone in Milestone}


def arrived(
    courses: Iterable[Course], kinds: Collection[UnitKind] = tuple(UnitKind)
) -> datetime | None:
    """When the first unit of these kinds was on the scene: of any kind, the first responder."""
    return first(course.on_scene for course in courses if course.kind in kinds)


def police_arrived(courses: Iterable[Course]) -> datetime | None:
    """When the first of those were there who may be sent to whatever it is."""
    return arrived(courses, SENT)
