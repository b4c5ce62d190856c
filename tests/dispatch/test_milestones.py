"""The moments of an incident: the same from the same reports, in whichever order they come."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.dispatch.kinds import Milestone, Status, UnitKind
from yihu.dispatch.milestones import (
    BY_UNITS,
    Course,
    arrived,
    first,
    milestones,
    police_arrived,
    true_time,
)
from yihu.kernel.access import Refused

BEGAN = datetime(2026, 7, 3, 22, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


moment = st.integers(0, 7200).map(at)
report = st.tuples(st.sampled_from(sorted(BY_UNITS)), moment)
reports = st.lists(report, max_size=12)
course = st.builds(
    Course,
    st.sampled_from(UnitKind),
    *(st.none() | moment for _ in BY_UNITS),
)


def taken(said: list[tuple[Status, datetime]]) -> Course:
    """The course of a unit that reported this, in this order."""
    found = Course(UnitKind.POLICE)
    for status, when in said:
        found = found.reached(status, when)
    return found


@given(reports.flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_no_order_of_arrival_makes_another_moment(
    both: tuple[list[tuple[Status, datetime]], list[tuple[Status, datetime]]],
) -> None:
    assert taken(both[0]) == taken(both[1])


@given(reports, st.randoms())
def test_what_comes_again_changes_nothing(said: list[tuple[Status, datetime]], random) -> None:
    again = said + [random.choice(said) for _ in said]
    assert taken(again) == taken(said)


@given(reports)
def test_nobody_is_said_to_have_done_what_they_did_not_report(
    said: list[tuple[Status, datetime]],
) -> None:
    found, reported = taken(said), {status for status, _ in said}
    for status, milestone in BY_UNITS.items():
        assert (getattr(found, milestone.value) is None) == (status not in reported)


@given(st.lists(course, max_size=6))
def test_an_incidents_moment_is_the_first_of_any_unit(courses: list[Course]) -> None:
    found = milestones({}, courses)
    assert list(found) == list(Milestone)
    for milestone in BY_UNITS.values():
        known = [getattr(one, milestone.value) for one in courses]
        assert found[milestone] == min((one for one in known if one), default=None)
    assert found[Milestone.CLOSED] is None
    assert found == milestones({}, reversed(courses))


@given(st.lists(course, max_size=6))
def test_police_and_first_responder_are_told_apart(courses: list[Course]) -> None:
    anybody, police = arrived(courses), police_arrived(courses)
    assert anybody == first(one.on_scene for one in courses)
    assert police is None or anybody is not None
    assert police is None or police >= anybody
    guards = [one for one in courses if one.kind is UnitKind.GUARD]
    assert police_arrived(guards) is None


@given(st.permutations(list(BY_UNITS)), st.integers(1, 4))
def test_how_far_a_unit_has_come_is_the_last_of_its_steps(order: list[Status], many: int) -> None:
    steps = list(BY_UNITS)
    found = taken([(status, at(steps.index(status))) for status in order[:many]])
    furthest = max(order[:many], key=steps.index)
    assert found.furthest == (furthest, at(steps.index(furthest)))


def test_a_unit_that_was_never_asked_has_come_nowhere() -> None:
    assert Course(UnitKind.GUARD).furthest is None


@given(st.integers(-86_400, 86_400), st.integers(0, 7200))
def test_a_time_is_possible_or_clearly_refused(said: int, passed: int) -> None:
    now = at(passed)
    if -60 <= said <= passed + 120:
        found = true_time(at(said), now, BEGAN)
        assert BEGAN <= found <= now
        assert found == at(said) or not 0 <= said <= passed
        return
    with pytest.raises(Refused) as why:
        true_time(at(said), now, BEGAN)
    assert why.value.code == ("in_future" if said > 0 else "before_received")
    assert why.value.data["field"] == "occurred_at"


@given(st.lists(st.integers(-60, 7320), min_size=2))
def test_clocks_that_are_a_little_wrong_leave_the_order(said: list[int]) -> None:
    taken_as = [true_time(at(one), at(7200), BEGAN) for one in sorted(said)]
    assert all(earlier <= later for earlier, later in pairwise(taken_as))


@pytest.mark.parametrize("received", [None, BEGAN])
def test_who_says_no_time_means_now(received: datetime | None) -> None:
    assert true_time(None, at(5), received) == at(5)
