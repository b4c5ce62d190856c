"""Figures read from the ledger's entries, of the matters they are asked for."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from yihu.direct.imports import ORIGIN
from yihu.direct.loops import NAMES
from yihu.kernel.access import ActorKind
from yihu.kernel.loop import LOOPS, Does, Loop
from yihu.kernel.models import Entry, Matter
from yihu.kernel.schedule import working_calendar
from yihu.people.models import Organisation
from yihu.reports import figures
from yihu.reports.measures import Case, Period, Report

WRITES_TO_TELLER = frozenset({"contact"})
"""Moves that write to the resident without being an answer; a question does, too."""


@dataclass(frozen=True, slots=True)
class StationReport:
    """One station's figures: of what took its way here, and of what was imported, apart."""

    station: Organisation
    lived: Report | None
    imported: Report | None


def year(number: int) -> Period:
    """A year in the district's zone."""
    zone = working_calendar().zone
    return Period(datetime(number, 1, 1, tzinfo=zone), datetime(number + 1, 1, 1, tzinfo=zone))


def direct(
    matters: QuerySet[Matter],
    stations: Iterable[Organisation],
    period: Period | None = None,
    now: datetime | None = None,
) -> list[StationReport]:
    """The direct code's figures, station by station, by when messages were opened.

    `matters` is what the asker may see: `visible_to(actor)`, or all for the operator.
    A complaint counts where it is about, whoever handles it now.
    """
    now, period = now or timezone.now(), period or Period()
    asked = matters.filter(loop__in=NAMES)
    if period.since is not None:
        asked = asked.filter(opened_at__gte=period.since)
    if period.until is not None:
        asked = asked.filter(opened_at__lt=period.until)
    rows = asked.values_list("id", "office_id", "concerns_id", "origin")
    station_of: dict[UUID, tuple[UUID, bool]] = {
        pk: (concerns or office, origin.startswith(ORIGIN)) for pk, office, concerns, origin in rows
    }
    cases: dict[tuple[UUID, bool], list[Case]] = {}
    for pk, case in histories(asked, now):
        if place := station_of.get(pk):
            cases.setdefault(place, []).append(case)

    def report(station: Organisation, imported: bool) -> Report | None:
        chosen = figures.IMPORTED if imported else figures.LIVED
        found = cases.get((station.id, imported))
        return Report.of(chosen, found, period) if found else None

    return [StationReport(one, report(one, False), report(one, True)) for one in stations]


def histories(matters: QuerySet[Matter], now: datetime) -> Iterator[tuple[UUID, Case]]:
    """Each matter's case, from its entries; one statement, read as a stream."""
    rows = (
        Entry.objects.filter(matter__in=matters.order_by().values("pk"))
        .order_by("matter_id", "seq")
        .values_list("matter_id", "body", "occurred_at")
    )
    for pk, entries in groupby(rows.iterator(chunk_size=2000), key=lambda row: row[0]):
        story = _Story()
        for _pk, body, at in entries:
            story.read(json.loads(body), at)
        yield pk, story.case(now)


@dataclass
class _Story:
    """What the entries of one matter have said so far."""

    loop: Loop | None = None
    kind: str = ""
    opened: datetime | None = None
    date_only: bool = False
    received: datetime | None = None
    contacted: datetime | None = None
    answered: datetime | None = None
    place: str = ""
    reopened: int = 0
    verdict: str = ""
    rating: int | None = None
    excuse: str = ""
    excused: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    def read(self, body: dict[str, Any], at: datetime) -> None:
        self.facts = body.get("facts", {})
        self.place = body.get("to", self.place)
        if "loop" in body:
            self._open(body, at)
        elif self.loop is None:
            raise ValueError("a matter's first entry says which loop it runs through")
        else:
            self._go_on(self.loop, body, at)

    def _open(self, body: dict[str, Any], at: datetime) -> None:
        self.loop, self.opened = LOOPS[body["loop"]], at
        self.kind = body["kind"] if self.facts.get("kind_given", True) else ""
        self.date_only = self.facts.get("date_only", False)

    def _go_on(self, loop: Loop, body: dict[str, Any], at: datetime) -> None:
        name, does = body.get("move", ""), body.get("does", "")
        move = loop.move(name, body["from"]) if name else None
        by_staff = body["by"]["kind"] == ActorKind.STAFF
        if by_staff:
            self.received = self.received or at
        if by_staff and (name in WRITES_TO_TELLER or does == Does.ASKS or (move and move.answers)):
            self.contacted = self.contacted or at
        if move and move.answers and self.answered is None:
            self.answered = at
            self.date_only = self.date_only or self.facts.get("date_only", False)
        if move and move.reopens:
            self.reopened += 1
        if "verdict" in self.facts:
            self.verdict = self.facts["verdict"]
            self.rating = self.facts.get("rating")
        if does == Does.EXCUSES:
            self.excuse = self.facts["reason"]
        if does == Does.CONFIRMS and self.excuse:
            self.excused = True

    def case(self, now: datetime) -> Case:
        if self.loop is None or self.opened is None:
            raise ValueError("a matter has no first entry")
        opened = self.opened

        def after(at: datetime | None) -> Any:
            return None if at is None else at - opened

        answered_after = after(self.answered)
        if self.date_only and self.answered is not None:
            zone = working_calendar().zone
            answered_after = self.answered.astimezone(zone).date() - opened.astimezone(zone).date()
        return Case(
            kind=self.kind,
            age=now - opened,
            answered_after=answered_after,
            received_after=after(self.received),
            contacted_after=after(self.contacted),
            ended=self.place if self.loop.is_end(self.place) else "",
            reopened=self.reopened,
            verdict=self.verdict,
            rating=self.rating,
            excused=self.excused,
        )
