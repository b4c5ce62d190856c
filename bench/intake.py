"""Durable openings a second: in the action, over HTTP, and beside both what the disk allows.

In one run, in short rounds that follow one another, so that what else the machine
does falls on all three alike: a batch through `direct.actions.send` in one thread;
the very same rows written by the driver alone (`bare.py`); a batch posted to the
real server by 16 clients over kept connections.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from statistics import median

from tests.support.site import Site

from bench import letters
from bench.bare import Limit, limit
from bench.clients import post
from bench.figures import Figure, quantile
from bench.place import Place
from bench.town import House, build
from yihu.direct.actions import Message, send
from yihu.direct.kinds import About, Kind
from yihu.kernel.models import Matter

CLIENTS = 16
ACTION_WITHIN, HTTP_WITHIN = 6.0, 12.0  # times slower than the bare rows, at most
P99_WITHIN = 150.0  # milliseconds
WARM_UP = 50


@dataclass(slots=True)
class Rounds:
    """A rate for each round, and every request's time."""

    action: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    http: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def measure(here: Place, rounds: int = 12, batch: int = 200) -> list[Figure]:
    house = build().houses[0]
    edge, site, written = limit(here), Site(here.url), Rounds()
    site.start()
    try:
        _round(house, site, edge, WARM_UP, Rounds())
        for _ in range(rounds):
            _round(house, site, edge, batch, written)
    finally:
        site.stop()
        edge.close()
    expected, found = (rounds * batch + WARM_UP) * 2, Matter.objects.count()
    if found != expected:
        raise AssertionError(f"{expected} were acknowledged, {found} are kept")
    return _figures(here.database, written)


def _round(house: House, site: Site, edge: Limit, batch: int, written: Rounds) -> None:
    messages = list(islice(_messages(), batch))
    matters = []
    started = time.perf_counter()
    for message, key in messages:
        sent = send(station=house.station, message=message, client_key=key)
        matters.append(sent.matter.id)
    written.action.append(batch / (time.perf_counter() - started))
    written.bare.append(edge.write(edge.openings(matters)))
    address = "127.0.0.1", site.port
    requests = iter(
        [
            letters.request(f"127.0.0.1:{site.port}", house.code, fields)
            for fields in islice(letters.letters(), batch)
        ]
    )
    answers = post(address, requests, CLIENTS, batch)
    if set(answers.statuses) != {303}:
        raise AssertionError(f"not every message was taken: {set(answers.statuses)}")
    written.http.append(batch / answers.elapsed)
    written.seconds += answers.seconds


def _messages() -> Iterator[tuple[Message, bytes]]:
    for fields in letters.letters():
        message = Message(
            kind=Kind(fields["kind"]),
            words=fields["words"],
            about=About(fields.get("about", About.OFFICE)),
            whom=fields.get("whom", ""),
            name=fields.get("name", ""),
            contact=fields.get("contact", ""),
        )
        yield message, bytes.fromhex(fields["key"])


def _figures(database: str, written: Rounds) -> list[Figure]:
    def against_bare(rates: list[float]) -> float:
        return median(bare / rate for bare, rate in zip(written.bare, rates, strict=True))

    def figure(what: str, value: float, unit: str, bar: float | None = None) -> Figure:
        return Figure("intake", f"{database}: {what}", value, unit, bar)

    milliseconds = [second * 1000 for second in written.seconds]
    return [
        figure("the bare rows", median(written.bare), "a second"),
        figure("openings in the action", median(written.action), "a second"),
        figure("… slower than bare", against_bare(written.action), "times", ACTION_WITHIN),
        figure(f"openings over HTTP, {CLIENTS} clients", median(written.http), "a second"),
        figure("… slower than bare", against_bare(written.http), "times", HTTP_WITHIN),
        figure("a request over HTTP, median", median(milliseconds), "ms"),
        figure("a request over HTTP, P99", quantile(milliseconds, 0.99), "ms", P99_WITHIN),
    ]
