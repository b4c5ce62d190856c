"""What a frame costs that is given to many: the relay beside the least there is, and Mumble.

The least is a C program that writes each frame to each listener and does nothing else
(`limit.c`). All three serve the same packets to the same clients in one run, on one core; the
clients have the other.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.support.site import free_port

from bench import mumble
from bench.figures import Figure, quantile
from bench.place import Place
from bench.relay_alone import ORIGIN
from bench.tls import client_context, pair
from bench.wires import Crowd, Wire, logged_in, masked, packet, text, upgraded
from yihu.live.frames import HEAD, Frame, packed
from yihu.radio.tickets import GroupRight, Ticket

LISTENERS = 100, 500, 1000, 2000
FRAMES = {20: 80, 60: 180}
"""Milliseconds of a frame, and the bytes that it has."""
WS_HEAD = {20: 2, 60: 4}
"""Bytes that a websocket puts before a frame of that size."""
SECONDS = 4.0
STARTS_WITHIN = 20.0  # seconds
OF_THE_LIMIT, OF_MUMBLE = 1.3, 0.6
MANY = 500
"""Listeners from which on the bars hold: with fewer, what is done once for a frame weighs more."""
GROUP = GroupRight("all", "all")
LISTENING = "0A"  # as the kernel says it
ROOT = Path(__file__).resolve().parents[1]

type Keys = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    listeners: int
    frame: int
    tls: bool

    @property
    def size(self) -> int:
        return FRAMES[self.frame]

    def __str__(self) -> str:
        return f"{self.listeners:,} listeners, {self.frame} ms, {'TLS' if self.tls else 'plain'}"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one packet given to one listener: microseconds of CPU; and milliseconds until it came."""

    cpu: float
    median: float
    p99: float


@dataclass(slots=True)
class Served:
    """A running server with its listeners, and how one talks to them."""

    pid: int
    listeners: list[Wire]
    say: Callable[[int], None]


def measure(here: Place) -> list[Figure]:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        keys = pair(place)
        limit_program = _compiled(place)
        figures: list[Figure] = []
        for tls in (False, True):
            for frame in FRAMES:
                for listeners in LISTENERS:
                    case = Case(listeners, frame, tls)
                    try:
                        figures += _compared(case, place, keys if tls else None, limit_program)
                    except ConnectionError as fault:  # nobody here answers pings: 40 s are all
                        print(f"fanout: {case}: left out, {fault}", file=sys.stderr)
    return figures


def _compared(case: Case, folder: Path, keys: Keys | None, limit: Path | None) -> list[Figure]:
    def figure(what: str, value: float, unit: str, most: float | None = None) -> Figure:
        return Figure("fanout", f"{case}: {what}", value, unit, most)

    of_the_limit, of_mumble = (OF_THE_LIMIT, OF_MUMBLE) if case.listeners >= MANY else (None, None)
    ours = _cost(case, lambda: _relay(case, folder, keys))
    figures = [
        figure("CPU a frame", ours.cpu, "µs"),
        figure("… median delivery", ours.median, "ms"),
        figure("… P99 delivery", ours.p99, "ms"),
    ]
    if limit is not None:
        least = _cost(case, lambda: _limit(case, limit, keys))
        figures.append(figure("… the limit's CPU a frame", least.cpu, "µs"))
        figures.append(figure("… of the limit", ours.cpu / least.cpu, "×", of_the_limit))
    if case.tls and mumble.PROGRAM:
        theirs = _cost(case, lambda: _mumble(case, folder))
        figures.append(figure("… Mumble's CPU a frame", theirs.cpu, "µs"))
        figures.append(figure("… Mumble's P99 delivery", theirs.p99, "ms"))
        figures.append(figure("… of Mumble", ours.cpu / theirs.cpu, "×", of_mumble))
    elif case.tls:
        print("fanout: Mumble left out, apt-get install mumble-server", file=sys.stderr)
    return figures


