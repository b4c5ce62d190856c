"""Plans are computed for the clock, one after another, each in a process of its own.

A plan that is being computed is a row that says who does it and when they were last there. Where
nobody was there for a while, the next clock begins anew. The clock itself loads no solver.
"""

import subprocess
import sys
from datetime import timedelta
from signal import SIGINT, SIGTERM
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.utils import timezone

from yihu.planning.models import Plan

GONE = timedelta(seconds=30)
"""Whoever was not there for so long is taken to be gone."""
STOPPED = -SIGTERM, -SIGINT
"""How a process ends that is told to stop, as all are when the machine goes down: it is no fault
of the plan's."""
TRIED = 5
"""Plans that one look tries to claim: other clocks may be quicker."""


def compute_due() -> int:
    """A job of the clock: compute the plan that waits longest; how many that was."""
    claimed = claim()
    if claimed is None:
        return 0
    plan, run = claimed
    program = [sys.executable, "-P", "-m", "yihu", "plan", str(plan), str(run)]
    command = ["nice", *program]  # whoever is being served comes first
    nothing = subprocess.DEVNULL
    done = subprocess.run(command, stdin=nothing, stdout=nothing, check=False)  # noqa: S603
    if done.returncode in STOPPED:
        owned(plan, run).update(state=Plan.State.WAITING, run=None, progress={})
    elif done.returncode:
        owned(plan, run).update(state=Plan.State.FAILED, fault={"code": "broken"})
    return 1


def claim() -> tuple[int, UUID] | None:
    """Take the plan that waits longest, or whose process is gone; its number and who does it."""
    now, run = timezone.now(), uuid4()
    left = Q(state=Plan.State.RUNNING, seen_at__lt=now - GONE)
    unclaimed = Plan.objects.filter(Q(state=Plan.State.WAITING) | left)
    for plan in unclaimed.order_by("made_at", "pk").values_list("pk", flat=True)[:TRIED]:
        mine = unclaimed.filter(pk=plan)
        if mine.update(state=Plan.State.RUNNING, run=run, seen_at=now, progress={}):
            return plan, run
    return None


def owned(plan: int, run: UUID) -> QuerySet[Plan]:
    """The plan, as long as this run computes it."""
    return Plan.objects.filter(pk=plan, run=run, state=Plan.State.RUNNING)
