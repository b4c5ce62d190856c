"""Figures of the matters they are asked for: from the rows that stand ready, or from the ledger."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case as Either
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from yihu.kernel.access import Actor
from yihu.kernel.models import Matter
from yihu.kernel.queries import subjects_above, visible_to
from yihu.kernel.schedule import working_calendar
from yihu.people.desk import Sitting
from yihu.people.models import Organisation, OrganisationKind
from yihu.reports import figures, projection
from yihu.reports.measures import (
    LATER,
    LIMITS,
    NOTHING,
    Case,
    Figure,
    Period,
    Pile,
    Report,
    Seconds,
    Spread,
)
from yihu.reports.models import DirectCase, Reclassification
from yihu.reports.periods import Days

Flag = DirectCase.Flag
type Cases = QuerySet[DirectCase]


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


# --- whose figures somebody reads ----------------------------------------------------------------


def overseen(sitting: Sitting) -> list[Organisation]:
    """The stations whose figures the reader's posts are there for, in order of their code."""
    offices = _offices(sitting.actor)
    return [
        one
        for one in sitting.roster.organisations.values()
        if one.kind == OrganisationKind.STATION
        and (one.id in offices or one.supervisor_id in offices)
    ]


def cases_for(actor: Actor, stations: Iterable[Organisation]) -> Cases:
    """What the reader's figures count at these stations.

    Whoever supervises a station counts all that is about it. The station itself counts what
    it has in its hands: a complaint that went past it must not show as a number either. And
    nobody counts a matter about themselves or about someone who commands them.
    """
    offices = _offices(actor)
    mine = Q(pk__in=[])
    for station in stations:
        here = Q(station=station.id)
        mine |= here if station.supervisor_id in offices else here & Q(office__in=offices)
    blind = list(subjects_above(actor).values_list("matter", flat=True))
    return DirectCase.objects.filter(mine).exclude(pk__in=blind)


def _offices(actor: Actor) -> set[Any]:
    return {org for post in actor.posts if post.sees_office for org in post.reach}


def within(cases: Cases, period: Period) -> Cases:
    if period.since is not None:
        cases = cases.filter(opened_at__gte=period.since)
    if period.until is not None:
        cases = cases.filter(opened_at__lt=period.until)
    return cases


# --- counting ------------------------------------------------------------------------------------


def pile(seen: Cases, period: Period, now: datetime, *, clocks: bool = True) -> Pile:
    """The cases of a period, put together by the database: two statements, however many.

    `seen`: all that the reader's figures count, whenever it came; what is the duplicate of
    something else is none to the reader. `clocks`: whether it matters how long things took.
    """
    cases = within(seen, period).order_by()
    alike = cases.annotate(**_worked_out(seen, now)).values(*_ASKED).annotate(n=Count("pk"))
    counts: Counter[Case] = Counter()
    for *traits, n in alike.values_list(*_ASKED, "n"):
        counts[Case(*traits)] = n
    took = cases.values_list("received", "contacted", "answered")
    return Pile(counts, took.iterator(chunk_size=20_000) if clocks else ())


_WORKED_OUT = ("age", "answered", "flag")
_ASKED = [f"case_{name}" if name in _WORKED_OUT else name for name in Case._fields]


def _worked_out(seen: Cases, now: datetime) -> dict[str, Any]:
    """What `DirectCase.case` works out, as the database does."""
    whole = IntegerField()
    older = [When(opened_at__lte=now - timedelta(days=n), then=Value(n)) for n in LIMITS[::-1]]
    sooner = [When(answered__lte=n * 86_400, then=Value(n)) for n in LIMITS]
    known = Exists(seen.order_by().filter(pk=OuterRef("first")))
    return {
        "case_age": Either(*older, default=Value(0), output_field=whole),
        "case_answered": Either(
            When(answered=None, then=Value(None)),
            *sooner,
            default=Value(LATER),
            output_field=whole,
        ),
        "case_flag": Either(
            When(flag=Flag.TO_COMPARE, then=Value("")),
            When(Q(flag=Flag.DUPLICATE) & ~known, then=Value("")),
            default=F("flag"),
        ),
    }


