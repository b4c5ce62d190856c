"""Times as people say them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from yihu.web import said

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 7, 1, 10, 0, tzinfo=SHANGHAI)  # a Wednesday


def at(month: int, day: int, hour: int = 14, minute: int = 5, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def _chinese() -> object:
    with translation.override("zh-hans"):
        yield


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (at(7, 1), "今天 14:05"),
        (at(6, 30), "昨天 14:05"),
        (at(6, 29), "前天 14:05"),
        (at(7, 2), "明天 14:05"),
        (at(7, 3), "后天 14:05"),
        (at(7, 4), "周六 14:05"),
        (at(7, 6), "下周一 14:05"),
        (at(7, 13), "7月13日 14:05"),
        (at(6, 27), "6月27日 14:05"),
        (at(7, 3, year=2025), "2025年7月3日 14:05"),
    ],
)
def test_a_time_is_said_by_its_day(when: datetime, words: str) -> None:
    assert said.time(when, NOW) == words


def test_a_time_is_said_in_the_districts_zone() -> None:
    late = datetime(2026, 6, 30, 17, 30, tzinfo=ZoneInfo("UTC"))
    assert said.time(late, NOW) == "今天 01:30"


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (at(7, 1), "今天 14:05 前"),
        (at(7, 2), "明天 14:05 前"),
        (at(7, 4), "周六前"),
        (at(7, 7), "下周二前"),
        (at(8, 1), "8月1日前"),
    ],
)
def test_a_deadline_says_the_hour_only_where_it_matters(when: datetime, words: str) -> None:
    assert said.due(when, NOW) == words


@pytest.mark.parametrize(
    ("left", "state", "words"),
    [
        (timedelta(minutes=40), "soon", "还剩 40 分钟"),
        (timedelta(hours=2), "soon", "还剩 2 小时"),
        (timedelta(hours=4), "calm", "今天 14:00 前"),
        (timedelta(0), "soon", "还剩 不到 1 分钟"),
        (timedelta(hours=-2), "late", "超时 2 小时"),
        (timedelta(days=-3), "late", "超时 3 天"),
    ],
)
def test_a_clock_is_calm_then_soon_then_late(left: timedelta, state: str, words: str) -> None:
    assert said.clock(NOW + left, NOW) == (state, words)


def test_a_clock_that_pauses_or_ended_is_never_late() -> None:
    past = NOW - timedelta(days=1)
    assert said.clock(past, NOW, paused=True).state == "paused"
    assert said.clock(past, NOW, done=True).state == "done"
    assert said.clock(None, NOW).state == "calm"


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3650)))
def test_a_span_is_never_said_longer_than_it_is(length: timedelta) -> None:
    with translation.override("zh-hans"):
        number, _, unit = said.span(length).partition(" ")
    if number == "不到":
        assert length < timedelta(minutes=1)
    else:
        units = {"分钟": timedelta(minutes=1), "小时": timedelta(hours=1), "天": timedelta(days=1)}
        said_length = int(number) * units[unit]
        assert said_length <= length < said_length + units[unit]
