"""What the relay writes down, and what it reads of who is where: in a thread of its own, since a
database that is busy must not hold up speech.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from yihu.live.net import Net
from yihu.radio import archive
from yihu.radio.models import Burst
from yihu.radio.queries import rights_of
from yihu.radio.recording import Recording
from yihu.radio.tickets import GroupRight, Ticket

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at who is on which group."""


@dataclass
class Spoken:
    """A burst that is being kept: its file at once, its row by the other thread."""

    burst: Burst
    recording: Recording
    write: Callable[[Callable[[], object]], object]

    def add(self, opus: bytes) -> None:
        self.recording.add(opus)

    def end(self) -> None:
        self.recording.end()
        ended = partial(Burst.objects.filter(pk=self.burst.pk).update, ended_at=timezone.now())
        self.write(ended)


@dataclass
class Keeper:
    """Keeps every burst, in the order in which they begin and end."""

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
        spoken = Spoken(burst, archive.begun(burst), self.write)
        self.write(partial(burst.save, force_insert=True))
        return spoken

    def write(self, what: Callable[[], object]) -> None:
        self._thread.submit(_tried, what)

    async def watch(self, net: Net) -> None:
        """Let every change of who is on which group take effect, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            people = {UUID(one.ticket.person) for one in net.sets.values()}
            if people:
                found = await loop.run_in_executor(self._thread, _tried, partial(rights_of, people))
                self._apply(net, found or {})

    @staticmethod
    def _apply(net: Net, rights: dict[UUID, tuple[GroupRight, ...]]) -> None:
        for one in list(net.sets.values()):
            now = rights.get(UUID(one.ticket.person))
            if now is not None and now != one.ticket.groups:
                net.change(one, replace(one.ticket, groups=now))


def _tried[T](what: Callable[[], T]) -> T | None:
    """A fault is logged by its kind, and the next piece of work is tried all the same."""
    try:
        return what()
    except DatabaseError as fault:
        log.warning("keeping: %s", type(fault).__name__)
        return None
    finally:
        close_old_connections()
