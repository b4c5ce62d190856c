"""What sets and relay say to each other beside speech: one JSON object each. Pure.

Upwards, `{"say": …, "group": …}`:

    Floor Request   level: normal, imminent_peril, emergency
    Floor Release, Floor Queue Position Request
    Forced Release  takes the floor from whoever has it; for those who command the group
    Join, Leave     listen to one of the ticket's groups, or no longer
    Ping            answered with Pong, whatever the rights: whether the line still lives

Downwards the floor's messages under their names in TS 24.380, with causes as its numbers
(`Floor Granted` has the milliseconds of a frame, too); `Welcome` after login, `Groups` when
rights have changed, `Here` (how many are on a group, and who, unless it is a large one), `Event`
(numbered, see `events.py`), `Reload` where too much was missed, and `Refused` with a code for
what was not understood.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from yihu.live.floor_words import (
    Event,
    FloorDeny,
    FloorGranted,
    FloorIdle,
    FloorQueuePositionInfo,
    FloorRelease,
    FloorRequest,
    FloorRevoke,
    FloorTaken,
    ForcedRelease,
    Level,
    Message,
    QueuePositionRequest,
)

LARGEST = 4096  # bytes of one message upwards

LEVELS = {level.name.lower(): level for level in Level}
NAMES: Mapping[type[Message], str] = {
    FloorGranted: "Floor Granted",
    FloorTaken: "Floor Taken",
    FloorDeny: "Floor Deny",
    FloorRevoke: "Floor Revoke",
    FloorIdle: "Floor Idle",
    FloorQueuePositionInfo: "Floor Queue Position Info",
}


class NotUnderstood(ValueError):
    """What came is no message of ours. The text is a code for the sender."""


def heard(text: str) -> dict[str, Any]:
    """A message from a set. Raises NotUnderstood."""
    if len(text.encode()) > LARGEST:
        raise NotUnderstood("too_long")
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise NotUnderstood("not_json") from None
    if not isinstance(said, dict) or not isinstance(said.get("say"), str):
        raise NotUnderstood("no_word")
    return said


def asked(said: Mapping[str, Any], at: float, who: str, rank: int = 0, talks: bool = True) -> Event:
    """What a message means to the floor. Raises NotUnderstood."""
    match said["say"]:
        case "Floor Request":
            return FloorRequest(at, who, _level(said), rank, talks)
        case "Floor Release":
            return FloorRelease(at, who)
        case "Floor Queue Position Request":
            return QueuePositionRequest(at, who)
        case "Forced Release":
            return ForcedRelease(at)
    raise NotUnderstood("unknown_word")


def _level(said: Mapping[str, Any]) -> Level:
    level = LEVELS.get(str(said.get("level", "normal")))
    if level is None:
        raise NotUnderstood("unknown_level")
    return level


def told(word: str, **more: Any) -> str:
    return json.dumps({"say": word, **more}, ensure_ascii=False, separators=(",", ":"))


def of_floor(
    group: str, message: Message, name_of: Callable[[str], str], stream: int, frame: int
) -> str:
    """A message of the floor for the sets. `frame`: how long the talker's frames shall be, ms."""
    more: dict[str, Any] = {"group": group}
    match message:
        case FloorGranted(duration=duration):
            more |= {"duration": duration, "stream": stream, "frame": frame}
        case FloorTaken(granted=granted, level=level):
            talker = {"id": granted, "name": name_of(granted)}
            more |= {"granted": talker, "level": level.name.lower(), "stream": stream}
        case FloorDeny(cause=cause) | FloorRevoke(cause=cause):
            more["cause"] = int(cause)
        case FloorQueuePositionInfo(position=position):
            more["position"] = position
    return told(NAMES[type(message)], **more)
