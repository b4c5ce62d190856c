"""What sets and relay say to each other beside speech: one JSON object each. Pure.

Upwards, `{"say": …, "group": …}`:

    Floor Request   level: normal, imminent_peril, emergency
    Floor Release, Floor Queue Position Request
    Join, Leave     listen to one of the ticket's groups, or no longer

Downwards the floor's messages under their names in TS 24.380, with causes as its numbers;
`Welcome` after login, `Here` (who is on a group), `Event` (numbered, see `events.py`),
`Reload` where too much was missed, and `Refused` with a code for what was not understood.
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


def asked(said: Mapping[str, Any], at: float, who: str, rank: int) -> Event:
    """What a message means to the floor. Raises NotUnderstood."""
    make = ASKING.get(said["say"])
    if make is None:
        raise NotUnderstood("unknown_word")
    return make(said, at, who, rank)


def _request(said: Mapping[str, Any], at: float, who: str, rank: int) -> Event:
    level = LEVELS.get(str(said.get("level", "normal")))
    if level is None:
        raise NotUnderstood("unknown_level")
    return FloorRequest(at, who, level, rank)


ASKING: Mapping[str, Callable[[Mapping[str, Any], float, str, int], Event]] = {
    "Floor Request": _request,
    "Floor Release": lambda said, at, who, rank: FloorRelease(at, who),
    "Floor Queue Position Request": lambda said, at, who, rank: QueuePositionRequest(at, who),
}


def told(word: str, **more: Any) -> str:
    return json.dumps({"say": word, **more}, ensure_ascii=False, separators=(",", ":"))


def of_floor(group: str, message: Message, names: Mapping[str, str], stream: int) -> str:
    """A message of the floor for the sets. `names` tells who someone is."""
    more: dict[str, Any] = {"group": group}
    match message:
        case FloorGranted(duration=duration):
            more |= {"duration": duration, "stream": stream}
        case FloorTaken(granted=granted, level=level):
            talker = {"id": granted, "name": names.get(granted, "")}
            more |= {"granted": talker, "level": level.name.lower(), "stream": stream}
        case FloorDeny(cause=cause) | FloorRevoke(cause=cause):
            more["cause"] = int(cause)
        case FloorQueuePositionInfo(position=position):
            more["position"] = position
    return told(NAMES[type(message)], **more)
