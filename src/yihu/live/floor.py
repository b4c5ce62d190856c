"""Who may talk on a talk group: floor control as a pure table.

`step(floor, event, rules)` takes the floor as it stands and one thing that happened, and gives
the floor after it and the messages to send. No I/O and no clock: every event carries its time,
and the timers are deadlines inside the floor (`next_expiry`).

After 3GPP TS 24.380, 6.3.4 and 6.3.5. The rule of pre-emption is 6.3.4.4.7: the pre-emptor
waits in front of the queue until whoever talks has let go, or T3 has passed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from yihu.live.floor_words import (
    DenyCause,
    Event,
    Expired,
    FloorDeny,
    FloorGranted,
    FloorIdle,
    FloorQueuePositionInfo,
    FloorRelease,
    FloorRequest,
    FloorRevoke,
    FloorTaken,
    ForcedRelease,
    Joined,
    Left,
    Level,
    Media,
    Message,
    QueuePositionRequest,
    RevokeCause,
    Rules,
    Standing,
    State,
    Timer,
)

NO_TIMERS: Mapping[Timer, float] = MappingProxyType({})
NOBODY: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Floor:
    """A group's floor. `queue` is in the order in which the floor will be given.

    `granted_times` counts Floor Granted (C20); `revoke` is why the floor is being taken away;
    `warned` are those who sent media without permission, with when they may be told again.
    """

    state: State = State.FLOOR_IDLE
    holder: FloorRequest | None = None
    queue: tuple[FloorRequest, ...] = ()
    timers: Mapping[Timer, float] = field(default=NO_TIMERS)
    granted_times: int = 0
    revoke: RevokeCause | None = None
    warned: Mapping[str, float] = field(default=NOBODY)

    @property
    def talker(self) -> str:
        return self.holder.who if self.holder else ""

    def may_send(self, who: str) -> bool:
        """Whether media from `who` is passed on."""
        return self.holder is not None and self.holder.who == who

    def standing(self, who: str) -> Standing:
        if self.may_send(who):
            pending = self.state is State.PENDING_FLOOR_REVOKE
            return Standing.PENDING_FLOOR_REVOKE if pending else Standing.PERMITTED
        if who in self.warned:
            return Standing.NOT_PERMITTED_BUT_SENDS_MEDIA
        if self.state is State.FLOOR_IDLE:
            return Standing.NOT_PERMITTED_AND_FLOOR_IDLE
        return Standing.NOT_PERMITTED_AND_FLOOR_TAKEN

    def position(self, who: str) -> int:
        """The place in the queue, from 1; 0 for who does not wait."""
        waiting = [request.who for request in self.queue]
        return waiting.index(who) + 1 if who in waiting else 0

    def next_expiry(self) -> Expired | None:
        """The timer that runs out first, as the event to step with at that time."""
        if not self.timers:
            return None
        timer = min(self.timers, key=lambda one: (self.timers[one], one))
        return Expired(self.timers[timer], timer)


type Outcome = tuple[Floor, list[Message]]
type Handler = Callable[[Floor, Any, Rules], Outcome]


def step(floor: Floor, event: Event, rules: Rules) -> Outcome:
    """The floor after one event, and what to send. Every pair of state and event is in TABLE."""
    if isinstance(event, Expired) and event.timer not in floor.timers:
        return floor, []  # it was stopped while its alarm was on the way
    if isinstance(event, FloorRequest) and not event.talks:
        return _denied(floor, event.who, DenyCause.RECEIVE_ONLY)
    return TABLE[floor.state, type(event)](floor, event, rules)


# --- giving and taking the floor -----------------------------------------------------------------


def _grant(floor: Floor, request: FloorRequest, at: float, rules: Rules) -> Outcome:
    """The others hear first that it is taken: at no moment do two believe they have it."""
    timers: dict[Timer, float] = {Timer.T1: at + rules.t1, Timer.T20: at + rules.t20}
    after = Floor(
        State.FLOOR_TAKEN,
        request,
        tuple(waiting for waiting in floor.queue if waiting.who != request.who),
        MappingProxyType(timers),
        granted_times=1,
        warned=_without(floor.warned, request.who),
    )
    taken = FloorTaken(besides=request.who, granted=request.who, level=request.level)
    return after, [taken, FloorGranted(request.who, duration=rules.t2), *_positions(after.queue)]


def _next(floor: Floor, at: float, rules: Rules) -> Outcome:
    """The floor is free: to whoever waits first, or to nobody."""
    if floor.queue:
        return _grant(floor, floor.queue[0], at, rules)
    return Floor(warned=floor.warned), [FloorIdle()]


def _revoke(floor: Floor, cause: RevokeCause, at: float, rules: Rules) -> Outcome:
    timers = {Timer.T3: at + rules.t3, Timer.T8: at + rules.t8}
    after = replace(
        floor,
        state=State.PENDING_FLOOR_REVOKE,
        timers=MappingProxyType(timers),
        revoke=cause,
    )
    return after, [FloorRevoke(floor.talker, cause=cause)]


def _positions(queue: tuple[FloorRequest, ...]) -> list[Message]:
    return [
        FloorQueuePositionInfo(request.who, position=place)
        for place, request in enumerate(queue, start=1)
    ]


def _without(people: Mapping[str, float], who: str) -> Mapping[str, float]:
    return MappingProxyType({name: at for name, at in people.items() if name != who})


def _dequeued(floor: Floor, who: str) -> Outcome:
    """Somebody waits no longer; those behind move up."""
    place = floor.position(who)
    if not place:
        return floor, []
    queue = tuple(request for request in floor.queue if request.who != who)
    return replace(floor, queue=queue), _positions(queue)[place - 1 :]


# --- asking --------------------------------------------------------------------------------------


def _denied(floor: Floor, who: str, cause: DenyCause) -> Outcome:
    return floor, [FloorDeny(who, cause=cause)]


def _request_when_idle(floor: Floor, event: FloorRequest, rules: Rules) -> Outcome:
    return _grant(floor, event, event.at, rules)


def _request_when_taken(floor: Floor, event: FloorRequest, rules: Rules) -> Outcome:
    holder = floor.holder
    if holder is not None and event.who == holder.who:
        raised = replace(floor, holder=max(holder, event, key=lambda one: one.priority))
        return raised, [FloorGranted(event.who, duration=_left(floor, event.at, rules))]
    if holder is not None and event.priority > holder.priority:
        return _preempt(floor, event, rules)
    return _enqueue(floor, event, rules)


def _left(floor: Floor, at: float, rules: Rules) -> float:
    """How long the holder may still talk."""
    return max(0.0, floor.timers[Timer.T2] - at) if Timer.T2 in floor.timers else rules.t2


def _preempt(floor: Floor, event: FloorRequest, rules: Rules) -> Outcome:
    """In front of the queue, whatever its length: the floor is taken away for this one."""
    others = tuple(request for request in floor.queue if request.who != event.who)
    waiting = replace(floor, queue=(event, *others))
    after, sent = _revoke(waiting, RevokeCause.PREEMPTED, event.at, rules)
    return after, [*sent, *_positions(after.queue)]


def _enqueue(floor: Floor, event: FloorRequest, rules: Rules) -> Outcome:
    """Behind everyone of the same or a higher priority; asked again, nobody loses their place."""
    place = floor.position(event.who)
    if place:
        before = floor.queue[place - 1]
        if event.priority <= before.priority:
            return floor, [FloorQueuePositionInfo(event.who, position=place)]
        floor, _moved = _dequeued(floor, event.who)
    elif len(floor.queue) >= rules.queue:
        full = DenyCause.QUEUE_FULL if rules.queue else DenyCause.ANOTHER_CLIENT_HAS_PERMISSION
        return _denied(floor, event.who, full)
    ahead = sum(request.priority >= event.priority for request in floor.queue)
    queue = (*floor.queue[:ahead], event, *floor.queue[ahead:])
    return replace(floor, queue=queue), _positions(queue)[ahead:]


def _tell_position(floor: Floor, event: QueuePositionRequest, rules: Rules) -> Outcome:
    return floor, [FloorQueuePositionInfo(event.who, position=floor.position(event.who))]


# --- letting go ----------------------------------------------------------------------------------


def _gone(floor: Floor, who: str) -> Outcome:
    """Nothing is left of what somebody asked for or sent."""
    after, moved = _dequeued(floor, who)
    return replace(after, warned=_without(after.warned, who)), moved


def _release_when_idle(floor: Floor, event: FloorRelease, rules: Rules) -> Outcome:
    after, _moved = _gone(floor, event.who)
    return after, [FloorIdle(event.who)]


def _release(floor: Floor, event: FloorRelease, rules: Rules) -> Outcome:
    after, moved = _gone(floor, event.who)
    if floor.may_send(event.who):
        return _next(after, event.at, rules)
    return after, [_taken(floor, event.who), *moved]


def _leave(floor: Floor, event: Left, rules: Rules) -> Outcome:
    after, moved = _gone(floor, event.who)
    return _next(after, event.at, rules) if floor.may_send(event.who) else (after, moved)


def _force_release(floor: Floor, event: ForcedRelease, rules: Rules) -> Outcome:
    return _revoke(floor, RevokeCause.OTHER, event.at, rules)


# --- joining and media ---------------------------------------------------------------------------


def _taken(floor: Floor, to: str) -> FloorTaken:
    level = floor.holder.level if floor.holder else Level.NORMAL
    return FloorTaken(to, granted=floor.talker, level=level)


def _join_when_idle(floor: Floor, event: Joined, rules: Rules) -> Outcome:
    return floor, [FloorIdle(event.who)]


def _join(floor: Floor, event: Joined, rules: Rules) -> Outcome:
    return floor, [_taken(floor, event.who)]


def _media_unpermitted(floor: Floor, event: Media, rules: Rules) -> Outcome:
    """Dropped; the sender is told, and told again while it goes on (T8)."""
    if floor.warned.get(event.who, event.at) > event.at:
        return floor, []
    warned = MappingProxyType({**floor.warned, event.who: event.at + rules.t8})
    cause = RevokeCause.NO_PERMISSION
    return replace(floor, warned=warned), [FloorRevoke(event.who, cause=cause)]


def _media_when_taken(floor: Floor, event: Media, rules: Rules) -> Outcome:
    """T1 begins anew; with the first media T2 begins, and Floor Granted has arrived (T20)."""
    if not floor.may_send(event.who):
        return _media_unpermitted(floor, event, rules)
    stops = floor.timers.get(Timer.T2, event.at + rules.t2)
    timers = MappingProxyType({Timer.T1: event.at + rules.t1, Timer.T2: stops})
    return replace(floor, timers=timers), []


def _media_when_pending(floor: Floor, event: Media, rules: Rules) -> Outcome:
    """The last words of whoever is being cut off are heard until T3."""
    if floor.may_send(event.who):
        return floor, []
    return _media_unpermitted(floor, event, rules)


# --- time passes ---------------------------------------------------------------------------------


def _expire_when_taken(floor: Floor, event: Expired, rules: Rules) -> Outcome:
    match event.timer:
        case Timer.T1:
            return _next(floor, event.at, rules)
        case Timer.T2:
            return _revoke(floor, RevokeCause.MEDIA_BURST_TOO_LONG, event.at, rules)
    return _grant_again(floor, event, rules)


def _grant_again(floor: Floor, event: Expired, rules: Rules) -> Outcome:
    """T20, counted by C20: after the last one silence is left to T1."""
    timers: dict[Timer, float] = dict(floor.timers)
    del timers[Timer.T20]
    if floor.granted_times >= rules.c20:
        return replace(floor, timers=MappingProxyType(timers)), []
    timers[Timer.T20] = event.at + rules.t20
    after = replace(floor, timers=MappingProxyType(timers), granted_times=floor.granted_times + 1)
    return after, [FloorGranted(floor.talker, duration=rules.t2)]


def _expire_when_pending(floor: Floor, event: Expired, rules: Rules) -> Outcome:
    if event.timer is Timer.T3:
        return _next(floor, event.at, rules)
    timers = MappingProxyType({**floor.timers, Timer.T8: event.at + rules.t8})
    revoked = FloorRevoke(floor.talker, cause=floor.revoke or RevokeCause.OTHER)
    return replace(floor, timers=timers), [revoked]


def _nothing(floor: Floor, event: Event, rules: Rules) -> Outcome:
    return floor, []


# --- the table -----------------------------------------------------------------------------------

_IDLE, _TAKEN, _PENDING = State

TABLE: Mapping[tuple[State, type[Event]], Handler] = MappingProxyType(
    {
        (_IDLE, FloorRequest): _request_when_idle,
        (_IDLE, FloorRelease): _release_when_idle,
        (_IDLE, QueuePositionRequest): _tell_position,
        (_IDLE, Media): _media_unpermitted,
        (_IDLE, Joined): _join_when_idle,
        (_IDLE, Left): _leave,
        (_IDLE, ForcedRelease): _nothing,
        (_IDLE, Expired): _nothing,
        (_TAKEN, FloorRequest): _request_when_taken,
        (_TAKEN, FloorRelease): _release,
        (_TAKEN, QueuePositionRequest): _tell_position,
        (_TAKEN, Media): _media_when_taken,
        (_TAKEN, Joined): _join,
        (_TAKEN, Left): _leave,
        (_TAKEN, ForcedRelease): _force_release,
        (_TAKEN, Expired): _expire_when_taken,
        (_PENDING, FloorRequest): _enqueue,
        (_PENDING, FloorRelease): _release,
        (_PENDING, QueuePositionRequest): _tell_position,
        (_PENDING, Media): _media_when_pending,
        (_PENDING, Joined): _join,
        (_PENDING, Left): _leave,
        (_PENDING, ForcedRelease): _nothing,
        (_PENDING, Expired): _expire_when_pending,
    }
)