def months(seen: Cases, period: Period) -> tuple[dict[tuple[int, str], int], dict[int, Pile]]:
    """How many of each kind came in each month, and how long things took then."""
    cases = within(seen, period).order_by()
    kinds = cases.values("month", "kind").annotate(n=Count("pk"))
    took: dict[int, list[Seconds]] = defaultdict(list)
    for month, *seconds in cases.values_list("month", "received", "contacted", "answered"):
        took[month].append((seconds[0], seconds[1], seconds[2]))
    return (
        {(row["month"], row["kind"]): row["n"] for row in kinds},
        {month: Pile(Counter(), several) for month, several in took.items()},
    )


# --- for the operator ----------------------------------------------------------------------------

type Counting = Callable[[Organisation, Period, bool], Pile]
"""The cases of a station in a period: those that were imported, or those that were not."""


def direct(
    stations: Iterable[Organisation],
    period: Period | None = None,
    now: datetime | None = None,
    *,
    from_ledger: bool = False,
) -> list[StationReport]:
    """All that stations got through their codes, by when it was opened, whoever handles it now.

    `from_ledger`: from the entries themselves, as slow as there are many.
    """
    now, period = now or timezone.now(), period or Period()
    count = _from_entries(now) if from_ledger else _from_rows(now)
    earlier = a_year_before(period)

    def report(station: Organisation, *, imported: bool) -> Report | None:
        chosen = figures.IMPORTED if imported else figures.LIVED
        cases = count(station, period, imported)
        before = count(station, earlier, imported) if earlier else NOTHING
        return Report.of(chosen, cases, period, before) if cases.total else None

    return [
        StationReport(one, report(one, imported=False), report(one, imported=True))
        for one in stations
    ]


def _from_rows(now: datetime) -> Counting:
    projection.catch_up()

    def count(station: Organisation, period: Period, imported: bool) -> Pile:
        seen = DirectCase.objects.filter(station=station, imported=imported)
        return pile(seen, period, now)

    return count


def _from_entries(now: datetime) -> Counting:
    rows = [case for case, _changes in projection.read(Matter.objects.all())]

    def count(station: Organisation, period: Period, imported: bool) -> Pile:
        return Pile.of(
            (one.case(now), one.took)
            for one in rows
            if (one.station_id, one.imported) == (station.id, imported)
            and (period.since is None or period.since <= one.opened_at)
            and (period.until is None or one.opened_at < period.until)
        )

    return count


def a_year_before(period: Period) -> Period | None:
    """As many days a year earlier; None where the period is open, so that none is as long."""
    if period.since is None or period.until is None:
        return None
    zone = working_calendar().zone
    last = period.until.astimezone(zone) - timedelta(days=1)
    return Days(period.since.astimezone(zone).date(), last.date()).a_year_before.within(zone)


# --- matters by reference ------------------------------------------------------------------------


def reclassified(
    actor: Actor, seen: Cases, period: Period, most: int = 100
) -> list[Reclassification]:
    """Those of a period that were given another kind, as far as the reader may know of each."""
    rows = Reclassification.objects.filter(
        case__in=within(seen, period), case__matter__in=visible_to(actor)
    )
    return list(rows.select_related("case__matter").order_by("-at", "-id")[:most])


def listed(actor: Actor, seen: Cases, period: Period) -> Cases:
    """The cases of a period whose matters the reader may open, the newest first."""
    rows = within(seen, period).filter(matter__in=visible_to(actor))
    return rows.select_related("matter").order_by("-opened_at", "-pk")


@dataclass(frozen=True, slots=True)
class Behind:
    """The matters behind a figure, as far as the reader may know of them: of the newest
    SEARCHED, up to MOST in the numerator, and as many that only the denominator has."""

    counted: list[DirectCase]
    others: list[DirectCase]


SEARCHED, MOST = 3000, 60


def behind(figure: Figure, rows: Cases, now: datetime) -> Behind:
    counted: list[DirectCase] = []
    others: list[DirectCase] = []
    for row in rows[:SEARCHED].iterator(chunk_size=500):
        case = row.case(now)
        if isinstance(figure, Spread):
            inside = getattr(row, figure.clock) is not None
        else:
            inside = figure.counted(case)
        if inside or figure.among_whom(case):
            (counted if inside else others).append(row)
    return Behind(counted[:MOST], others[:MOST])
