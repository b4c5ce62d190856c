"""`yihu rotate-keys`: a new master key, and every party's key wrapped with it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from yihu.kernel import vault
from yihu.kernel.models import Party


class Command(BaseCommand):
    help = _("更换保管库主密钥：每位当事人的密钥改由新主密钥保护；系统照常运行")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=1000, help=_("每批多少（默认 1000）"))

    def handle(self, *, batch: int, **options: Any) -> None:
        total = Party.objects.filter(erased_at=None).count()
        with tqdm(total=total, disable=None, leave=False) as bar:
            name, done = vault.rotate(batch=max(1, batch), progress=bar.update)
        self.stdout.write(
            _("新主密钥 {name}，已改换 {n} 位当事人的密钥。").format(name=name, n=done)
        )
        self.stdout.write(
            _("旧主密钥文件还在 keys/ 里：旧备份要用它；不再需要任何旧备份时，由您销毁。")
        )
