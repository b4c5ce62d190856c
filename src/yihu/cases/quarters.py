"""When a quarter ends, what came back in it gets a corrective measure with an owner and a check."""

from collections import Counter
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from yihu.cases.actions import open_measure
from yihu.cases.gathering import ENOUGH
from yihu.cases.models import Theme, ThemeMatter
from yihu.cases.schemas import Schema
from yihu.kernel.access import Refused, clock_actor
from yihu.kernel.parties import SUBJECT

_looked_at: set[str] = set()
"""Quarters for which this process has nothing left to open."""


def open_due(now: datetime | None = None) -> int:
    """Open a measure for each theme that came back in the quarter before this one: ENOUGH of it,
    in more than one month. How many were opened; a clock that was killed opens the rest."""
    since, until, name = last_quarter(timezone.localdate(now))
    if name in _looked_at:
        return 0
    opened = 0
    for theme in _repeated(since, until).exclude(measures__quarter=name):
        try:
            open_measure(
                actor=clock_actor(theme.district),
                theme=theme,
                payload=Schema(),
                client_key=f"{theme.pk.hex} {name}".encode(),
                quarter=name,
            )
            opened += 1
        except Refused:  # one is under way already
            continue
    _looked_at.add(name)
    return opened


def last_quarter(today: date) -> tuple[date, date, str]:
    """The first day of the quarter before today's, the first day after it, and its name."""
    until = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    year, month = (until.year, until.month - 3) if until.month > 3 else (until.year - 1, 10)
    return date(year, month, 1), until, f"{year}Q{(month + 2) // 3}"


def _repeated(since: date, until: date) -> QuerySet[Theme]:
    """Themes that came back between two days; what is about a person is not counted."""
    places = ThemeMatter.objects.exclude(matter__parties__role=SUBJECT).filter(
        matter__opened_at__date__gte=since, matter__opened_at__date__lt=until
    )
    months: dict[UUID, set[date]] = {}
    counts: Counter[UUID] = Counter()
    for theme, opened_at in places.values_list("theme", "matter__opened_at"):
        counts[theme] += 1
        months.setdefault(theme, set()).add(timezone.localdate(opened_at).replace(day=1))
    back = [theme for theme, n in counts.items() if n >= ENOUGH and len(months[theme]) > 1]
    return Theme.objects.filter(pk__in=back)
