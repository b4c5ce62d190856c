"""The real relay beside the real web server, in a process of its own."""

import os
import signal
import socket
import time
from pathlib import Path

from tests.support.loaded import Forked
from tests.support.site import STARTS_WITHIN, Site


class RunningRelay:
    """One port further than its site. `kill()` is as a power cut would."""

    def __init__(self, site: Site) -> None:
        self._site, self.port = site, site.port + 1

    def start(self) -> None:
        """Start it, and wait until it answers; its port may be in passing use elsewhere."""
        self._process = self._begun()
        deadline = time.monotonic() + STARTS_WITHIN
        while self._process.poll() is not None or not self._answers():
            assert time.monotonic() < deadline, "the relay did not start"
            if self._process.poll() is not None:
                self._process = self._begun()
            time.sleep(0.05)

    def _begun(self) -> Forked:
        return Forked(
            *("relay", "--port", str(self.port)),
            database_url=self._site.database_url,
            port=self._site.port,
            log=Path(os.devnull),
        )

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(10) == 0

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
