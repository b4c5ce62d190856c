"""`yihu prepare`: what `run` does before it opens the site."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from yihu.cli.preparation import prepare


class Command(BaseCommand):
    help = _("准备数据库、翻译、静态文件和演示数据")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help=_("不建立演示数据"))

    def handle(self, *, no_demo: bool, **options: Any) -> None:
        prepare(self.stdout.write, demo=not no_demo).wait()
