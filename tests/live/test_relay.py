"""The relay, over real websockets, from the outside."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.site import free_port
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from yihu.live import relay as relaying
from yihu.live.frames import Frame, packed, unpacked
from yihu.live.relay import Relay
from yihu.radio.recording import NotARecording, Recording, opened
from yihu.radio.tickets import GroupRight, Ticket

ORIGIN = "http://yihu.test"
KEY = bytes(32)
GUARDS, SCHOOL = GroupRight("guards", "商场保安"), GroupRight("school", "学校")
ANN = Ticket("set-ann", "p1", "沈文远", "test", (GUARDS,))
BO = Ticket("set-bo", "p2", "陆立秋", "test", (GUARDS,))
CAI = Ticket("set-cai", "p3", "金思源", "test", (SCHOOL,))
SPOKEN = [bytes([0b01001_0_00, number]) * 20 for number in range(5)]
SOON = 20.0  # seconds until a test gives up waiting; nothing is timed


class Folder:
    """Keeps each burst in a file of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.begun = folder, []

    def begin(self, group: str, talker: Ticket, level: str) -> Recording:
        path = self.folder / f"{len(self.begun)}.ogg.sealed"
        self.begun.append((group, talker.name, level, path))
        return Recording(path, KEY)


class Running:
    """A relay in a thread, on a free port."""

    def __init__(self, folder: Path) -> None:
        self.port, self.recorder = free_port(), Folder(folder)
        self.relay = Relay(self.recorder, [ORIGIN])
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        assert started.wait(SOON)

    def _run(self, started: threading.Event) -> None:
        async def main() -> None:
            up = asyncio.Event()
            self.task = asyncio.create_task(self.relay.run("127.0.0.1", self.port, up))
            await up.wait()
            started.set()
            await self.task

        with suppress(asyncio.CancelledError):
            self.loop.run_until_complete(main())

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.task.cancel)
        self.thread.join(SOON)

    def ask[T](self, what: Callable[[], T]) -> T:
        """What the relay's own thread says."""

        async def asked() -> T:
            return what()

        return asyncio.run_coroutine_threadsafe(asked(), self.loop).result(SOON)

    def line(self, origin: str = ORIGIN) -> ClientConnection:
        return connect(f"ws://127.0.0.1:{self.port}", origin=origin, compression=None)  # type: ignore[arg-type]


class Phone:
    """A set that remembers what it heard and was told."""

    def __init__(self, line: ClientConnection, ticket: Ticket, **more: Any) -> None:
        self.line, self.device, self.heard, self.stream = line, ticket.device, [], 0
        self.line.send(json.dumps({"say": "Login", "ticket": ticket.signed(), **more}))
        self.welcome = self.wait("Welcome")

    def say(self, word: str, **more: Any) -> None:
        self.line.send(json.dumps({"say": word, "group": "guards"} | more))

    def wait(self, word: str) -> dict[str, Any]:
        """The next message of this name; frames on the way are kept."""
        while True:
            said = self.line.recv(SOON)
            if isinstance(said, bytes):
                self.heard.append(unpacked(said))
                continue
            found = json.loads(said)
            if found["say"] == word:
                self.stream = found.get("stream", self.stream)
                return found

    def frames(self, count: int) -> list[Frame]:
        while len(self.heard) < count:
            said = self.line.recv(SOON)
            if isinstance(said, bytes):
                self.heard.append(unpacked(said))
        return self.heard

    def wait_for_the_end(self) -> None:
        """Until the relay closes the line for a reason it names."""
        with pytest.raises(ConnectionClosed) as closed:  # noqa: PT012 -- whatever comes before
            while True:
                self.line.recv(SOON)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008

    def talk(self, packets: list[bytes]) -> None:
        for number, opus in enumerate(packets):
            self.line.send(packed(Frame(self.stream, number, opus)))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    found = Running(tmp_path)
    yield found
    found.stop()


