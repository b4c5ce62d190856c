"""The command `yihu`: Django's command runner under our name."""

import os
import sys

from django.core.management import (
    BaseCommand,
    ManagementUtility,
    get_commands,
    load_command_class,
)
from django.utils.translation import activate

from yihu.cli.faults import guarded

SERVING = ("web", "clock")
TERMINAL = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""Where a terminal's language is said, the strongest first, as gettext has it."""
BORROWED = {
    "--version",
    "--verbosity",
    "--settings",
    "--pythonpath",
    "--traceback",
    "--no-color",
    "--force-color",
}
"""Options that Django adds to every command: they work, and stay out of our help."""


class Yihu(ManagementUtility):
    """Lists our own commands first, each with what it does.

    Speaks Chinese, or English where the terminal does (LANGUAGE, LC_ALL, LC_MESSAGES, LANG;
    the first that is set). The servers stay with the district's language: they also write
    letters.
    """

    def fetch_command(self, subcommand: str) -> BaseCommand:
        if subcommand not in SERVING:
            self._speak()
        command = super().fetch_command(subcommand)
        if command.__module__.startswith("yihu."):
            command.suppressed_base_arguments = BORROWED
        return command

    def _speak(self) -> None:
        terminal = next(filter(None, map(os.environ.get, TERMINAL)), "")
        if terminal.lower().startswith("en"):
            activate("en")

    def main_help_text(self, commands_only: bool = False) -> str:
        self._speak()
        if commands_only:
            return super().main_help_text(commands_only=True)
        from django.utils.translation import gettext as _

        ours = sorted(
            (name, load_command_class(app, name).help)
            for name, app in get_commands().items()
            if isinstance(app, str) and app.startswith("yihu.")
        )
        lines = [
            _("用法：yihu 命令 [选项]"),
            "",
            *(f"  {name:<16} {help_text}" for name, help_text in ours),
            "",
            _("yihu 命令 --help 看某个命令的用法；yihu help --commands 列出框架自带的命令。"),
        ]
        return "\n".join(lines)


def main() -> None:
    """Run the command line; exits with a status that tells."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yihu.settings")
    os.umask(0o077)  # what we write is for whoever runs us, and for nobody else
    sys.exit(guarded(Yihu(["yihu", *sys.argv[1:]]).execute))
