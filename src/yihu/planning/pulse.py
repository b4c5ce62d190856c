"""What computes in a process of its own looks at its row every second.

Where the row is theirs no more, since somebody stopped it or it is gone, they stop.
"""

import os
import threading
from collections.abc import Callable
from math import isfinite
from multiprocessing import active_children
from typing import Any
from uuid import UUID

from django.db import Error, connection
from django.utils import timezone

from yihu.planning.computing import owned
from yihu.planning.models import Computed
from yihu.planning.telling import Telling

PULSE = 1.0
"""Seconds between two looks at the row."""


def compute[One: Computed](
    of: type[One], number: int, run: UUID, answered: Callable[[One, Telling], dict[str, Any]]
) -> None:
    """Compute what was claimed; nothing where it is no longer ours. `answered`: gives what the row
    says afterwards."""
    found = owned(of, number, run).first()
    if found is not None:
        with Pulse(of, number, run) as pulse:
            told = answered(found, pulse.tell)
        owned(of, number, run).update(**told)


class Pulse:
    """Says every second how far it is, and ends the process once nobody wants the answer."""

    def __init__(self, of: type[Computed], number: int, run: UUID) -> None:
        self._row = of, number, run
        self._progress: dict[str, Any] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._over.set()
        self._thread.join()

    def tell(
        self,
        stage: str,
        value: float | None = None,
        bound: float | None = None,
        seconds: float | None = None,
    ) -> None:
        self._progress = {"stage": stage, "value": value, "bound": bound, "seconds": seconds}

    def _beat(self) -> None:
        while not self._over.wait(PULSE):
            try:
                wanted = self._say()
            except Error:
                connection.close()  # it may be back at the next look
                continue
            if not wanted:
                for worker in active_children():
                    worker.kill()
                os._exit(0)  # a solver in the middle of its work hears nothing else
        connection.close()

    def _say(self) -> bool:
        progress = finite(self._progress)
        return bool(owned(*self._row).update(progress=progress, seen_at=timezone.now()))


def finite(told: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no infinity: what is not known yet is None."""
    return {
        name: None if isinstance(one, float) and not isfinite(one) else one
        for name, one in told.items()
    }