@contextmanager
def phones(running: Running, *tickets: Ticket) -> Iterator[list[Phone]]:
    with ExitStack() as lines:
        yield [Phone(lines.enter_context(running.line()), ticket) for ticket in tickets]


def test_what_one_says_the_others_of_the_group_hear_and_nobody_else(running: Running) -> None:
    with phones(running, ANN, BO, CAI) as (ann, bo, cai):
        ann.say("Floor Request")
        assert ann.wait("Floor Granted")["duration"] == 30
        taken = bo.wait("Floor Taken")
        assert taken["granted"] == {"id": "set-ann", "name": "沈文远"}
        ann.talk(SPOKEN)
        assert [frame.opus for frame in bo.frames(5)] == SPOKEN
        assert {frame.stream for frame in bo.heard} == {taken["stream"]}
        ann.say("Floor Release")
        bo.wait("Floor Idle")
        cai.say("Floor Request", group="school")
        cai.wait("Floor Granted")
        assert (cai.heard, ann.heard) == ([], [])


def test_every_burst_is_kept_as_it_was_heard(running: Running) -> None:
    with phones(running, ANN, BO) as (ann, bo):
        ann.say("Floor Request", level="emergency")
        ann.wait("Floor Granted")
        ann.talk(SPOKEN)
        bo.frames(5)
        [(group, name, level, path)] = running.recorder.begun
        assert (group, name, level) == ("guards", "沈文远", "emergency")
        assert all(said in opened(path, KEY) for said in SPOKEN)  # before it has ended
        ann.say("Floor Release")
        bo.wait("Floor Idle")
        assert SPOKEN[0] not in path.read_bytes()
        with pytest.raises(NotARecording):
            opened(path, bytes(31) + b"x")


def test_a_recording_that_was_cut_off_opens_to_its_last_whole_page(tmp_path: Path) -> None:
    path = tmp_path / "burst"
    recording = Recording(path, KEY)
    for opus in SPOKEN:
        recording.add(opus)
    whole = path.read_bytes()
    path.write_bytes(whole[:-7])
    kept = opened(path, KEY)
    assert SPOKEN[3] in kept
    assert SPOKEN[4] not in kept


def test_a_lost_line_frees_the_floor_for_who_waits(running: Running) -> None:
    with phones(running, BO) as (bo,):
        with phones(running, ANN) as (ann,):
            ann.say("Floor Request")
            ann.wait("Floor Granted")
            bo.say("Floor Request")
            assert bo.wait("Floor Queue Position Info")["position"] == 1
        assert bo.wait("Floor Granted")["stream"] == 2


def test_late_entry_is_told_who_talks_and_hears_from_now_on(running: Running) -> None:
    with phones(running, ANN) as (ann,):
        ann.say("Floor Request")
        ann.wait("Floor Granted")
        ann.talk(SPOKEN[:2])
        with phones(running, BO) as (bo,):
            assert bo.wait("Floor Taken")["granted"]["name"] == "沈文远"
            ann.talk(SPOKEN[2:])
            bo.frames(3)
            assert {frame.opus for frame in bo.heard} >= set(SPOKEN[2:])


def test_a_talker_without_the_floor_is_not_heard_and_is_told(running: Running) -> None:
    with phones(running, ANN, BO) as (ann, bo):
        ann.say("Floor Request")
        ann.wait("Floor Granted")
        bo.wait("Floor Taken")
        bo.talk(SPOKEN)
        assert bo.wait("Floor Revoke")["cause"] == 3
        ann.talk(SPOKEN[:1])
        assert [frame.opus for frame in bo.frames(1)] == SPOKEN[:1]
        assert ann.heard == []


def test_without_a_ticket_nobody_comes_on(running: Running) -> None:
    for first in ('{"say":"Login","ticket":"forged"}', "not json", '{"say":"Login"}'):
        with running.line() as line:
            line.send(first)
            with pytest.raises(ConnectionClosed) as closed:
                line.recv(SOON)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008


