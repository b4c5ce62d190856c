"""What the relay writes down and reads: whatever fails there, speech goes on."""

import asyncio
import resource
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import InterfaceError
from django.utils import timezone
from tests.live.test_net import OPUS, Phone, World
from tests.support.apart import run_apart
from tests.support.net import talkgroup
from tests.support.town import Town, build

from yihu.live import feed, keeping, recovery
from yihu.live.feed import LOOK_BACK, Feed
from yihu.live.keeping import Keeper
from yihu.live.metrics import Counts
from yihu.radio import archive, queries
from yihu.radio.models import Burst, Happening, Radio
from yihu.radio.tickets import Ticket

SPOKEN = OPUS + bytes(60)
SOON = 20.0  # seconds until a test gives up waiting; nothing is timed


@pytest.fixture(autouse=True)
def recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of the test's own: what others left would be put right here, too."""
    monkeypatch.setattr(settings, "RECORDINGS", tmp_path / "recordings")


@pytest.fixture
def keeper() -> Keeper:
    return Keeper(Counts())


def at_once(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are written in this thread, within the test's transaction."""
    monkeypatch.setattr(keeper, "write", lambda what: what())


def on_the_net(town: Town, name: str = "chief", group: str = "net") -> Ticket:
    ticket = queries.ticket(town.actor(name), "0" * 32)
    assert [right.id for right in ticket.groups] == [group]
    return ticket


# --- the recorder --------------------------------------------------------------------------------


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Files may not grow beyond this: what a full disk does to the last write, too."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.django_db
def test_a_full_disk_costs_the_rest_of_the_record_and_no_word_of_the_speech(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    at_once(keeper, monkeypatch)
    world = World()
    world.net._recorder = keeper
    town = build()
    talkgroup(town, "net", on=("chief", "officer"))
    ann, bo = Phone(on_the_net(town)), Phone(on_the_net(town, "officer"))
    world.net.login(ann)
    world.net.login(bo)
    world.say(ann, "Floor Request", group="net")
    stream = ann.words("Floor Granted")[0]["stream"]
    for _ in range(3):
        world.speak(ann, stream, SPOKEN)
    file = settings.RECORDINGS / Burst.objects.get().file
    with room_for(file.stat().st_size + 50):
        for _ in range(3):
            world.speak(ann, stream, SPOKEN)
    world.speak(ann, stream, SPOKEN)
    world.say(ann, "Floor Release", group="net")
    assert len(bo.heard) == 7
    assert bo.words("Floor Idle")
    burst = Burst.objects.get()
    assert burst.ended_at is not None
    assert archive.sound_of(burst).count(SPOKEN) == 3
    assert keeper.counts.recorder_faults == 4
    assert [record.getMessage() for record in caplog.records] == ["recording: OSError"]


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_costs_the_record_alone(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    at_once(keeper, monkeypatch)
    town = build()
    talkgroup(town)
    in_the_way = Path(settings.YIHU_HOME) / "no-folder"
    in_the_way.touch()
    monkeypatch.setattr(settings, "RECORDINGS", in_the_way)
    spoken = keeper.begin("net", on_the_net(town), "normal")
    for _ in range(5):
        spoken.add(SPOKEN)
    spoken.end()
    assert Burst.objects.get().ended_at is not None
    assert keeper.counts.recorder_faults == 6
    assert len(caplog.records) == 1


@pytest.mark.django_db
def test_a_key_that_others_may_read_costs_the_record_alone(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once(keeper, monkeypatch)
    town = build()
    talkgroup(town)
    archive.key()
    path = settings.KEYRING.path("recordings")
    path.chmod(0o644)
    try:
        keeper.begin("net", on_the_net(town), "normal").end()
    finally:
        path.chmod(0o600)
    assert keeper.counts.recorder_faults == 1


@pytest.mark.both_databases
@pytest.mark.django_db
def test_what_was_being_said_at_a_kill_ends_where_its_record_does() -> None:
    town = build()
    group = talkgroup(town)
    started = timezone.now() - timedelta(minutes=5)

    def burst(**more: Any) -> Burst:
        made = Burst(
            district="test",
            group=group,
            person=town.people["chief"],
            level="normal",
            started_at=started,
            **more,
        )
        made.file = archive.place_for(made)
        made.save()
        return made

    cut, without, over = burst(), burst(), burst(ended_at=started + timedelta(seconds=9))
    recording = archive.begun(cut)
    for _ in range(100):
        recording.add(SPOKEN)
    whole = (settings.RECORDINGS / cut.file).read_bytes()
    (settings.RECORDINGS / cut.file).write_bytes(whole[:-9])  # killed in the middle of a page
    recovery.close_unended()
    ends = {burst.pk: burst.ended_at for burst in Burst.objects.all()}
    assert ends[cut.pk] - started == timedelta(seconds=(99 * 960 - 312) / 48000)
    assert ends[without.pk] == started
    assert ends[over.pk] == over.ended_at


@pytest.mark.both_databases
@pytest.mark.django_db
def test_what_was_heard_gets_its_row_though_the_database_failed(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = build()
    talkgroup(town)
    monkeypatch.setattr(keeper, "write", lambda what: None)  # killed before it came to that
    spoken = keeper.begin("net", on_the_net(town), "emergency")
    spoken.add(SPOKEN)
    assert not Burst.objects.exists()
    again = Keeper(Counts())
    at_once(again, monkeypatch)
    again.close_what_was_cut_off()
    again.close_what_was_cut_off()
    burst = Burst.objects.get()
    assert (burst.group_id, burst.level) == ("net", "emergency")
    assert burst.person_id == town.people["chief"].id
    assert archive.sound_of(burst).count(SPOKEN) == 1
    assert burst.ended_at is not None
    assert list(recovery.notes()) == []


# --- events out of the database ------------------------------------------------------------------


def happened(pk: int, topic: str = "call") -> None:
    Happening.objects.create(pk=pk, district="test", topic=topic, ref=str(pk))


def read(fed: Feed) -> list[int]:
    return [one.pk for one in fed.fresh()]


@pytest.mark.both_databases
@pytest.mark.django_db
def test_each_event_is_read_once_even_if_a_smaller_number_comes_later(keeper: Keeper) -> None:
    fed = Feed(keeper)
    happened(1000)
    assert read(fed) == []  # it was there before the relay was
    happened(1001)
    happened(1004)
    assert read(fed) == [1001, 1004]
    happened(1003)
    happened(1002)
    happened(990)  # begun before the relay was, committed after
    assert read(fed) == [990, 1002, 1003]
    assert read(fed) == []
    happened(1004 + LOOK_BACK)
    assert read(fed) == [1004 + LOOK_BACK]
    assert len(fed._seen) <= LOOK_BACK


@pytest.mark.django_db
def test_a_feed_that_begins_with_nothing_misses_nothing(keeper: Keeper) -> None:
    fed = Feed(keeper)
    assert read(fed) == []
    happened(1)
    assert read(fed) == [1]


@pytest.mark.django_db
def test_a_look_is_one_statement_and_reads_only_what_is_new(
    keeper: Keeper, queries: Callable[..., Any]
) -> None:
    fed = Feed(keeper)
    for pk in range(1, 50):
        happened(pk)
    fed.fresh()
    with queries(at_most=1):
        assert fed.fresh() == []


# --- in a thread of its own ----------------------------------------------------------------------


def run(what: Coroutine[Any, Any, None], until: Callable[[], bool]) -> None:
    """Let it run until this is so."""

    async def main() -> None:
        task = asyncio.create_task(what)
        async with asyncio.timeout(SOON):
            while not until():
                assert not task.done(), task.exception()
                await asyncio.sleep(0.01)
        task.cancel()

    run_apart(main())


@pytest.mark.usefixtures("committed_db")
def test_what_happens_in_the_house_is_told_to_those_it_is_for_though_the_database_fails_once(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LOOK_EVERY", 0.01)
    town = build()
    talkgroup(town, "net", on=("chief",))
    talkgroup(town, "other", on=("officer",))
    world = World()
    ann = Phone(on_the_net(town))
    bo = Phone(on_the_net(town, "officer", "other"))
    for phone in (ann, bo):
        world.net.login(phone)
    fed = Feed(keeper)
    looks, fresh = [], fed.fresh

    def failing() -> list[Happening]:
        looks.append(1)
        if len(looks) == 1:
            fresh()
            for to in ({"groups": ["net"]}, {"people": [bo.ticket.person]}, {}):
                Happening.objects.create(district="test", topic="call", ref=str(to), **to)
            Happening.objects.create(district="else", topic="call", ref="x", groups=["net"])
        if len(looks) == 2:
            raise InterfaceError  # as of a server that was started again
        return fresh() if len(looks) > 2 else []

    monkeypatch.setattr(fed, "fresh", failing)
    run(fed.follow(world.net), lambda: len(looks) > 4)
    assert [told["event"]["ref"] for told in ann.words("Event")] == ["{'groups': ['net']}"]
    assert len(bo.words("Event")) == 1
    assert keeper.counts.database_faults == 1


@pytest.mark.usefixtures("committed_db")
def test_a_set_that_is_stunned_is_cut_off_and_one_that_was_found_may_come_back(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.01)
    town = build()
    talkgroup(town, "net", on=("chief", "officer"))
    world = World()
    ann = Phone(on_the_net(town))
    bo = Phone(queries.ticket(town.actor("officer"), "1" * 32))
    for phone in (ann, bo):
        world.net.login(phone)
    lost = Radio.objects.create(
        district="test", number="7", device="0" * 32, stunned_at=timezone.now()
    )
    run(keeper.watch(world.net), lambda: ann.closed == "stunned")
    assert not bo.closed
    colleague = Phone(queries.ticket(town.actor("officer"), "0" * 32))
    world.net.login(colleague)  # another person on the same tablet
    run(keeper.watch(world.net), lambda: colleague.closed == "stunned")
    lost.stunned_at = None
    lost.save()
    run(keeper.watch(world.net), lambda: not world.net.stunned)
    world.net.login(Phone(ann.ticket))
    assert ann.ticket.device in world.net.sets


@pytest.mark.usefixtures("committed_db")
def test_a_reader_of_english_is_not_told_again_and_again_that_groups_have_changed(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names in a ticket are in its reader's language; only what they open counts."""
    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.01)
    town = build()
    talkgroup(town, "net", on=("chief",))
    world, looks = World(), []
    ticket = on_the_net(town)
    ann = Phone(replace(ticket, groups=(replace(ticket.groups[0], name="The net"),)))
    world.net.login(ann)
    monkeypatch.setattr(
        keeping, "rights_of", lambda people: looks.append(1) or queries.rights_of(people)
    )
    run(keeper.watch(world.net), lambda: len(looks) > 3)
    assert ann.words("Groups") == []


@pytest.mark.usefixtures("committed_db")
def test_a_page_that_is_told_of_events_joins_nothing_beside_the_set_of_the_same_browser(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.01)
    town = build()
    talkgroup(town, "net", on=("chief",))
    world, looks = World(), []
    own = on_the_net(town)
    ann, page = Phone(own), Phone(own.for_events())
    for phone in (ann, page):
        world.net.login(phone)
    monkeypatch.setattr(
        keeping, "rights_of", lambda people: looks.append(1) or queries.rights_of(people)
    )
    run(keeper.watch(world.net), lambda: len(looks) > 3)
    world.net.publish({"topic": "offer"}, district="test", people=[own.person])
    world.wait(2)
    assert not ann.closed
    assert [told["event"]["topic"] for told in page.words("Event")] == ["offer"]
    assert not page.words("Groups")
    assert not page.words("Here")
    assert [told["count"] for told in ann.words("Here")] == [1]
    Radio.objects.create(district="test", number="7", device="0" * 32, stunned_at=timezone.now())
    run(keeper.watch(world.net), lambda: page.closed == "stunned")
