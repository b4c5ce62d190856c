"""The ring of answers and the line chart, as geometry."""

import re

from hypothesis import given
from hypothesis import strategies as st

from yihu.web import drawing

STATES = st.lists(st.sampled_from(sorted(drawing.LEVELS)), max_size=200)


@given(STATES)
def test_a_ring_has_a_segment_for_each_one_called(states: list[str]) -> None:
    segments = drawing.ring(states)
    assert [s.state for s in segments] == states
    assert [bool(s.fill) for s in segments] == [drawing.LEVELS[s] > 0 for s in states]


@given(STATES)
def test_a_ring_stays_in_its_box(states: list[str]) -> None:
    for segment in drawing.ring(states):
        numbers = re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", segment.outline + segment.fill)
        assert all(0 <= float(n) <= 100 for pair in numbers for n in pair)


def test_more_of_an_answer_fills_more_of_the_segment() -> None:
    reach = []
    for state in ("heard", "accepted", "arrived"):
        fill = drawing.ring([state])[0].fill
        reach.append(max(float(r) for r in re.findall(r"A([\d.]+) ", fill)))
    assert reach == sorted(set(reach))
    assert reach[-1] == 44


VALUES = st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=60)


@given(VALUES)
def test_a_line_draws_every_known_value_and_no_other(values: list[float | None]) -> None:
    drawn = drawing.line(values, 600, 160)
    assert len(drawn.dots) == sum(v is not None for v in values)
    assert all(0 <= y <= 160 for _, y in drawn.dots)


@given(st.floats(1e-3, 1e9))
def test_a_scale_ends_above_its_highest_value_and_not_far(highest: float) -> None:
    top = drawing.top_of_scale(highest)
    assert highest <= top * (1 + 1e-9)
    assert top <= 2.001 * highest


def test_a_missing_value_breaks_the_line() -> None:
    assert drawing.line([1, None, 1, 1], 300, 100).path.count("M") == 2