def test_a_page_of_another_site_is_refused(running: Running) -> None:
    with pytest.raises(InvalidStatus):
        running.line(origin="https://elsewhere.test")


def test_a_second_login_of_a_device_closes_the_first(running: Running) -> None:
    with phones(running, ANN, replace(ANN, name="沈文远二")) as (old, new):
        old.wait_for_the_end()
        new.say("Floor Request")
        new.wait("Floor Granted")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("{", "not_json"),
        ("[1]", "no_word"),
        ('{"say":"Floor Request","group":"school"}', "not_your_group"),
        ('{"say":"Sing","group":"guards"}', "unknown_word"),
        ('{"say":"Floor Request","group":"guards","level":"loud"}', "unknown_level"),
        (b"\x09", "bad_frame"),
        (bytes(600), "bad_frame"),
    ],
)
def test_what_is_malformed_is_answered_and_breaks_nothing(
    running: Running, said: str | bytes, code: str
) -> None:
    with phones(running, ANN) as (ann,):
        ann.line.send(said)
        assert ann.wait("Refused")["code"] == code
        ann.say("Floor Request")
        ann.wait("Floor Granted")


def test_who_shouts_too_much_is_closed(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relaying, "MOST_A_SECOND", 10)
    with phones(running, ANN) as (ann,):
        with suppress(ConnectionClosed):
            for _ in range(500):
                ann.say("Floor Queue Position Request")
        ann.wait_for_the_end()


def test_who_listens_only_may_not_ask(running: Running) -> None:
    silent = replace(ANN, groups=(replace(GUARDS, talks=False),))
    with phones(running, silent) as (ann,):
        ann.say("Floor Request")
        assert ann.wait("Floor Deny")["cause"] == 5


def test_who_slept_catches_up_or_is_told_to_reload(running: Running) -> None:
    net = running.relay.net
    with phones(running, ANN) as (ann,):
        epoch = ann.welcome["epoch"]
        running.ask(lambda: net.publish({"topic": "call"}, district="test", groups=["guards"]))
        assert ann.wait("Event") == {"say": "Event", "number": 1, "event": {"topic": "call"}}
    running.ask(lambda: net.publish({"topic": "school"}, district="test", groups=["school"]))
    running.ask(lambda: net.publish({"topic": "call"}, district="town", groups=["guards"]))
    running.ask(lambda: net.publish({"topic": "alarm"}, district="test", people=["p1"]))
    with running.line() as line:
        back = Phone(line, ANN, epoch=epoch, since=1)
        assert back.wait("Event") == {"say": "Event", "number": 4, "event": {"topic": "alarm"}}
    with running.line() as line:
        Phone(line, ANN, epoch="another run", since=1).wait("Reload")


def test_a_stalled_phone_delays_nobody_and_misses_frames(running: Running) -> None:
    """It reads nothing while a minute is spoken; the other hears every packet in order."""
    minute = [bytes([0b01001_0_00]) + number.to_bytes(2, "big") * 60 for number in range(3000)]
    with phones(running, ANN, BO, replace(BO, device="stalled")) as (ann, bo, _):
        ann.say("Floor Request")
        ann.wait("Floor Granted")
        bo.wait("Floor Taken")
        for start in range(0, len(minute), 20):
            part = minute[start : start + 20]
            for number, opus in enumerate(part, start=start):
                ann.line.send(packed(Frame(ann.stream, number, opus)))
            bo.frames(start + 20)
            running.ask(lambda: _quiet(running, "set-ann"))
        assert [frame.opus for frame in bo.heard] == minute
        assert [frame.packet for frame in bo.heard] == list(range(3000))
        line = running.relay.net.sets["stalled"]
        assert line.skipped > 1000
        assert running.ask(lambda: line.backlog) < relaying.BACKLOG * 2


def _quiet(running: Running, device: str) -> None:
    """What time does, where a minute is spoken in a second: a new one for the limit of messages,
    and a look at every line.
    """
    running.relay.net.sets[device]._count = 0
    for line in running.relay.net.sets.values():
        line.look()
