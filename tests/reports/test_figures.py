"""Figures: never rounded to all or to none, with their counts, silent where there are too few."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.reports import figures, measures
from yihu.reports.measures import FEW, Case, Count, Period, Report, Share, Spread, Value

DAY = timedelta(days=1)
PLAIN = Case(kind="help", age=400 * DAY)
ANSWERED = replace(PLAIN, answered_after=3 * DAY)


def cases(*several: tuple[int, Case]) -> list[Case]:
    return [case for count, case in several for _ in range(count)]


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


@given(st.lists(st.timedeltas(timedelta(), 999 * DAY), min_size=1), st.fractions(Fraction(1, 9), 1))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(
    values: list[timedelta], share: Fraction
) -> None:
    ordered = sorted(values)
    found = measures.quantile(ordered, share)
    if share == Fraction(1, 2) and len(ordered) % 2 == 0:
        middle = len(ordered) // 2
        assert found == (ordered[middle - 1] + ordered[middle]) / 2
        return
    assert sum(value <= found for value in ordered) >= share * len(ordered)
    assert sum(value < found for value in ordered) < share * len(ordered)


def test_too_few_cases_make_no_share_but_their_counts_are_said() -> None:
    few = cases((FEW - 1, ANSWERED))
    assert figures.RESPONSE.of(few) == Value(None, FEW - 1, FEW - 1, FEW - 1, too_few=True)
    assert figures.ANSWER_MEDIAN.of(few) == Value(None, FEW - 1, too_few=True)
    assert figures.MESSAGES.of(few) == Value(FEW - 1, FEW - 1)
    assert figures.RESPONSE.of([]).too_few


def test_a_median_says_of_how_many_and_leaves_the_unanswered_out() -> None:
    told = figures.ANSWER_MEDIAN.of(cases((30, ANSWERED), (5, PLAIN)))
    assert (told.value, told.n) == (3.0, 30)


def test_what_is_too_young_to_be_late_is_not_counted_either_way() -> None:
    young = replace(PLAIN, age=2 * DAY)
    young_answered = replace(ANSWERED, age=4 * DAY)
    told = figures.WITHIN_15.of(cases((30, ANSWERED), (10, young), (10, young_answered)))
    assert (told.numerator, told.denominator) == (30, 30)


def test_a_reopened_closure_does_not_count_and_silence_is_no_verdict() -> None:
    closed = replace(ANSWERED, ended="closed", verdict="solved", rating=5)
    reopened = replace(ANSWERED, reopened=1, verdict="unsolved", rating=1)
    silent = replace(ANSWERED, ended="rested")
    some = cases((20, closed), (10, reopened), (20, silent))
    values = Report.of(figures.LIVED, some, Period()).values
    assert (values["closed"].value, values["reopened"].value) == (40, 10)
    assert (values["solved"].numerator, values["solved"].denominator) == (20, 30)
    assert values["satisfied"].value == 66.7
    assert (values["no_verdict"].value, values["unrated"].value) == (20, 20)


def test_every_kind_is_counted_and_they_add_up() -> None:
    some = cases((3, PLAIN), (2, replace(PLAIN, kind="praise")), (1, replace(PLAIN, kind="")))
    report = Report.of(figures.IMPORTED, some, Period())
    assert report.by_kind == {"": 1, "help": 3, "praise": 2}
    assert sum(report.by_kind.values()) == report.values["messages"].value


def test_every_figure_is_defined_once_and_says_how_it_is_made() -> None:
    names = [figure.name for figure in figures.LIVED]
    assert len(names) == len(set(names))
    assert set(figures.IMPORTED) <= set(figures.LIVED)
    for figure in figures.LIVED:
        assert isinstance(figure, Count | Share | Spread)
        assert figure.title
        assert figure.formula
