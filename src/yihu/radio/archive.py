"""Where recordings lie, and the key they are sealed under."""

import os
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from yihu.radio import ogg
from yihu.radio.models import Burst
from yihu.radio.recording import NotARecording, Recording, opened


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
    with _path(burst).open("rb") as file:
        os.fsync(file.fileno())


def sound_of(burst: Burst) -> bytes:
    """Ogg Opus. Raises OSError, or NotARecording."""
    return opened(_path(burst), key())


def close_unended() -> None:
    """Bursts of a relay that is no more ended when the last of their sound was kept."""
    for burst in Burst.objects.filter(ended_at=None):
        try:
            lasts = ogg.seconds(sound_of(burst))
        except (OSError, NotARecording):
            lasts = 0.0
        ended = burst.started_at + timedelta(seconds=lasts)
        Burst.objects.filter(pk=burst.pk, ended_at=None).update(ended_at=ended)


def _path(burst: Burst) -> Path:
    folder: Path = settings.RECORDINGS
    return folder / burst.file
