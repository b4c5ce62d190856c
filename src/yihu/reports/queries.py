"""Figures of the matters they are asked for: from the rows that stand ready, or from the ledger."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from operator import itemgetter
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from yihu.kernel.access import Actor
from yihu.kernel.models import Matter
from yihu.kernel.queries import subjects_above, visible_to
from yihu.kernel.schedule import working_calendar
from yihu.people.desk import Sitting
from yihu.people.models import Organisation, OrganisationKind
from yihu.reports import figures, projection
from yihu.reports.measures import (
    LIMITS,
    NOTHING,
    Case,
    Figure,
    Period,
    Pile,
    Report,
    Seconds,
    Spread,
    age_of,
)
from yihu.reports.models import DirectCase, Reclassification
from yihu.reports.periods import Days
from yihu.thanks.queries import at_the_desk

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
    offices = offices_of(sitting.actor)
    stations = [
        one
        for one in sitting.roster.organisations.values()
        if one.kind == OrganisationKind.STATION
        and (one.id in offices or one.supervisor_id in offices)
    ]
    return sorted(stations, key=lambda one: one.code)


def supervises(actor: Actor, station: Organisation) -> bool:
    return station.supervisor_id in offices_of(actor)


def cases_for(actor: Actor, stations: Iterable[Organisation]) -> Cases:
    """What the reader's figures count at these stations.

    Whoever supervises a station counts all that is about it. The station itself counts what
    it has in its hands: a complaint that went past it must not show as a number either. And
    nobody counts a matter about themselves or about someone who commands them.
    """
    offices = offices_of(actor)
    mine = Q(pk__in=[])
    for station in stations:
        here = Q(station=station.id)
        mine |= here if supervises(actor, station) else here & Q(office__in=offices)
    blind = list(subjects_above(actor).values_list("matter", flat=True))
    seen = DirectCase.objects.filter(mine)
    return seen.exclude(pk__in=blind) if blind else seen


def offices_of(actor: Actor) -> set[UUID]:
    """The organisations whose every matter the actor's posts show."""
    return {org for post in actor.posts if post.sees_office for org in post.reach}


def within(cases: Cases, period: Period) -> Cases:
    if period.since is not None:
        cases = cases.filter(opened_at__gte=period.since)
    if period.until is not None:
        cases = cases.filter(opened_at__lt=period.until)
    return cases


# --- counting ------------------------------------------------------------------------------------


def by_month(seen: Cases, period: Period, now: datetime) -> dict[int, Pile]:
    """The cases of a period, a pile for each month: three statements, whatever there is.

    `seen`: all that the reader's figures count, whenever it came; what is the duplicate of
    something else is none to the reader.
    """
    cases = within(seen, period).order_by()
    settled = now - timedelta(days=LIMITS[-1])
    columns = ("month", "traits", "received", "contacted", "answered")
    old = list(cases.filter(opened_at__lte=settled).values_list(*columns))
    young = list(cases.filter(opened_at__gt=settled).values_list(*columns, "opened_at"))
    counts: dict[int, Counter[Case]] = defaultdict(Counter)
    for (month, traits), n in Counter(map(itemgetter(0, 1), old)).items():
        counts[month][Case.of_text(traits, LIMITS[-1])] += n
    for month, traits, *_took, at in young:
        counts[month][Case.of_text(traits, age_of(now - at))] += 1
    for one in _no_duplicates_to(seen, cases):
        case = one.case(now)
        counts[one.month][case] -= 1
        counts[one.month][case._replace(flag="")] += 1
    took: dict[int, list[Seconds]] = defaultdict(list)
    for row in chain(old, young):
        took[row[0]].append(row[2:5])
    return {month: Pile(+some, took[month]) for month, some in sorted(counts.items())}


def pile(seen: Cases, period: Period, now: datetime) -> Pile:
    """All the cases of a period together."""
    return Pile.joined(by_month(seen, period, now).values())


def _no_duplicates_to(seen: Cases, cases: Cases) -> Cases:
    known = Exists(seen.order_by().filter(pk=OuterRef("first")))
    return cases.filter(~known, flag=Flag.DUPLICATE, first__isnull=False)


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


def orders(actor: Actor, stations: Iterable[Organisation], period: Period) -> tuple[int, int]:
    """Commendation orders issued in a period, and how many of them were revoked since."""
    issued = at_the_desk(actor).filter(
        station__in=stations, issued_at__gte=period.since, issued_at__lt=period.until
    )
    told = issued.order_by().aggregate(issued=Count("pk"), revoked=Count("revoked_at"))
    return told["issued"], told["revoked"]


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
