"""A small real HTTP server in the place of an SMS gateway or a chat robot."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Gateway:
    """`taken`: what was posted, as JSON. `status`, `answer` and `headers` are what it replies."""

    url: str = ""
    taken: list[Any] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    status: int = 200
    answer: bytes = b'{"errcode": 0}'
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway on 127.0.0.1 while the block runs."""
    told = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.taken.append(json.loads(body))
            told.keys.append(self.headers["Idempotency-Key"])
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        told.url = f"http://127.0.0.1:{server.server_address[1]}/send"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield told
        finally:
            server.shutdown()
            thread.join(20)
