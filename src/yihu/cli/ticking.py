"""The work of the clock process: a few jobs side by side, none of which can hold up another.

Each job has a thread and a database connection of its own, since a mail server that
does not answer must not delay a limit or a place in the log. Nothing is remembered
here: what is to be done stands in the database, so more clocks may run beside this
one, and a killed one loses nothing.
"""

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from types import FrameType

from django.core.management import CommandError
from django.db import connections
from django.utils.translation import gettext as _

from yihu.api import hooks
from yihu.cases import gathering, quarters
from yihu.direct import digest, repeats
from yihu.dispatch import ladder
from yihu.kernel import delivery, lapses, ledger, ringing, witness
from yihu.places import map_files
from yihu.planning import computing
from yihu.planning.models import Plan, Simulation
from yihu.radio import happenings, positions, retention, roll_calls
from yihu.reports import projection

log = logging.getLogger(__name__)

POLL = 1.0
"""Seconds between two looks when there was nothing to do."""
LONGEST_PAUSE = 60.0
"""Seconds; a job that keeps failing is tried at least so often."""
GRACE = 8.0
"""Seconds for the jobs to finish their step; what waits for a server longer is given up, and
found again by the next clock."""


@dataclass(frozen=True, slots=True)
class Job:
    """`work` does a bounded piece and returns how much. It is asked again at once after
    `plenty`, else after POLL: so that entries that come one by one share a checkpoint."""

    name: str
    work: Callable[[], int]
    plenty: float = inf


JOBS = (
    Job("lapses", lapses.fire_due, plenty=lapses.LIMIT),
    Job("offers", ladder.advance),
    Job("ledger", ledger.sequence),
    Job("delivery", delivery.deliver, plenty=delivery.LIMIT),
    Job("ringing", ringing.ring, plenty=ringing.LIMIT),
    Job("witness", witness.publish),
    Job("figures", projection.refresh, plenty=projection.LIMIT),
    Job("hooks", hooks.deliver),
    Job("digest", digest.promise),
    Job("repeats", repeats.mark, plenty=repeats.LIMIT),
    Job("themes", gathering.gather),
    Job("quarters", quarters.open_due),
    Job("recordings", retention.forget, plenty=retention.LIMIT),
    Job("messages", retention.forget_messages, plenty=retention.LIMIT),
    Job("happenings", happenings.forget),
    Job("roll-call", roll_calls.call_due),
    Job("positions", positions.fade, plenty=positions.LIMIT),
    Job("map", map_files.draw_due),
    Job("plans", partial(computing.compute_due, Plan)),
    Job("simulations", partial(computing.compute_due, Simulation)),
)


def run_once(jobs: Sequence[Job]) -> list[str]:
    """Do all jobs until nothing is left of any, since one may make work for another; the names
    of those that failed, which are not tried again."""
    failed: list[str] = []

    def finish(job: Job) -> int:
        done = 0
        try:
            while job.name not in failed and (did := job.work()):
                done += did
        except Exception as fault:
            _report(job, fault)
            failed.append(job.name)
        return done

    while sum([finish(job) for job in jobs]):
        pass
    return failed


def run_until_stopped(jobs: Sequence[Job]) -> None:
    """Until SIGTERM or SIGINT; each job finishes the step it is in."""
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    threads = [
        threading.Thread(target=_keep_doing, args=(job, stop), name=job.name, daemon=True)
        for job in jobs
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(POLL):
        if not all(thread.is_alive() for thread in threads):
            raise CommandError(_("时钟的一项工作自己停了"))
    for thread in threads:
        thread.join(GRACE / len(threads))


def _keep_doing(job: Job, stop: threading.Event) -> None:
    failures = 0
    while not stop.is_set():
        try:
            pause = 0.0 if job.work() >= job.plenty else POLL
            failures = 0
        except Exception as fault:
            _report(job, fault)
            connections.close_all()  # it may be what broke; the next attempt opens another
            failures += 1
            pause = min(POLL * 2 ** min(failures, 6), LONGEST_PAUSE)
        stop.wait(pause)
    connections.close_all()


def _report(job: Job, fault: Exception) -> None:
    """Its kind only: a fault's text may quote what somebody wrote."""
    log.warning("%s: %s", job.name, type(fault).__name__)