def _cost(case: Case, served: Callable[[], AbstractContextManager[Served]]) -> Cost:
    with served() as server:
        crowd = Crowd.of(server.listeners)
        crowd.quiet()
        before = _cpu(server.pid)
        crowd.hear(server.say, case.frame / 1000, SECONDS)
        used = _cpu(server.pid) - before
        crowd.close()
    whole = SECONDS * 1000 / case.frame * case.listeners
    if crowd.delivered < 0.98 * whole:
        print(f"fanout: {case}: {crowd.delivered / whole:.0%} came", file=sys.stderr)
    milliseconds = [one * 1000 for one in crowd.seconds]
    return Cost(
        used / crowd.delivered * 1e6, quantile(milliseconds, 0.5), quantile(milliseconds, 0.99)
    )


def _cpu(pid: int) -> float:
    """Seconds, of all threads, in the program and for it in the kernel."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


# --- who is measured -----------------------------------------------------------------------------


@contextmanager
def _running(*command: str, port: int) -> "Iterator[subprocess.Popen[bytes]]":
    """A program on the first core, from when its port answers."""
    process = subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        os.sched_setaffinity(process.pid, {0})
        deadline = time.monotonic() + STARTS_WITHIN
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise ConnectionError(f"{command[0]} did not start")
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    """Whether somebody listens there; asked without connecting, which some would count."""
    wanted = f":{port:04X}"
    return any(
        line.split()[1].endswith(wanted) and line.split()[3] == LISTENING
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
    )


@contextmanager
def _relay(case: Case, folder: Path, keys: Keys | None) -> Iterator[Served]:
    port, tls = free_port(), client_context() if keys else None
    program = (sys.executable, "-m", "bench.relay_alone", str(port), str(folder), *(keys or ()))
    with _running(*program, port=port) as process:
        *listeners, talker = [
            logged_in(
                upgraded(Wire(port, tls), ORIGIN), Ticket(str(n), "p", "n", "bench", (GROUP,))
            )
            for n in range(case.listeners + 1)
        ]
        talker.send(text(say="Floor Request", group=GROUP.id))
        yield Served(process.pid, listeners, partial(_speak, talker, case.size))


def _speak(talker: Wire, size: int, number: int) -> None:
    """The only burst of this relay is its first."""
    talker.send(masked(0x2, packed(Frame(1, number, packet(number, size)))))


@contextmanager
def _limit(case: Case, program: Path, keys: Keys | None) -> Iterator[Served]:
    """It sends as many bytes as the relay does: with the heads of websocket and frame."""
    port, tls = free_port(), client_context() if keys else None
    head = bytes(WS_HEAD[case.frame] + HEAD.size)
    size = str(len(head) + case.size)
    with _running(str(program), str(port), size, *(keys or ()), port=port) as process:
        listeners = []
        for _ in range(case.listeners):
            listeners.append(Wire(port, tls))
            listeners[-1].send(b"L")
        talker = Wire(port, tls)
        talker.send(b"T")
        say = lambda number: talker.send(head + packet(number, case.size))  # noqa: E731
        yield Served(process.pid, listeners, say)


@contextmanager
def _mumble(case: Case, folder: Path) -> Iterator[Served]:
    port, tls = free_port(), client_context()
    ini = mumble.settings(folder, port, case.listeners + 10)
    with _running(str(mumble.PROGRAM), "-fg", "-ini", str(ini), port=port) as process:
        *listeners, talker = [
            mumble.login(Wire(port, tls), f"set{n}") for n in range(case.listeners + 1)
        ]

        def say(number: int) -> None:
            talker.send(mumble.speech(number * case.frame // 10, packet(number, case.size)))

        yield Served(process.pid, listeners, say)


def _compiled(folder: Path) -> Path | None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    program = folder / "limit"
    source = str(Path(__file__).with_name("limit.c"))
    command = [str(compiler), "-O2", "-o", str(program), source, "-lssl", "-lcrypto"]
    if compiler is None or subprocess.run(command, check=False).returncode:
        print("fanout: the limit left out, apt-get install gcc libssl-dev", file=sys.stderr)
        return None
    return program
