"""Frames of speech on the wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.live.frames import LARGEST, OPUS, BadFrame, Frame, packed, unpacked

numbers = st.integers(0, 2**32 - 1)


@given(numbers, numbers, st.binary(min_size=1, max_size=1275))
def test_a_frame_comes_back_as_it_was(stream: int, packet: int, opus: bytes) -> None:
    assert unpacked(packed(Frame(stream, packet, opus))) == (stream, packet, opus)


@given(st.binary(max_size=64))
def test_bytes_are_a_frame_or_are_refused(data: bytes) -> None:
    try:
        frame = unpacked(data)
    except BadFrame:
        return
    assert packed(frame) == data


@pytest.mark.parametrize("data", [b"", bytes(9), bytes([OPUS, *bytes(8)]), bytes([2] * 20)])
def test_what_is_no_frame_is_refused(data: bytes) -> None:
    with pytest.raises(BadFrame):
        unpacked(data)


def test_a_frame_has_a_largest_size() -> None:
    with pytest.raises(BadFrame):
        unpacked(bytes([OPUS]) + bytes(LARGEST))
