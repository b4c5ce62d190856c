"""What may give somebody away in a text: found wherever it stands, and nothing invented."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.cases.privacy import Trace, traces

HARMLESS = st.text(st.sampled_from("邻里之间为漏水争吵，请来双方坐下谈。\n"), max_size=30)


def kinds(text: str, *names: str) -> list[Trace]:
    return [found.trace for found in traces(text, names)]


@given(HARMLESS, HARMLESS, st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_number_is_found_between_any_words(one: str, other: str, number: str) -> None:
    found = traces(one + number + other)
    assert [(f.trace, f.text, f.blocks) for f in found] == [(Trace.PHONE, number, True)]


@given(HARMLESS, HARMLESS, st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True))
def test_an_identity_number_is_found_and_is_not_taken_for_a_phone(
    one: str, other: str, number: str
) -> None:
    assert kinds(one + number + other) == [Trace.IDENTITY]


@given(HARMLESS)
def test_harmless_words_are_let_through(text: str) -> None:
    assert traces(text) == []


@given(st.text(max_size=80), st.lists(st.text(max_size=4), max_size=4))
def test_what_is_found_stands_there_and_never_overlaps(text: str, names: list[str]) -> None:
    found = traces(text, names)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("text", "trace"),
    [
        ("请打 138-0000-0000", Trace.PHONE),
        ("请打１３８００００００００", Trace.PHONE),
        ("请打 +86 138 0000 0000", Trace.PHONE),
        ("座机 010-12345678", Trace.PHONE),
        ("身份证 110101199001011234", Trace.IDENTITY),
        ("住在三单元", Trace.HOUSE),
        ("住在12栋", Trace.HOUSE),
        ("3月5日晚上", Trace.DATE),
        ("2026年3月", Trace.DATE),
    ],
)
def test_a_trace_is_named_for_what_it_is(text: str, trace: Trace) -> None:
    assert kinds(text) == [trace]


def test_names_are_pointed_at_and_do_not_block() -> None:
    found = traces("调解员沈文远先看了墙", ["沈文远", "远"])
    assert [(one.trace, one.text, one.blocks) for one in found] == [(Trace.NAME, "沈文远", False)]


def test_numbers_that_lead_to_nobody_are_let_through() -> None:
    assert not [found for found in traces("共352件，占58.8%，拨打110") if found.blocks]
