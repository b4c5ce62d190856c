"""Lines to a server under measurement that cost this side little: most of what comes is skimmed.

Bytes are read and counted as they come, under TLS without being opened. A few lines, the samples,
are opened, and the packets in them timed.
"""

import base64
import json
import os
import select
import socket
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from yihu.radio.tickets import Ticket

MARK = b"\xfeYIHU\xfe"
"""Stands in each packet, before its number: so that it is found in any protocol."""
NUMBER = struct.Struct(">I")
PATIENCE = 20.0  # seconds


def packet(number: int, size: int) -> bytes:
    """An Opus packet for those who read no more than its first byte: 20 ms, SILK."""
    return (bytes([0b01001_0_00]) + MARK + NUMBER.pack(number)).ljust(size, b"\x55")


class Wire:
    """A connection, maybe under TLS, whose raw bytes can also be taken unopened."""

    def __init__(self, port: int, tls: ssl.SSLContext | None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = tls.wrap_bio(self._in, self._out) if tls else None
        if self._tls is not None:
            self._until(self._tls.do_handshake)

    def send(self, data: bytes) -> None:
        if self._tls is not None:
            self._tls.write(data)
            data = self._out.read()
        self.socket.sendall(data)

    def receive(self) -> bytes:
        """What comes next, opened; waits for it."""
        return self.opened(self._raw())

    def opened(self, raw: bytes) -> bytes:
        """Under TLS, the content of what was read; it may be nothing yet."""
        if self._tls is None:
            return raw
        self._in.write(raw)
        found = bytearray()
        try:
            while piece := self._tls.read(65536):
                found += piece
        except ssl.SSLWantReadError:
            pass
        return bytes(found)

    def _until(self, what: Callable[[], None]) -> None:
        while True:
            try:
                what()
            except ssl.SSLWantReadError:
                self.socket.sendall(self._out.read())
                self._in.write(self._raw())
            else:
                self.socket.sendall(self._out.read())
                return

    def _raw(self) -> bytes:
        raw = self.socket.recv(65536)
        if not raw:
            raise ConnectionError("the server closed a line")
        return raw


# --- a websocket, as little of it as is needed ---------------------------------------------------


def greeting(origin: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET / HTTP/1.1\r\nHost: bench\r\nOrigin: {origin}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def upgraded(wire: Wire, origin: str) -> Wire:
    wire.send(greeting(origin))
    head = b""
    while b"\r\n\r\n" not in head:
        head += wire.receive()
    if not head.startswith(b"HTTP/1.1 101"):
        raise ConnectionError(head.split(b"\r\n")[0].decode())
    return wire


def logged_in(wire: Wire, ticket: Ticket) -> Wire:
    wire.send(text(say="Login", ticket=ticket.signed()))
    return wire


def text(**said: object) -> bytes:
    return masked(0x1, json.dumps(said).encode())


def masked(opcode: int, payload: bytes) -> bytes:
    """A frame from a client, under a mask of zeros, which changes nothing."""
    if len(payload) < 126:
        head = bytes([0x80 | opcode, 0x80 | len(payload)])
    else:
        head = struct.pack(">BBH", 0x80 | opcode, 0xFE, len(payload))
    return head + bytes(4) + payload


# --- many of them --------------------------------------------------------------------------------


@dataclass(slots=True)
class Sample:
    """A line that is opened: `raw` bytes came in, and this many packets were in them."""

    wire: Wire
    raw: int = 0
    packets: int = 0
    rest: bytes = b""

    def take(self, raw: bytes) -> list[int]:
        """The numbers of the packets that are whole now."""
        self.raw += len(raw)
        data, found = self.rest + self.wire.opened(raw), []
        while (at := data.find(MARK)) >= 0 and len(data) >= at + len(MARK) + NUMBER.size:
            found.append(NUMBER.unpack_from(data, at + len(MARK))[0])
            data = data[at + len(MARK) + NUMBER.size :]
        self.rest = data[-200:]
        self.packets += len(found)
        return found


@dataclass
class Crowd:
    """Those who listen, while one talks. `seconds` are from a packet's sending to its coming."""

    samples: dict[int, Sample] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    skimmed: int = 0
    _wires: dict[int, Wire] = field(default_factory=dict)

    @classmethod
    def of(cls, wires: list[Wire], samples: int = 20) -> Self:
        crowd = cls()
        every = max(1, len(wires) // samples)
        for number, wire in enumerate(wires):
            crowd._wires[wire.socket.fileno()] = wire
            if number % every == 0:
                crowd.samples[wire.socket.fileno()] = Sample(wire)
            wire.socket.setblocking(False)
        return crowd

    def hear(self, say: Callable[[int], None], every: float, seconds: float) -> None:
        """Let `say` send packet after packet, at this pace, for so long, and listen."""
        sent: list[float] = []
        with self._polled() as epoll:
            started = time.perf_counter()
            while (now := time.perf_counter()) < started + seconds + 0.5:
                due = started + len(sent) * every
                if due <= now and due < started + seconds:
                    sent.append(time.perf_counter())
                    say(len(sent) - 1)
                    continue
                wait = min(max(0.0, due - now), 0.1) if due < started + seconds else 0.1
                for fd, _ in epoll.poll(wait):
                    self._read(fd, sent)

    def _polled(self) -> select.epoll:
        epoll = select.epoll()
        for fd in self._wires:
            epoll.register(fd, select.EPOLLIN)
        return epoll

    def _read(self, fd: int, sent: list[float]) -> None:
        raw = os.read(fd, 65536)
        if not raw:
            raise ConnectionError("the server closed a line")
        self.skimmed += len(raw)
        sample = self.samples.get(fd)
        if sample is not None:
            now = time.perf_counter()
            self.seconds += [now - sent[n] for n in sample.take(raw) if n < len(sent)]

    def quiet(self) -> None:
        """Throw away what comes until nothing has come for a while; begin to count from here."""
        last = time.perf_counter()
        with self._polled() as epoll:
            while time.perf_counter() < last + 1.5:
                for fd, _ in epoll.poll(0.2):
                    self._read(fd, [])
                    last = time.perf_counter()
        self.skimmed, self.seconds = 0, []
        for sample in self.samples.values():
            sample.raw, sample.packets = 0, 0

    @property
    def delivered(self) -> float:
        """Packets that came, by the bytes of those that were opened."""
        raw = sum(sample.raw for sample in self.samples.values())
        packets = sum(sample.packets for sample in self.samples.values())
        return self.skimmed * packets / raw if raw else 0.0

    def close(self) -> None:
        for wire in self._wires.values():
            wire.socket.close()
