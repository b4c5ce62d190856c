"""Speech kept as it was heard: one sealed file for each burst, readable when cut off.

A file is a head (magic, random prefix of the nonces) and records, each an Ogg page sealed with
AES-GCM under a key outside the database; the record's number is its nonce's second half, so
that none can be left out, moved or repeated. A page is handed to the system as soon as it was
heard: killing the relay loses nothing of it.
"""

import errno
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from yihu.radio.ogg import OggOpus

MAGIC = b"YIHU-OGG"
PREFIX = 8
LENGTH = struct.Struct(">I")


class NotARecording(ValueError):
    """Not one of our files, or sealed under another key."""


class Recording:
    """A burst being written. `add` and `end` raise OSError where a disk is full or fails."""

    def __init__(self, path: Path, key: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._cipher, self._prefix, self._number = AESGCM(key), secrets.token_bytes(PREFIX), 0
        self._ogg = OggOpus(serial=int.from_bytes(self._prefix[:4], "big"))
        self._file = path.open("xb", buffering=0)
        self._file.write(MAGIC + self._prefix)
        self._write(self._ogg.head())

    def add(self, opus: bytes) -> None:
        self._write(self._ogg.page(opus))

    def end(self) -> None:
        self._write(self._ogg.tail())
        self._file.close()

    def _write(self, page: bytes) -> None:
        sealed = self._cipher.encrypt(_nonce(self._prefix, self._number), page, None)
        record = LENGTH.pack(len(sealed)) + sealed
        if self._file.write(record) != len(record):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._number += 1


def _nonce(prefix: bytes, number: int) -> bytes:
    return prefix + number.to_bytes(4, "big")


def opened(path: Path, key: bytes) -> bytes:
    """The Ogg file inside, to the last whole page of one that was cut off. Raises NotARecording."""
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        raise NotARecording(path.name)
    try:
        return b"".join(_pages(data, AESGCM(key)))
    except InvalidTag:
        raise NotARecording(path.name) from None


def _pages(data: bytes, cipher: AESGCM) -> Iterator[bytes]:
    at = len(MAGIC) + PREFIX
    prefix, number = data[len(MAGIC) : at], 0
    while at + LENGTH.size <= len(data):
        (length,) = LENGTH.unpack_from(data, at)
        at += LENGTH.size
        if at + length > len(data):
            return
        yield cipher.decrypt(_nonce(prefix, number), data[at : at + length], None)
        at, number = at + length, number + 1
