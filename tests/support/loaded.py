"""Processes of `yihu` forked from one that has everything loaded, as `yihu run` forks its programs.

Loading takes seconds, forking none: one loaded process serves all tests of a test process, which
talks to it in lines of JSON over its standard input and output, and with which it ends.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any

EVERY = 0.01  # seconds between two looks whether a process has ended


class Forked:
    """A running `yihu …`: as much of `subprocess.Popen` as tests need.

    It leads a session of its own, and appends what it prints to `log`.
    """

    def __init__(self, *arguments: str, database_url: str, port: int, log: Path) -> None:
        environment = {"YIHU_DATABASE_URL": database_url, "PORT": str(port)}
        self.pid: int = _loaded().ask(
            do="start", arguments=arguments, environment=environment, log=str(log)
        )
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = _loaded().ask(do="poll", pid=self.pid)
        return self.returncode

    def wait(self, timeout: float = 60) -> int:
        """Raises subprocess.TimeoutExpired after that many seconds."""
        deadline = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("yihu", timeout)
            time.sleep(EVERY)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


@cache
def _loaded() -> "_Loaded":
    return _Loaded()


class _Loaded:
    """The loaded process, as the tests see it."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "yihu.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **said: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._turn:
            print(json.dumps(said), file=self._process.stdin, flush=True)
            return json.loads(self._process.stdout.readline())


# --- in the loaded process ------------------------------------------------------------------------


def load() -> None:
    """What the web server and the relay would load."""
    from django.core.management import load_command_class
    from django.db import connections
    from django.urls import get_resolver

    import yihu.web.wsgi  # noqa: F401

    for name in ("web", "relay"):
        load_command_class("yihu.cli", name)
    assert get_resolver().url_patterns
    connections.close_all()


def answer() -> None:
    """Until the tests are over."""
    for line in sys.stdin:
        said = json.loads(line)
        done = start(**said) if said.pop("do") == "start" else poll(**said)
        print(json.dumps(done), flush=True)


def start(arguments: list[str], environment: dict[str, str], log: str) -> int:
    if pid := os.fork():
        return pid
    become(environment, log)
    sys.argv = ["yihu", *arguments]
    from yihu.cli.main import main

    try:
        main()
    except SystemExit as end:
        leaving.status = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    raise AssertionError


def become(environment: dict[str, str], log: str) -> None:
    """A process as if started by itself, for another database."""
    import dj_database_url
    from django.conf import settings

    os.setsid()
    with open(os.devnull) as nothing, open(log, "a") as printed:
        os.dup2(nothing.fileno(), 0)
        os.dup2(printed.fileno(), 1)
        os.dup2(printed.fileno(), 2)
    os.environ.update(environment)
    database = dj_database_url.parse(environment["YIHU_DATABASE_URL"])
    settings.DATABASES["default"]["NAME"] = database["NAME"]


def poll(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


class Leaving:
    """Ends a process without taking apart what was loaded, which takes as long as loading it."""

    status = 0

    def __call__(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(self.status)


leaving = Leaving()

if __name__ == "__main__":
    atexit.register(leaving)  # the first, and so the last to be called
    load()
    answer()
