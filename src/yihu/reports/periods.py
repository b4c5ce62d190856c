"""Stretches of days that figures are asked for. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from yihu.reports.measures import Period

EARLIEST = date(1980, 1, 1)
"""No office has messages on a computer from before."""


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included."""

    since: date
    until: date

    def within(self, zone: tzinfo) -> Period:
        return Period(_midnight(self.since, zone), _midnight(self.until + timedelta(days=1), zone))

    @property
    def a_year_before(self) -> "Days":
        return Days(_year_before(self.since), _year_before(self.until))

    @property
    def months(self) -> list[int]:
        """The months it touches, as 202611."""
        found, day = [], self.since.replace(day=1)
        while day <= self.until:
            found.append(day.year * 100 + day.month)
            day = (day + timedelta(days=31)).replace(day=1)
        return found


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def _year_before(day: date) -> date:
    """The same day of the year before; 28 February for the 29th."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - 1)


def last_12_months(today: date) -> Days:
    return Days(_year_before(today) + timedelta(days=1), today)


def this_year(today: date) -> Days:
    return Days(today.replace(month=1, day=1), today)


def this_quarter(today: date) -> Days:
    return Days(today.replace(month=today.month - (today.month - 1) % 3, day=1), today)


def this_month(today: date) -> Days:
    return Days(today.replace(day=1), today)


NAMED: dict[str, Callable[[date], Days]] = {
    "12-months": last_12_months,
    "year": this_year,
    "quarter": this_quarter,
    "month": this_month,
}
"""The first is what is shown unasked."""


def asked(name: str, since: str, until: str, today: date) -> tuple[str, Days]:
    """The period of an address: a named one, or two days; anything else is the first named.

    Its name, "" for two days. Days turned round are put right, and none is yet to come.
    """
    if name not in NAMED:
        first, last = _day(since), _day(until)
        if first and last:
            first, last = sorted(max(EARLIEST, min(one, today)) for one in (first, last))
            return "", Days(first, last)
        name = next(iter(NAMED))
    return name, NAMED[name](today)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
