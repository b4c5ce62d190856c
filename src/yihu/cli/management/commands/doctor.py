"""`yihu doctor`: every broken promise, and how to mend it."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from yihu.cli import health
from yihu.kernel import watch

GRAVE = 1


class Command(BaseCommand):
    help = _("检查有没有失守的承诺，并说明怎样补救")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help=_("输出 JSON"))

    def handle(self, **options: Any) -> None:
        findings = [*watch.look(), *health.look()]
        grave = any(finding.grave for finding in findings)
        if options["json"]:
            said = {"well": not grave, "findings": [asdict(finding) for finding in findings]}
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=2))
        else:
            for finding in findings:
                self._say(finding)
            if not findings:
                self.stdout.write(_("一切正常。"))
        if grave:
            raise SystemExit(GRAVE)

    def _say(self, finding: watch.Finding) -> None:
        sign = "✗" if finding.grave else "!"
        count = f" × {finding.count}" if finding.count > 1 else ""
        self.stdout.write(f"{sign} {finding.what}{count}  [{finding.code}]")
        if finding.examples:
            more = " …" if finding.count > len(finding.examples) else ""
            self.stdout.write(f"    {'  '.join(finding.examples)}{more}")
        self.stdout.write("    → " + finding.cure)
