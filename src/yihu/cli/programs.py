"""The processes that make one machine's installation."""

import multiprocessing
import sys
from functools import partial

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from yihu.cli.faults import guarded
from yihu.cli.supervisor import Program


def serve(host: str, port: int) -> None:
    """The web server, until SIGTERM: one worker where SQLite has one writer, else two.

    Measured in docs/bench.md: more threads in a worker make the slowest request slower.

    Granian keeps no access log unless asked, which is what we promise: no address, no code.
    """
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    from yihu.web.wsgi import application

    workers, threads = (1, 4) if connection.vendor == "sqlite" else (2, 2)
    if sys.platform == "linux":  # the worker inherits what is loaded here
        multiprocessing.set_start_method("fork", force=True)
    Server(
        "yihu.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        workers_kill_timeout=8,
        log_level=LogLevels.warning,
        log_access=False,
    ).serve(target_loader=lambda _target: application)


def web(host: str, port: int) -> Program:
    return Program("web", lambda: sys.exit(guarded(lambda: serve(host, port))))


def origins(web_port: int) -> list[str]:
    """The addresses whose pages may talk to the relay: our own."""
    if settings.PUBLIC_HOSTS:
        return [f"https://{host}" for host in settings.PUBLIC_HOSTS]
    return [f"http://{host}:{web_port}" for host in settings.ALLOWED_HOSTS]


def relay(host: str, port: int) -> Program:
    """Speech between sets, on the port after the web server's."""
    work = partial(call_command, "relay", host=host, port=port + 1)
    return Program("relay", lambda: sys.exit(guarded(work)))


def clock() -> Program:
    """Limits, escalations, the log's sequencer and the outbox."""
    return Program("clock", lambda: sys.exit(guarded(lambda: call_command("clock"))))
