"""`yihu witness`: take the newest checkpoint outside now, or print it to be pasted elsewhere."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from yihu.kernel import ledger, witness


class Command(BaseCommand):
    help = _("把最新的检查点送到外部见证处，或打印出来另行保存")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print", action="store_true", help=_("只打印最新的检查点"))
        parser.add_argument("--key", action="store_true", help=_("只打印核对密钥（印在海报上的）"))

    def handle(self, **options: Any) -> None:
        newest = ledger.latest_checkpoint()
        if options["key"]:
            self.stdout.write(str(ledger.public_key()))
            return
        if newest is None:
            raise CommandError(_("还没有检查点：运行 yihu clock --once。"))
        if options["print"]:
            self.stdout.write(newest.note, ending="")
            return
        if not settings.WITNESSES:
            raise CommandError(
                _("没有设置见证处：YIHU_WITNESS 设为另一台机器上的文件夹，或 mailto:邮箱。")
            )
        try:
            witness.publish(at_once=True)
        except witness.Unwitnessed as missed:
            lines = [f"{name}: {fault}" for name, fault in missed.faults]
            raise CommandError(_("没有送到：") + "\n" + "\n".join(lines)) from missed
        self.stdout.write(
            _("检查点 {size} 已送到 {n} 处。").format(size=newest.size, n=len(settings.WITNESSES))
        )
