"""What happens when time has passed: each rung of a ladder fires exactly once.

The matter's `lapses_at` says when the next rung is; nothing is remembered outside
the database, so that a clock which was killed catches up where it stopped.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils import timezone

from yihu.kernel import actions, ledger, outbox, schedule
from yihu.kernel.access import Conflict, clock_actor
from yihu.kernel.clock import ClockState, Rung
from yihu.kernel.entry import canonical_time
from yihu.kernel.loop import Role, Seat
from yihu.kernel.models import Escalation, Matter
from yihu.kernel.outbox import Notice

log = logging.getLogger(__name__)


LIMIT = 500


def fire_due(now: datetime | None = None, limit: int = LIMIT) -> int:
    """Fire what is due by now, the longest overdue first; returns how many rungs fired.

    A matter that cannot be reckoned, or cannot end yet, holds up no other: it stays
    overdue, which `yihu doctor` reports, and those behind it are looked at.
    """
    now = now or timezone.now()
    due = Matter.objects.filter(lapses_at__lte=now).order_by("lapses_at", "id")
    fired = stuck = 0
    while fired < limit and (ids := list(due.values_list("id", flat=True)[stuck : stuck + limit])):
        for matter_id in ids:
            try:
                while fire_next(matter_id, now):
                    fired += 1
            except DatabaseError:
                raise
            except Exception as fault:
                stuck += 1
                log.warning("a matter could not be reckoned: %s", type(fault).__name__)
    return fired


def fire_next(matter_id: UUID, now: datetime) -> bool:
    """Fire one matter's next rung if it is due; False when nothing is (any more)."""
    with transaction.atomic():
        matter = Matter.objects.select_for_update().get(pk=matter_id)
        if matter.lapses_at is None or matter.lapses_at > now:
            return False
        entries = list(matter.entries.order_by("seq"))
        state = schedule.reckon(matter, schedule.events(entries))
        rung = state.next_rung(after=matter.rungs_fired) if state else None
        if state is None or rung is None or rung.at > now:
            matter.save(update_fields=["due_at", "paused_until", "lapses_at", "provisional"])
            return False
        if isinstance(rung.target, Role):
            _escalate(matter, state, rung, rung.target, now)
            return True
        name, seq = str(rung.target), matter.seq
    try:
        actions.move(
            actor=clock_actor(matter.district),
            matter=matter_id,
            name=name,
            seq=seq,
            client_key=f"lapse {seq}".encode(),
            occurred_at=rung.at,
        )
    except Conflict:
        log.info("a lapse was overtaken by a move")
    return True


def _escalate(matter: Matter, state: ClockState, rung: Rung, role: Role, now: datetime) -> None:
    Escalation.objects.create(
        matter=matter,
        step_seq=matter.step_seq,
        rung=rung.number,
        role=role.code,
        fired_at=now,
    )
    matter.rungs_fired = rung.number
    if role.seat is Seat.WATCH:
        matter.watched = True
    body = {
        "at": matter.step,
        "by": clock_actor(matter.district).signature,
        "due": canonical_time(state.due),
        "role": role.code,
        "rung": rung.number,
    }
    entry = ledger.compose(matter, "escalated", body, rung.at, now)
    ledger.insert(entry, log=matter.declared.log)
    matter.lapses_at = schedule.next_rung_at(state, matter.rungs_fired)
    matter.save(force_update=True)
    outbox.promise(matter, [Notice("escalated", role=role)], now)
