"""Opus packets as an Ogg file, unchanged: RFC 3533 (pages), RFC 7845 (Opus in them). Pure.

A page for each packet, so that a recording which was cut off plays to its last packet.
"""

import struct
import zlib
from collections.abc import Iterable

RATE = 48_000
"""Samples a second of which granule positions count, whatever was recorded."""
PRE_SKIP = 312
"""Samples that a decoder drops at the start: what the usual encoder needs to settle."""

_FIRST, _LAST, _BETWEEN = 0x02, 0x04, 0x00
_LONGEST = 255 * 255 - 1  # bytes of a packet that still ends in its own page

_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ALL_ONES = 0xFFFF_FFFF


class BadPacket(ValueError):
    """This is no Opus packet."""


class OggOpus:
    """One burst of speech. `head()` first, then `page()` for each packet, then `tail()`."""

    def __init__(self, serial: int) -> None:
        self._serial = serial
        self._page = 0
        self._position = 0

    def head(self) -> bytes:
        identification = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, PRE_SKIP, RATE, 0, 0)
        vendor = b"yihu"
        comments = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
        return self._written(identification, _FIRST) + self._written(comments, _BETWEEN)

    def page(self, packet: bytes) -> bytes:
        """Raises BadPacket, and then the file is as it was."""
        self._position += samples(packet)
        return self._written(packet, _BETWEEN)

    def tail(self) -> bytes:
        return self._written(b"", _LAST)

    def _written(self, content: bytes, kind: int) -> bytes:
        lacing = bytes([255] * (len(content) // 255) + [len(content) % 255]) if content else b""
        fields = struct.pack("<4sBBqII", b"OggS", 0, kind, self._position, self._serial, self._page)
        before, after = fields, bytes([len(lacing)]) + lacing + content
        self._page += 1
        return before + checksum(before + bytes(4) + after) + after


def checksum(page: bytes) -> bytes:
    """CRC-32 with the polynomial 0x04C11DB7 from zero, most significant bit first (RFC 3533).

    The library computes the mirror image of it, so bytes go in and come out mirrored.
    """
    mirrored = zlib.crc32(page.translate(_MIRRORED), _ALL_ONES) ^ _ALL_ONES
    return mirrored.to_bytes(4, "big").translate(_MIRRORED)


def samples(packet: bytes) -> int:
    """How long a packet sounds, in samples of 48 kHz: RFC 6716, 3.1 and 3.2."""
    if not packet or len(packet) > _LONGEST:
        raise BadPacket("of no length, or too long")
    configuration, code = packet[0] >> 3, packet[0] & 0b11
    if configuration < 12:
        frame = (480, 960, 1920, 2880)[configuration % 4]  # SILK: 10, 20, 40, 60 ms
    elif configuration < 16:
        frame = (480, 960)[configuration % 2]  # hybrid: 10, 20 ms
    else:
        frame = (120, 240, 480, 960)[configuration % 4]  # CELT: 2.5, 5, 10, 20 ms
    if code < 3:
        frames = (1, 2, 2)[code]
    elif len(packet) > 1:
        frames = packet[1] & 0b11_1111
    else:
        raise BadPacket("cut off before its number of frames")
    if not 0 < frames * frame <= 5760:
        raise BadPacket("longer than 120 ms, or of no frames")
    return frames * frame


def seconds(file: bytes) -> float:
    """How long a file sounds that was made here: what its last whole page says."""
    at = position = 0
    while file[at : at + 4] == b"OggS":
        (position,) = struct.unpack_from("<q", file, at + 6)
        lacing = file[at + 27 : at + 27 + file[at + 26]]
        at += 27 + len(lacing) + sum(lacing)
    return max(0, position - PRE_SKIP) / RATE


def written(packets: Iterable[bytes], serial: int = 1) -> bytes:
    """A whole file of these packets."""
    file = OggOpus(serial)
    return file.head() + b"".join(file.page(packet) for packet in packets) + file.tail()
