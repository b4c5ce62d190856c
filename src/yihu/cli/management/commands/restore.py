"""`yihu restore FILE --into FOLDER`: a backup into a fresh place, and verified there."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from yihu.cli.findings import explain_backup
from yihu.cli.secrets_asked import add_passphrase, passphrase
from yihu.kernel import backup, moving


class Command(BaseCommand):
    help = _("恢复备份到新的数据目录和（或）空的 PostgreSQL 数据库，并核对台账")
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=_("备份文件"))
        parser.add_argument(
            "--into", type=Path, required=True, metavar="FOLDER", help=_("新的数据目录，须为空")
        )
        parser.add_argument(
            "--database",
            metavar="URL",
            default=os.environ.get("YIHU_DATABASE_URL"),
            help=_("恢复到这个空的 PostgreSQL 数据库（SQLite 的备份也行）；默认 YIHU_DATABASE_URL"),
        )
        parser.add_argument(
            "--identity",
            type=Path,
            metavar="FILE",
            help=_("age 私钥文件（备份时用了 --recipient）"),
        )
        add_passphrase(parser)

    def handle(
        self,
        *,
        file: Path,
        into: Path,
        database: str | None,
        identity: Path | None,
        passphrase_file: Path | None,
        **options: Any,
    ) -> None:
        connection.close()  # ours is not the database that is restored
        into = into.resolve()
        try:
            secret = identity.read_text(encoding="utf-8") if identity else None
            about = backup.restore(
                file,
                into,
                passphrase=None if secret else passphrase(passphrase_file, twice=False),
                identity=secret,
                database=dj_database_url.parse(database) if database else None,
            )
            where = {"YIHU_HOME": str(into)}
            if database and not database.startswith("sqlite"):
                where["YIHU_DATABASE_URL"] = database
            if about.database == "sqlite" and "YIHU_DATABASE_URL" in where:
                self._move(into / backup.SQLITE, where)
        except backup.BackupFault as fault:
            raise CommandError(explain_backup(fault)) from fault
        except FileNotFoundError as fault:
            raise CommandError(_("没有这个文件：{file}").format(file=fault.filename)) from fault
        self.stdout.write(
            _("{made_at} 的备份已恢复到 {into}。核对台账：").format(
                made_at=about.made_at, into=into
            )
        )
        self.stdout.flush()
        if _yihu("verify", where):
            raise CommandError(_("台账有问题，见上。"))
        told = " ".join(f"{name}={value}" for name, value in where.items())
        self.stdout.write(_("用它启动：{where} yihu run").format(where=told))

    def _move(self, file: Path, where: dict[str, str]) -> None:
        """From SQLite to PostgreSQL: tables made there, all rows copied, the file gone."""
        if _yihu("migrate", where, "--verbosity=0"):
            raise CommandError(_("数据库里建不了表。"))
        rows = moving.copy_rows(file, where["YIHU_DATABASE_URL"])
        file.unlink()
        self.stdout.write(_("已从 SQLite 搬到 PostgreSQL：{rows} 行。").format(rows=rows))


def _yihu(name: str, where: dict[str, str], *options: str) -> int:
    """In a process of its own, since keys and database are another installation's."""
    inherited = {k: v for k, v in os.environ.items() if k not in ("YIHU_HOME", "YIHU_DATABASE_URL")}
    command = [sys.executable, "-P", "-m", "yihu", name, *options]
    settings = {"DJANGO_SETTINGS_MODULE": "yihu.settings"}
    return subprocess.run(command, env=inherited | settings | where, check=False).returncode  # noqa: S603
