"""Floor control: never two holders, every request answered, no state without an exit, fair."""

from collections import defaultdict
from itertools import pairwise, product

from hypothesis import given
from hypothesis import strategies as st

from yihu.live.floor import TABLE, Floor, step
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

RULES = Rules()
PEOPLE = ("ann", "bo", "cai", "dou")
EVERY_KIND = (
    FloorRequest,
    FloorRelease,
    QueuePositionRequest,
    Media,
    Joined,
    Left,
    ForcedRelease,
    Expired,
)


class Group:
    """A floor led through events, which remembers what it sent."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.floor, self.rules, self.now = Floor(), rules, 0.0
        self.sent: list[Message] = []

    def after(self, kind: type[Event], *args: object, wait: float = 0.0) -> list[Message]:
        """Time passes, with every alarm that rings meanwhile; then this happens."""
        self.pass_time(wait)
        return self._step(kind(self.now, *args))

    def pass_time(self, wait: float) -> list[Message]:
        until, sent = self.now + wait, []
        while (alarm := self.floor.next_expiry()) and alarm.at <= until:
            self.now = alarm.at
            sent += self._step(alarm)
        self.now = until
        return sent

    def _step(self, event: Event) -> list[Message]:
        self.floor, sent = step(self.floor, event, self.rules)
        self.sent += sent
        return sent


def test_every_state_knows_what_to_do_with_every_event() -> None:
    assert set(TABLE) == set(product(State, EVERY_KIND))


def test_who_asks_first_gets_the_floor_and_the_others_hear_who_talks() -> None:
    group = Group()
    sent = group.after(FloorRequest, "ann")
    assert sent == [
        FloorTaken(besides="ann", granted="ann"),
        FloorGranted("ann", duration=30.0),
    ]
    assert group.floor.standing("ann") is Standing.PERMITTED
    assert group.floor.standing("bo") is Standing.NOT_PERMITTED_AND_FLOOR_TAKEN


def test_who_asks_meanwhile_waits_and_gets_it_on_release() -> None:
    group = Group()
    group.after(FloorRequest, "ann")
    assert group.after(FloorRequest, "bo") == [FloorQueuePositionInfo("bo", position=1)]
    assert group.after(QueuePositionRequest, "bo") == [FloorQueuePositionInfo("bo", position=1)]
    assert group.after(FloorRelease, "ann")[1] == FloorGranted("bo", duration=30.0)
    assert group.after(FloorRelease, "bo") == [FloorIdle()]


def test_an_emergency_waits_in_front_while_the_talker_is_told_to_stop() -> None:
    group = Group()
    group.after(FloorRequest, "ann")
    group.after(Media, "ann")
    group.after(FloorRequest, "bo")
    sent = group.after(FloorRequest, "cai", Level.EMERGENCY)
    assert FloorRevoke("ann", cause=RevokeCause.PREEMPTED) in sent
    assert FloorQueuePositionInfo("cai", position=1) in sent
    assert FloorQueuePositionInfo("bo", position=2) in sent
    assert group.floor.standing("ann") is Standing.PENDING_FLOOR_REVOKE
    assert group.after(FloorRelease, "ann")[1] == FloorGranted("cai", duration=30.0)


def test_who_does_not_stop_is_told_again_and_cut_off_after_the_grace() -> None:
    group = Group()
    group.after(FloorRequest, "ann")
    group.after(Media, "ann")
    group.after(FloorRequest, "cai", Level.EMERGENCY)
    sent = group.pass_time(RULES.t3)
    assert sent.count(FloorRevoke("ann", cause=RevokeCause.PREEMPTED)) == 2  # T8, twice in T3
    assert group.floor.talker == "cai"
    assert group.after(Media, "ann") == [FloorRevoke("ann", cause=RevokeCause.NO_PERMISSION)]


def test_the_dispatcher_outranks_at_the_same_level_but_not_an_emergency() -> None:
    group = Group()
    group.after(FloorRequest, "ann")
    group.after(FloorRequest, "bo", Level.NORMAL, 1)
    assert group.floor.state is State.PENDING_FLOOR_REVOKE
    alarm = Group()
    alarm.after(FloorRequest, "ann", Level.EMERGENCY)
    alarm.after(FloorRequest, "bo", Level.NORMAL, 9)
    assert alarm.floor.state is State.FLOOR_TAKEN


def test_silence_gives_the_floor_back_after_T1() -> None:
    group = Group()
    group.after(FloorRequest, "ann")
    group.after(Media, "ann")
    assert group.pass_time(RULES.t1 - 0.1) == []
    assert group.pass_time(0.1) == [FloorIdle()]


def test_a_talk_limit_ends_with_a_reason() -> None:
    group = Group()
    group.after(FloorRequest, "ann")
    for _ in range(30):
        group.after(Media, "ann", wait=1.0)
    sent = group.after(Media, "ann", wait=1.0)
    assert FloorRevoke("ann", cause=RevokeCause.MEDIA_BURST_TOO_LONG) in group.sent
    assert sent == []  # the last words are heard
    group.pass_time(RULES.t3)
    assert group.floor == Floor()


def test_a_grant_is_repeated_until_media_comes() -> None:
    group = Group()
    group.after(FloorRequest, "ann")
    again = FloorGranted("ann", duration=30.0)
    assert group.pass_time(2.5) == [again, again]  # with the first: C20 = 3
    group.after(Media, "ann")
    assert Timer.T20 not in group.floor.timers


def test_the_holder_who_asks_again_is_granted_again_for_what_is_left() -> None:
    group = Group()
    group.after(FloorRequest, "ann")
    group.after(Media, "ann")
    group.after(Media, "ann", wait=3.0)
    assert group.after(FloorRequest, "ann") == [FloorGranted("ann", duration=27.0)]


def test_who_cannot_wait_is_told_why() -> None:
    full = Group(Rules(queue=1))
    full.after(FloorRequest, "ann")
    full.after(FloorRequest, "bo")
    assert full.after(FloorRequest, "cai") == [FloorDeny("cai", cause=DenyCause.QUEUE_FULL)]
    none = Group(Rules(queue=0))
    none.after(FloorRequest, "ann")
    cause = DenyCause.ANOTHER_CLIENT_HAS_PERMISSION
    assert none.after(FloorRequest, "bo") == [FloorDeny("bo", cause=cause)]


def test_who_only_listens_on_a_broadcast_group_is_denied_in_every_state() -> None:
    group = Group()
    denied = [FloorDeny("bo", cause=DenyCause.RECEIVE_ONLY)]
    asked = ("bo", Level.EMERGENCY, 9, False)
    assert group.after(FloorRequest, *asked) == denied
    group.after(FloorRequest, "ann")
    assert group.after(FloorRequest, *asked) == denied
    group.after(ForcedRelease)
    assert group.after(FloorRequest, *asked) == denied
    assert (group.floor.talker, group.floor.queue) == ("ann", ())


def test_media_without_permission_is_refused_once_a_second_not_once_a_frame() -> None:
    group = Group()
    sent = [message for _ in range(100) for message in group.after(Media, "bo", wait=0.02)]
    assert sent == [FloorRevoke("bo", cause=RevokeCause.NO_PERMISSION)] * 2
    assert group.floor.standing("bo") is Standing.NOT_PERMITTED_BUT_SENDS_MEDIA


def test_late_entry_hears_who_talks() -> None:
    group = Group()
    assert group.after(Joined, "dou") == [FloorIdle("dou")]
    group.after(FloorRequest, "ann", Level.EMERGENCY)
    assert group.after(Joined, "dou") == [FloorTaken("dou", granted="ann", level=Level.EMERGENCY)]


def test_a_lost_connection_frees_the_floor_and_its_place_in_the_queue() -> None:
    group = Group()
    for who in PEOPLE:
        group.after(FloorRequest, who)
    sent = group.after(Left, "bo")
    assert sent == [
        FloorQueuePositionInfo("cai", position=1),
        FloorQueuePositionInfo("dou", position=2),
    ]
    assert group.after(Left, "ann")[1] == FloorGranted("cai", duration=30.0)


def test_the_dispatcher_takes_the_floor() -> None:
    group = Group()
    group.after(FloorRequest, "ann")
    assert group.after(ForcedRelease) == [FloorRevoke("ann", cause=RevokeCause.OTHER)]
    group.pass_time(RULES.t3)
    assert group.floor.state is State.FLOOR_IDLE


def test_who_was_cut_off_and_asks_again_does_not_come_back_after_leaving() -> None:
    group = Group()
    group.after(FloorRequest, "ann")
    group.after(ForcedRelease)
    group.after(FloorRequest, "ann")
    group.after(Left, "ann")
    assert group.floor == Floor()


# --- by chance -----------------------------------------------------------------------------------

who = st.sampled_from(PEOPLE)
happenings = st.one_of(
    st.tuples(st.just(FloorRequest), who, st.sampled_from(Level), st.integers(0, 1), st.booleans()),
    st.tuples(st.sampled_from([FloorRelease, QueuePositionRequest, Joined, Left]), who),
    st.tuples(st.just(Media), who),
    st.tuples(st.just(ForcedRelease)),
)
walks = st.lists(st.tuples(happenings, st.floats(0, 6)), max_size=60)
rules = st.builds(Rules, queue=st.integers(0, 3))


class Sets:
    """What the sets of a group believe, from the messages they got."""

    def __init__(self) -> None:
        self.permitted: set[str] = set()

    def hear(self, message: Message) -> None:
        match message:
            case FloorGranted(to=granted):
                self.permitted.add(granted)
            case FloorTaken(to="", besides=talker):
                self.permitted &= {talker}
            case FloorIdle(to=""):
                self.permitted.clear()
            case FloorTaken(to=one, granted=talker) if one != talker:
                self.permitted.discard(one)
            case FloorIdle(to=one):
                self.permitted.discard(one)


@given(walks, rules)
def test_never_two_holders_and_every_request_is_answered(
    walk: list[tuple[tuple[object, ...], float]], rules: Rules
) -> None:
    group, sets = Group(rules), Sets()
    for (kind, *args), wait in walk:
        before = len(group.sent)
        sent = group.after(kind, *args, wait=wait)  # type: ignore[arg-type]
        for message in group.sent[before:]:
            sets.hear(message)
            assert len(sets.permitted) <= 1
        floor = group.floor
        if kind is FloorRequest:
            answers = (FloorGranted, FloorDeny, FloorQueuePositionInfo)
            assert any(isinstance(m, answers) and m.to == args[0] for m in sent)
        if kind is Left:
            sets.permitted.discard(str(args[0]))
            assert floor.talker != args[0]
            assert not floor.position(str(args[0]))
        assert sets.permitted == ({floor.talker} - {""})
        waiting = [request.who for request in floor.queue]
        assert len(set(waiting)) == len(waiting)
        if floor.state is State.FLOOR_IDLE:
            assert (floor.holder, floor.queue, dict(floor.timers)) == (None, (), {})
        else:
            assert floor.holder is not None
            assert floor.next_expiry() is not None, "a state without an exit"
    group.pass_time((rules.t1 + rules.t2 + rules.t3) * (len(PEOPLE) + 2))
    assert group.floor.state is State.FLOOR_IDLE


@given(walks)
def test_the_queue_is_by_priority_and_fair_within_it(
    walk: list[tuple[tuple[object, ...], float]],
) -> None:
    """Of two who wait with the same priority, the one who asked first is in front."""
    group = Group(Rules(queue=4))
    asked: dict[str, float] = defaultdict(float)
    for (kind, *args), wait in walk:
        known = {request.who: request for request in group.floor.queue}
        group.after(kind, *args, wait=wait)  # type: ignore[arg-type]
        for request in group.floor.queue:
            if known.get(request.who) is not request:
                asked[request.who] = group.now
        ahead_of = group.floor.queue[1:] if group.floor.revoke else group.floor.queue
        for first, second in pairwise(ahead_of):
            assert first.priority >= second.priority
            if first.priority == second.priority:
                assert asked[first.who] <= asked[second.who]
