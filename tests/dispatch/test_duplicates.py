"""Whether two calls may be about one thing: what ties them, what does not, and that it is even."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.dispatch.duplicates import (
    FAR,
    LIKELY,
    LONGEST,
    Report,
    metres_between,
    possible,
)
from yihu.dispatch.kinds import Kind

NOON = datetime(2026, 7, 3, 12, tzinfo=UTC)
METRE = 1 / 111_195  # degrees of latitude


def report(name: str = "b", metres: float | None = 0.0, minutes: float = 0.0, **more) -> Report:
    latitude = None if metres is None else 30.0 + metres * METRE
    longitude = None if metres is None else 120.0
    given = {"kind": Kind.FIGHT, "at": NOON + timedelta(minutes=minutes)} | more
    return Report(name, longitude=longitude, latitude=latitude, **given)


def likely(one: Report, other: Report) -> bool:
    return bool(possible(one, [other]))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (report(metres=80, minutes=6), True),
        (report(metres=80, minutes=6, kind=Kind.NOISE), True),  # what a fight sounds like
        (report(metres=80, minutes=6, kind=Kind.FRAUD), False),
        (report(metres=80, minutes=6, kind=Kind.PANIC_ALARM), True),  # says nothing of what it is
        (report(metres=900, minutes=6), False),
        (report(metres=900, minutes=6, accuracy=900.0), True),
        (report(metres=80, minutes=400), False),
        (report(metres=None, minutes=6), False),  # somewhere, sometime: too little
        (report(metres=None, minutes=6, words="广场喷泉旁边两个人打架"), True),
        (report(metres=None, minutes=6, where="广场"), True),
    ],
)
def test_what_ties_two_calls(other: Report, same: bool) -> None:
    mine = report("a", words="喷泉旁边打架了", where="广场")
    assert likely(mine, other) is same


def test_the_likeliest_stands_first_with_its_reasons() -> None:
    mine = report("a", words="喷泉旁边打架")
    near = report("near", metres=50, minutes=-10, words="喷泉这里有人打架")
    far = report("far", metres=250, minutes=-10)
    first, second = possible(mine, [far, near])
    assert (first.name, second.name) == ("near", "far")
    assert first.metres == pytest.approx(50, abs=1)
    assert first.before == timedelta(minutes=10)
    assert "喷泉" in first.shared
    assert first.same_kind


def test_an_incident_is_never_its_own_duplicate() -> None:
    assert not likely(report("a"), report("a"))


places = st.none() | st.floats(0, 3000)
reports = st.builds(
    report,
    metres=places,
    minutes=st.floats(-600, 600),
    kind=st.sampled_from(Kind),
    words=st.text(max_size=30),
    where=st.sampled_from(["", "广场", "人民路"]),
)


@given(reports, reports)
def test_it_is_even_and_within_bounds(one: Report, other: Report) -> None:
    mine = Report("a", **{f: getattr(one, f) for f in one.__slots__ if f != "name"})
    there, back = possible(mine, [other]), possible(other, [mine])
    assert len(there) == len(back)
    for likely in there:
        assert LIKELY <= likely.score <= 1
        assert likely.score == pytest.approx(back[0].score)
        assert abs(likely.before) <= LONGEST
        same_place = mine.where and mine.where == other.where
        assert same_place or likely.metres is None or likely.metres <= FAR


def test_metres_on_the_earth() -> None:
    assert metres_between((120.0, 30.0), (120.0, 31.0)) == pytest.approx(111_195, rel=0.001)
    assert metres_between((0.0, 0.0), (180.0, 0.0)) == pytest.approx(20_015_087, rel=0.001)
    assert metres_between((1.0, 2.0), (1.0, 2.0)) == 0
