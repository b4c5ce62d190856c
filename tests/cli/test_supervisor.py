"""The supervisor, with real processes and real signals."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Run:
    """A supervisor in a process of its own; `expect` reads its lines."""

    def __init__(self, programs: tuple[str, ...]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.supervised", *programs],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.unread: list[str] = []

    def expect(self, start: str) -> list[str]:
        """The words after `start` of the next line that begins with it; the programs' lines
        come in any order, so what is passed over stays to be read.
        """
        assert self.process.stdout is not None
        for line in self.unread:
            if line.startswith(start):
                self.unread.remove(line)
                return line.removeprefix(start).split()
        for line in self.process.stdout:
            if line.startswith(start):
                return line.removeprefix(start).split()
            self.unread.append(line)
        raise AssertionError(f"ended without a line {start!r}")

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


@pytest.fixture
def supervise() -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def start(*programs: str) -> Run:
        runs.append(Run(programs))
        return runs[-1]

    yield start
    for run in runs:
        run.process.terminate()
        run.process.communicate(timeout=10)


def gone(*pids: str, within: float = 5.0) -> bool:
    deadline = time.monotonic() + within
    while any(alive(int(pid)) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def alive(pid: int) -> bool:
    """Running, and not a zombie that nobody has collected yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_killed_program_comes_back(supervise) -> None:
    run = supervise("steady")
    (first,) = run.expect("up steady ")
    os.kill(int(first), signal.SIGKILL)
    assert run.expect("died steady ") == ["-9", "0.1"]
    (second,) = run.expect("up steady ")
    assert second != first
    assert alive(int(second))


def test_what_a_killed_program_leaves_behind_is_swept(supervise) -> None:
    run = supervise("parent")
    first, helper = run.expect("up parent ")
    os.kill(int(first), signal.SIGKILL)
    run.expect("up parent ")
    assert gone(helper)


def test_a_program_that_cannot_start_is_tried_ever_more_slowly(supervise) -> None:
    run = supervise("hopeless", "steady")
    pauses = [run.expect("died hopeless ") for _ in range(5)]
    assert pauses == [["3", "0.1"], ["3", "0.2"], ["3", "0.4"], ["3", "0.4"], ["3", "0.4"]]


def test_patience_starts_afresh_after_a_healthy_spell(supervise) -> None:
    run = supervise("steady")
    for expected in ("0.1", "0.2"):
        (pid,) = run.expect("up steady ")
        os.kill(int(pid), signal.SIGKILL)
        assert run.expect("died steady ")[1] == expected
    (pid,) = run.expect("up steady ")
    time.sleep(3.0)
    os.kill(int(pid), signal.SIGKILL)
    assert run.expect("died steady ")[1] == "0.1"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_it_leaves_nothing_running(supervise, number: signal.Signals) -> None:
    run = supervise("steady", "parent")
    (steady,) = run.expect("up steady ")
    parent, helper = run.expect("up parent ")
    run.signal(number)
    run.expect("stopping")
    run.expect("stopped")
    assert run.process.wait(5) == 0
    assert gone(steady, parent, helper)


def test_a_program_that_will_not_stop_is_killed_after_a_grace(supervise) -> None:
    run = supervise("stubborn")
    (pid,) = run.expect("up steady ")
    started = time.monotonic()
    run.signal(signal.SIGTERM)
    run.expect("stopped")
    assert 0.8 < time.monotonic() - started < 5
    assert gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_nothing_outlives_a_killed_supervisor(supervise) -> None:
    run = supervise("steady")
    (pid,) = run.expect("up steady ")
    run.signal(signal.SIGKILL)
    assert gone(pid)
