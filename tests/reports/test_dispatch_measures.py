"""Intervals: both ends or missing, never nought; a quantile's bounds hold what they promise."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.reports.dispatch_measures import (
    ANSWERING,
    MEDIAN,
    P90,
    RESPONSE,
    Answers,
    How,
    Mark,
    Offered,
    Passed,
    Timed,
    Timings,
    by_pair,
    ranks,
    took,
)
from yihu.reports.measures import FEW, Unit

CALLED = datetime(2026, 3, 1, 8, tzinfo=UTC)
SPANS = st.lists(st.none() | st.integers(-5, 7200), max_size=60)


def timed(seconds: int | None, kind: str = "fight") -> Timed:
    at = {Mark.RECEIVED: CALLED}
    if seconds is not None:
        at[Mark.ON_SCENE] = CALLED + timedelta(seconds=seconds)
    return Timed(kind, "一村", 16, at)


@given(SPANS)
def test_every_incident_is_counted_once_and_a_missing_end_is_never_nought(
    spans: list[int | None],
) -> None:
    found = RESPONSE.over(timed(seconds) for seconds in spans)
    known = sorted(seconds for seconds in spans if seconds is not None and seconds >= 0)
    assert list(found.ordered) == known
    assert found.missing == spans.count(None)
    assert found.backwards == sum(seconds is not None and seconds < 0 for seconds in spans)
    assert found.total == len(spans)
    value = found.value(MEDIAN, Unit.MINUTES)
    assert (value.numerator, value.denominator) == (len(known), len(spans))
    assert (value.value is None) == (len(known) < FEW) == value.too_few


@given(st.lists(st.integers(0, 7200), min_size=FEW, max_size=200))
def test_the_bounds_lie_about_the_quantile(spans: list[int]) -> None:
    found = took(spans)
    for share in (MEDIAN, P90):
        value = found.value(share, Unit.SECONDS)
        assert value.value is not None
        if value.interval is not None:
            low, high = value.interval
            assert low <= value.value <= high


@pytest.mark.parametrize("n", [20, 35, 36, 50, 100, 400])
@pytest.mark.parametrize("share", [MEDIAN, P90])
def test_the_ranks_hold_the_quantile_in_95_of_100_samples(n: int, share: Fraction) -> None:
    """Exactly, by whole numbers: P(low <= how many lie below < high)."""
    held = ranks(n, share)
    if held is None:
        assert share == P90
        assert n < 36
        return
    low, high = held
    chance = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    assert sum(chance[low:high]) >= Fraction(95, 100)
    assert sum(chance[:low]) <= Fraction(25, 1000)
    assert sum(chance[high:]) <= Fraction(25, 1000)


def test_the_ranks_of_many_are_found_at_once() -> None:
    low, high = ranks(1_000_000, P90) or (0, 0)
    assert 899_000 < low < 900_000 < high < 901_000


def test_answering_is_said_in_seconds_and_response_in_minutes() -> None:
    at = {Mark.RECEIVED: CALLED, Mark.ANSWERED: CALLED + timedelta(seconds=7)}
    found = ANSWERING.over([Timed("fight", "", 8, at)] * FEW)
    assert found.value(MEDIAN, ANSWERING.unit).value == 7
    response = RESPONSE.over([timed(420)] * FEW)
    assert response.value(P90, RESPONSE.unit).value == 7


def test_groups_together_are_all_there_are() -> None:
    several = [timed(60, "fight")] * 3 + [timed(None, "noise")] * 2
    found = Timings(several, []).by(RESPONSE, lambda one: one.kind)
    assert {name: (len(each.ordered), each.missing) for name, each in found.items()} == {
        "fight": (3, 0),
        "noise": (0, 2),
    }


def test_what_is_withdrawn_or_waits_is_in_no_share() -> None:
    offers = [
        *[Offered("best", "accepted", 5)] * 12,
        *[Offered("best", "declined", 9)] * 4,
        *[Offered("best", "silent", None)] * 4,
        Offered("best", "withdrawn", None),
        Offered("best", "", None),
    ]
    found = Answers.of(offers)
    assert (found.accepted.value, found.accepted.denominator) == (60.0, 20)
    assert (found.silent.value, found.declined.value) == (20.0, 20.0)
    assert found.unsettled == 2
    assert (len(found.took.ordered), found.took.missing) == (16, 0)
    few = Answers.of(offers[:3])
    assert few.accepted.too_few
    assert few.accepted.value is None


def test_hand_offs_by_pair_the_most_frequent_first() -> None:
    passed = [
        Passed("商场", "派出所", How.REPORTED, 60),
        Passed("商场", "派出所", How.REPORTED, None),
        Passed("派出所", "12345 热线", How.REFERRED, 300),
    ]
    (pair, first), (_other, second) = by_pair(passed)
    assert pair == ("商场", "派出所", How.REPORTED)
    assert (list(first.ordered), first.missing) == ([60], 1)
    assert list(second.ordered) == [300]
