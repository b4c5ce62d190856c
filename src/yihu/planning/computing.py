"""Plans and simulations are computed for the clock, one after another, each by its own process.

One that is being computed is a row that says who does it and when they were last there. Where
nobody was there for a while, the next clock begins anew. The clock itself loads no solver.
"""

import subprocess
import sys
from datetime import timedelta
from signal import SIGINT, SIGTERM
from uuid import UUID, uuid4

from django.db.models import Q, QuerySet
from django.utils import timezone

from yihu.planning.models import Computed

GONE = timedelta(seconds=30)
"""Whoever was not there for so long is taken to be gone."""
STOPPED = -SIGTERM, -SIGINT
"""How a process ends that is told to stop, as all are when the machine goes down: it is no fault
of what it computes."""
TRIED = 5
"""Rows that one look tries to claim: other clocks may be quicker."""


def compute_due(of: type[Computed]) -> int:
    """A job of the clock: compute the one that waits longest; how many that was."""
    claimed = claim(of)
    if claimed is None:
        return 0
    number, run = claimed
    what = of.__name__.lower()
    program = [sys.executable, "-P", "-m", "yihu", "compute", what, str(number), str(run)]
    command = ["nice", *program]  # whoever is being served comes first
    nothing = subprocess.DEVNULL
    done = subprocess.run(command, stdin=nothing, stdout=nothing, check=False)  # noqa: S603
    if done.returncode in STOPPED:
        owned(of, number, run).update(state=Computed.State.WAITING, run=None, progress={})
    elif done.returncode:
        owned(of, number, run).update(state=Computed.State.FAILED, fault={"code": "broken"})
    return 1


def claim(of: type[Computed]) -> tuple[int, UUID] | None:
    """Take the one that waits longest, or whose process is gone; its number and who does it."""
    now, run = timezone.now(), uuid4()
    left = Q(state=Computed.State.RUNNING, seen_at__lt=now - GONE)
    unclaimed = of._default_manager.filter(Q(state=Computed.State.WAITING) | left)
    for number in unclaimed.order_by("made_at", "pk").values_list("pk", flat=True)[:TRIED]:
        mine = unclaimed.filter(pk=number)
        if mine.update(state=Computed.State.RUNNING, run=run, seen_at=now, progress={}):
            return number, run
    return None


def owned[One: Computed](of: type[One], number: int, run: UUID) -> QuerySet[One]:
    """The row, as long as this run computes it."""
    return of._default_manager.filter(pk=number, run=run, state=Computed.State.RUNNING)
