"""Periods of days, and the same days a year before."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.reports import periods
from yihu.reports.periods import Days

DAYS = st.dates(date(1990, 1, 1), date(2990, 1, 1))


@pytest.mark.parametrize(
    ("name", "since"),
    [
        ("12-months", date(2025, 11, 25)),
        ("year", date(2026, 1, 1)),
        ("quarter", date(2026, 10, 1)),
        ("month", date(2026, 11, 1)),
    ],
)
def test_a_named_period_ends_today(name: str, since: date) -> None:
    today = date(2026, 11, 24)
    assert periods.asked(name, "", "", today) == (name, Days(since, today))


@given(DAYS)
def test_the_last_twelve_months_and_those_before_meet_without_a_gap(today: date) -> None:
    days = periods.last_12_months(today)
    assert (days.since - days.a_year_before.until).days in (1, 2)  # 2 after a 29 February
    assert len(days.months) in (12, 13)


@given(st.text(max_size=12), st.text(max_size=12), DAYS)
def test_nonsense_is_not_asked(since: str, until: str, today: date) -> None:
    name, days = periods.asked("", since, until, today)
    assert days.since <= days.until <= today
    assert name in ("", "12-months")


def test_two_days_are_put_in_order_and_none_is_yet_to_come() -> None:
    told = periods.asked("", "2030-01-01", "2026-01-01", date(2026, 11, 24))
    assert told == ("", Days(date(2026, 1, 1), date(2026, 11, 24)))
