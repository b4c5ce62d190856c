"""Two at once: one wins, the other is told so politely, and nothing is lost."""

import secrets

import pytest
from tests.support.at_once import together
from tests.support.town import Town, build

from yihu.direct import schemas
from yihu.direct.actions import Message, send
from yihu.direct.kinds import Kind
from yihu.kernel import actions, ledger
from yihu.kernel.access import Conflict
from yihu.kernel.models import Entry, Leaf, Matter, Pending

AT_ONCE = 4


@pytest.fixture
def town(committed_db: object) -> Town:
    return build()


def test_of_concurrent_moves_one_wins_and_the_others_conflict(town: Town) -> None:
    matter = send(
        station=town.station,
        message=Message(Kind.HELP, "灯坏了"),
        client_key=secrets.token_bytes(16),
    ).matter
    chief = town.actor("chief")

    def contact() -> Matter:
        return actions.move(
            actor=chief,
            matter=matter.id,
            name="contact",
            seq=1,
            client_key=secrets.token_bytes(16),
            payload=schemas.Contacted(words="您好"),
        ).matter

    outcomes = together(*[contact] * AT_ONCE)
    assert [type(o) for o in outcomes].count(Matter) == 1
    assert [o.seq for o in outcomes if isinstance(o, Conflict)] == [2] * (AT_ONCE - 1)
    assert Entry.objects.count() == 2


def test_one_message_sent_many_times_at_once_is_one_matter(town: Town) -> None:
    client_key = secrets.token_bytes(16)

    def post() -> str:
        message = Message(Kind.HELP, "灯坏了")
        return send(station=town.station, message=message, client_key=client_key).secret

    assert len(set(together(*[post] * AT_ONCE))) == 1
    assert Matter.objects.count() == Entry.objects.count() == 1


def test_sequencers_side_by_side_leave_no_gap_and_no_double(town: Town) -> None:
    for n in range(30):
        message = Message(Kind.HELP, f"第{n}件")
        send(station=town.station, message=message, client_key=secrets.token_bytes(16))
    together(*[ledger.sequence] * AT_ONCE)
    ledger.sequence()
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(30))
    assert not Pending.objects.exists()
