"""How often what `cases.likeness` calls alike is alike, on real messages; and how fast it is.

A language model read each pair of `likeness_labels.csv` once (docs/bench.md). The messages
themselves are no part of this project: without them the measure is skipped and says so.
YIHU_SHARED_DATA names the folder they are in.
"""

import csv
import os
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl

from bench.figures import Figure
from bench.place import SHARED_DATA, NotHere, Place
from yihu.cases.likeness import ALIKE, Grams, alike, grams
from yihu.reports.measures import interval

HERE = Path(__file__).parent
DATA = Path(os.environ.get(SHARED_DATA) or HERE.parents[1] / "shared" / "data")
SHEET = DATA / "messages" / "messages-with-replies.xlsx"
LABELS = HERE / "likeness_labels.csv"
ONE_PROBLEM = {"same", "place"}
"""The same problem, or the same topic at the same place: what belongs in one theme."""
WINDOW = timedelta(days=30)
THRESHOLDS = (0.4, 0.3, 0.25, 0.2, 0.15, 0.12)
"""Every pair from the last of them upwards was read; below it, a sample."""
MANY = 5000
PRECISE, FAST = 90.0, 2.0

type Message = tuple[datetime, str]


def measure(here: Place) -> list[Figure]:
    if not SHEET.exists():
        raise NotHere("the real messages are not here; YIHU_SHARED_DATA names their folder")
    messages = _read()
    found = _pairs(messages)
    figures = [figure for least in THRESHOLDS for figure in _precision(found, least)]
    return [*figures, *_speed(messages)]


def _read() -> dict[int, Message]:
    """Each message by its row in the sheet: when it came, its subject and words."""
    book = openpyxl.load_workbook(SHEET, read_only=True)
    rows = book.worksheets[0].iter_rows(values_only=True, min_row=2)
    return {
        number: (_moment(str(row[3])), f"{_tidy(row[2])}\n{_tidy(row[4])}")
        for number, row in enumerate(rows, start=2)
    }


def _moment(written: str) -> datetime:
    day, _, hour = written.replace("/", "-").partition(" ")
    year, month, date = map(int, day.split("-"))
    at = [int(part) for part in hour.split(":")] if hour else []
    return datetime(year, month, date, *at)  # noqa: DTZ001 -- only differences count


def _tidy(cell: object) -> str:
    return " ".join(str(cell or "").split())


def _pairs(messages: dict[int, Message]) -> dict[tuple[int, int], float]:
    """Every pair that the house would have found, message by message as they came."""
    order = sorted(messages, key=lambda row: messages[row][0])
    window: dict[int, Grams] = {}
    found = {}
    for row in order:
        came, words = messages[row]
        window = {one: held for one, held in window.items() if messages[one][0] >= came - WINDOW}
        window[row] = grams(words)
        for pair in alike(window, [row], THRESHOLDS[-1]):
            rows = min(pair.one, pair.other), max(pair.one, pair.other)
            found[rows] = pair.likeness
    return found


def _precision(found: dict[tuple[int, int], float], least: float) -> Iterable[Figure]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        labels = {
            (int(row["row"]), int(row["other_row"])): row["label"] for row in csv.DictReader(file)
        }
    read = [
        labels[rows] for rows, likeness in found.items() if likeness >= least and rows in labels
    ]
    unread = sum(likeness >= least and rows not in labels for rows, likeness in found.items())
    right = sum(label in ONE_PROBLEM for label in read)
    low, high = interval(right, len(read))
    what = f"likeness ≥ {least:.2f}: one problem, {right} of {len(read)}"
    if unread:
        what += f" ({unread} unread)"
    what += f" [{low}–{high}]"
    bar = PRECISE if least == ALIKE else None
    yield Figure("likeness", what, 100 * right / len(read), "%", least=bar)


def _speed(messages: dict[int, Message]) -> Iterable[Figure]:
    """All of them at once, as a clock does that has just started, and one more."""
    halves = [half for _, words in messages.values() for half in _halved(words)][:MANY]
    known = {number: grams(words) for number, words in enumerate(halves)}
    for what, fresh in ((f"all of {MANY:,}", list(known)), (f"one among {MANY:,}", [0])):
        began = time.process_time()
        alike(known, fresh, ALIKE)
        yield Figure(
            "likeness", f"likeness: {what}", time.process_time() - began, "s of a core", bar=FAST
        )


def _halved(words: str) -> tuple[str, str]:
    middle = len(words) // 2
    return words[:middle], words[middle:]
