"""`yihu backup FILE`: everything in one encrypted file, while the system runs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from yihu.cli.findings import explain_backup
from yihu.cli.secrets_asked import add_passphrase, passphrase
from yihu.kernel import backup


class Command(BaseCommand):
    help = _("备份：数据库和密钥，一个加密文件；系统照常运行")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=_("备份文件"))
        parser.add_argument("--recipient", metavar="age1…", help=_("加密给这把 age 公钥，不用口令"))
        parser.add_argument("--force", action="store_true", help=_("文件已有时替换它"))
        add_passphrase(parser)

    def handle(
        self,
        *,
        file: Path,
        recipient: str | None,
        force: bool,
        passphrase_file: Path | None,
        **options: Any,
    ) -> None:
        if file.exists() and not force:
            raise CommandError(_("{file} 已经存在；换一个名字，或加 --force。").format(file=file))
        word = None if recipient else passphrase(passphrase_file, twice=True)
        try:
            size = backup.make(file, passphrase=word, recipient=recipient)
        except backup.BackupFault as fault:
            raise CommandError(explain_backup(fault)) from fault
        self.stdout.write(
            _("已备份到 {file}（{size:.1f} MB）。口令或私钥请另外保存：丢了就打不开。").format(
                file=file, size=size / 1e6
            )
        )
