"""`yihu stations`: the stations that messages can be imported into and reported on."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from yihu.people.queries import stations


class Command(BaseCommand):
    help = _("列出派出所：代码和名称，每行一个")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help=_("输出 JSON"))

    def handle(self, **options: Any) -> None:
        found = stations().select_related("supervisor")
        if options["json"]:
            rows = [
                {
                    "code": station.code,
                    "name": station.name,
                    "name_en": station.name_en,
                    "district": station.district,
                    "supervisor": station.supervisor.code if station.supervisor else None,
                }
                for station in found
            ]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for station in found:
            self.stdout.write(f"{station.code}\t{station.name}")
