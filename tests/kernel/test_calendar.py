from datetime import UTC, date, datetime, time, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.kernel.calendar import Calendar, official_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = official_calendar()

# Across the edge of the announced years, so that both kinds of year are drawn.
moments = st.datetimes(
    datetime(2024, 6, 1), datetime(2027, 6, 1), timezones=st.sampled_from([UTC, SHANGHAI])
)
amounts = st.timedeltas(timedelta(), timedelta(hours=200))
few_days = st.integers(0, 40)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# --- the days ----------------------------------------------------------------


@pytest.mark.parametrize(
    "saturday_or_sunday",
    ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11", "2026-10-10"],
)
def test_a_makeup_day_on_a_weekend_is_worked(saturday_or_sunday: str) -> None:
    day = date.fromisoformat(saturday_or_sunday)
    assert day.weekday() >= 5
    assert CALENDAR.is_workday(day)


@pytest.mark.parametrize(
    "holiday", ["2025-01-01", "2025-01-28", "2025-10-01", "2025-10-08", "2026-10-01", "2026-10-07"]
)
def test_a_holiday_on_a_weekday_is_not_worked(holiday: str) -> None:
    day = date.fromisoformat(holiday)
    assert day.weekday() < 5
    assert not CALENDAR.is_workday(day)


def test_an_unannounced_year_counts_weekends_alone_and_is_provisional() -> None:
    national_day = date(2031, 10, 1)
    assert CALENDAR.provisional(national_day)
    assert CALENDAR.is_workday(national_day)
    assert not CALENDAR.is_workday(date(2031, 10, 4))
    assert not CALENDAR.provisional(date(2026, 10, 1))


def test_days_given_for_a_year_that_is_not_official_do_not_count() -> None:
    rumoured = Calendar(
        version="test",
        zone=SHANGHAI,
        opens=time(9),
        closes=time(17),
        holidays=frozenset({date(2027, 10, 1)}),
        makeup_days=frozenset({date(2027, 10, 9)}),
        official_years=frozenset({2026}),
    )
    assert rumoured.is_workday(date(2027, 10, 1))
    assert not rumoured.is_workday(date(2027, 10, 9))


def test_the_version_names_the_package_and_its_years() -> None:
    years = f"({min(CALENDAR.official_years)}-{max(CALENDAR.official_years)})"
    assert CALENDAR.version == f"chinesecalendar {version('chinesecalendar')} {years}"
    assert {2025, 2026} <= CALENDAR.official_years


def test_provisional_between_sees_every_year_on_the_way() -> None:
    assert not CALENDAR.provisional_between(at("2025-03-01 12:00"), at("2026-12-31 23:59"))
    assert CALENDAR.provisional_between(at("2026-12-31 23:59"), at("2027-01-01 00:00"))
    # 17:00 UTC on New Year's Eve is already the next year in the district.
    eve = datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert CALENDAR.provisional_between(eve, eve)


@pytest.mark.parametrize("opens", [time(9), time(17)])
def test_service_must_open_before_it_closes(opens: time) -> None:
    with pytest.raises(ValueError, match="cannot close"):
        official_calendar(opens=opens, closes=time(9))


@pytest.mark.parametrize(
    "ask",
    [
        lambda naive: CALENDAR.add_workdays(naive, 0),
        lambda naive: CALENDAR.add_workdays(naive, 1),
        lambda naive: CALENDAR.add_service_time(naive, timedelta()),
        lambda naive: CALENDAR.add_service_time(naive, timedelta(hours=1)),
        lambda naive: CALENDAR.service_time_between(naive, at("2026-03-02 12:00")),
        lambda naive: CALENDAR.workdays_between(at("2026-03-02 12:00"), naive),
        lambda naive: CALENDAR.closings_between(naive, naive),
    ],
)
def test_a_moment_without_its_zone_is_refused(ask) -> None:
    with pytest.raises(ValueError, match="zone"):
        ask(datetime(2026, 3, 2, 12))


# --- promises in working days ------------------------------------------------


@pytest.mark.parametrize(
    ("given_at", "n", "lapses"),
    [
        ("2026-03-02 12:00", 1, "2026-03-03 17:30"),  # Monday, within service
        ("2026-03-02 07:00", 1, "2026-03-03 17:30"),  # before opening
        ("2026-03-02 23:59", 1, "2026-03-03 17:30"),  # after closing
        ("2026-03-03 00:00", 1, "2026-03-04 17:30"),  # midnight is the next day
        ("2026-03-06 10:00", 1, "2026-03-09 17:30"),  # Friday
        ("2026-03-07 10:00", 1, "2026-03-09 17:30"),  # Saturday
        ("2026-03-02 12:00", 5, "2026-03-09 17:30"),
        ("2025-09-30 10:00", 1, "2025-10-09 17:30"),  # over National Day and Mid-Autumn
        ("2025-09-30 10:00", 3, "2025-10-11 17:30"),  # a made-up Saturday
        ("2025-09-27 10:00", 1, "2025-09-28 17:30"),  # a made-up Sunday
        ("2031-09-30 10:00", 1, "2031-10-01 17:30"),  # not announced: a plain Wednesday
    ],
)
def test_a_promise_lapses_when_the_nth_working_day_after_it_closes(given_at, n, lapses) -> None:
    assert CALENDAR.add_workdays(at(given_at), n) == at(lapses)


