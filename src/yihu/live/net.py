"""The net: who listens where, whose speech goes to whom. No I/O; `relay.py` is its skin.

A set is anything with `tell` (a message) and `play` (a frame). A frame is built once and given
to all; a set whose line is full misses frames, and never delays another.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Protocol

from yihu.live import words
from yihu.live.events import EventLog
from yihu.live.floor import Floor, step
from yihu.live.floor_words import (
    Event,
    Joined,
    Left,
    Media,
    Message,
    Rules,
)
from yihu.live.frames import BadFrame, Frame, packed, unpacked
from yihu.radio.ogg import BadPacket, samples
from yihu.radio.tickets import GroupRight, Ticket


class Set(Protocol):
    """One device on the net."""

    ticket: Ticket

    def tell(self, text: str) -> None: ...


class Burst(Protocol):
    """One burst of speech being kept."""

    def add(self, opus: bytes) -> None: ...

    def end(self) -> None: ...


class Recorder(Protocol):
    def begin(self, group: str, talker: Ticket, level: str) -> Burst: ...


type Fanout = Callable[[Iterable[Set], bytes], None]
"""Give one frame to many sets at once."""


@dataclass(slots=True)
class Group:
    """A talk group: its floor, the sets that listen, and the burst that is being spoken."""

    id: str
    rules: Rules
    sets: dict[str, Set] = field(default_factory=dict)
    floor: Floor = field(default_factory=Floor)
    stream: int = 0
    packet: int = 0
    burst: Burst | None = None

    @property
    def names(self) -> Mapping[str, str]:
        return {device: one.ticket.name for device, one in self.sets.items()}


class Net:
    """All groups of a relay. `clock` gives seconds that only run forward."""

    def __init__(
        self,
        clock: Callable[[], float],
        fanout: Fanout,
        recorder: Recorder,
        log: EventLog,
        rules: Callable[[GroupRight], Rules] = lambda right: Rules(),
    ) -> None:
        self._clock, self._fanout, self._recorder = clock, fanout, recorder
        self._rules = rules
        self._streams = count(1)
        self.log = log
        self.sets: dict[str, Set] = {}
        self.groups: dict[str, Group] = {}

    # --- coming and going --------------------------------------------------------------------

    def login(self, one: Set, epoch: str = "", since: int = 0) -> Set | None:
        """A set comes on; the one that its device had before, if any, is to be closed."""
        before = self.sets.get(one.ticket.device)
        if before is not None:
            self.logout(before)
        self.sets[one.ticket.device] = one
        one.tell(words.told("Welcome", epoch=self.log.epoch, newest=self.log.newest))
        if epoch:
            self._catch_up(one, epoch, since)
        for right in one.ticket.groups:
            self._join(one, right)
        return before

    def change(self, one: Set, ticket: Ticket) -> None:
        """Other rights take effect at once: a group that is no longer theirs falls silent."""
        before, one.ticket = one.ticket, ticket
        for right in before.groups:
            group = self.groups.get(right.id)
            here = group is not None and group.sets.get(ticket.device) is one
            if group is not None and here and right.id not in ticket.rights:
                self._leave(one, group)
            elif group is not None and here and not ticket.rights[right.id].talks:
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

    def _join(self, one: Set, right: GroupRight) -> None:
        group = self.groups.get(right.id)
        if group is None:
            group = self.groups[right.id] = Group(right.id, self._rules(right))
        group.sets[one.ticket.device] = one
        self._step(group, Joined(self._clock(), one.ticket.device))
        self._tell_who_is_here(group)

    def _leave(self, one: Set, group: Group) -> None:
        del group.sets[one.ticket.device]
        self._step(group, Left(self._clock(), one.ticket.device))
        self._tell_who_is_here(group)

    def _tell_who_is_here(self, group: Group) -> None:
        here = [{"id": device, "name": name} for device, name in group.names.items()]
        self._tell(group.sets.values(), words.told("Here", group=group.id, sets=here))

    # --- events --------------------------------------------------------------------------------

    def publish(self, text: str, to: Iterable[Set] | None = None) -> None:
        """Tell every set (or these) of something that happened, with its number."""
        number = self.log.add(text)
        self._tell(self.sets.values() if to is None else to, _event(number, text))

    def _catch_up(self, one: Set, epoch: str, since: int) -> None:
        missed = self.log.missed(epoch, since)
        if missed is None:
            one.tell(words.told("Reload"))
            return
        for number, text in missed:
            one.tell(_event(number, text))

    # --- what sets say ---------------------------------------------------------------------------

    def hear(self, one: Set, text: str) -> None:
        """A message from a set; what is not understood is said so, and changes nothing."""
        try:
            self._heard(one, words.heard(text))
        except words.NotUnderstood as why:
            one.tell(words.told("Refused", code=str(why)))

    def _heard(self, one: Set, said: Mapping[str, object]) -> None:
        right = one.ticket.rights.get(str(said.get("group")))
        if right is None:
            raise words.NotUnderstood("not_your_group")
        group = self.groups.get(right.id)
        listens = group is not None and group.sets.get(one.ticket.device) is one
        if said["say"] == "Join":
            if not listens:
                self._join(one, right)
            return
        if group is None or not listens:
            raise words.NotUnderstood("not_joined")
        if said["say"] == "Leave":
            self._leave(one, group)
            return
        event = words.asked(said, self._clock(), one.ticket.device, one.ticket.rank)
        if said["say"] == "Floor Request" and not right.talks:
            raise words.NotUnderstood("listens_only")
        self._step(group, event)

    def speak(self, one: Set, data: bytes) -> None:
        """A frame from a set: passed on to its group if it has the floor there, else dropped."""
        try:
            frame = unpacked(data)
            samples(frame.opus)
        except (BadFrame, BadPacket):
            one.tell(words.told("Refused", code="bad_frame"))
            return
        group = next((g for g in self._of(one) if g.stream == frame.stream), None)
        if group is None:
            return  # the last frames of a burst that is over
        device = one.ticket.device
        self._step(group, Media(self._clock(), device))
        if group.floor.may_send(device) and group.burst is not None:
            passed = packed(Frame(group.stream, group.packet, frame.opus))
            group.packet += 1
            listeners = [other for name, other in group.sets.items() if name != device]
            self._fanout(listeners, passed)
            group.burst.add(frame.opus)

    def _of(self, one: Set) -> Iterable[Group]:
        found = (self.groups.get(right.id) for right in one.ticket.groups)
        return (group for group in found if group is not None)

    # --- the floors --------------------------------------------------------------------------

    def ring(self) -> float | None:
        """Let every timer that is due run out; when the next one is."""
        now = self._clock()
        for group in list(self.groups.values()):
            while (alarm := group.floor.next_expiry()) and alarm.at <= now:
                self._step(group, alarm)
        alarms = [alarm.at for g in self.groups.values() if (alarm := g.floor.next_expiry())]
        return min(alarms, default=None)

    def _step(self, group: Group, event: Event) -> None:
        talker = group.floor.talker
        group.floor, messages = step(group.floor, event, group.rules)
        if group.floor.talker != talker:
            self._change_talker(group)
        for message in messages:
            self._send(group, message)

    def _change_talker(self, group: Group) -> None:
        if group.burst is not None:
            group.burst.end()
            group.burst = None
        holder = group.floor.holder
        one = group.sets.get(group.floor.talker)
        if holder is not None and one is not None:
            group.stream, group.packet = next(self._streams), 0
            group.burst = self._recorder.begin(group.id, one.ticket, holder.level.name.lower())

    def _send(self, group: Group, message: Message) -> None:
        text = words.of_floor(group.id, message, group.names, group.stream)
        if message.to:
            to = [group.sets[message.to]] if message.to in group.sets else []
        else:
            to = [one for name, one in group.sets.items() if name != message.besides]
        self._tell(to, text)

    @staticmethod
    def _tell(sets: Iterable[Set], text: str) -> None:
        for one in list(sets):
            one.tell(text)


def _event(number: int, text: str) -> str:
    return words.told("Event", number=number, event=text)
