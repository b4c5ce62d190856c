"""`python -m bench [intake|scale|verify|likeness|kill]`: all of them without a word."""

import argparse
import importlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from bench.figures import Figure, show
from bench.place import DATABASES, SQLITE, NotHere, place


@dataclass(frozen=True, slots=True)
class Measure:
    """`python -m bench NAME`: `measure` of the module of that name, on these databases."""

    help: str
    databases: tuple[str, ...] = DATABASES


MEASURES = {
    "intake": Measure("durable openings a second: action and HTTP, beside the bare rows"),
    "scale": Measure("inbox and status page at 1,000, 100,000 and 1,000,000 matters"),
    "verify": Measure("entries a second that `yihu verify` checks"),
    "likeness": Measure("how often what is called alike is alike, on real messages", (SQLITE,)),
    "fanout": Measure("CPU and delay of a frame given to many, beside the limit", (SQLITE,)),
    "voice": Measure("two browsers over a bad network: access, mouth to ear, whole", (SQLITE,)),
    "calls": Measure("a group call to 100 and 600: every one hears and answers", (SQLITE,)),
    "churn": Measure("half an hour of 600 sets that talk, come and go; then a kill", (SQLITE,)),
    "alarm": Measure("from an alarm to 600 sets told, an offer out, the duty officer", (SQLITE,)),
    "recommend": Measure("whom to send, of 600 and 2,000 units: the roads, and over HTTP"),
    "matrix": Measure("travel times between 500 positions, beside scipy", (SQLITE,)),
    "incident": Measure("kill -9 at each step of an incident, for each process", (SQLITE,)),
    "day": Measure("four hours of a day, 2,000 incidents, 600 units, 20 times as quick", (SQLITE,)),
    "siting": Measure("where to build, proven: seconds beside spopt, and the large", (SQLITE,)),
    "simulation": Measure("calls a second beside SimPy, a year, and replications", (SQLITE,)),
    "kill": Measure("a minute of kill -9 under load: nothing lost, nothing twice", (SQLITE,)),
}


def main() -> None:
    arguments = _arguments()
    runs = [
        (name, database)
        for name in MEASURES
        for database in MEASURES[name].databases
        if arguments.measure in (None, name) and arguments.database in (None, database)
    ]
    if len(runs) == 1:
        sys.exit(_run(*runs[0], arguments))
    missed = 0
    for name, database in runs:  # each in a process of its own: Django is set up once in each
        command = [sys.executable, "-m", "bench", name, "--database", database]
        if arguments.json:
            command.append("--json")
        missed |= subprocess.run(command, check=False).returncode
    sys.exit(missed)


def _run(name: str, database: str, arguments: argparse.Namespace) -> int:
    try:
        with place(database) as here:  # its settings must stand before models are imported
            measure: Callable[..., list[Figure]]
            measure = importlib.import_module(f"bench.{name}").measure
            longer = {"minutes": arguments.minutes} if arguments.minutes else {}
            figures = measure(here, **longer)
    except NotHere as reason:
        print(f"{name} on {database}: skipped, {reason}", file=sys.stderr)
        return 0
    show(figures, arguments.json)
    return int(not all(figure.reached for figure in figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measures the bars; the exit status is 1 where one is missed.",
        epilog="\n".join(f"  {name:<8} {one.help}" for name, one in MEASURES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("measure", nargs="?", choices=list(MEASURES), help="default: all")
    parser.add_argument("--database", choices=DATABASES, help="default: both")
    parser.add_argument("--minutes", type=float, help="for churn (default: 30) and day (12)")
    parser.add_argument("--json", action="store_true", help="for programs")
    arguments = parser.parse_args()
    if arguments.minutes and arguments.measure not in ("churn", "day"):
        parser.error("--minutes is for churn and day")
    return arguments


if __name__ == "__main__":
    main()
