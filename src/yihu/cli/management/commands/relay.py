"""`yihu relay`: the relay process alone, for those who supervise it themselves."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils.translation import gettext as _

from yihu.cli.address import address, refuse_if_taken
from yihu.cli.programs import origins, relay_tls
from yihu.live.relay import serve_relay


class Command(BaseCommand):
    help = _("只运行对讲中继进程")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", help=_("监听地址（YIHU_HOST），默认 127.0.0.1"))
        parser.add_argument("--port", type=int, help=_("中继的端口，默认是网页端口（PORT）加一"))

    def handle(self, *, host: str | None, port: int | None, **options: Any) -> None:
        where, web_port = address(host, None if port is None else port - 1)
        refuse_if_taken(where, web_port + 1)
        settings.RECORDINGS.mkdir(mode=0o700, parents=True, exist_ok=True)
        connections.close_all()
        serve_relay(where, web_port + 1, origins(web_port), relay_tls())
