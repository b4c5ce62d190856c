"""A small real SMTP server: it takes what it is sent, or refuses as it is told."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage


@dataclass
class Sink:
    """`taken`: the messages, each with its recipients under `to`. `refuse`: an answer to RCPT."""

    port: int = 0
    taken: list["Taken"] = field(default_factory=list)
    connections: int = 0
    refuse: str = ""


@dataclass(frozen=True)
class Taken:
    to: list[str]
    message: EmailMessage

    @property
    def text(self) -> str:
        return f"{self.message['Subject']}\n{self.message.get_content()}"


class _Session(socketserver.StreamRequestHandler):
    server: "_Server"

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        sink = self.server.sink
        sink.connections += 1
        self.say("220 sink")
        recipients: list[str] = []
        while line := self.rfile.readline():
            command = line.decode().strip()
            match command.split(" ")[0].upper():
                case "EHLO" | "HELO" | "RSET":
                    recipients = []
                    self.say("250 sink")
                case "RCPT" if sink.refuse:
                    self.say(sink.refuse)
                case "RCPT":
                    recipients.append(command.partition("<")[2].rstrip(">"))
                    self.say("250 yes")
                case "DATA":
                    self.say("354 go on")
                    sink.taken.append(Taken(recipients, self._message()))
                    recipients = []
                    self.say("250 taken")
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 yes")

    def _message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    sink: Sink


@contextmanager
def sink(port: int = 0) -> Iterator[Sink]:
    """A server on 127.0.0.1 while the block runs; `port` 0 takes a free one."""
    with _Server(("127.0.0.1", port), _Session) as server:
        server.sink = Sink(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.sink
        finally:
            server.shutdown()
            thread.join(20)


def mailers(port: int) -> dict[str, object]:
    """What settings.MAILERS must say to send there."""
    return {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }
