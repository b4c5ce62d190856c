"""What the relay writes down, and what it reads of who is where: in a thread of its own, since a
database that is busy must not hold up speech.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

from django.db import Error, close_old_connections
from django.utils import timezone

from yihu.keyring import KeyPermissionError
from yihu.live import recovery
from yihu.live.metrics import Counts
from yihu.live.net import Net
from yihu.radio import archive
from yihu.radio.actions import tie_to_incident
from yihu.radio.models import Burst
from yihu.radio.queries import rights_of, stunned
from yihu.radio.recording import Recording
from yihu.radio.tickets import GroupRight, Ticket

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at who is on which group."""


@dataclass
class Spoken:
    """A burst that is being kept: its file at once, its row by the other thread.

    A disk that fails costs the rest of the record, and nothing of what is heard: each frame
    that is not kept is counted, and the fault is logged by its kind, once.
    """

    burst: Burst
    keeper: "Keeper"
    recording: Recording | None = None

    def __post_init__(self) -> None:
        with self._trying():
            self.recording = archive.begun(self.burst)
            recovery.note(self.burst)

    def add(self, opus: bytes) -> None:
        if self.recording is None:
            self.keeper.counts.recorder_faults += 1
            return
        with self._trying():
            self.recording.add(opus)

    def end(self) -> None:
        if self.recording is not None:
            with self._trying():
                self.recording.end()
        row = Burst.objects.filter(pk=self.burst.pk)
        self.keeper.write(partial(row.update, ended_at=timezone.now()))
        self.keeper.write(partial(tie_to_incident, self.burst))  # it may have come meanwhile

    @contextmanager
    def _trying(self) -> Iterator[None]:
        try:
            yield
        except (OSError, KeyPermissionError) as fault:
            self.recording = None
            self.keeper.counts.recorder_faults += 1
            log.warning("recording: %s", type(fault).__name__)


@dataclass
class Keeper:
    """Keeps every burst, in the order in which they begin and end."""

    counts: Counts
    _thread: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="keeper")
    )

    def begin(self, group: str, talker: Ticket, level: str) -> Spoken:
        burst = Burst(
            district=talker.district,
            group_id=group,
            person_id=UUID(talker.person),
            level=level,
            started_at=timezone.now(),
        )
        burst.file = archive.place_for(burst)
        spoken = Spoken(burst, self)
        self.write(partial(recovery.enter, burst))
        self.write(partial(tie_to_incident, burst))
        return spoken

    def close_what_was_cut_off(self) -> None:
        """Bursts that a relay had not ended when it was killed: nobody is talking any more."""
        for left in recovery.notes():
            self.write(partial(recovery.enter_noted, left))
        self.write(recovery.close_unended)

    # --- the other thread --------------------------------------------------------------------

    def write(self, what: Callable[[], object]) -> None:
        self._thread.submit(self._tried, what)

    async def ask[T](self, what: Callable[[], T]) -> T | None:
        """What the database says; None after a fault."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._tried, what)

    def _tried[T](self, what: Callable[[], T]) -> T | None:
        """A fault is logged by its kind, and the next piece of work is tried all the same."""
        try:
            return what()
        except (Error, OSError) as fault:
            self.counts.database_faults += 1
            log.warning("keeping: %s", type(fault).__name__)
            return None
        finally:
            close_old_connections()

    # --- who is where --------------------------------------------------------------------------

    async def watch(self, net: Net) -> None:
        """Let every change of who is on which group take effect, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            devices = net.stunned | set(net.sets)
            people = {UUID(one.ticket.person) for one in net.sets.values()}
            if not devices:
                continue
            lost = await self.ask(partial(stunned, devices))
            if lost is not None:
                net.stunned &= lost
                for device in lost - net.stunned:
                    net.stun(device)
            rights = await self.ask(partial(rights_of, people))
            if rights is not None:
                self._apply(net, rights)

    @staticmethod
    def _apply(net: Net, rights: dict[UUID, tuple[GroupRight, ...]]) -> None:
        for one in list(net.sets.values()):
            if not one.ticket.listens:
                continue
            now = rights.get(UUID(one.ticket.person))
            if now is not None and _opened(now) != _opened(one.ticket.groups):
                net.change(one, replace(one.ticket, groups=now))


def _opened(groups: tuple[GroupRight, ...]) -> set[tuple[str, bool, bool]]:
    """What rights open; their names are in the language of whoever asked for the ticket."""
    return {(right.id, right.talks, right.commands) for right in groups}
