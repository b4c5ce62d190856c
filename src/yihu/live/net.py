"""The net: who listens where, whose speech goes to whom. No I/O; `relay.py` is its skin.

A frame is recorded, then built once and given to all; a set whose line is full misses frames,
and never delays another. Nothing crosses from one district to another.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import count
from math import inf

from yihu.live import words
from yihu.live.events import Audience, EventLog
from yihu.live.floor import Floor, step
from yihu.live.floor_words import (
    Event,
    FloorDeny,
    FloorGranted,
    FloorRevoke,
    Joined,
    Left,
    Media,
    Message,
    Rules,
)
from yihu.live.frames import BadFrame, Frame, packed, unpacked
from yihu.live.metrics import Counts
from yihu.live.seams import Burst, Fanout, Recorder, Set
from yihu.radio.ogg import BadPacket, samples
from yihu.radio.tickets import GroupRight, Ticket

LARGE_GROUP = 100
"""Sets; in a larger group frames are longer, and only the number of those who listen is told."""
FRAME, LARGE_FRAME = 20, 60
"""Milliseconds of speech in a frame."""
HERE_EVERY = 1.0
"""Seconds between two times that a group is told who is there."""

type Place = tuple[str, str]
"""A group: its district and its id."""


@dataclass(slots=True)
class Group:
    """A talk group: its floor, the sets that listen, and the burst that is being spoken."""

    place: Place
    sets: dict[str, Set] = field(default_factory=dict)
    floor: Floor = field(default_factory=Floor)
    stream: int = 0
    packet: int = 0
    burst: Burst | None = None
    others: list[Set] | None = None
    changed: bool = False
    here_at: float = -inf

    @property
    def id(self) -> str:
        return self.place[1]

    @property
    def is_large(self) -> bool:
        return len(self.sets) > LARGE_GROUP

    def name_of(self, device: str) -> str:
        one = self.sets.get(device)
        return one.ticket.name if one else ""

    def listeners(self) -> list[Set]:
        """All but the talker: made anew only when somebody came or went, not for each frame."""
        if self.others is None:
            talker = self.floor.talker
            self.others = [one for device, one in self.sets.items() if device != talker]
        return self.others


class Net:
    """All groups of a relay. `clock` gives seconds that only run forward."""

    def __init__(
        self,
        clock: Callable[[], float],
        fanout: Fanout,
        recorder: Recorder,
        log: EventLog,
        counts: Counts,
        rules: Rules | None = None,
    ) -> None:
        self._clock, self._fanout, self._recorder = clock, fanout, recorder
        self._rules = rules or Rules()
        self._streams = count(1)
        self.log, self.counts = log, counts
        self.sets: dict[str, Set] = {}
        self.groups: dict[Place, Group] = {}
        self.stunned: set[str] = set()

    # --- coming and going --------------------------------------------------------------------

    def login(self, one: Set, epoch: str = "", since: int = 0) -> None:
        """A set comes on; the one that its device had before, if any, is closed."""
        device = one.ticket.device
        if device in self.stunned:
            self.counts.logins_refused += 1
            one.close("stunned")
            return
        before = self.sets.get(device)
        if before is not None:
            self.logout(before)
            before.close("logged in elsewhere")
        self.counts.logins += 1
        self.sets[device] = one
        one.tell(words.told("Welcome", epoch=self.log.epoch, newest=self.log.newest))
        if epoch:
            self._catch_up(one, epoch, since)
        for right in one.ticket.groups:
            self._join(one, right)

    def change(self, one: Set, ticket: Ticket) -> None:
        """Other rights take effect at once: a group that is no longer theirs falls silent."""
        before, one.ticket = one.ticket, ticket
        for right in before.groups:
            group = self._listened(one, right.id)
            if group is None:
                continue
            if right.id not in ticket.rights:
                self._leave(one, group)
            elif not ticket.rights[right.id].talks:
                self._step(group, Left(self._clock(), ticket.device))
        for right in ticket.groups:
            if right.id not in before.rights:
                self._join(one, right)
        one.tell(words.told("Groups", groups=[asdict(right) for right in ticket.groups]))

    def logout(self, one: Set) -> None:
        device = one.ticket.device
        if self.sets.get(device) is not one:
            return  # it was replaced by a newer one
        del self.sets[device]
        for group in list(self.groups.values()):
            if group.sets.get(device) is one:
                self._leave(one, group)

    def stun(self, device: str) -> None:
        """A lost set: its line ends, its floor is free, and it does not come back."""
        self.stunned.add(device)
        one = self.sets.get(device)
        if one is not None:
            self.logout(one)
            one.close("stunned")

    def _join(self, one: Set, right: GroupRight) -> None:
        place = (one.ticket.district, right.id)
        group = self.groups.setdefault(place, Group(place))
        group.sets[one.ticket.device] = one
        group.others, group.changed = None, True
        self._step(group, Joined(self._clock(), one.ticket.device))

    def _leave(self, one: Set, group: Group) -> None:
        del group.sets[one.ticket.device]
        group.others, group.changed = None, True
        self._step(group, Left(self._clock(), one.ticket.device))
        if not group.sets:
            del self.groups[group.place]

    def _listened(self, one: Set, id: str) -> Group | None:
        """A group, if this set is on it."""
        group = self.groups.get((one.ticket.district, id))
        here = group is not None and group.sets.get(one.ticket.device) is one
        return group if here else None

    # --- events --------------------------------------------------------------------------------

    def publish(
        self,
        event: Mapping[str, object],
        *,
        district: str,
        groups: Collection[str] = (),
        people: Collection[str] = (),
    ) -> None:
        """Tell those who may be on one of these groups, and these people, that it happened."""
        audience = Audience.of(district, groups, people)
        number = self.log.add(event, audience)
        self.counts.events += 1
        to = [one for one in self.sets.values() if audience.includes(one.ticket)]
        self._fanout.tell(to, words.told("Event", number=number, event=event))

    def _catch_up(self, one: Set, epoch: str, since: int) -> None:
        missed = self.log.missed(epoch, since, one.ticket)
        if missed is None:
            one.tell(words.told("Reload"))
            return
        for number, event, _audience in missed:
            one.tell(words.told("Event", number=number, event=event))

    # --- what sets say ---------------------------------------------------------------------------

    def hear(self, one: Set, text: str) -> None:
        """A message from a set; what is not understood is said so, and changes nothing."""
        self.counts.words += 1
        if self.sets.get(one.ticket.device) is not one:
            return  # its line is being closed
        try:
            self._heard(one, words.heard(text))
        except words.NotUnderstood as why:
            self._refuse(one, str(why))

    def _refuse(self, one: Set, code: str) -> None:
        self.counts.refused += 1
        one.tell(words.told("Refused", code=code))

    def _heard(self, one: Set, said: Mapping[str, object]) -> None:
        if said["say"] == "Ping":
            one.tell(words.told("Pong"))
            return
        right = one.ticket.rights.get(str(said.get("group")))
        if right is None:
            raise words.NotUnderstood("not_your_group")
        group = self._listened(one, right.id)
        if said["say"] == "Join":
            if group is None:
                self._join(one, right)
            return
        if group is None:
            raise words.NotUnderstood("not_joined")
        if said["say"] == "Leave":
            self._leave(one, group)
            return
        if said["say"] == "Forced Release" and not right.commands:
            raise words.NotUnderstood("not_yours_to_end")
        who = one.ticket
        self._step(group, words.asked(said, self._clock(), who.device, who.rank, right.talks))

    def speak(self, one: Set, data: bytes) -> None:
        """A frame from a set: passed on to its group if it has the floor there, else dropped."""
        self.counts.frames_in += 1
        try:
            frame = unpacked(data)
            samples(frame.opus)
        except (BadFrame, BadPacket):
            self._refuse(one, "bad_frame")
            return
        group = next((group for group in self._of(one) if group.stream == frame.stream), None)
        if group is not None:
            self._step(group, Media(self._clock(), one.ticket.device))
        if group is None or group.burst is None or not group.floor.may_send(one.ticket.device):
            self.counts.frames_dropped += 1  # as the last ones of a burst that is over
            return
        group.burst.add(frame.opus)  # first: whatever was heard has been kept
        passed = packed(Frame(group.stream, group.packet, frame.opus))
        group.packet += 1
        self._fanout.play(group.listeners(), passed)

    def _of(self, one: Set) -> Iterator[Group]:
        """The groups that a set is on."""
        found = (self._listened(one, right.id) for right in one.ticket.groups)
        return (group for group in found if group is not None)

    # --- the floors --------------------------------------------------------------------------

    def ring(self) -> None:
        """Let every timer that is due run out, and tell groups who is there now."""
        now = self._clock()
        for group in list(self.groups.values()):
            while (alarm := group.floor.next_expiry()) and alarm.at <= now:
                self._step(group, alarm)
            if group.changed and group.here_at + HERE_EVERY <= now:
                group.changed, group.here_at = False, now
                self._tell_who_is_here(group)

    def _tell_who_is_here(self, group: Group) -> None:
        named = {} if group.is_large else group.sets
        here = [{"id": device, "name": one.ticket.name} for device, one in named.items()]
        text = words.told("Here", group=group.id, count=len(group.sets), sets=here)
        self._fanout.tell(list(group.sets.values()), text)

    def _step(self, group: Group, event: Event) -> None:
        talker = group.floor.talker
        group.floor, messages = step(group.floor, event, self._rules)
        if group.floor.talker != talker:
            self._change_talker(group)
        for message in messages:
            self._send(group, message)

    def _change_talker(self, group: Group) -> None:
        group.others = None
        if group.burst is not None:
            group.burst.end()
            group.burst = None
        holder = group.floor.holder
        one = group.sets.get(group.floor.talker)
        if holder is not None and one is not None:
            self.counts.bursts += 1
            group.stream, group.packet = next(self._streams), 0
            group.burst = self._recorder.begin(group.id, one.ticket, holder.level.name.lower())

    def _send(self, group: Group, message: Message) -> None:
        self._count(message)
        frame = LARGE_FRAME if group.is_large else FRAME
        text = words.of_floor(group.id, message, group.name_of, group.stream, frame)
        if message.to:
            if message.to in group.sets:
                group.sets[message.to].tell(text)
            return
        to = [one for device, one in group.sets.items() if device != message.besides]
        self._fanout.tell(to, text)

    def _count(self, message: Message) -> None:
        match message:
            case FloorGranted():
                self.counts.grants += 1
            case FloorDeny():
                self.counts.denies += 1
            case FloorRevoke():
                self.counts.revokes += 1

    def end(self) -> None:
        """The relay stops: whatever is being spoken ends here."""
        for one in list(self.sets.values()):
            self.logout(one)
