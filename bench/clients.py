"""Many clients at once over kept connections, in one thread that costs the server little."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

PATIENCE = 30.0  # seconds without any answer before the measurement is given up


@dataclass(slots=True)
class Answers:
    """`seconds` from a request's first byte to its answer's last; statuses in the same order."""

    seconds: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    elapsed: float = 0.0


class Client:
    """One connection, which asks again as soon as it is answered."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.asked_at = 0.0

    def ask(self, request: bytes) -> None:
        self.received = b""
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def status(self) -> int | None:
        """Read on; the answer's status once it is whole."""
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed a kept connection")
        self.received += piece
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator or len(body) < _length(head):
            return None
        return int(head[9:12])


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ConnectionError("an answer of unknown length")


def post(address: tuple[str, int], requests: Iterator[bytes], clients: int, count: int) -> Answers:
    """Send `count` of the requests, `clients` of them at any time."""
    answers = Answers()
    with selectors.DefaultSelector() as selector:
        opened = [Client(address) for _ in range(clients)]
        for client in opened:
            selector.register(client.socket, selectors.EVENT_READ, client)
        started, left = time.perf_counter(), count
        for client in opened[:count]:
            client.ask(next(requests))
            left -= 1
        while len(answers.statuses) < count:
            ready = selector.select(PATIENCE)
            if not ready:
                raise TimeoutError(f"no answer within {PATIENCE:g} s")
            for key, _ in ready:
                client = key.data
                if (status := client.status()) is None:
                    continue
                answers.seconds.append(time.perf_counter() - client.asked_at)
                answers.statuses.append(status)
                if left:
                    client.ask(next(requests))
                    left -= 1
        answers.elapsed = time.perf_counter() - started
        for client in opened:
            client.socket.close()
    return answers
