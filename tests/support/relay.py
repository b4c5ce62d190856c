"""The real relay beside the real web server, in a process of its own."""

import socket
import subprocess
import sys
import time

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

    def _begun(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "yihu", "relay", "--port", str(self.port)],
            env=self._site._environment | {"PORT": str(self._site.port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> None:
        self._process.terminate()
        assert self._process.wait(10) == 0

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
