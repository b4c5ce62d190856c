"""Whether a page stays as quick as it was: with a thousand matters, and with a million.

The same town at several sizes, side by side; rounds go from one to the next, so that
what else the machine does falls on all alike. Measured in one process: taking a
message; what the chief reads first (the query of 100 rows with their opened beginnings;
the whole page); and what a resident's receipt opens, of another resident each time. A
year's figures of all stations, which no page could give without reading as many rows as
there are, have a bar in seconds.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import cycle, islice
from random import Random
from statistics import median
from time import perf_counter

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.support.database import switched_to
from tqdm import tqdm

from bench import crowd, filling
from bench.crowd import Copier, Pattern
from bench.figures import Figure
from bench.place import POSTGRESQL, SQLITE, Place
from bench.town import House, Town, build
from yihu.direct.actions import Message, send
from yihu.direct.kinds import Kind
from yihu.kernel import queries
from yihu.kernel.ledger import PUBLIC
from yihu.kernel.models import Leaf, Matter
from yihu.kernel.timeline import excerpts
from yihu.people.directory import actor_for
from yihu.reports import projection
from yihu.reports.models import LogRead

SIZES = {SQLITE: (1_000, 100_000, 1_000_000), POSTGRESQL: (1_000, 100_000)}
STATIONS = 8
OPEN_SHARE = 0.05
AT_LEAST_OPEN = 120
"""At the station that is looked at, so that the smallest fills a page of 100, too."""
WITHIN = 2.0  # times as long at the largest size as at the smallest
DASHBOARD = "a year's figures, the page"
DASHBOARD_AT, DASHBOARD_WITHIN = 100_000, 1000.0  # matters, and milliseconds
ROUNDS, READS = 12, 10


def measure(here: Place) -> list[Figure]:
    sizes = SIZES[here.database]
    town = build(STATIONS)
    if here.database == SQLITE:
        with connection.cursor() as cursor:  # for loading only: the copies are opened anew
            cursor.execute("PRAGMA cache_size=-2000000")
    growing = Growing(town)
    copies: dict[int, str] = {}
    try:
        for size in sizes:
            growing.to(size)
            copies[size] = _set_aside(here, size)
        seconds = _read(town, growing.receipts, copies)
    finally:
        for name in copies.values():
            _drop(here, name)
    return list(_figures(here.database, seconds))


# --- growing -------------------------------------------------------------------------------------


class Growing:
    """One database, loaded to one size after the other."""

    def __init__(self, town: Town) -> None:
        self.past, open_ones = crowd.patterns(town)
        first = town.houses[0].station.id
        self.looked_at = [one for one in open_ones if one.matter["office_id"] == first]
        self.everywhere = cycle(open_ones)
        self.receipts: list[str] = []
        """The secrets of the open copies."""

    def to(self, size: int) -> None:
        projection.catch_up()
        kept, opened = Matter.objects.count(), Matter.objects.filter(closed_at=None).count()
        wanted: list[Pattern] = []
        if not self.receipts:
            wanted += islice(cycle(self.looked_at), AT_LEAST_OPEN)
        missing = int(size * OPEN_SHARE) - opened - len(wanted)
        wanted += islice(self.everywhere, max(0, missing))
        settled = size - kept - len(wanted)
        random = Random(size)
        with tqdm(total=size - kept, unit=" matters", desc=f"{size:,}", leave=False) as bar:
            filling.fill(self.past, size, settled, bar.update)
            LogRead.objects.update(size=Leaf.objects.filter(log=PUBLIC).count())
            copier = Copier()
            ages = (timedelta(minutes=random.randrange(20_000)) for _ in wanted)
            copies = (
                copier.copy(pattern, number, -age)
                for number, (pattern, age) in enumerate(zip(wanted, ages, strict=True), size)
            )
            crowd.load(copies, bar.update)
        projection.catch_up()
        self.receipts += [copier.secret_of(number) for number in range(size, size + len(wanted))]


def _set_aside(here: Place, size: int) -> str:
    """A copy of the database as it stands: its name."""
    name = str(connection.settings_dict["NAME"])
    if here.database == SQLITE:
        copied = str(here.home / f"{size}.sqlite3")
        with closing(sqlite3.connect(name)) as old, closing(sqlite3.connect(copied)) as new:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            old.backup(new)
        return copied
    copied = f"{name}_{size}"
    connection.close()
    with psycopg.connect(here.server, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{copied}" TEMPLATE "{name}"'.encode())
    with psycopg.connect(here.url.replace(name, copied), autocommit=True) as there:
        there.execute("VACUUM ANALYZE")  # as autovacuum would have done by then
    return copied


def _drop(here: Place, name: str) -> None:
    if here.database != SQLITE:
        with psycopg.connect(here.server, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


# --- reading -------------------------------------------------------------------------------------

type Seconds = dict[str, dict[int, list[float]]]
"""What was read, at which size, and how long each time."""


def _read(town: Town, receipts: list[str], copies: dict[int, str]) -> Seconds:
    house = town.houses[0]
    seconds: Seconds = defaultdict(lambda: defaultdict(list))
    random = Random(7)
    for turn in range(ROUNDS + 1):
        for size, name in copies.items():
            known = receipts[:AT_LEAST_OPEN]
            with switched_to(name):
                client = Client(headers={"host": "localhost"})
                client.force_login(house.chief, settings.AUTHENTICATION_BACKENDS[0])
                reads = _reads(house, client, random, known)
                if size <= DASHBOARD_AT:
                    reads[DASHBOARD] = _dashboard(town)
                for what, read in reads.items():
                    read()
                    for _ in range(READS):
                        started = perf_counter()
                        read()
                        if turn:
                            seconds[what][size].append(perf_counter() - started)
    return seconds


def _reads(
    house: House, client: Client, random: Random, receipts: list[str]
) -> dict[str, Callable[[], None]]:
    """Each fails unless it brings what it should."""
    actor = actor_for(house.chief)

    def first_hundred() -> None:
        rows = list(queries.inbox(actor, house.station.id)[:100])
        if len(excerpts(rows)) != 100:
            raise AssertionError("not a hundred rows with their words")

    def inbox() -> None:
        page = client.get(reverse("direct:inbox"))
        if page.status_code != 200 or page.content.count(b"/desk/") < 100:
            raise AssertionError(f"not the inbox: {page.status_code}")

    def receipt() -> None:
        page = client.get(reverse("direct:receipt", args=[random.choice(receipts)]))
        if page.status_code != 200:
            raise AssertionError(f"not a receipt: {page.status_code}")

    def message() -> None:
        said = Message(Kind.HELP, "楼道的灯又坏了，请帮忙催一催。")
        send(station=house.station, message=said, client_key=random.randbytes(16))

    return {
        "a message taken": message,
        "inbox, 100 rows with their words": first_hundred,
        "inbox, the page": inbox,
        "a receipt's page": receipt,
    }


def _dashboard(town: Town) -> Callable[[], None]:
    client = Client(headers={"host": "localhost"})
    client.force_login(town.supervisor, settings.AUTHENTICATION_BACKENDS[0])

    def figures() -> None:
        page = client.get(reverse("reports:home"))
        if page.status_code != 200 or page.content.count(b"/desk/figures/") < 20:
            raise AssertionError(f"not the figures: {page.status_code}")

    return figures


def _figures(database: str, seconds: Seconds) -> Iterator[Figure]:
    for what, at in seconds.items():
        medians = {size: median(times) * 1000 for size, times in at.items()}
        for size, milliseconds in medians.items():
            bar = DASHBOARD_WITHIN if (what, size) == (DASHBOARD, DASHBOARD_AT) else None
            yield Figure("scale", f"{database}: {what}, {size:,}", milliseconds, "ms", bar)
        if what == DASHBOARD:
            continue
        smallest, *_, largest = medians
        ratio = medians[largest] / medians[smallest]
        yield Figure("scale", f"{database}: … {largest:,} to {smallest:,}", ratio, "times", WITHIN)
