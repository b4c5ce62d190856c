"""What an inspector's scan says of a poster, and whether two messages say the same: pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.direct import likeness
from yihu.direct.posters import Condition, Judged, Unclear, is_own, judge

OWN = {"path": "/d/k3f7m2qd/", "serial": 7, "hosts": {"yihu.example", "10.0.0.5:8000"}}


def seen(said: Condition, read: str) -> Judged | Unclear:
    return judge(said, read, **OWN)


# --- posters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "read",
    [
        "https://yihu.example/d/k3f7m2qd/",
        "http://yihu.example/d/k3f7m2qd",
        "HTTPS://YIHU.example/d/K3F7M2QD/",
        "yihu.example/d/k3f7m2qd/",
        "10.0.0.5:8000/d/k3f7m2qd/",
    ],
)
def test_its_own_address_means_in_place(read: str) -> None:
    assert seen(Condition.IN_PLACE, read) == Judged(Condition.IN_PLACE)


@pytest.mark.parametrize(
    "read",
    [
        "https://yihu.example.evil.example/d/k3f7m2qd/",
        "https://yihu.example@evil.example/d/k3f7m2qd/",
        "https://yihu.example:444/d/k3f7m2qd/",
        "https://evil.example/d/k3f7m2qd/",
        "https://yihu.example/d/another1/",
        "https://yihu.example/d/k3f7m2qd/?pay",
        "https://yihu.example/d/k3f7m2qd/#pay",
        "https://yihu.example//evil.example/d/k3f7m2qd/",
        "javascript:location='//yihu.example/d/k3f7m2qd/'",
        "https://yіhu.example/d/k3f7m2qd/",  # a Cyrillic і
        "http://[::1",
        "weixin://pay",
        "请加微信",
    ],
)
def test_any_other_address_means_covered_whatever_the_inspector_thought(read: str) -> None:
    for said in Condition:
        assert seen(said, read) == Judged(Condition.COVERED, read)


def test_nothing_read_is_no_proof_that_it_is_in_place() -> None:
    assert seen(Condition.IN_PLACE, "  ") is Unclear.UNREAD
    for said in (Condition.COVERED, Condition.DAMAGED, Condition.MISSING):
        assert seen(said, "") == Judged(said)


def test_the_printed_serial_stands_for_the_paper_and_not_for_the_code() -> None:
    assert seen(Condition.DAMAGED, "7") == Judged(Condition.DAMAGED)
    assert seen(Condition.IN_PLACE, "7") is Unclear.SERIAL_ONLY
    assert seen(Condition.DAMAGED, "8") is Unclear.OTHER_SERIAL
    assert seen(Condition.MISSING, "7") is Unclear.YET_FOUND


def test_what_was_read_is_not_missing() -> None:
    assert seen(Condition.MISSING, "https://yihu.example/d/k3f7m2qd/") is Unclear.YET_FOUND


@given(said=st.sampled_from(Condition), read=st.text())
def test_in_place_is_recorded_only_after_reading_its_own_address(
    said: Condition, read: str
) -> None:
    found = seen(said, read)
    if isinstance(found, Judged) and found.condition is Condition.IN_PLACE:
        assert is_own(read.strip(), OWN["path"], OWN["hosts"])
    if isinstance(found, Judged) and found.foreign:
        assert found.condition is Condition.COVERED


# --- the same words ------------------------------------------------------------------------------

KEY, STATION = b"k" * 32, b"s" * 16
WORDS = "楼道的灯坏了三天，没有人来修"


@pytest.mark.parametrize(
    "again",
    [
        " 楼道的灯坏了三天,没有人来修。\n",
        "楼道的灯坏了三天 没有人来修！！",
        "楼道的灯坏了三天，没有人来修😡",
    ],
)
def test_spaces_and_punctuation_make_no_other_message(again: str) -> None:
    assert likeness.fingerprint(KEY, STATION, again) == likeness.fingerprint(KEY, STATION, WORDS)


def test_other_words_another_station_or_another_key_are_not_the_same() -> None:
    own = likeness.fingerprint(KEY, STATION, WORDS)
    assert likeness.fingerprint(KEY, STATION, WORDS + "过") != own
    assert likeness.fingerprint(KEY, b"t" * 16, WORDS) != own
    assert likeness.fingerprint(b"l" * 32, STATION, WORDS) != own


def test_a_few_words_that_many_write_are_not_compared() -> None:
    assert likeness.fingerprint(KEY, STATION, "谢谢民警同志") is None


@given(words=st.text())
def test_any_words_have_one_fingerprint_or_none(words: str) -> None:
    own = likeness.fingerprint(KEY, STATION, words)
    assert own == likeness.fingerprint(KEY, STATION, f" {words}\n")
    assert own is None or len(own) == likeness.BYTES
