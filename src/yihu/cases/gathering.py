"""What keeps coming back: a job of the clock that puts messages which are alike into themes.

The database is told which matters belong together and nothing else. Their words are opened
once, and only their grams are kept, in memory, for as long as a theme may grow; a clock that
was killed reads the window again and comes to the same themes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from yihu.cases.likeness import ALIKE, Grams, alike, grams
from yihu.cases.models import Theme, ThemeMatter
from yihu.direct.kinds import Kind
from yihu.direct.loops import NAMES
from yihu.kernel.models import Entry, Matter, SealedPart
from yihu.kernel.parties import SUBJECT
from yihu.kernel.timeline import open_part
from yihu.people.models import Organisation
from yihu.people.roles import TELLER

ENOUGH = 3
"""From so many alike on it is no accident."""
OVERLAP = 200
"""Entries looked at again: on PostgreSQL a smaller number may be committed after a larger one."""
BATCH = 500
KINDS = tuple(kind.value for kind in Kind if kind is not Kind.PRAISE)


@dataclass
class Shelf:
    """A station's messages of the last days, and which of them are alike."""

    held: dict[UUID, Grams] = field(default_factory=dict)
    opened: dict[UUID, datetime] = field(default_factory=dict)
    near: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def put(self, matter: UUID, opened_at: datetime, words: str) -> None:
        self.held[matter], self.opened[matter] = grams(words), opened_at

    def forget(self, matters: Iterable[UUID]) -> None:
        for matter in matters:
            self.held.pop(matter, None)
            self.opened.pop(matter, None)
            for other in self.near.pop(matter, ()):
                self.near[other].discard(matter)

    def older(self, than: datetime) -> list[UUID]:
        return [matter for matter, at in self.opened.items() if at < than]

    def groups(self, fresh: Collection[UUID]) -> list[set[UUID]]:
        """The groups that the fresh ones stand in: each alike to at least one of the others."""
        for pair in alike(self.held, fresh, ALIKE):
            self.near[pair.one].add(pair.other)
            self.near[pair.other].add(pair.one)
        found, placed = [], set[UUID]()
        for matter in fresh:
            if matter not in placed:
                found.append(self._around(matter))
                placed |= found[-1]
        return found

    def _around(self, matter: UUID) -> set[UUID]:
        reached, queue = {matter}, [matter]
        while queue:
            more = self.near.get(queue.pop(), set()) - reached
            reached |= more
            queue += more
        return reached


@dataclass
class Gatherer:
    """Looks at what came since it last looked: one statement where nothing did."""

    shelves: dict[UUID, Shelf] = field(default_factory=lambda: defaultdict(Shelf))
    last: int | None = None
    looked_at: set[int] = field(default_factory=set)

    def gather(self, now: datetime | None = None) -> int:
        """Put what is new where it belongs; how many matters came into a theme."""
        since = (now or timezone.now()) - timedelta(days=settings.ALIKE_DAYS)
        new, erased = self._since(self.last) if self.last is not None else self._window(since)
        if not new and not erased:
            return 0
        for shelf in self.shelves.values():
            shelf.forget([*shelf.older(since), *erased])
        return sum(
            _place(office, group, self.shelves[office].opened)
            for office, fresh in self._read(new - erased, since).items()
            for group in self.shelves[office].groups(fresh)
            if len(group) >= ENOUGH
        )

    def _window(self, since: datetime) -> tuple[set[UUID], set[UUID]]:
        """At the beginning: all that could be in a theme that still grows."""
        newest = Entry.objects.order_by("-pk").values_list("pk", flat=True).first()
        self.last = newest or 0
        found = Matter.objects.filter(loop__in=NAMES, kind__in=KINDS, opened_at__gte=since)
        return set(found.values_list("pk", flat=True)), set()

    def _since(self, last: int) -> tuple[set[UUID], set[UUID]]:
        """Matters opened, and those in which something was erased, since an entry."""
        found = Entry.objects.filter(pk__gt=last - OVERLAP, kind__in=("opened", "erased"))
        rows = list(found.values_list("pk", "matter", "kind"))
        news = [row for row in rows if row[0] not in self.looked_at]
        self.looked_at = {pk for pk, _matter, _kind in rows}
        self.last = max([last, *self.looked_at])
        opened = {matter for _pk, matter, kind in news if kind == "opened"}
        return opened, {matter for _pk, matter, kind in news if kind == "erased"}

    def _read(self, matters: Iterable[UUID], since: datetime) -> dict[UUID, list[UUID]]:
        """Open the words of new matters, by office; never those that a trace could harm."""
        fresh: dict[UUID, list[UUID]] = defaultdict(list)
        for some in batched(matters, BATCH):
            parts = (
                SealedPart.objects.filter(
                    matter__in=some,
                    matter__loop__in=NAMES,
                    matter__kind__in=KINDS,
                    matter__opened_at__gte=since,
                    seq=1,
                    what="words",
                    erased_at=None,
                    party__role=TELLER.code,
                    party__contact_safety="",
                )
                .exclude(matter__parties__role=SUBJECT)
                .select_related("party", "matter")
                .order_by("matter__opened_at", "matter")
            )
            for part in parts:
                matter = part.matter
                shelf = self.shelves[matter.office_id]
                if matter.id not in shelf.held:
                    shelf.put(matter.id, matter.opened_at, open_part(part).text or "")
                    fresh[matter.office_id].append(matter.id)
        return fresh


@transaction.atomic
def _place(office: UUID, group: Collection[UUID], opened: dict[UUID, datetime]) -> int:
    """Give a group's matters their places: in the theme that most of them are in, or a new one.

    Clocks take turns at an office, so that two of them make one theme.
    """
    station = Organisation.objects.select_for_update().get(pk=office)
    homes = dict(ThemeMatter.objects.filter(matter__in=group).values_list("matter", "theme"))
    homeless = [matter for matter in group if matter not in homes]
    if not homeless:
        return 0
    times = [opened[matter] for matter in group]
    if homes:
        kept = list(homes.values())
        theme = Theme.objects.get(pk=max(sorted(set(kept), key=str), key=kept.count))
        theme.first_at = min([theme.first_at, *times])
        theme.last_at = max([theme.last_at, *times])
        theme.save(update_fields=["first_at", "last_at"])
    else:
        theme = Theme.objects.create(
            district=station.district, station=station, first_at=min(times), last_at=max(times)
        )
    ThemeMatter.objects.bulk_create(ThemeMatter(matter_id=m, theme=theme) for m in homeless)
    return len(homeless)


_gatherer = Gatherer()


def gather() -> int:
    """The clock's job."""
    return _gatherer.gather()
