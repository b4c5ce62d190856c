"""Reading the ledger into rows that can be counted: `DirectCase`, one for each message.

A dashboard cannot read half a million entries. So the clock process follows the log and
reads anew each matter that has grown; a page reads what the log does not hold yet. The
ledger stays the source: `read` makes the same rows from the entries of any matters, and
`yihu report --from-ledger` compares.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from yihu.direct.imports import ORIGIN
from yihu.direct.loops import NAMES
from yihu.direct.models import CodeReport
from yihu.kernel.ledger import PUBLIC
from yihu.kernel.models import EXERCISE, Entry, Leaf, Matter, Party, Pending
from yihu.kernel.schedule import working_calendar
from yihu.kernel.writing import one_by_one
from yihu.people.roles import TELLER
from yihu.reports.measures import Case, answered_within
from yihu.reports.models import DirectCase, LogRead, Reclassification
from yihu.reports.story import Story, told

Flag = DirectCase.Flag
LIMIT = 1000
"""Entries taken at a time: a moment's work."""

type Read = tuple[DirectCase, list[Reclassification]]


def refresh(limit: int = LIMIT) -> int:
    """Take what the log has grown by, and what still waits for its place there; how many
    places, or matters, were read. Bounded: asked again until 0, it has read everything."""
    start = LogRead.objects.filter(log=PUBLIC).values_list("size", flat=True).first() or 0
    grown, size = _grown(start, limit)
    stale = grown | _waiting(limit) | _compared(limit)
    if size == start and not stale:
        return 0
    with one_by_one():
        place, _made = LogRead.objects.select_for_update().get_or_create(log=PUBLIC)
        if place.size != start:
            return 1  # someone else has just read on: look again
        _write(read(Matter.objects.filter(pk__in=stale)))
        place.size = size
        place.save()
    return max(size - start, len(stale))


def keep_up(steps: int = 5) -> bool:
    """A few steps on, as long as a page may wait; whether that was all there is."""
    return any(refresh() == 0 for _ in range(steps))


def catch_up() -> None:
    """Read all there is, however long it takes."""
    while refresh():
        pass


def _grown(start: int, limit: int) -> tuple[set[UUID], int]:
    """The matters of the log's next places that have gone on, and how far that reads."""
    rows = Leaf.objects.filter(log=PUBLIC, index__gte=start, index__lt=start + limit)
    found = list(rows.values_list("entry__matter", flat=True))
    gone_on = Matter.objects.filter(_gone_on("pk", "seq"), pk__in=found, loop__in=NAMES)
    gone_on = gone_on.exclude(door=EXERCISE)
    return set(gone_on.values_list("pk", flat=True)) if found else set(), start + len(found)


def _waiting(limit: int) -> set[UUID]:
    """Matters that have gone on by entries which wait for their place."""
    rows = Pending.objects.filter(
        _gone_on("entry__matter", "entry__matter__seq"), log=PUBLIC, entry__matter__loop__in=NAMES
    )
    rows = rows.exclude(entry__matter__door=EXERCISE)
    return set(rows.values_list("entry__matter", flat=True)[:limit])


def _gone_on(matter: str, seq: str) -> Q:
    """Since the matter was read, or it never was."""
    return ~Q(Exists(DirectCase.objects.filter(matter=OuterRef(matter), seq=OuterRef(seq))))


def _compared(limit: int) -> set[UUID]:
    """Those that were compared with others since they were read: no entry says so."""
    rows = DirectCase.objects.filter(flag=Flag.TO_COMPARE, matter__code_report__compared=True)
    return set(rows.values_list("pk", flat=True)[:limit])


# --- reading entries -----------------------------------------------------------------------------


def read(matters: QuerySet[Matter]) -> Iterator[Read]:
    """Each of these matters as a row that is not saved; four statements, read as a stream."""
    chosen = matters.filter(loop__in=NAMES).exclude(door=EXERCISE).order_by()
    keys = chosen.values("pk")
    tellers = Party.objects.filter(matter__in=keys, role=TELLER.code).order_by("-id")
    reporters = dict(tellers.values_list("matter", "kind"))
    flags = _flags(keys)
    seats = {
        pk: (concerns or office, office, origin.startswith(ORIGIN))
        for pk, office, concerns, origin in chosen.values_list(
            "pk", "office_id", "concerns_id", "origin"
        )
    }
    zone = working_calendar().zone
    rows = Entry.objects.filter(matter__in=keys).order_by("matter_id", "seq")
    entries = rows.values_list("matter_id", "seq", "body", "occurred_at").iterator(chunk_size=2000)
    for pk, own in groupby(entries, key=itemgetter(0)):
        kept = [(seq, body, at) for _pk, seq, body, at in own]
        if pk in seats:
            station, office, imported = seats[pk]
            flag, first = flags.get(pk, ("", None))
            story = told(kept, zone)
            opened = story.opened_at.astimezone(zone)
            case = DirectCase(
                matter_id=pk,
                seq=kept[-1][0],
                station_id=station,
                office_id=office,
                imported=imported,
                month=opened.year * 100 + opened.month,
                opened_at=story.opened_at,
                traits=_case(story, reporters.get(pk, ""), flag).text,
                received=story.received,
                contacted=story.contacted,
                answered=story.answered,
                flag=flag,
                first=first,
            )
            yield case, [_change(case, story, place) for place in range(len(story.changes))]


def _case(story: Story, reporter: str, flag: str) -> Case:
    return Case(
        kind=story.kind,
        came_as=story.came_as,
        reporter=reporter,
        flag="" if flag == Flag.TO_COMPARE else flag,
        answered=answered_within(story.answered),
        ended=story.ended,
        reopened=story.reopened > 0,
        invited=story.invited,
        verdict=story.verdict,
        rating=story.rating,
        own_network=story.own_network,
        excused=story.excused,
    )


def _change(case: DirectCase, story: Story, place: int) -> Reclassification:
    one = story.changes[place]
    return Reclassification(
        case=case, seq=one.seq, at=one.at, was=one.was, kind=one.kind, role=one.role
    )


def _flags(matters: "QuerySet[Matter, Any]") -> dict[UUID, tuple[str, UUID | None]]:
    """What a message's report says of others like it: the flag, and the first of them."""
    told = CodeReport.objects.filter(matter__in=matters)
    rows = told.filter(Q(flood=True) | Q(duplicate_of__isnull=False) | Q(compared=False))
    found: dict[UUID, tuple[str, UUID | None]] = {}
    for pk, first, compared in rows.values_list("matter", "duplicate_of", "compared"):
        flag = Flag.DUPLICATE if first else Flag.FLOOD
        found[pk] = (flag if compared else Flag.TO_COMPARE, first)
    return found


def _write(several: Iterable[Read]) -> None:
    rows = list(several)
    columns = [f.name for f in DirectCase._meta.concrete_fields if not f.primary_key]
    DirectCase.objects.bulk_create(
        [case for case, _changes in rows],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["matter"],
        update_fields=columns,
    )
    changes = [change for _case, found in rows for change in found]
    Reclassification.objects.bulk_create(changes, ignore_conflicts=True)
