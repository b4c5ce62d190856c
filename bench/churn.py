"""Half an hour of a busy net, with sets that come and go without end; then a kill.

600 sets, each on two of 40 groups; on twelve groups at any time somebody talks while others ask.
Ten times a second a set loses its line, logs in a second time, or leaves a group for a while:
thirty-six thousand times an hour, some ten times what six hundred phones on bad networks do.
"""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import fmean

from tests.support.site import free_port

from bench.figures import Figure
from bench.kill import children
from bench.phones import Findings, Phone, Time
from bench.place import Place
from bench.relay_alone import SUPERVISED
from yihu.radio.tickets import GroupRight, Ticket

ROOT = Path(__file__).resolve().parents[1]
SETS, GROUPS, TALKING = 600, 40, 12
CHURN = 0.1
"""Seconds between two sets that come or go."""
ANSWERED_WITHIN, GRANTED_WITHIN = 5.0, 120.0
"""Seconds after which a request, and one that waits in a queue, counts as lost."""
SAMPLED = 5.0
"""Seconds between two looks at the memory."""
BACK_WITHIN = 3.0
ALL_BUT = 0.97
"""At any time some are gone of themselves."""
PATIENCE = 120.0


@dataclass
class Net:
    """The sets of a relay, and what they are made to do."""

    port: int
    random: Random = field(default_factory=lambda: Random(4))
    time: Time = field(default_factory=Time)
    found: Findings = field(default_factory=Findings)
    epoll: select.epoll = field(default_factory=select.epoll)
    lines: dict[int, Phone] = field(default_factory=dict)
    came_or_went: int = 0

    def __post_init__(self) -> None:
        self.groups = [GroupRight(f"group{n}", "") for n in range(GROUPS)]
        self.phones = [
            Phone(
                Ticket(f"set{n}", "p", "", "bench", tuple(self.random.sample(self.groups, 2))),
                self.port,
                self.epoll,
                self.lines,
                self.time,
                self.random,
                self.found,
            )
            for n in range(SETS)
        ]
        self.on = {
            group.id: [one for one in self.phones if group.id in one.ticket.rights]
            for group in self.groups
        }
        self.busy: set[str] = set()

    def run(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while (now := time.perf_counter()) < until:
            for fd, _ in self.epoll.poll(min(self.time.run_due(), until - now)):
                if fd in self.lines:
                    self.lines[fd].read()

    def until_all_are_on(self) -> None:
        """But for those that have just gone."""
        deadline = time.perf_counter() + PATIENCE
        while sum(phone.online for phone in self.phones) < ALL_BUT * SETS:
            if time.perf_counter() > deadline:
                raise TimeoutError("not all sets came on")
            self.run(0.02)

    def until_none_is_on(self) -> None:
        while any(phone.online for phone in self.phones):
            self.run(0.01)

    def forget(self) -> None:
        """What was found until now is kept by whoever took it."""
        self.found = Findings()
        for phone in self.phones:
            phone.found = self.found

    # --- what is going on ----------------------------------------------------------------------

    def begin(self) -> None:
        for phone in self.phones:
            phone.connect()
        self.until_all_are_on()
        for _ in range(TALKING):
            self._converse()
        self._churn()
        self._judge()

    def _converse(self) -> None:
        """On a group where nobody talks, up to three ask at once; when they are done, another."""
        group = self.random.choice([one.id for one in self.groups if one.id not in self.busy])
        self.busy.add(group)
        people = self.random.sample(self.on[group], 3)
        for phone in people:
            phone.ask(group, self.random.uniform(1, 4))
        self.time.after(0.1, lambda: self._when_done(group, people))

    def _when_done(self, group: str, people: list[Phone]) -> None:
        if any(group in one.asked or group in one.talks for one in people):
            self.time.after(0.1, lambda: self._when_done(group, people))
        else:
            self.busy.remove(group)
            self._converse()

    def _churn(self) -> None:
        phone = self.random.choice(self.phones)
        if phone.online:
            self.came_or_went += 1
            [self._drop, self._come_twice, self._step_out][self.random.randrange(3)](phone)
        self.time.after(CHURN, self._churn)

    def _drop(self, phone: Phone) -> None:
        phone.hang_up()
        self.time.after(self.random.uniform(0, 2), phone.connect)

    def _come_twice(self, phone: Phone) -> None:
        """Its new line is there before the relay knows that the old one is gone."""
        old = phone.wire
        assert old is not None
        self.epoll.unregister(old.socket.fileno())
        del self.lines[old.socket.fileno()]
        phone.wire = None
        phone.hang_up()
        phone.connect()
        self.time.after(self.random.uniform(0, 2), old.socket.close)

    def _step_out(self, phone: Phone) -> None:
        group = self.random.choice(phone.ticket.groups).id
        phone.leave(group)
        self.time.after(self.random.uniform(1, 5), lambda: phone.join(group))

    def _judge(self) -> None:
        """A request without an answer, or one that waits for ever, is a grant that was lost."""
        now = time.perf_counter()
        for phone in self.phones:
            for group, (at, _seconds) in list(phone.asked.items()):
                limit = GRANTED_WITHIN if group in phone.waits else ANSWERED_WITHIN
                if now - at > limit:
                    self.found.unanswered += 1
                    del phone.asked[group]
        self.time.after(1.0, self._judge)


def measure(here: Place, minutes: float = 30.0) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        net, memory = Net(port), list[float]()
        with _relay(port, folder) as supervisor:
            net.begin()
            (relay,) = children(supervisor.pid)
            net.run(10)  # what is made once has been made
            net.found.delays.clear()
            ends = time.perf_counter() + minutes * 60
            while time.perf_counter() < ends:
                net.run(SAMPLED)
                memory.append(_megabytes(relay))
            counted, found = _metrics(port), net.found
            net.forget()  # the next relay numbers its bursts anew
            os.kill(relay, signal.SIGKILL)
            killed = time.perf_counter()
            net.until_none_is_on()
            net.until_all_are_on()
            back = time.perf_counter() - killed
    return _figures(found, net.came_or_went, memory, counted, back)


def _figures(
    found: Findings, came: int, memory: list[float], counted: dict[str, float], back: float
) -> list[Figure]:
    def figure(what: str, value: float, unit: str = "", most: float | None = None) -> Figure:
        return Figure("churn", what, value, unit, most)

    half, quarter = len(memory) // 2, len(memory) // 4
    growth = fmean(memory[-quarter:]) - fmean(memory[half - quarter : half]) if quarter else 0.0
    return [
        figure("sets that came or went", came),
        figure("bursts", counted["bursts"]),
        figure("frames delivered", found.delays.total()),
        figure("delivery, median", found.delay(0.5), "ms"),
        figure("… P99", found.delay(0.99), "ms", 100),
        figure("… P99.9", found.delay(0.999), "ms"),
        figure("frames that a line missed because it was behind", counted["frames_skipped"]),
        figure("floors asked for", found.asked),
        figure("… granted", found.granted),
        figure("… never answered", found.unanswered, most=0),
        figure("bursts with two talkers", found.twice, most=0),
        figure("frames of an older burst after a newer one", found.mixed, most=0),
        figure("frames heard by a set of another group", found.leaks, most=0),
        figure("memory at the end", memory[-1], "MB"),
        figure("… grown from the second quarter to the last", growth, "MB", 4),
        figure(f"killed: until {ALL_BUT:.0%} of the sets were back", back, "s", BACK_WITHIN),
    ]


@contextmanager
def _relay(port: int, folder: str) -> "Iterator[subprocess.Popen[bytes]]":
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.relay_alone", str(port), folder, SUPERVISED],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _metrics(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    names = (line.split() for line in lines if not line.startswith("#"))
    return {
        name.removeprefix("yihu_relay_").removesuffix("_total"): float(value)
        for name, value in names
    }
