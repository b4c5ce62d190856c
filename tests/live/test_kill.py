"""The relay is killed while somebody talks: everybody comes back, and what was said is there."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from tests.conftest import CommittedDatabase
from tests.live.test_keeping import SPOKEN
from tests.support.net import talkgroup
from tests.support.relay import RunningRelay
from tests.support.site import Site
from tests.support.town import build
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from yihu.live.frames import Frame, packed
from yihu.radio import archive, queries
from yihu.radio.models import Burst
from yihu.radio.tickets import Ticket

SOON = 20.0  # seconds until a test gives up waiting; nothing is timed


@pytest.fixture
def relay(committed_db: CommittedDatabase) -> Iterator[RunningRelay]:
    settings.RECORDINGS.mkdir(exist_ok=True)
    running = RunningRelay(Site(committed_db.url))
    running.start()
    yield running
    running.stop()


class Phone:
    def __init__(self, relay: RunningRelay, ticket: Ticket) -> None:
        self.line: ClientConnection = connect(
            f"ws://127.0.0.1:{relay.port}",
            origin=f"http://127.0.0.1:{relay.port - 1}",  # type: ignore[arg-type]
            compression=None,
            legacy=True,  # without a `with`: lines end when the relay does
        )
        self.line.send(json.dumps({"say": "Login", "ticket": ticket.signed()}))
        self.wait("Welcome")

    def wait(self, word: str) -> dict[str, Any]:
        while True:
            said = self.line.recv(SOON)
            if isinstance(said, str) and (found := json.loads(said))["say"] == word:
                return found

    def talk(self, number: int) -> None:
        self.line.send(json.dumps({"say": "Floor Request", "group": "net"}))
        stream = self.wait("Floor Granted")["stream"]
        for packet in range(number):
            self.line.send(packed(Frame(stream, packet, SPOKEN)))

    def hear(self, number: int) -> None:
        heard = 0
        while heard < number:
            heard += isinstance(self.line.recv(SOON), bytes)

    def is_cut_off(self) -> bool:
        with pytest.raises(ConnectionClosed):  # noqa: PT012 -- whatever came before
            while True:
                self.line.recv(SOON)
        return True


def test_what_was_heard_before_a_kill_is_kept_and_nobody_is_left_talking(
    relay: RunningRelay,
) -> None:
    town = build()
    talkgroup(town, "net", on=("chief", "officer"))
    tickets = [queries.ticket(town.actor(name), "0" * 32) for name in ("chief", "officer")]
    ann, bo = (Phone(relay, ticket) for ticket in tickets)
    ann.talk(25)
    bo.hear(25)
    relay.kill()
    assert ann.is_cut_off()
    assert bo.is_cut_off()
    assert not Burst.objects.exclude(ended_at=None).exists()
    relay.start()
    ann, bo = (Phone(relay, ticket) for ticket in tickets)
    bo.wait("Floor Idle")
    bo.talk(5)
    ann.hear(5)
    relay.stop()  # politely: what is being said ends here
    spoken = Burst.objects.order_by("started_at")
    assert [burst.group_id for burst in spoken] == ["net", "net"]
    assert [burst.ended_at is None for burst in spoken] == [False, False]
    assert [archive.sound_of(burst).count(SPOKEN) for burst in spoken] == [25, 5]
    relay.start()
