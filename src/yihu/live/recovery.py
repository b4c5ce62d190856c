"""Bursts that a killed relay left behind are put right by the next one.

A burst's row is written by another thread than its sound, and maybe later: until then a note
beside the sound says what it will be, so that nothing that was heard is left without its row.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core import serializers
from django.core.serializers.base import DeserializationError

from yihu.radio import archive, ogg
from yihu.radio.actions import tie_to_incident
from yihu.radio.models import Burst
from yihu.radio.recording import NotARecording

SUFFIX = ".row"


def note(burst: Burst) -> None:
    """It stands until `enter`. Raises OSError."""
    _note_of(burst).write_text(serializers.serialize("json", [burst]))


def enter(burst: Burst) -> None:
    """Write the row."""
    burst.save(force_insert=True)
    with suppress(OSError):  # a note that stays is looked at again at the next start
        _note_of(burst).unlink(missing_ok=True)


def notes() -> Iterator[Path]:
    """Those of a relay that was killed, or could not reach the database."""
    folder: Path = settings.RECORDINGS
    return folder.glob(f"*/*{SUFFIX}")


def enter_noted(left: Path) -> None:
    """Write the row that a note says, unless it was written after all."""
    try:
        [said] = serializers.deserialize("json", left.read_text())
    except DeserializationError:  # killed before there was a word of sound
        left.unlink()
        return
    if not Burst.objects.filter(pk=said.object.pk).exists():
        said.object.save(force_insert=True)
    left.unlink()


def close_unended() -> None:
    """What was being said ended with the last of its sound; an alarm keeps what was said in it."""
    for burst in Burst.objects.filter(ended_at=None):
        try:
            lasts = ogg.seconds(archive.sound_of(burst))
        except (OSError, NotARecording):
            lasts = 0.0
        ended = burst.started_at + timedelta(seconds=lasts)
        Burst.objects.filter(pk=burst.pk, ended_at=None).update(ended_at=ended)
        tie_to_incident(burst)


def _note_of(burst: Burst) -> Path:
    folder: Path = settings.RECORDINGS
    return (folder / burst.file).with_suffix(SUFFIX)
