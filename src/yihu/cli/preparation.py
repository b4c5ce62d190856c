"""Everything that must stand before the site may open; each step costs nothing when done."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from yihu.cli.messages import compile_messages
from yihu.kernel import vault
from yihu.keyring import KeyMissingError

Say = Callable[[str], None]

NOT_SERVED = "*.mjs.map", "*-dev.mjs", "*.d.ts"
"""What packages from npm hold for those who build on them."""


def prepare(say: Say, *, demo: bool) -> "subprocess.Popen[bytes]":
    """Translations, database, static files and, if wanted and the database is empty, the demo.

    What is still being compiled then is returned: the site need not wait for it, but is the sooner
    the sooner it is done.
    """
    compiling = compile_numbers()
    compile_messages(settings.LOCALE_PATHS)
    migrate(say)
    require_keys()
    collect_static(say)
    if demo and settings.DEMO and not apps.get_model("people.Organisation").objects.exists():
        say(_("建立演示数据……"))
        make_demo()
    connections.close_all()
    return compiling


def compile_numbers() -> "subprocess.Popen[bytes]":
    """Searches of roads and planning, beside all else; nothing to speak of where it was done. It
    says nothing: whoever asks for what could not be compiled is told why."""
    command = [sys.executable, "-P", "-m", "yihu.planning.warm"]
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, stdin=silent, stderr=silent)  # noqa: S603


def make_demo() -> None:
    """In a process of its own: what it loads, and its progress bar's thread, go with it."""
    command = [sys.executable, "-P", "-m", "yihu", "demo"]
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:  # noqa: S603
        raise CommandError(_("演示数据没有建成，请看上面的提示。"))


def migrate(say: Say) -> None:
    """Bring the database to the newest form."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say(_("准备数据库……"))
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
        call_command("createcachetable", verbosity=0)


def require_keys() -> None:
    """Raises KeyMissingError rather than go on with new keys, which would open nothing."""
    if lost := vault.lost_keys():
        raise KeyMissingError(", ".join(lost))
    vault.newest_master()  # the very first message finds it made


def collect_static(say: Say) -> None:
    """Collect, hash and compress the static files when one of them has changed."""
    state = _static_state()
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == state:
        return
    say(_("收集静态文件……"))
    call_command(
        "collectstatic",
        verbosity=0,
        interactive=False,
        skip_checks=True,
        ignore_patterns=list(NOT_SERVED),
    )
    stamp.write_text(state)


def _static_state() -> str:
    """A digest over name, size and time of each static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
