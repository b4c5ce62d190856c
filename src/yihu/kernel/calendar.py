"""Working days and service hours: the calendar that promises are counted on.

Pure. A *service day* is a working day from `opens` to `closes`, district time.
Moments go in aware of their zone (`ValueError` otherwise) and come out in UTC.
Within a day, time is what the wall clock shows: no zone changes its clocks
during service hours.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.metadata import version
from zoneinfo import ZoneInfo

import chinese_calendar

DISTRICT_ZONE = ZoneInfo("Asia/Shanghai")
OPENS = time(8, 30)
CLOSES = time(17, 30)

_DAY = timedelta(days=1)
_NOTHING = timedelta()
_SATURDAY = 5


def aware(moment: datetime) -> datetime:
    """The same moment; `ValueError` if it does not say in which zone."""
    if moment.utcoffset() is None:
        raise ValueError(f"a moment needs its zone: {moment!r}")
    return moment


@dataclass(frozen=True, slots=True)
class Calendar:
    """A district's service hours and its days of work and rest.

    `holidays` are days of rest beside the weekends, `makeup_days` the weekend
    days that are worked instead, both known for the `official_years` only: any
    other year counts weekends alone and is provisional. `version` names the
    source of the days; entries record it beside the promises counted on it.
    """

    version: str
    zone: ZoneInfo
    opens: time
    closes: time
    holidays: frozenset[date]
    makeup_days: frozenset[date]
    official_years: frozenset[int]

    def __post_init__(self) -> None:
        if not self.opens < self.closes:
            raise ValueError(f"service opens at {self.opens}, so it cannot close at {self.closes}")

    @property
    def service_day(self) -> timedelta:
        """The service time in one working day."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def is_workday(self, day: date) -> bool:
        on_a_weekday = day.weekday() < _SATURDAY
        if self.provisional(day):
            return on_a_weekday
        return day in self.makeup_days or (on_a_weekday and day not in self.holidays)

    def provisional(self, day: date) -> bool:
        """True where no official calendar covers the day's year, so that it may yet change."""
        return day.year not in self.official_years

    def provisional_between(self, a: datetime, b: datetime) -> bool:
        """True if any day from `a` to `b` (not before `a`), both included, is provisional."""
        years = range(self._local(a).year, self._local(b).year + 1)
        return not self.official_years.issuperset(years)

    def add_workdays(self, moment: datetime, n: int) -> datetime:
        """When a promise of `n` working days, given at `moment`, lapses.

        The close of service on the n-th working day after the day it was given.
        That day itself never counts, at whatever hour and whether worked or not:
        one working day given on Monday at 07:00, 12:00 or 23:00 lapses on Tuesday
        at closing time, and given on Saturday it lapses on Monday (Civil Code of
        the PRC, articles 201 and 203: counting starts the next day, and the last
        day ends when business stops). No working days end where they began.
        """
        if n < 0:
            raise ValueError(f"a promise looks ahead: {n} working days")
        if n == 0:
            return aware(moment).astimezone(UTC)
        day = self._local(moment).date()
        while n:
            day += _DAY
            n -= self.is_workday(day)
        return self._utc(datetime.combine(day, self.closes))

    def workdays_between(self, a: datetime, b: datetime) -> int:
        """The working days after the day of `a`, up to and with the day of `b`.

        What `add_workdays` counts; negative when `b` lies on an earlier day.
        """
        return self._workdays(self._local(a).date(), self._local(b).date())

    def closings_between(self, a: datetime, b: datetime) -> int:
        """How often service closes after `a` and no later than `b`; negative backwards.

        What a promise in working days has left at `a` when it lapses at `b`.
        """
        return self._workdays(self._last_closed(a), self._last_closed(b))

    def add_service_time(self, moment: datetime, amount: timedelta) -> datetime:
        """The earliest moment by which `amount` of service time has gone by since `moment`.

        Time that runs out exactly at closing ends at closing, not at the next
        opening; no time at all ends at `moment`.
        """
        if amount < _NOTHING:
            raise ValueError(f"a promise looks ahead: {amount} of service time")
        if not amount:
            return aware(moment).astimezone(UTC)
        local = self._local(moment)
        day = local.date()
        while True:
            if self.is_workday(day):
                start = max(local, datetime.combine(day, self.opens))
                left_today = max(datetime.combine(day, self.closes) - start, _NOTHING)
                if _NOTHING < amount <= left_today:
                    return self._utc(start + amount)
                amount -= left_today
            day += _DAY

    def service_time_between(self, a: datetime, b: datetime) -> timedelta:
        """The service time from `a` to `b`; negative when `b` is earlier."""
        start, end = self._local(a), self._local(b)
        whole_days = self._workdays(start.date() - _DAY, end.date() - _DAY)
        return whole_days * self.service_day + self._served(end) - self._served(start)

    def _served(self, local: datetime) -> timedelta:
        """The service time of that day which has gone by."""
        if not self.is_workday(local.date()):
            return _NOTHING
        since_opening = local - datetime.combine(local.date(), self.opens)
        return min(max(since_opening, _NOTHING), self.service_day)

    def _last_closed(self, moment: datetime) -> date:
        """The last day whose hour of closing has passed."""
        local = self._local(moment)
        return local.date() if local.time() >= self.closes else local.date() - _DAY

    def _workdays(self, after: date, through: date) -> int:
        if through < after:
            return -self._workdays(through, after)
        days = (through - after).days
        return sum(self.is_workday(after + timedelta(days=n)) for n in range(1, days + 1))

    def _local(self, moment: datetime) -> datetime:
        """What clock and calendar on the wall show then, without zone."""
        return aware(moment).astimezone(self.zone).replace(tzinfo=None)

    def _utc(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)


@cache
def official_calendar(
    zone: ZoneInfo = DISTRICT_ZONE, opens: time = OPENS, closes: time = CLOSES
) -> Calendar:
    """China's working days as the State Council announced them, for every year it has.

    The days come from the package chinesecalendar. A year's notice may still
    turn the last days of the year before into rest or work around New Year's
    Day; the package's next release, and so another `version`, then says so.
    """
    holidays = frozenset(chinese_calendar.holidays)
    makeup_days = frozenset(chinese_calendar.workdays)
    years = frozenset(day.year for day in holidays)
    return Calendar(
        version=f"chinesecalendar {version('chinesecalendar')} ({min(years)}-{max(years)})",
        zone=zone,
        opens=opens,
        closes=closes,
        holidays=holidays,
        makeup_days=makeup_days,
        official_years=years,
    )
