"""Entries a second that `yihu verify` checks: 200,000 of them, the best of a few runs.

The best, since the work is always the same, and the rest of the machine only adds to it.
"""

import json
import subprocess
import sys
from datetime import timedelta
from itertools import count, cycle
from random import Random

from tqdm import tqdm

from bench import crowd
from bench.crowd import Copier, Rows
from bench.figures import Figure
from bench.place import Place
from bench.town import build
from yihu.kernel.models import Entry

ENTRIES = 200_000
RUNS = 5
LEAST = 50_000  # entries a second


def measure(here: Place, entries: int = ENTRIES) -> list[Figure]:
    _load(entries)
    rates = [_verified(entries) for _ in range(RUNS)]
    what = f"{here.database}: entries verified, of {entries:,}"
    return [Figure("verify", what, max(rates), "a second", least=LEAST)]


def _verified(entries: int) -> float:
    """Run the command as an operator does; how many entries a second it says it read."""
    done = subprocess.run(
        [sys.executable, "-m", "yihu", "verify", "--json"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    found = sum(log["entries"] for log in said["logs"].values())
    if not said["sound"] or found < entries:
        raise AssertionError(f"not a whole ledger: {done.stdout}")
    return float(found / said["seconds"])


def _load(entries: int) -> None:
    """Settled matters, one open in twenty, until there are so many entries."""
    past, open_ones = crowd.patterns(build(2))
    copier, random = Copier(), Random(200_000)
    kept = Entry.objects.count()
    patterns = cycle([*past, *open_ones[: len(past) // 19]])
    copies: list[Rows] = []
    with tqdm(unit=" matters", desc=f"{entries:,} entries", leave=False) as bar:
        for number in count():
            if kept >= entries:
                break
            age = timedelta(minutes=random.randrange(20_000))
            copies.append(copier.copy(next(patterns), number, -age))
            kept += len(copies[-1][Entry])
            if len(copies) == crowd.CHUNK:
                crowd.load(copies, bar.update)
                copies = []
        crowd.load(copies, bar.update)
