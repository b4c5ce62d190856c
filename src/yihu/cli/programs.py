"""The processes that make one machine's installation."""

import multiprocessing
import ssl
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from yihu.certificates import PLAIN
from yihu.cli.faults import guarded
from yihu.cli.supervisor import Program


def serve(host: str, port: int) -> None:
    """The web server, until SIGTERM: one worker where SQLite has one writer, else two.

    Measured in docs/bench.md: more threads in a worker make the slowest request slower.
    """
    from yihu.web.wsgi import application

    workers, threads = (1, 4) if connection.vendor == "sqlite" else (2, 2)
    certificate = settings.CERTIFICATES.server_file if settings.OWN_TLS else None
    _granian(
        application,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=threads,
        ssl_cert=certificate,
        ssl_key=certificate,
    )


def serve_plain(host: str, port: int) -> None:
    """How to trust our certificates, over plain HTTP, until SIGTERM."""
    from yihu.cli.plain import application

    _granian(application, address=host, port=port, workers=1, blocking_threads=1)


def _granian(application: Callable[..., Any], **options: Any) -> None:
    """Granian keeps no access log unless asked, which is what we promise: no address, no code."""
    from granian.constants import Interfaces, SSLProtocols
    from granian.log import LogLevels
    from granian.server import Server

    if sys.platform == "linux":  # the worker inherits what is loaded here
        multiprocessing.set_start_method("fork", force=True)
    Server(
        "yihu.web.wsgi:application",
        interface=Interfaces.WSGI,
        workers_kill_timeout=8,
        log_level=LogLevels.warning,
        log_access=False,
        ssl_protocol_min=SSLProtocols.tls12,  # Android before 10
        **options,
    ).serve(target_loader=lambda _target: application)


def web(host: str, port: int) -> Program:
    return Program("web", lambda: sys.exit(guarded(lambda: serve(host, port))))


def origins(web_port: int) -> list[str]:
    """The addresses whose pages may talk to the relay: our own."""
    if settings.BEHIND_PROXY:
        return [f"https://{host}" for host in settings.PUBLIC_HOSTS]
    return [site(host, web_port) for host in settings.ALLOWED_HOSTS]


def site(host: str, port: int) -> str:
    """The address of a site that we serve ourselves, as a browser writes it."""
    scheme, usual = ("https", 443) if settings.OWN_TLS else ("http", 80)
    return f"{scheme}://{host}" if port == usual else f"{scheme}://{host}:{port}"


def relay_tls() -> ssl.SSLContext | None:
    """What the relay ends TLS with; None without certificates of our own."""
    if not settings.OWN_TLS:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings.CERTIFICATES.server_file)
    return context


def plain(host: str, port: int) -> Program:
    """How to trust our certificates, for devices that do not yet."""
    return Program("plain", lambda: sys.exit(guarded(lambda: serve_plain(host, port + PLAIN))))


def relay(host: str, port: int) -> Program:
    """Speech between sets, on the port after the web server's."""
    work = partial(call_command, "relay", host=host, port=port + 1)
    return Program("relay", lambda: sys.exit(guarded(work)))


def clock() -> Program:
    """Limits, escalations, the log's sequencer and the outbox."""
    return Program("clock", lambda: sys.exit(guarded(lambda: call_command("clock"))))


def live_demo(host: str, port: int) -> Program:
    """The demo district's day, played quietly through the site that runs beside it."""
    work = partial(call_command, "demo", live=site(host, port), quiet=True)
    return Program("demo", lambda: sys.exit(guarded(work)))
