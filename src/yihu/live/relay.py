"""The relay: websockets around the net. One process, one thread.

A set logs in with a ticket as its first message and has five seconds for it. Text is words
(`words.py`), binary is speech (`frames.py`). Behind a socket buffer of a few frames, a line with
more than `BACKLOG` bytes waiting misses frames until it has caught up: stale speech is worse
than none, and one stalled phone must not fill the memory. `GET /metrics` on the same port tells
what was counted.

Written for the asyncio interface of `websockets`; picows offers the same, faster.
"""

import asyncio
import contextlib
import gc
import logging
import secrets
import signal
import socket
import ssl
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, cast

try:
    from picows.websockets.asyncio import broadcast, serve
    from picows.websockets.exceptions import ConnectionClosed
except ImportError:  # no wheel for this machine
    from websockets.asyncio.server import broadcast, serve  # type: ignore[assignment]
    from websockets.exceptions import ConnectionClosed  # type: ignore[assignment]

from yihu.live import words
from yihu.live.events import EventLog
from yihu.live.feed import Feed
from yihu.live.frames import LARGEST
from yihu.live.keeping import Keeper
from yihu.live.metrics import Counts, exposition
from yihu.live.net import Net
from yihu.live.seams import Recorder, Set
from yihu.radio.tickets import BadTicket, Ticket

# Of connections our log keeps nothing: their lines hold addresses, and one that is lost is no news.
_lines_log = logging.getLogger("yihu.live.lines")
for name in ("yihu.live.lines", "aiofastnet", "websockets.server"):
    logging.getLogger(name).setLevel(logging.ERROR)

LOGIN_WITHIN = 5.0
"""Seconds from the connection to the ticket."""
SEND_BUFFER = 16 * 1024
"""Bytes that the system may keep for one set; the default swallows minutes of speech."""
BACKLOG = 8 * 1024
"""Bytes of our own that may wait for one set before it misses frames."""
AT_ONCE = 2048
"""Lines that may wait to be taken: after a cut all come back in the same second."""
MOST_A_SECOND = 200
"""Messages and frames; speech alone is fifty."""
LOST = 100
"""Lines, after which the collector is called: each leaves a cycle with its buffers, of whose size
the collector knows nothing.
"""
LOOK_EVERY = 0.05
"""Seconds between two looks at the timers of the floors, and at the lines that are behind."""


def _transport(connection: Any) -> asyncio.Transport:
    """What writes a connection's bytes, to ask how many are waiting.

    `websockets` has it as an attribute; picows keeps it to itself, though not from the collector.
    """
    found = getattr(connection, "transport", None)
    if found is None:
        found = next(o for o in gc.get_referents(connection) if hasattr(o, "underlying_transport"))
    transport: asyncio.Transport = getattr(found, "underlying_transport", found)
    return transport


@dataclass(eq=False)
class Line:
    """A set at the other end of a websocket. `skipped` counts the frames it missed.

    Whether it is behind is looked at twenty times a second, not for each frame: what a stalled
    one can gather meanwhile are two or three.
    """

    socket: Any
    ticket: Ticket
    behind: bool = False
    skipped: int = 0
    _second: int = 0
    _count: int = 0
    _closing: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._waiting = _transport(self.socket).get_write_buffer_size

    def tell(self, text: str) -> None:
        broadcast([self.socket], text)

    def close(self, reason: str) -> None:
        self._closing = asyncio.ensure_future(self.socket.close(1008, reason))

    @property
    def backlog(self) -> int:
        """Bytes that wait for the line to take them."""
        return self._waiting()

    def look(self) -> None:
        self.behind = self._waiting() > BACKLOG

    def is_too_loud(self) -> bool:
        """Counts one message; whether it is more than a set may send in a second."""
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._count = second, 0
        self._count += 1
        return self._count > MOST_A_SECOND


@dataclass
class Lines:
    """The fan-out within this process: see `seams.Fanout`."""

    counts: Counts

    def tell(self, sets: Collection[Set], text: str) -> None:
        broadcast([one.socket for one in cast(Collection[Line], sets)], text)

    def play(self, sets: Collection[Set], frame: bytes) -> None:
        lines = cast(Collection[Line], sets)
        ready = [one.socket for one in lines if not one.behind]
        broadcast(ready, frame)
        self.counts.frames_out += len(ready)
        if len(ready) < len(lines):
            for one in lines:
                one.skipped += one.behind
                self.counts.frames_skipped += one.behind


