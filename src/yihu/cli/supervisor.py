"""Keep a few processes running: start, restart when they die, stop together.

Free of Django, single-threaded: one loop that sleeps until a signal or the next moment to act.
Programs are forked, so what the supervisor has imported is theirs at once: a killed one is back
in a blink.
"""

import contextlib
import ctypes
import multiprocessing
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Protocol

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15  # linux/prctl.h

_fork = multiprocessing.get_context("fork")
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """What to run in a process of its own: a short name for people, and the work.

    SIGTERM must end the work; its exit status is what `sys.exit` says.
    """

    name: str
    work: Callable[[], object]


@dataclass(frozen=True)
class Patience:
    """Seconds. A program that dies waits `first`, doubling up to `longest`; one that lived
    `healthy` starts afresh; one asked to stop is killed after `grace`."""

    first: float = 0.5
    longest: float = 30.0
    healthy: float = 20.0
    grace: float = 10.0


class Listener(Protocol):
    """Told what happens, for the operator's eyes."""

    def died(self, name: str, status: int, pause: float) -> None:
        """`name` ended with `status` (negative: the signal) and starts again after `pause` s."""

    def stopping(self) -> None:
        """Everything is being stopped."""


@dataclass
class _Child:
    program: Program
    process: ForkProcess | None = None
    started: float = 0.0
    due: float = 0.0  # when to start (again); meaningful without a process
    failures: int = 0


@dataclass
class Supervisor:
    """Runs `programs` until SIGINT, SIGTERM or SIGHUP; a second signal kills at once.

    Each program leads a process group of its own, so a terminal's Ctrl-C reaches only us and
    what a dead program leaves behind can be swept. On Linux the kernel tells the programs to
    stop when we are killed ourselves.
    """

    programs: Sequence[Program]
    listener: Listener
    patience: Patience = field(default_factory=Patience)

    def run(self, each_turn: Callable[[], float | None] = lambda: None) -> None:
        """Block until told to stop and everything has stopped.

        `each_turn` is called once per turn of the loop and returns in how many seconds, at the
        latest, it wants another one (None: it does not mind).
        """
        children = [_Child(program) for program in self.programs]
        with _signals() as signals:
            try:
                while not signals.received:
                    for child in children:
                        self._look_after(child)
                    waits = [
                        child.due - time.monotonic() for child in children if not child.process
                    ]
                    wanted = each_turn()
                    if wanted is not None:
                        waits.append(wanted)
                    signals.wait(min(waits, default=None))
                self.listener.stopping()
            finally:
                self._stop([child.process for child in children if child.process], signals)

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.due:
                child.process, child.started = _start(child.program), now
            return
        status = child.process.exitcode
        if status is None:
            return
        _sweep(child.process)
        if now - child.started >= self.patience.healthy:
            child.failures = 0
        pause = min(self.patience.longest, self.patience.first * 2**child.failures)
        child.process, child.due = None, now + pause
        child.failures += 1
        self.listener.died(child.program.name, status, pause)

    def _stop(self, processes: Sequence[ForkProcess], signals: "_Signals") -> None:
        for process in processes:
            process.terminate()
        deadline, asked = time.monotonic() + self.patience.grace, signals.received
        while any(process.exitcode is None for process in processes):
            left = deadline - time.monotonic()
            if left <= 0 or signals.received > asked:
                break
            signals.wait(left)
        for process in processes:
            _sweep(process)
            process.join()


def _start(program: Program) -> ForkProcess:
    process = _fork.Process(target=_be, args=(program, os.getpid()), name=program.name)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # until they mean the child
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return process


def _be(program: Program, parent: int) -> None:
    """The child's whole life."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (*STOP_SIGNALS, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    if _prctl is not None:
        _prctl(PR_SET_NAME, f"yihu-{program.name}".encode())
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it went before we asked
            return
    program.work()


def _sweep(process: ForkProcess) -> None:
    """SIGKILL whatever is left of the program's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid or 0, signal.SIGKILL)


class _Signals:
    """Signals as something to wait for: Python writes a byte to a pipe at each one."""

    def __init__(self, pipe: int) -> None:
        self.received = 0  # requests to stop
        self._pipe = pipe

    def handle(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self.received += 1

    def wait(self, seconds: float | None) -> None:
        """Sleep until a signal, at most so long (None: for ever)."""
        timeout = None if seconds is None else max(0.0, seconds)
        if select.select([self._pipe], [], [], timeout)[0]:
            os.read(self._pipe, 4096)


@contextlib.contextmanager
def _signals() -> Iterator[_Signals]:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signals = _Signals(reading)
    previous = {
        number: signal.signal(number, signals.handle) for number in (*STOP_SIGNALS, signal.SIGCHLD)
    }
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield signals
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in previous.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)
