"""A passphrase, from wherever the operator keeps it: a file, the environment, or the keyboard."""

import getpass
import os
import sys
from pathlib import Path

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

VARIABLE = "YIHU_BACKUP_PASSPHRASE"
SHORTEST = 12


def add_passphrase(parser: CommandParser) -> None:
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help=_("口令所在的文件（第一行）；不给则用 {variable} 或当面询问").format(
            variable=VARIABLE
        ),
    )


def passphrase(file: Path | None, *, twice: bool) -> str:
    """The passphrase; `twice` for a new one, which must also be long enough to be worth it."""
    if file is not None:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except OSError as fault:
            raise CommandError(
                _("读不了 {path}：{fault}").format(path=file, fault=fault.strerror)
            ) from fault
        found = lines[0] if lines else ""
    else:
        found = os.environ.get(VARIABLE) or _ask(twice)
    if twice and len(found) < SHORTEST:
        raise CommandError(_("口令至少 {n} 个字符。").format(n=SHORTEST))
    return found


def _ask(twice: bool) -> str:
    if not sys.stdin.isatty():
        raise CommandError(
            _("没有口令：用 --passphrase-file 给出文件，或设置 {variable}。").format(
                variable=VARIABLE
            )
        )
    found = getpass.getpass(_("备份口令："))
    if twice and getpass.getpass(_("再输一遍：")) != found:
        raise CommandError(_("两遍不一样。"))
    return found
