"""What counts as the same when an instruction is given back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.radio.readback import differences, normal


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("２号门", "2号门"),
        ("二号门", "2 号门。"),
        ("十二号楼", "12号楼"),
        ("二十三", "23"),
        ("一百零五室", "105室"),
        ("一一〇", "110"),
        ("两人", "2人"),
        ("Gate B", "gate-b"),
        (None, ""),
    ],
)
def test_what_only_looks_different_is_the_same(one: str | None, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(("one", "other"), [("二号门", "三号门"), ("东门", "南门"), ("12", "21")])
def test_what_is_different_stays_so(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@given(st.integers(1, 199))
def test_numbers_are_read_as_people_write_them(number: int) -> None:
    signs = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{signs[hundreds]}百" if hundreds else ""
    said += f"{signs[tens]}十" if tens else ("零" if hundreds and ones else "")
    said += signs[ones] if ones else ""
    assert normal(said) == str(number)


@given(st.text())
def test_any_text_is_the_same_as_itself_with_spaces(text: str) -> None:
    assert differences({"where": text}, {"where": f" {text} ,"}) == []


def test_the_parts_that_differ_are_named_in_order() -> None:
    asked = {"do": "go", "where": "北门", "count": 3}
    assert differences(asked, {"do": "go", "where": "南门", "at": "10:00"}) == [
        "where",
        "count",
        "at",
    ]
