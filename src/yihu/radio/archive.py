"""Where recordings lie, and the key they are sealed under."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from yihu.radio.models import Burst
from yihu.radio.recording import Recording, opened


def key() -> bytes:
    """It lives with the other keys, outside the database and the recordings' folder."""
    found: bytes = settings.KEYRING.secret("recordings")
    return found


def place_for(burst: Burst) -> str:
    """A name below the folder: one folder a day, so that a day can be thrown away whole."""
    return f"{burst.started_at:%Y-%m-%d}/{burst.id.hex}.sealed"


def begun(burst: Burst) -> Recording:
    return Recording(_path(burst), key())


def keep(burst: Burst, packets: Iterable[bytes]) -> None:
    """A whole burst at once; it is on the disk when this returns."""
    _path(burst).unlink(missing_ok=True)  # of an attempt that was cut off
    recording = begun(burst)
    for packet in packets:
        recording.add(packet)
    recording.end()
    for written in (_path(burst), _path(burst).parent):  # the sound, and that it is there
        handle = os.open(written, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sound_of(burst: Burst) -> bytes:
    """Ogg Opus. Raises OSError, or NotARecording."""
    return opened(_path(burst), key())


def _path(burst: Burst) -> Path:
    folder: Path = settings.RECORDINGS
    return folder / burst.file
