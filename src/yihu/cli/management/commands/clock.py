"""`yihu clock`: time passes here. Limits, the log's sequencer, the outbox, the witnesses."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from yihu.cli.ticking import JOBS, run_once, run_until_stopped


class Command(BaseCommand):
    help = _("时钟进程：到时上报、台账入账、投递通知、送达见证")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help=_("每项做一遍就结束"))

    def handle(self, *, once: bool, **options: Any) -> None:
        if not once:
            run_until_stopped(JOBS)
        elif failed := run_once(JOBS):
            raise CommandError(_("没有做完：{jobs}").format(jobs=_("、").join(failed)))
