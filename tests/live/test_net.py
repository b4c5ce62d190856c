"""The net by chance: whatever sets say, in whatever order, nobody hears what is not theirs."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from yihu.live.events import EventLog
from yihu.live.frames import Frame, packed, unpacked
from yihu.live.metrics import Counts
from yihu.live.net import HERE_EVERY, LARGE_GROUP, Net
from yihu.live.seams import Set
from yihu.radio.tickets import GroupRight, Ticket

OPUS = bytes([0b01001_0_00])
SILENCE = OPUS  # what an encoder sends now and then while nobody speaks (DTX): no more than a head
GROUPS = ("guards", "school")


@dataclass(eq=False)
class Phone:
    """A set that remembers what it was told and what it heard."""

    ticket: Ticket
    told: list[dict[str, Any]] = field(default_factory=list)
    heard: list[Frame] = field(default_factory=list)
    closed: str = ""

    def tell(self, text: str) -> None:
        self.told.append(json.loads(text))

    def close(self, reason: str) -> None:
        self.closed = reason

    def words(self, say: str) -> list[dict[str, Any]]:
        return [one for one in self.told if one["say"] == say]


class Air:
    """The fan-out of a test."""

    def tell(self, sets: Collection[Set], text: str) -> None:
        for one in sets:
            one.tell(text)

    def play(self, sets: Collection[Set], frame: bytes) -> None:
        for one in sets:
            assert isinstance(one, Phone)
            one.heard.append(unpacked(frame))


@dataclass
class Tape:
    """Keeps what was said, and where."""

    kept: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    open: int = 0

    def begin(self, group: str, talker: Ticket, level: str) -> "Side":
        self.open += 1
        return Side(self, f"{talker.district}/{group}")


@dataclass
class Side:
    tape: Tape
    label: str

    def add(self, opus: bytes) -> None:
        self.tape.kept[self.label].append(opus)

    def end(self) -> None:
        self.tape.open -= 1


class World:
    def __init__(self) -> None:
        self.now, self.tape, self.counts = 0.0, Tape(), Counts()
        self.net = Net(lambda: self.now, Air(), self.tape, EventLog("run"), self.counts)

    def on(self, device: str, *groups: str, district: str = "east", **rights: bool) -> Phone:
        opens = tuple(GroupRight(group, group, **rights) for group in groups)
        phone = Phone(Ticket(device, f"p-{device}", device, district, opens))
        self.net.login(phone)
        return phone

    def say(self, phone: Phone, word: str, group: str = "guards", **more: object) -> None:
        self.net.hear(phone, json.dumps({"say": word, "group": group, **more}))

    def speak(self, phone: Phone, stream: int, opus: bytes = OPUS) -> None:
        self.net.speak(phone, packed(Frame(stream, 0, opus)))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.net.ring()


def test_the_dispatcher_ends_a_burst_and_nobody_else_can() -> None:
    world = World()
    ann, bo = world.on("ann", "guards"), world.on("bo", "guards")
    desk = world.on("desk", "guards", commands=True)
    world.say(ann, "Floor Request")
    world.say(bo, "Forced Release")
    assert [one["code"] for one in bo.words("Refused")] == ["not_yours_to_end"]
    assert not ann.words("Floor Revoke")
    world.say(desk, "Forced Release")
    assert [one["cause"] for one in ann.words("Floor Revoke")] == [255]
    world.wait(3.0)  # T3: without letting go itself
    assert bo.told[-1]["say"] == "Floor Idle" or bo.words("Floor Idle")
    assert world.tape.open == 0


def test_a_lost_set_is_cut_off_while_it_talks_and_does_not_come_back() -> None:
    world = World()
    ann, bo = world.on("ann", "guards"), world.on("bo", "guards")
    world.say(ann, "Floor Request")
    world.say(bo, "Floor Request")
    world.net.stun("ann")
    assert ann.closed == "stunned"
    assert len(bo.words("Floor Granted")) == 1
    stream = bo.words("Floor Granted")[0]["stream"]
    world.say(ann, "Join")  # its line is not closed yet
    world.speak(bo, stream)
    world.speak(ann, stream)
    again = world.on("ann", "guards")
    world.speak(bo, stream)
    assert again.closed == "stunned"
    assert (ann.heard, again.heard, again.told) == ([], [], [])
    assert len(world.tape.kept["east/guards"]) == 2


def test_whose_shift_ends_stays_on_without_groups_and_is_told() -> None:
    world = World()
    ann, bo = world.on("ann", "guards", "school"), world.on("bo", "guards")
    world.say(ann, "Floor Request")
    world.net.change(ann, replace(ann.ticket, groups=()))
    assert ann.words("Groups")[-1]["groups"] == []
    assert bo.words("Floor Idle")
    world.say(bo, "Floor Request")
    world.speak(bo, bo.words("Floor Granted")[0]["stream"])
    assert ann.heard == []
    assert not ann.closed
    assert world.net.sets["ann"] is ann


def test_a_pause_in_speech_keeps_the_floor_and_is_heard() -> None:
    """An encoder that sends nothing but a sign of life each 400 ms is talking still."""
    world = World()
    ann, bo = world.on("ann", "guards"), world.on("bo", "guards")
    world.say(ann, "Floor Request")
    stream = ann.words("Floor Granted")[0]["stream"]
    for _ in range(50):
        world.speak(ann, stream, SILENCE)
        world.wait(0.4)
    assert len(bo.heard) == 50
    assert not bo.words("Floor Idle")[1:]  # the first was told when it joined
    world.wait(4.1)  # T1
    assert bo.words("Floor Idle")[1:]


def test_frames_are_longer_where_many_listen_and_only_their_number_is_told() -> None:
    world = World()
    phones = [world.on(str(n), "guards") for n in range(LARGE_GROUP)]
    world.wait(HERE_EVERY)
    assert phones[0].words("Here")[-1]["count"] == LARGE_GROUP
    assert len(phones[0].words("Here")[-1]["sets"]) == LARGE_GROUP
    world.say(phones[0], "Floor Request")
    assert phones[0].words("Floor Granted")[-1]["frame"] == 20
    world.say(phones[0], "Floor Release")
    world.on("one more", "guards")
    world.wait(HERE_EVERY)
    assert phones[0].words("Here")[-1] == {
        "say": "Here",
        "group": "guards",
        "count": LARGE_GROUP + 1,
        "sets": [],
    }
    world.say(phones[0], "Floor Request")
    assert phones[0].words("Floor Granted")[-1]["frame"] == 60


def test_who_is_here_is_told_once_a_second_however_many_come() -> None:
    """Told to each for each that comes, six hundred would be told 360,000 lists."""
    world = World()
    phones = [world.on(str(n), "guards") for n in range(50)]
    for _ in range(20):
        world.wait(0.05)
    assert sum(len(phone.words("Here")) for phone in phones) <= 2 * len(phones)
    assert {phone.words("Here")[-1]["count"] for phone in phones} == {50}


def test_what_nobody_is_on_is_forgotten() -> None:
    world = World()
    for n in range(20):
        world.net.logout(world.on("ann", f"temporary-{n}"))
    assert (world.net.groups, world.net.sets) == ({}, {})


def test_a_record_that_fails_stops_no_speech() -> None:
    """The recorder promises not to raise (`keeping.Spoken`); a frame is kept before it is heard."""
    world = World()
    ann, bo = world.on("ann", "guards"), world.on("bo", "guards")
    world.say(ann, "Floor Request")
    kept_when_heard: list[int] = []
    play = world.net._fanout.play

    def listened(sets: Collection[Set], frame: bytes) -> None:
        kept_when_heard.append(len(world.tape.kept["east/guards"]))
        play(sets, frame)

    world.net._fanout.play = listened  # type: ignore[method-assign]
    for _ in range(3):
        world.speak(ann, 1)
    assert kept_when_heard == [1, 2, 3]
    assert len(bo.heard) == 3


def test_each_hears_the_others_and_never_itself_as_talkers_change() -> None:
    world = World()
    ann, bo = world.on("ann", "guards"), world.on("bo", "guards")
    for talker, other in ((ann, bo), (bo, ann), (ann, bo)):
        world.say(talker, "Floor Request")
        heard = len(talker.heard), len(other.heard)
        world.speak(talker, talker.words("Floor Granted")[-1]["stream"])
        assert (len(talker.heard), len(other.heard)) == (heard[0], heard[1] + 1)
        world.say(talker, "Floor Release")


def test_late_frames_of_a_burst_that_is_over_are_no_part_of_the_next() -> None:
    world = World()
    ann, bo = world.on("ann", "guards"), world.on("bo", "guards")
    for _ in range(2):
        world.say(ann, "Floor Request")
        world.say(ann, "Floor Release")
    world.say(ann, "Floor Request")
    assert [one["stream"] for one in ann.words("Floor Granted")] == [1, 2, 3]
    world.speak(ann, 2)
    assert (bo.heard, world.tape.kept, world.counts.frames_dropped) == ([], {}, 1)
    world.speak(ann, 3)
    assert [frame.stream for frame in bo.heard] == [3]


# --- by chance -----------------------------------------------------------------------------------

WORDS = (
    "Floor Request",
    "Floor Release",
    "Floor Queue Position Request",
    "Forced Release",
    "Join",
    "Leave",
    "Login",
    "Sing",
)
devices = st.integers(0, 5)
text = st.text(max_size=12)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
messages = st.one_of(
    st.builds(
        lambda say, group, level: json.dumps({"say": say, "group": group, "level": level}),
        st.sampled_from(WORDS),
        st.sampled_from((*GROUPS, "elsewhere")),
        st.sampled_from(["normal", "imminent_peril", "emergency", "loud"]),
    ),
    st.builds(
        lambda said, say: json.dumps({**said, "say": say}),
        st.dictionaries(st.sampled_from(["group", "level", "since", "ticket"]), anything),
        st.sampled_from(WORDS),
    ),
    anything.map(json.dumps),
    st.text(max_size=40),
)
frames = st.one_of(
    st.builds(
        lambda stream, opus: packed(Frame(stream, 0, opus)),
        st.integers(0, 12),
        st.sampled_from([OPUS * 20, OPUS, bytes(3), b"\xff"]) | st.binary(min_size=1, max_size=30),
    ),
    st.binary(max_size=40),
)
happenings = st.one_of(
    st.tuples(st.just("hear"), devices, messages),
    st.tuples(st.just("speak"), devices, frames),
    st.tuples(st.sampled_from(["out", "in", "off", "stun"]), devices, st.none()),
    st.tuples(st.just("wait"), devices, st.floats(0, 5)),
    st.tuples(st.just("publish"), devices, st.sampled_from(GROUPS)),
)


def ticket(device: int) -> Ticket:
    """Even ones are of the east, odd ones of the west; groups have the same names in both."""
    groups = (
        GroupRight("guards", "保安"),
        GroupRight("school", "学校", device % 3 != 0, device > 3),
    )
    mine = (groups[:1], groups[1:], groups)[device % 3]
    return Ticket(f"set{device}", f"p{device}", "", ("east", "west")[device % 2], mine, device % 2)


@settings(deadline=None)
@given(st.lists(happenings, max_size=80))
def test_whatever_sets_send_nothing_breaks_and_nothing_leaks(
    walk: list[tuple[str, int, Any]],
) -> None:
    world, phones, number = World(), {}, 0
    net = world.net
    for device in range(6):
        phones[device] = Phone(ticket(device))
        net.login(phones[device])
    for what, device, more in walk:
        phone = phones[device]
        refused, was = world.counts.refused, len(phone.words("Refused"))
        if what == "hear":
            net.hear(phone, more)
        elif what == "speak":
            _speak(world, phones, phone, more)
        elif what == "out":
            net.logout(phone)
        elif what == "in":
            phones[device] = Phone(ticket(device))
            net.login(phones[device])
        elif what == "off":
            if net.sets.get(phone.ticket.device) is phone:
                net.change(phone, replace(phone.ticket, groups=()))
        elif what == "stun":
            net.stun(phone.ticket.device)
        elif what == "wait":
            world.wait(more)
        else:
            number += 1
            net.publish({"n": number}, district=phone.ticket.district, groups=[more])
            _only_for(phones, number, phone.ticket.district, more)
        assert len(phone.words("Refused")) - was == world.counts.refused - refused
        _is_sound(world)


def _speak(world: World, phones: dict[int, Phone], talker: Phone, data: bytes) -> None:
    """Whoever hears more than before is on the very group on which the talker had the floor."""
    before = {device: len(phone.heard) for device, phone in phones.items()}
    kept = sum(map(len, world.tape.kept.values()))
    floors = [
        group for group in world.net.groups.values() if group.floor.talker == talker.ticket.device
    ]
    world.net.speak(talker, data)
    heard = {device for device, n in before.items() if len(phones[device].heard) > n}
    for device in heard:
        one = phones[device]
        [group] = [group for group in floors if group.stream == one.heard[-1].stream]
        assert one is not talker
        assert one.ticket.district == talker.ticket.district == group.place[0]
        assert group.id in one.ticket.rights
    assert not heard or sum(map(len, world.tape.kept.values())) == kept + 1


def _only_for(phones: dict[int, Phone], number: int, district: str, group: str) -> None:
    for phone in phones.values():
        if any(told["event"] == {"n": number} for told in phone.words("Event")):
            assert phone.ticket.district == district
            assert group in phone.ticket.rights


def _is_sound(world: World) -> None:
    net, held = world.net, 0
    for place, group in net.groups.items():
        assert group.sets
        for device, one in group.sets.items():
            assert net.sets[device] is one
            assert one.ticket.district == place[0]
            assert place[1] in one.ticket.rights
        held += group.floor.holder is not None
        if group.floor.holder is not None:
            assert group.floor.talker in group.sets
            assert group.burst is not None
        assert all(request.who in group.sets for request in group.floor.queue)
    assert world.tape.open == held
    assert not net.stunned & set(net.sets)
