"""The words of floor control: states, timers, causes, what happens and what is sent. Pure.

As 3GPP TS 24.380 has them (clauses 6.3.4, 6.3.5 and 8.2, table 11.1.3).
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class State(StrEnum):
    """Towards the group (6.3.4)."""

    FLOOR_IDLE = "G: Floor Idle"
    FLOOR_TAKEN = "G: Floor Taken"
    PENDING_FLOOR_REVOKE = "G: pending Floor Revoke"


class Standing(StrEnum):
    """Towards one participant (6.3.5); it follows from the group's state."""

    NOT_PERMITTED_AND_FLOOR_IDLE = "U: not permitted and Floor Idle"
    NOT_PERMITTED_AND_FLOOR_TAKEN = "U: not permitted and Floor Taken"
    PERMITTED = "U: permitted"
    PENDING_FLOOR_REVOKE = "U: pending Floor Revoke"
    NOT_PERMITTED_BUT_SENDS_MEDIA = "U: not permitted but sends media"


class Timer(StrEnum):
    T1 = "T1"  # end of media
    T2 = "T2"  # stop talking
    T3 = "T3"  # stop talking, grace
    T8 = "T8"  # Floor Revoke is sent again
    T20 = "T20"  # Floor Granted is sent again, until media comes


class DenyCause(IntEnum):
    ANOTHER_CLIENT_HAS_PERMISSION = 1
    INTERNAL_ERROR = 2
    ONLY_ONE_PARTICIPANT = 3
    RETRY_AFTER = 4
    RECEIVE_ONLY = 5
    NO_RESOURCES = 6
    QUEUE_FULL = 7
    OTHER = 255


class RevokeCause(IntEnum):
    ONLY_ONE_CLIENT = 1
    MEDIA_BURST_TOO_LONG = 2
    NO_PERMISSION = 3
    PREEMPTED = 4
    NO_RESOURCES = 6
    OTHER = 255


class Level(IntEnum):
    """How urgent a call is; a higher one takes the floor from a lower one."""

    NORMAL = 0
    IMMINENT_PERIL = 1
    EMERGENCY = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """What one group allows. Seconds; the limits are the standard's defaults.

    `queue` is how many may wait; with 0 nobody does.
    """

    t1: float = 4.0
    t2: float = 30.0
    t3: float = 3.0
    t8: float = 1.0
    t20: float = 1.0
    c20: int = 3
    queue: int = 10


# --- what happens --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a time (seconds, of any clock that only runs forward)."""

    at: float


@dataclass(frozen=True, slots=True)
class FloorRequest(Event):
    """`rank` comes from the role: at the same level the higher one takes the floor. `talks`:
    not one of those who only listen, as most do on a broadcast group.
    """

    who: str
    level: Level = Level.NORMAL
    rank: int = 0
    talks: bool = True

    @property
    def priority(self) -> tuple[int, int]:
        return self.level, self.rank


@dataclass(frozen=True, slots=True)
class FloorRelease(Event):
    """Talked to the end; or, from someone who waits, no longer wants to."""

    who: str


@dataclass(frozen=True, slots=True)
class QueuePositionRequest(Event):
    who: str


@dataclass(frozen=True, slots=True)
class Media(Event):
    who: str


@dataclass(frozen=True, slots=True)
class Joined(Event):
    """Late entry: the newcomer is told who talks, and hears from now on."""

    who: str


@dataclass(frozen=True, slots=True)
class Left(Event):
    """The connection is gone, or the set was stunned."""

    who: str


@dataclass(frozen=True, slots=True)
class ForcedRelease(Event):
    """The dispatcher takes the floor from whoever has it."""


@dataclass(frozen=True, slots=True)
class Expired(Event):
    timer: Timer


# --- what is sent --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """`to` is one participant; "" is everyone on the group but `besides`."""

    to: str = ""
    besides: str = ""


@dataclass(frozen=True, slots=True)
class FloorGranted(Message):
    duration: float = 0.0


@dataclass(frozen=True, slots=True)
class FloorTaken(Message):
    granted: str = ""
    level: Level = Level.NORMAL


@dataclass(frozen=True, slots=True)
class FloorDeny(Message):
    cause: DenyCause = DenyCause.OTHER


@dataclass(frozen=True, slots=True)
class FloorRevoke(Message):
    cause: RevokeCause = RevokeCause.OTHER


@dataclass(frozen=True, slots=True)
class FloorIdle(Message):
    pass


@dataclass(frozen=True, slots=True)
class FloorQueuePositionInfo(Message):
    """`position` from 1; 0 for who does not wait."""

    position: int = 0
