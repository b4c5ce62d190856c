"""An incident played again: what happened, what was said, and where its units were. Pure.

Everything stands in seconds since the incident began, so that it can be played at any speed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

SPEEDS = (1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `who`: as the reader may know them; `facts`: more of it."""

    at: datetime
    what: str
    who: str = ""
    facts: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Voice:
    """Something that was said. `sound`: the address of it, or the sound itself as one."""

    at: datetime
    until: datetime
    who: str
    sound: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Where somebody was: WGS-84, degrees. `coarse`: only to about a kilometre."""

    at: datetime
    longitude: float
    latitude: float
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    """Where a set of a unit's was while the unit was assigned, and at no other time."""

    unit: str
    name: str
    kind: str
    fixes: Sequence[Fix]


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that can be played again. `place`: the incident's own, longitude and latitude."""

    events: Sequence[Event]
    voices: Sequence[Voice]
    tracks: Sequence[Track]
    place: tuple[float, float] | None = None

    @property
    def begins(self) -> datetime | None:
        return min(self._moments, default=None)

    @property
    def ends(self) -> datetime | None:
        return max(self._moments, default=None)

    @property
    def _moments(self) -> Iterable[datetime]:
        yield from (event.at for event in self.events)
        for voice in self.voices:
            yield from (voice.at, voice.until)


def within(fixes: Iterable[Fix], spans: Iterable[tuple[datetime, datetime]]) -> list[Fix]:
    """Those inside one of these spans, both ends included, in their order."""
    allowed = list(spans)
    inside = [fix for fix in fixes if any(since <= fix.at <= until for since, until in allowed)]
    return sorted(inside, key=lambda fix: fix.at)


def score(recorded: Recorded) -> dict[str, Any]:
    """What a player reads, in order of time. What lies before the first event or after the last
    is played at the beginning or the end."""
    begins, ends = recorded.begins, recorded.ends
    if begins is None or ends is None:
        return {"begins": None, "lasts": 0, "events": [], "voices": [], "tracks": [], "place": None}

    def since(at: datetime) -> float:
        return round(min(max((at - begins).total_seconds(), 0), (ends - begins).total_seconds()), 1)

    events = [
        {**asdict(event), "at": since(event.at), "when": event.at.isoformat()}
        for event in sorted(recorded.events, key=lambda event: event.at)
    ]
    voices = [
        {
            "at": since(voice.at),
            "until": since(voice.until),
            "who": voice.who,
            "sound": voice.sound,
        }
        for voice in sorted(recorded.voices, key=lambda voice: voice.at)
    ]
    tracks = [
        {
            "unit": track.unit,
            "name": track.name,
            "kind": track.kind,
            "fixes": [
                [since(fix.at), round(fix.longitude, 6), round(fix.latitude, 6), fix.coarse]
                for fix in track.fixes
            ],
        }
        for track in recorded.tracks
        if track.fixes
    ]
    return {
        "begins": begins.isoformat(),
        "lasts": since(ends),
        "events": events,
        "voices": voices,
        "tracks": tracks,
        "place": recorded.place,
    }
