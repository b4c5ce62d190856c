"""Sets that behave like the page does, many in one thread, and that note what must not happen."""

import json
import select
import struct
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

from bench.relay_alone import ORIGIN
from bench.wires import MARK, NUMBER, Wire, logged_in, masked, packet, text
from bench.wires import greeting as websocket
from yihu.live.frames import HEAD, Frame, packed
from yihu.radio.tickets import Ticket

FRAME, SIZE = 0.02, 80
"""Seconds and bytes of a frame."""
PAUSE, LONGEST_PAUSE = 0.25, 2.0
"""Seconds until a set whose line is gone tries again, doubling, as in `line.js`."""


@dataclass
class Time:
    """What is to be done later, and when packets were sent."""

    tasks: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    order: "count[int]" = field(default_factory=count)
    sent: dict[int, float] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=count)

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        heappush(self.tasks, (time.perf_counter() + seconds, next(self.order), what))

    def run_due(self) -> float:
        """Seconds until the next."""
        while self.tasks and self.tasks[0][0] <= time.perf_counter():
            heappop(self.tasks)[2]()
        return max(0.0, self.tasks[0][0] - time.perf_counter()) if self.tasks else 0.05

    def packet(self) -> bytes:
        number = next(self.numbers)
        self.sent[number] = time.perf_counter()
        self.sent.pop(number - 50_000, None)
        return packet(number & 0xFFFF_FFFF, SIZE)


@dataclass
class Findings:
    """Of all sets: what was heard and when, in milliseconds; what went wrong."""

    delays: Counter[int] = field(default_factory=Counter)
    asked: int = 0
    granted: int = 0
    unanswered: int = 0
    leaks: int = 0
    mixed: int = 0
    holders: dict[int, str] = field(default_factory=dict)
    twice: int = 0
    places: dict[int, str] = field(default_factory=dict)

    def grant(self, stream: int, group: str, device: str) -> None:
        self.granted += 1
        self.twice += self.holders.setdefault(stream, device) != device
        self.places[stream] = group
        for known in (self.holders, self.places):
            known.pop(stream - 10_000, None)

    def delay(self, share: float) -> float:
        """The smallest number of milliseconds that this share does not exceed."""
        left = share * self.delays.total()
        for milliseconds in sorted(self.delays):
            left -= self.delays[milliseconds]
            if left <= 0:
                return milliseconds
        return 0.0


