"""Recordings: the bytes that were heard, in a file that anything plays."""

import base64
import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.radio.ogg import PRE_SKIP, BadPacket, OggOpus, checksum, samples, written

if TYPE_CHECKING:
    from playwright.sync_api import Page

TWENTY_MS = 0b01001_0_00  # SILK wide band, 20 ms, mono, one frame
packets = st.lists(st.binary(max_size=700).map(lambda rest: bytes([TWENTY_MS]) + rest), max_size=9)


def plain_checksum(page: bytes) -> int:
    """As RFC 3533 says it, bit by bit."""
    register = 0
    for byte in page:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1) ^ (0x04C11DB7 if register & 0x8000_0000 else 0)
            register &= 0xFFFF_FFFF
    return register


def pages(file: bytes) -> list[tuple[int, int, int, bytes]]:
    """(kind, granule position, page number, content) of each whole page."""
    found, at = [], 0
    while len(file) - at >= 27:
        magic, version, kind, position, _serial, number, crc, count = struct.unpack_from(
            "<4sBBqIIIB", file, at
        )
        assert (magic, version) == (b"OggS", 0)
        length = 27 + count + sum(file[at + 27 : at + 27 + count])
        page = file[at : at + length]
        if len(page) < length:
            break
        assert plain_checksum(page[:22] + bytes(4) + page[26:]) == crc
        found.append((kind, position, number, page[27 + count :]))
        at += length
    return found


@given(st.binary(max_size=300))
def test_the_checksum_is_the_one_of_the_standard(page: bytes) -> None:
    assert checksum(page) == struct.pack("<I", plain_checksum(page))


@given(packets, st.integers(0, 2**32 - 1))
def test_packets_come_back_byte_for_byte_at_their_times(said: list[bytes], serial: int) -> None:
    head, tags, *rest, last = pages(written(said, serial))
    assert (head[0], head[3][:8], tags[3][:8]) == (2, b"OpusHead", b"OpusTags")
    assert [page[3] for page in rest] == said
    assert [page[1] for page in rest] == [960 * n for n in range(1, len(said) + 1)]
    assert (last[0], last[3]) == (4, b"")


@given(packets.filter(bool), st.data())
def test_a_file_that_was_cut_off_holds_all_but_the_page_that_was_cut(
    said: list[bytes], data: st.DataObject
) -> None:
    file = OggOpus(7)
    begun = file.head() + b"".join(map(file.page, said))
    cut = data.draw(st.integers(len(OggOpus(7).head()), len(begun)))
    kept = [page[3] for page in pages(begun[:cut])[2:]]
    assert kept == said[: len(kept)]
    if cut == len(begun):
        assert kept == said


@pytest.mark.parametrize(
    ("packet", "long"),
    [
        (bytes([0 << 3]), 480),
        (bytes([3 << 3]), 2880),
        (bytes([13 << 3]), 960),
        (bytes([16 << 3]), 120),
        (bytes([31 << 3 | 1]), 1920),
        (bytes([31 << 3 | 3, 6]), 5760),
    ],
)
def test_a_packet_says_itself_how_long_it_sounds(packet: bytes, long: int) -> None:
    assert samples(packet) == long


@pytest.mark.parametrize("packet", [b"", bytes([3]), bytes([31 << 3 | 3, 0]), bytes([3, 63])])
def test_what_is_no_packet_changes_nothing(packet: bytes) -> None:
    file = OggOpus(1)
    with pytest.raises(BadPacket):
        file.page(packet)
    assert file.head() == OggOpus(1).head()


ENCODE = """async () => {
  const packets = [];
  const encoder = new AudioEncoder({
    output: chunk => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      packets.push(bytes);
    },
    error: fault => { throw fault; },
  });
  encoder.configure({codec: "opus", sampleRate: 48000, numberOfChannels: 1, bitrate: 24000,
    opus: {frameDuration: 20000}});
  const all = new Float32Array(48000).map((_, i) => 0.5 * Math.sin(2 * Math.PI * 440 * i / 48000));
  encoder.encode(new AudioData({format: "f32-planar", sampleRate: 48000, numberOfFrames: 48000,
    numberOfChannels: 1, timestamp: 0, data: all}));
  await encoder.flush();
  return packets.map(p => btoa(String.fromCharCode(...p)));
}"""
DECODE = """async text => {
  const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
  const audio = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes.buffer);
  const said = audio.getChannelData(0).slice(4800, 43200);
  let crossings = 0;
  for (let i = 1; i < said.length; i++) if ((said[i - 1] < 0) !== (said[i] < 0)) crossings++;
  return {seconds: audio.duration, hertz: crossings / 2 / (said.length / 48000)};
}"""


def test_a_browser_plays_what_a_browser_said(page: "Page") -> None:
    """Encoded by the browser, written by us, decoded by the browser's own decoder."""
    page.route("http://localhost/", lambda route: route.fulfill(body="<!doctype html>"))
    page.goto("http://localhost/")
    said = [base64.b64decode(packet) for packet in page.evaluate(ENCODE)]
    assert {samples(packet) for packet in said} == {960}
    file = base64.b64encode(written(said)).decode()
    heard = page.evaluate(DECODE, file)
    assert heard["seconds"] == pytest.approx(len(said) * 0.02 - PRE_SKIP / 48_000, abs=0.021)
    assert heard["hertz"] == pytest.approx(440, abs=3)
