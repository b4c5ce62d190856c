"""Figures: never rounded to all or to none, with their counts, silent where there are too few."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yihu.reports import figures, measures
from yihu.reports.measures import (
    FEW,
    Case,
    Change,
    Count,
    Figure,
    Period,
    Pile,
    Report,
    Seconds,
    Share,
    Spread,
    Value,
)

DAY = 86_400
PLAIN = Case(kind="help", came_as="help")
ANSWERED = PLAIN._replace(answered=15, invited=True)
NEVER: Seconds = (None, None, None)
IN_THREE_DAYS: Seconds = (3600, 7200, 3 * DAY)


def cases(*several: tuple[int, Case]) -> Pile:
    return Pile.of(
        (case, NEVER if case.answered is None else IN_THREE_DAYS)
        for count, case in several
        for _ in range(count)
    )


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (351, 352, 99.7),
        (352, 352, 100.0),
        (2999, 3000, 99.9),
        (999_999, 1_000_000, 99.9),
        (0, 352, 0.0),
        (1, 1_000_000, 0.1),
        (207, 352, 58.8),
        (132, 2816, 4.7),
        (1, 8, 12.5),
        (125, 10_000, 1.3),
    ],
)
def test_a_share_to_one_decimal(part: int, whole: int, shown: float) -> None:
    assert measures.percent(part, whole) == shown


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_all_and_none_are_said_only_when_it_is_all_or_none(counts: tuple[int, int]) -> None:
    part, whole = counts
    shown = measures.percent(part, whole)
    assert (shown == 100) == (part == whole)
    assert (shown == 0) == (part == 0)
    assert abs(shown - 100 * part / whole) <= 0.1


@pytest.mark.parametrize(
    ("now", "then", "shown"),
    [
        (53, 100, -47.0),
        (100, 100, 0.0),
        (0, 100, -100.0),
        (150, 100, 50.0),
        (9999, 10_000, -0.1),
        (10_001, 10_000, 0.1),
        (2, 3, -33.3),
    ],
)
def test_a_change_to_one_decimal(now: int, then: int, shown: float) -> None:
    assert measures.change(now, then) == shown


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share_and_stays_within_all_and_none(counts: tuple[int, int]) -> None:
    part, whole = counts
    low, high = measures.interval(part, whole)
    assert 0 <= low <= 100 * part / whole + 0.06
    assert 100 * part / whole - 0.06 <= high <= 100


def test_wilsons_interval_as_the_tables_have_it() -> None:
    assert measures.interval(351, 352) == (98.4, 99.9)
    assert measures.interval(10, 20) == (29.9, 70.1)


@given(st.lists(st.integers(0, 999 * DAY), min_size=1), st.fractions(Fraction(1, 9), 1))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(
    values: list[int], share: Fraction
) -> None:
    ordered = sorted(values)
    found = measures.quantile(ordered, share)
    if share == Fraction(1, 2) and len(ordered) % 2 == 0:
        middle = len(ordered) // 2
        assert found == Fraction(ordered[middle - 1] + ordered[middle], 2)
        return
    assert sum(value <= found for value in ordered) >= share * len(ordered)
    assert sum(value < found for value in ordered) < share * len(ordered)


def test_too_few_cases_make_no_share_but_their_counts_are_said() -> None:
    few = cases((FEW - 1, ANSWERED))
    assert figures.RESPONSE.of(few) == Value(None, FEW - 1, FEW - 1, FEW - 1, too_few=True)
    assert figures.ANSWER_MEDIAN.of(few) == Value(None, FEW - 1, FEW - 1, FEW - 1, too_few=True)
    assert figures.MESSAGES.of(few) == Value(FEW - 1, FEW - 1, FEW - 1, FEW - 1)
    assert figures.RESPONSE.of(cases()).too_few


def test_a_change_from_too_few_is_not_worked_out_but_both_counts_are_said() -> None:
    complaint = PLAIN._replace(kind="complaint", came_as="complaint")
    told = figures.COMPLAINTS_CHANGE.of(cases((40, complaint)), cases((FEW - 1, complaint)))
    assert (told.value, told.too_few) == (None, True)
    assert (told.numerator, told.denominator) == (40, FEW - 1)


def test_complaints_are_compared_by_their_latest_kind_and_by_the_first() -> None:
    complaint = PLAIN._replace(kind="complaint", came_as="complaint")
    turned = PLAIN._replace(kind="help", came_as="complaint")
    now, before = cases((53, complaint), (7, turned)), cases((100, complaint))
    assert figures.COMPLAINTS_CHANGE.of(now, before).value == -47.0
    assert figures.COMPLAINTS_CHANGE_AS_SENT.of(now, before).value == -40.0
    assert figures.RECLASSIFIED.of(now).value == 7


def test_a_median_says_of_how_many_and_leaves_the_unanswered_out() -> None:
    told = figures.ANSWER_MEDIAN.of(cases((30, ANSWERED), (5, PLAIN)))
    assert (told.value, told.n) == (3.0, 30)


def test_what_is_too_young_to_be_late_is_not_counted_either_way() -> None:
    young = PLAIN._replace(age=1)
    young_answered = ANSWERED._replace(age=1)
    told = figures.WITHIN_15.of(cases((30, ANSWERED), (10, young), (10, young_answered)))
    assert (told.numerator, told.denominator) == (30, 30)


def test_a_reopened_closure_does_not_count_and_silence_is_no_verdict() -> None:
    closed = ANSWERED._replace(ended="closed", verdict="solved", rating=5)
    reopened = ANSWERED._replace(reopened=True, verdict="unsolved", rating=1)
    silent = ANSWERED._replace(ended="rested")
    some = cases((20, closed), (10, reopened), (20, silent))
    values = Report.of(figures.LIVED, some, Period()).values
    assert (values["closed"].value, values["reopened"].value) == (40, 10)
    assert (values["solved"].numerator, values["solved"].denominator) == (20, 30)
    assert values["satisfied"].value == 66.7
    assert (values["no_verdict"].value, values["unrated"].value) == (20, 20)
    assert values["solved"].invited == values["satisfied"].invited == 50


def test_a_verdict_from_the_stations_own_network_counts_and_stands_apart() -> None:
    said = ANSWERED._replace(ended="closed", verdict="solved")
    some = cases((20, said), (10, said._replace(own_network=True)), (20, said._replace(verdict="")))
    values = Report.of(figures.LIVED, some, Period()).values
    assert (values["solved"].numerator, values["solved"].denominator) == (30, 30)
    assert (values["solved_outside"].numerator, values["solved_outside"].denominator) == (20, 20)
    assert values["own_network"].value == 10


def test_every_kind_is_counted_and_they_add_up() -> None:
    some = cases((3, PLAIN), (2, PLAIN._replace(kind="praise")), (1, PLAIN._replace(kind="")))
    report = Report.of(figures.IMPORTED, some, Period())
    assert report.by_kind == {"": 1, "help": 3, "praise": 2}
    assert sum(report.by_kind.values()) == report.values["messages"].value


def test_residents_and_those_who_say_what_they_are_stand_apart() -> None:
    guard = PLAIN._replace(kind="praise", reporter="property")
    resident = PLAIN._replace(kind="praise", reporter="resident")
    report = Report.of(figures.LIVED, cases((4, guard), (9, resident)), Period())
    assert report.by_reporter == {("property", "praise"): 4, ("resident", "praise"): 9}


def test_every_figure_is_defined_once_and_says_how_it_is_made() -> None:
    names = [figure.name for figure in figures.LIVED]
    assert len(names) == len(set(names))
    assert set(figures.IMPORTED) <= set(figures.LIVED)
    for figure in figures.LIVED:
        assert isinstance(figure, Count | Share | Spread | Change)
        assert figure.title
        assert figure.formula


SOME = st.lists(
    st.tuples(
        st.builds(
            Case,
            kind=st.sampled_from(["praise", "complaint", "help", ""]),
            came_as=st.sampled_from(["praise", "complaint"]),
            age=st.sampled_from([0, 1, 15]),
            answered=st.sampled_from([None, 1, 15, 16]),
            ended=st.sampled_from(["", "closed", "withdrawn"]),
            reopened=st.booleans(),
            invited=st.booleans(),
            verdict=st.sampled_from(["", "solved", "unsolved"]),
            rating=st.sampled_from([None, 1, 5]),
            excused=st.booleans(),
        ),
        st.tuples(*[st.none() | st.integers(0, 10**7)] * 3),
    ),
    max_size=60,
)


@pytest.mark.parametrize("figure", figures.LIVED, ids=lambda one: one.name)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=30)
@given(now=SOME, before=SOME)
def test_C6_no_figure_without_its_denominator(
    figure: Figure, now: list[tuple[Case, Seconds]], before: list[tuple[Case, Seconds]]
) -> None:
    """Whatever the cases are: a numerator, a denominator, n; and silence where there are few."""
    told = figure.of(Pile.of(now), Pile.of(before))
    assert told.numerator >= 0
    assert told.n <= max(len(now), len(before))
    if not isinstance(figure, Change):
        assert told.numerator <= told.denominator <= len(now)
    if not isinstance(figure, Count):
        assert told.too_few == (told.n < FEW) == (told.value is None)
