"""Times as people say them, in the reader's language and the district's zone."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_noop as N_

WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NEAR_DAYS = {-2: N_("前天"), -1: N_("昨天"), 0: N_("今天"), 1: N_("明天"), 2: N_("后天")}
SOON = timedelta(hours=2)


class Clock(NamedTuple):
    """A clock in words. `state`: calm, soon, late, paused or done."""

    state: str
    words: str


def day(when: datetime, now: datetime) -> str:
    """The day of `when` seen from `now`: 今天, 周三, 下周三, 7月3日, 2025年7月3日."""
    when, now = timezone.localtime(when), timezone.localtime(now)
    apart = (when.date() - now.date()).days
    if apart in NEAR_DAYS:
        return gettext(NEAR_DAYS[apart])
    weekday = gettext(WEEKDAYS[when.weekday()])
    weeks = (apart + now.weekday()) // 7
    if weeks == 0:
        return weekday
    if weeks == 1:
        return gettext("下%(weekday)s") % {"weekday": weekday}
    return _date(when, with_year=when.year != now.year)


def _date(when: datetime, *, with_year: bool) -> str:
    if (get_language() or "").startswith("zh"):
        return f"{when.year}年{when.month}月{when.day}日" if with_year else f"{when:%-m月%-d日}"
    return f"{when.day} {MONTHS[when.month - 1]}" + (f" {when.year}" if with_year else "")


def time(when: datetime, now: datetime | None = None) -> str:
    """今天 14:05."""
    now = now or timezone.now()
    return f"{day(when, now)} {timezone.localtime(when):%H:%M}"


def due(when: datetime, now: datetime | None = None) -> str:
    """A deadline: 今天 14:05 前, 周五前. The hour is said only where it still matters."""
    now = now or timezone.now()
    apart = (timezone.localtime(when).date() - timezone.localtime(now).date()).days
    if apart in (-1, 0, 1):
        return gettext("%(time)s 前") % {"time": time(when, now)}
    return gettext("%(day)s前") % {"day": day(when, now)}


def exact(when: datetime) -> str:
    """2026年7月3日 周五 14:05:09, for who asks."""
    when = timezone.localtime(when)
    weekday = gettext(WEEKDAYS[when.weekday()])
    return f"{_date(when, with_year=True)} {weekday} {when:%H:%M:%S}"


def span(length: timedelta) -> str:
    """A length in its largest fitting unit, rounded down: 40 分钟, 2 小时, 3 天."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 1:
        return gettext("不到 1 分钟")
    if minutes < 60:
        return ngettext("%(n)d 分钟", "%(n)d 分钟", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d 小时", "%(n)d 小时", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)d 天", "%(n)d 天", days) % {"n": days}


def clock(
    due_at: datetime | None,
    now: datetime | None = None,
    *,
    paused: bool = False,
    done: bool = False,
    soon: timedelta = SOON,
) -> Clock:
    """What is left of a time limit. Nothing is due where it is done or there is no limit."""
    now = now or timezone.now()
    if done:
        return Clock("done", gettext("已办结"))
    if paused:
        return Clock("paused", gettext("已暂停，等对方回答"))
    if due_at is None:
        return Clock("calm", gettext("没有时限"))
    left = due_at - now
    if left < timedelta(0):
        return Clock("late", gettext("超时 %(span)s") % {"span": span(left)})
    if left <= soon:
        return Clock("soon", gettext("还剩 %(span)s") % {"span": span(left)})
    return Clock("calm", due(due_at, now))