@given(moments, st.integers(1, 40))
def test_a_promise_lapses_at_the_close_of_a_working_day_that_many_days_on(moment, n) -> None:
    lapses = CALENDAR.add_workdays(moment, n)
    local = lapses.astimezone(SHANGHAI)
    assert lapses.tzinfo is UTC
    assert local.time() == CALENDAR.closes
    assert CALENDAR.is_workday(local.date())
    assert CALENDAR.workdays_between(moment, lapses) == n
    assert CALENDAR.workdays_between(moment, lapses - timedelta(days=1)) == n - 1


@given(moments, few_days, few_days)
def test_more_working_days_never_lapse_earlier(moment, n, more) -> None:
    assert moment <= CALENDAR.add_workdays(moment, n) <= CALENDAR.add_workdays(moment, n + more)


@given(moments, few_days, few_days)
def test_working_days_add_up(moment, n, m) -> None:
    one_by_one = CALENDAR.add_workdays(CALENDAR.add_workdays(moment, n), m)
    assert one_by_one == CALENDAR.add_workdays(moment, n + m)


@given(moments, moments, moments)
def test_working_days_and_closings_between_add_up_and_turn_round(a, b, c) -> None:
    for between in (CALENDAR.workdays_between, CALENDAR.closings_between):
        assert between(a, b) + between(b, c) == between(a, c)
        assert between(a, b) == -between(b, a)


def test_closings_between_counts_closing_itself_once() -> None:
    closing = at("2026-03-02 17:30")
    just_before = closing - timedelta(microseconds=1)
    assert CALENDAR.closings_between(just_before, closing) == 1
    assert CALENDAR.closings_between(closing, at("2026-03-03 17:29")) == 0
    assert CALENDAR.closings_between(at("2026-03-06 18:00"), at("2026-03-09 08:00")) == 0


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="ahead"):
        CALENDAR.add_workdays(at("2026-03-02 12:00"), -1)
    with pytest.raises(ValueError, match="ahead"):
        CALENDAR.add_service_time(at("2026-03-02 12:00"), timedelta(hours=-1))


# --- service time ------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 09:00", 2, "2026-03-02 11:00"),
        ("2026-03-02 16:30", 2, "2026-03-03 09:30"),
        ("2026-03-02 16:30", 1, "2026-03-02 17:30"),  # runs out at closing, not next morning
        ("2026-03-02 17:30", 1, "2026-03-03 09:30"),  # begins exactly at closing
        ("2026-03-02 08:30", 9, "2026-03-02 17:30"),  # exactly one service day
        ("2026-03-02 00:00", 1, "2026-03-02 09:30"),  # midnight
        ("2026-03-07 12:00", 1, "2026-03-09 09:30"),  # weekend
        ("2026-03-06 17:00", 1, "2026-03-09 09:00"),
        ("2025-09-30 17:00", 1, "2025-10-09 09:00"),  # over National Day
        ("2025-10-10 17:00", 1, "2025-10-11 09:00"),  # into a made-up Saturday
        ("2026-03-07 12:00", 0, "2026-03-07 12:00"),
    ],
)
def test_service_time_runs_during_service_only(start, hours, end) -> None:
    assert CALENDAR.add_service_time(at(start), timedelta(hours=hours)) == at(end)


@given(moments, amounts)
def test_service_time_added_is_the_service_time_between(moment, amount) -> None:
    end = CALENDAR.add_service_time(moment, amount)
    assert end >= moment
    assert CALENDAR.service_time_between(moment, end) == amount


@given(moments, amounts, amounts)
def test_service_time_may_be_split_anywhere(moment, first, second) -> None:
    halfway = CALENDAR.add_service_time(moment, first)
    assert CALENDAR.add_service_time(halfway, second) == CALENDAR.add_service_time(
        moment, first + second
    )


@given(moments, st.timedeltas(timedelta(microseconds=1), timedelta(hours=200)))
def test_service_time_ends_at_the_earliest_moment_it_can(moment, amount) -> None:
    end = CALENDAR.add_service_time(moment, amount)
    a_moment_less = CALENDAR.service_time_between(moment, end - timedelta(microseconds=1))
    assert a_moment_less == amount - timedelta(microseconds=1)


@given(moments, moments, moments)
def test_service_time_between_adds_up_and_turns_round(a, b, c) -> None:
    between = CALENDAR.service_time_between
    assert between(a, b) + between(b, c) == between(a, c)
    assert between(a, b) == -between(b, a)


@given(moments, st.integers(0, 60 * 24 * 4))
def test_service_time_is_the_sum_of_its_working_minutes(moment, length) -> None:
    """Against counting minute by minute, the plainest way there is."""
    start = moment.replace(second=0, microsecond=0).astimezone(SHANGHAI)
    counted = 0
    for n in range(length):
        local = start + timedelta(minutes=n)
        counted += (
            CALENDAR.is_workday(local.date()) and CALENDAR.opens <= local.time() < CALENDAR.closes
        )
    end = start + timedelta(minutes=length)
    assert CALENDAR.service_time_between(start, end) == timedelta(minutes=counted)


def test_service_hours_follow_the_wall_clock_where_clocks_change() -> None:
    berlin = official_calendar(zone=ZoneInfo("Europe/Berlin"), opens=time(9), closes=time(17))
    friday = datetime(2026, 3, 27, 16, tzinfo=ZoneInfo("Europe/Berlin"))
    monday = berlin.add_service_time(friday, timedelta(hours=2))
    assert monday == datetime(2026, 3, 30, 8, tzinfo=UTC)  # 10:00 summer time
    assert berlin.service_time_between(friday, monday) == timedelta(hours=2)
