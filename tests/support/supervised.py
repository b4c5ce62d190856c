"""Run a supervisor over small real programs; what happens is printed, a line each.

python -m tests.support.supervised PROGRAM…
"""

import os
import signal
import subprocess
import sys
import time

from yihu.cli.supervisor import Patience, Program, Supervisor


class Printer:
    def died(self, name: str, status: int, pause: float) -> None:
        print(f"died {name} {status} {pause:g}", flush=True)

    def stopping(self) -> None:
        print("stopping", flush=True)


def steady() -> None:
    print(f"up steady {os.getpid()}", flush=True)
    while True:
        time.sleep(60)


def parent() -> None:
    helper = subprocess.Popen(["sleep", "600"])
    print(f"up parent {os.getpid()} {helper.pid}", flush=True)
    helper.wait()


def hopeless() -> None:
    sys.exit(3)


def stubborn() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    steady()


def main() -> None:
    programs = [Program(name, globals()[name]) for name in sys.argv[1:]]
    patience = Patience(first=0.1, longest=0.4, healthy=2.5, grace=1.0)
    Supervisor(programs, Printer(), patience).run()
    print("stopped", flush=True)


if __name__ == "__main__":
    main()
