"""The real web server, as operators run it, over one test database."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from tests.support.loaded import Forked

STARTS_WITHIN = 30  # seconds; a loaded two-core machine needs a few


def free_port() -> int:
    """A port that is free, and so are the next two: the relay's and the plain page's."""
    while True:
        with socket.socket() as probe, socket.socket() as beside, socket.socket() as beyond:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            with contextlib.suppress(OSError, OverflowError):
                beside.bind(("127.0.0.1", port + 1))
                beyond.bind(("127.0.0.1", port + 2))
                return port


class Site:
    """A web process on a free port, sharing this test's database, keys and data folder.

    `url` is its address without a closing slash; `log()` is what it printed so far.
    """

    def __init__(self, database_url: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url
        handle, name = tempfile.mkstemp(dir=settings.YIHU_HOME, suffix=".log")
        os.close(handle)
        self._log = Path(name)
        self._process: Forked | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._process = Forked(
            *("web", "--port", str(self.port)),
            database_url=self.database_url,
            port=self.port,
            log=self._log,
        )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the web server did not start:\n{self.log()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask politely, as the supervisor does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """SIGKILL for the server and its workers, as a power cut would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(self.url + "/", timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True
