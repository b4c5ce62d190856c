"""Where the site listens: arguments, environment, and whether the place is free."""

import os
import socket

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _


def add_address(parser: CommandParser) -> None:
    parser.add_argument(
        "--host", help=_("监听地址（YIHU_HOST），默认 127.0.0.1；有证书时默认 0.0.0.0")
    )
    parser.add_argument("--port", type=int, help=_("端口（PORT），默认 8000"))


def address(host: str | None, port: int | None) -> tuple[str, int]:
    """Host and port: what was asked for, else YIHU_HOST and PORT, else 127.0.0.1:8000.

    With certificates of our own the whole network is meant, not this machine alone.
    """
    text = str(port) if port is not None else os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise CommandError(_("端口应是 1 到 65535 的数字，现在是“{text}”。").format(text=text))
    default = "0.0.0.0" if settings.OWN_TLS else "127.0.0.1"  # noqa: S104
    return host or os.environ.get("YIHU_HOST") or default, int(text)


def refuse_if_taken(host: str, port: int) -> None:
    """Say so before anything starts, rather than let the web process fail again and again."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _name, place = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as fault:
        raise CommandError(
            _(
                "{host} 的 {port} 端口用不了（{fault}）。请换一个，例如 PORT={other} make run"
            ).format(host=host, port=port, fault=fault.strerror, other=port % 65535 + 1)
        ) from fault
