"""`yihu web`: the web process alone, for those who supervise it themselves."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils.translation import gettext as _

from yihu.cli.address import add_address, address, refuse_if_taken
from yihu.cli.preparation import require_keys
from yihu.cli.programs import serve


class Command(BaseCommand):
    help = _("只运行网页进程")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_address(parser)

    def handle(self, *, host: str | None, port: int | None, **options: Any) -> None:
        where = address(host, port)
        refuse_if_taken(*where)
        require_keys()
        connections.close_all()  # the worker is forked from here, and opens its own
        serve(*where)
