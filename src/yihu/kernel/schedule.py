"""When a matter is due: the pure clock, fed with a matter's entries.

The columns `due_at`, `paused_until` and `lapses_at` are what the clock says,
kept so that an inbox can be ordered by them.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from yihu.kernel.calendar import Calendar, official_calendar
from yihu.kernel.clock import Asked, ClockState, Entered, Escalate, Event, Replied, clock
from yihu.kernel.loop import Does, LoopError
from yihu.kernel.models import Entry, Matter


@lru_cache(maxsize=1)
def working_calendar() -> Calendar:
    return official_calendar()


def events(entries: Iterable[Entry]) -> list[Event]:
    """What the clock needs to know of a matter's history."""
    found: list[Event] = []
    for entry in entries:
        body: dict[str, Any] = json.loads(entry.body)
        if "to" in body:
            found.append(Entered(body["to"], entry.occurred_at))
        elif body.get("does") == Does.ASKS:
            found.append(Asked(entry.occurred_at))
        elif body.get("does") == Does.REPLIES:
            found.append(Replied(entry.occurred_at))
    return found


def reckon(matter: Matter, history: Iterable[Event]) -> ClockState | None:
    """Set the matter's clock columns from its history; None once it has ended.

    What was brought in from elsewhere escalates nothing; silence still ends it.
    """
    loop = matter.declared
    if loop.is_end(matter.step):
        matter.due_at = matter.paused_until = matter.lapses_at = None
        matter.provisional = False
        return None
    step = loop.step(matter.step)
    if step.within is None or step.lapse is None:
        raise LoopError(loop.check())
    state = clock(
        step.within,
        step.lapse,
        list(history),
        working_calendar(),
        round_the_clock=loop.round_the_clock,
    )
    matter.due_at = state.due
    matter.paused_until = state.paused_until
    matter.provisional = state.provisional
    silent = matter.is_history and isinstance(step.lapse, Escalate)
    matter.lapses_at = None if silent else next_rung_at(state, matter.rungs_fired)
    return state


def next_rung_at(state: ClockState, fired: int) -> datetime | None:
    rung = state.next_rung(after=fired)
    return rung.at if rung else None