@dataclass(eq=False)
class Phone:
    """One device. `asked`: when it asked for a group's floor, and for how long it will talk."""

    ticket: Ticket
    port: int
    epoll: select.epoll
    lines: "dict[int, Phone]"
    time: Time
    random: Random
    found: Findings
    wire: Wire | None = None
    online: bool = False
    asked: dict[str, tuple[float, float]] = field(default_factory=dict)
    waits: dict[str, float] = field(default_factory=dict)
    talks: dict[str, int] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    _data: bytes = b""
    _upgraded: bool = False
    _pause: float = PAUSE

    # --- the line ------------------------------------------------------------------------------

    def connect(self) -> None:
        if self.wire is not None:
            return
        try:
            self.wire = Wire(self.port, None)
            self.wire.send(websocket(ORIGIN))
            self.wire.socket.setblocking(False)
        except OSError:
            self.wire = None
            self._again()
            return
        self._data, self._upgraded = b"", False
        self.lines[self.wire.socket.fileno()] = self
        self.epoll.register(self.wire.socket.fileno(), select.EPOLLIN)

    def hang_up(self) -> None:
        """As a phone does that lost its network: nobody is told."""
        if self.wire is not None:
            self.epoll.unregister(self.wire.socket.fileno())
            del self.lines[self.wire.socket.fileno()]
            self.wire.socket.close()
        self.wire, self.online = None, False
        for known in (self.asked, self.waits, self.talks, self.newest, self.left):
            known.clear()

    def _again(self) -> None:
        self.time.after(self._pause * (0.5 + self.random.random() / 2), self.connect)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def _send(self, data: bytes) -> None:
        try:
            if self.wire is not None:
                self.wire.send(data)
        except OSError:
            self.lost()

    def lost(self) -> None:
        self.hang_up()
        self._again()

    def say(self, word: str, group: str) -> None:
        self._send(text(say=word, group=group))

    # --- talking -------------------------------------------------------------------------------

    def ask(self, group: str, seconds: float) -> None:
        busy = group in self.asked or group in self.talks or group in self.left
        if self.online and not busy:
            self.asked[group] = time.perf_counter(), seconds
            self.found.asked += 1
            self.say("Floor Request", group)

    def leave(self, group: str) -> None:
        for known in (self.asked, self.waits, self.talks):
            known.pop(group, None)
        self.left.add(group)
        self.say("Leave", group)

    def join(self, group: str) -> None:
        self.left.discard(group)
        self.say("Join", group)

    def _talk(self, group: str, stream: int, until: float, number: int = 0) -> None:
        if self.talks.get(group) != stream:
            return
        if time.perf_counter() >= until:
            del self.talks[group]
            self.say("Floor Release", group)
            return
        self._send(masked(0x2, packed(Frame(stream, number, self.time.packet()))))
        self.time.after(FRAME, lambda: self._talk(group, stream, until, number + 1))

    # --- what comes ----------------------------------------------------------------------------

    def read(self) -> None:
        assert self.wire is not None
        try:
            piece = self.wire.socket.recv(65536)
        except OSError:
            piece = b""
        if not piece:
            self.lost()
            return
        self._data += piece
        if not self._upgraded:
            _head, end, rest = self._data.partition(b"\r\n\r\n")
            if not end:
                return
            self._upgraded, self._data = True, rest
            logged_in(self.wire, self.ticket)
        self._frames()

    def _frames(self) -> None:
        data, at, now = self._data, 0, time.perf_counter()
        while at + 2 <= len(data):
            opcode, length, start = data[at] & 0x0F, data[at + 1], at + 2
            if length == 126:
                if at + 4 > len(data):
                    break
                (length,) = struct.unpack_from(">H", data, start)
                start += 2
            if start + length > len(data):
                break
            content, at = data[start : start + length], start + length
            if opcode == 0x2:
                self._hear(content, now)
            elif opcode == 0x1:
                self._told(json.loads(content))
            elif opcode == 0x9:
                self._send(masked(0xA, content))
            elif opcode == 0x8:
                self.lost()
                return
        self._data = data[at:]

    def _hear(self, frame: bytes, now: float) -> None:
        _kind, stream, _packet = HEAD.unpack_from(frame)
        (number,) = NUMBER.unpack_from(frame, frame.index(MARK) + len(MARK))
        sent = self.time.sent.get(number)
        if sent is not None:
            self.found.delays[round((now - sent) * 1000)] += 1
        group = self.found.places.get(stream)
        if group is None:
            return  # its grant is still on the way
        self.found.leaks += group not in self.ticket.rights
        self.found.mixed += stream < self.newest.get(group, 0)
        self.newest[group] = stream

    def _told(self, said: dict[str, object]) -> None:
        group = str(said.get("group", ""))
        match said["say"]:
            case "Welcome":
                self.online, self._pause = True, PAUSE
            case "Floor Granted":
                self._granted(group, int(str(said["stream"])))
            case "Floor Deny":
                self.asked.pop(group, None)
            case "Floor Queue Position Info" if group in self.asked:
                self.waits.setdefault(group, time.perf_counter())
            case "Floor Revoke" if group in self.talks:
                del self.talks[group]
                self.say("Floor Release", group)

    def _granted(self, group: str, stream: int) -> None:
        if self.talks.get(group) == stream:
            return  # told again, since nothing had come yet
        self.found.grant(stream, group, self.ticket.device)
        self.waits.pop(group, None)
        if group not in self.asked:
            self.say("Floor Release", group)
            return
        _at, seconds = self.asked.pop(group)
        self.talks[group] = stream
        self._talk(group, stream, time.perf_counter() + seconds)
