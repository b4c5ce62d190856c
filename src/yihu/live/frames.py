"""A frame of speech on the wire. Pure.

| bytes | |
|---|---|
| 1 | 1: Opus |
| 4 | stream: one burst of speech, numbered by the relay |
| 4 | packet within the burst, from 0 |
| … | one Opus packet, as it was encoded (RFC 6716) |

Numbers are unsigned and most significant byte first. Upwards the stream is the one that Floor
Granted named; the relay numbers the packets anew.
"""

import struct
from typing import NamedTuple

OPUS = 1
HEAD = struct.Struct(">BII")
LARGEST = HEAD.size + 1275 * 3
"""Bytes: 60 ms of the largest frames that Opus has."""


class BadFrame(ValueError):
    """Not a frame of ours; the text says why, and holds nothing of it."""


class Frame(NamedTuple):
    stream: int
    packet: int
    opus: bytes


def packed(frame: Frame) -> bytes:
    return HEAD.pack(OPUS, frame.stream, frame.packet) + frame.opus


def unpacked(data: bytes) -> Frame:
    """Raises BadFrame."""
    if len(data) > LARGEST:
        raise BadFrame("too long")
    if len(data) <= HEAD.size:
        raise BadFrame("too short")
    kind, stream, packet = HEAD.unpack_from(data)
    if kind != OPUS:
        raise BadFrame("of an unknown kind")
    return Frame(stream, packet, data[HEAD.size :])