@dataclass
class Relay:
    """The net and its lines. `origins`: the addresses whose pages may connect."""

    recorder: Recorder
    origins: list[str]
    counts: Counts = field(default_factory=Counts)
    net: Net = field(init=False)

    def __post_init__(self) -> None:
        events = EventLog(epoch=secrets.token_hex(4))
        lines = Lines(self.counts)
        self.net = Net(time.monotonic, lines, self.recorder, events, self.counts)
        self._started = time.monotonic()
        self._lost = 0

    async def run(
        self,
        host: str,
        port: int,
        started: asyncio.Event | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Serve until cancelled."""
        listening = socket.create_server((host, port))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)  # lines inherit it
        looks = asyncio.create_task(self._look())
        try:
            async with serve(
                self._answer,
                sock=listening,
                ssl=tls,
                backlog=AT_ONCE,
                origins=self.origins,
                compression=None,
                server_header=None,
                process_request=self._metrics,
                logger=_lines_log,
                max_size=max(LARGEST, words.LARGEST),
            ):
                if started is not None:
                    started.set()
                await asyncio.get_running_loop().create_future()
        finally:
            looks.cancel()
            self.net.end()

    async def _look(self) -> None:
        while True:
            self.net.ring()
            for one in self.net.sets.values():
                cast(Line, one).look()
            if self._lost >= LOST:
                self._lost = 0
                gc.collect()
            await asyncio.sleep(LOOK_EVERY)

    def _metrics(self, connection: Any, request: Any) -> Any:
        """An answer to who asks for figures; None for a set, which goes on to its line."""
        if request.path != "/metrics":
            return None
        groups = self.net.groups.values()
        talking = sum(group.floor.holder is not None for group in groups)
        gauges = {
            "sets": ("Sets on the net.", len(self.net.sets)),
            "groups": ("Talk groups with somebody on them.", len(groups)),
            "talking": ("Talk groups on which somebody has the floor.", talking),
            "uptime_seconds": ("Since the start.", time.monotonic() - self._started),
        }
        return connection.respond(200, exposition(self.counts, gauges))

    async def _answer(self, connection: Any) -> None:
        line = await self._login(connection)
        if line is None:
            return
        try:
            async for said in connection:
                if line.is_too_loud():
                    await connection.close(1008, "too loud")
                    break
                if isinstance(said, str):
                    self.net.hear(line, said)
                else:
                    self.net.speak(line, said)
        except ConnectionClosed:
            pass
        finally:
            self.net.logout(line)
            self._lost += 1

    async def _login(self, connection: Any) -> Line | None:
        """The first message is the ticket, with the last event that the set has seen."""
        try:
            first = await asyncio.wait_for(connection.recv(), LOGIN_WITHIN)
            said = words.heard(first if isinstance(first, str) else "")
            line = Line(connection, Ticket.read(str(said.get("ticket", ""))))
        except (TimeoutError, ConnectionClosed, words.NotUnderstood, BadTicket):
            self.counts.logins_refused += 1
            await connection.close(1008, "no ticket")
            return None
        since = said.get("since", 0)
        self.net.login(line, str(said.get("epoch", "")), since if isinstance(since, int) else 0)
        return line


async def _until_stopped(
    relay: Relay, keeper: Keeper, host: str, port: int, tls: ssl.SSLContext | None
) -> None:
    loop, me = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, me.cancel if me else loop.stop)
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(
            relay.run(host, port, tls=tls), keeper.watch(relay.net), Feed(keeper).follow(relay.net)
        )


def serve_relay(
    host: str, port: int, origins: list[str], tls: ssl.SSLContext | None = None
) -> None:
    """The relay, until SIGTERM.

    What was loaded until now stays: the collector need not look at it again, and so is done in
    milliseconds with what lost lines leave behind.
    """
    gc.freeze()
    counts = Counts()
    keeper = Keeper(counts)
    keeper.close_what_was_cut_off()
    asyncio.run(_until_stopped(Relay(keeper, origins, counts), keeper, host, port, tls))
