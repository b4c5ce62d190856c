"""History in bulk goes by the same rules as the present, and says the same in its entries."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support.town import Town, build

from yihu.direct import schemas
from yihu.direct.actions import Message, new_matter, send
from yihu.direct.kinds import Kind
from yihu.kernel import actions, history, ledger
from yihu.kernel.access import Actor, ActorKind, Refused
from yihu.kernel.history import BadHistory, PastMatter, PastMove, record
from yihu.kernel.inspection import inspect
from yihu.kernel.models import Answer, Entry, Matter, OutboxMessage, Party, SealedPart
from yihu.kernel.timeline import timeline

RESIDENT = Actor(ActorKind.PARTY, None, "test")
OPENED = datetime(2025, 3, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def town(db: None) -> Town:
    return build()


def past(
    town: Town, *happened: PastMove, key: bytes | None = None, words: str = "路灯坏了", **more: Any
) -> PastMatter:
    new = new_matter(town.station, Message(Kind.HELP, words), None, "code", "test")
    return PastMatter(replace(new, **more), OPENED, happened, key)


def answer(town: Town, after: timedelta = 3 * HOUR) -> PastMove:
    payload = schemas.Answered(outcome=schemas.Outcome.SOLVED, words="修好了")
    return PastMove("answer", town.actor("chief"), OPENED + after, payload)


def confirm(after: timedelta = 30 * HOUR) -> PastMove:
    return PastMove("confirm", RESIDENT, OPENED + after, schemas.Confirmed(rating=5))


def shape(value: Any) -> Any:
    """A body with its random ids and commitments left out."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in sorted(value.items()) if name != "origin"}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return "…" if isinstance(value, str) and len(value) in (9, 32, 64) else value


def bodies(matter: Matter) -> list[Any]:
    return [shape(json.loads(entry.body)) for entry in matter.entries.order_by("seq")]


def test_the_past_says_the_same_as_the_present_would_have_said(town: Town) -> None:
    chief, officer = town.actor("chief"), town.actor("officer")
    steps = [
        ("contact", chief, schemas.Contacted(words="您好")),
        ("assign", chief, schemas.Assigned(handler=officer.id)),
        ("ask", officer, schemas.Asked(words="哪个单元")),
        ("reply", RESIDENT, schemas.Replied(words="三单元")),
        ("answer", officer, schemas.Answered(outcome="solved", words="修好了")),
        ("dispute", RESIDENT, schemas.Disputed(rating=1)),
        ("answer", chief, schemas.Answered(outcome="explained", words="又修了")),
        ("confirm", RESIDENT, schemas.Confirmed(rating=4)),
    ]
    happened = [
        PastMove(name, actor, OPENED + n * HOUR, payload)
        for n, (name, actor, payload) in enumerate(steps, 1)
    ]
    record(actor=RESIDENT, matters=[past(town, *happened)])
    then = Matter.objects.get()
    sent = send(station=town.station, message=Message(Kind.HELP, "路灯坏了"), client_key=b"k" * 16)
    resident = replace(RESIDENT, id=Party.objects.get(matter=sent.matter).id)
    for name, actor, payload in steps:
        now = Matter.objects.get(pk=sent.matter.id)
        common = {"matter": now.id, "name": name, "payload": payload}
        common |= {"client_key": secrets.token_bytes(16)}
        common["actor"] = resident if actor is RESIDENT else actor
        if now.declared.move(name, now.step):
            actions.move(seq=now.seq, **common)
        else:
            actions.act(**common)
    now = Matter.objects.get(pk=sent.matter.id)
    assert bodies(then) == bodies(now)
    for matter in (then, now):
        verdicts = Answer.objects.filter(party__matter=matter).order_by("round")
        assert list(verdicts.values_list("round", "verdict", "rating")) == [
            (1, "unsolved", 1),
            (2, "solved", 4),
        ]
    same = ("step", "seq", "step_seq", "round", "outcome", "solution_owner_id", "due_at")
    assert [getattr(then, name) for name in same] == [getattr(now, name) for name in same]
    said = [[s.text for h in timeline(m, "office") for s in h.said] for m in (then, now)]
    assert said[0] == said[1]


def test_entries_have_their_true_times_and_nobody_is_told(town: Town) -> None:
    done = record(actor=RESIDENT, matters=[past(town, answer(town), confirm())])
    assert (done.matters, done.entries) == (1, 3)
    times = list(Entry.objects.order_by("seq").values_list("occurred_at", flat=True))
    assert times == [OPENED, OPENED + 3 * HOUR, OPENED + 30 * HOUR]
    matter = Matter.objects.get()
    assert (matter.answered_at, matter.closed_at, matter.lapses_at) == (times[1], times[2], None)
    assert not OutboxMessage.objects.exists()


def test_silence_has_ended_what_was_answered(town: Town) -> None:
    record(actor=RESIDENT, matters=[past(town, answer(town))])
    matter = Matter.objects.get()
    rested = OPENED + 3 * HOUR + timedelta(days=7)
    assert (matter.step, matter.closed_at) == ("rested", rested)
    assert json.loads(matter.entries.last().body)["by"] == {"kind": "clock"}


@pytest.mark.parametrize(
    ("happened", "fault"),
    [
        (lambda town: [answer(town, -HOUR)], BadHistory),
        (lambda town: [answer(town, timedelta(days=9999))], BadHistory),
        (lambda town: [answer(town), confirm(HOUR)], BadHistory),
        (lambda town: [confirm()], Refused),
        (lambda town: [replace(answer(town), by=town.actor("stranger"))], Refused),
        (lambda town: [replace(answer(town), by=RESIDENT)], Refused),
        (
            lambda town: [
                PastMove("close", town.actor("chief"), OPENED, schemas.Noted(words="算了"))
            ],
            Refused,
        ),
    ],
    ids=["before", "to come", "out of order", "no such move", "stranger", "party", "unanswered"],
)
def test_what_cannot_have_happened_is_not_written(town: Town, happened: Any, fault: type) -> None:
    with pytest.raises(fault):
        record(actor=RESIDENT, matters=[past(town), past(town, *happened(town))])
    assert not Matter.objects.exists()


def test_history_needs_an_origin_and_cannot_be_yet_to_come(town: Town) -> None:
    with pytest.raises(BadHistory):
        record(actor=RESIDENT, matters=[past(town, origin="")])
    tomorrow = replace(past(town), occurred_at=datetime.now(UTC) + timedelta(days=1))
    with pytest.raises(BadHistory):
        record(actor=RESIDENT, matters=[tomorrow])


def test_what_has_a_key_is_written_once(town: Town) -> None:
    first = [past(town, key=b"1"), past(town, key=b"2"), past(town, key=b"1"), past(town)]
    done = record(actor=RESIDENT, matters=first, batch=3)
    assert (done.matters, done.repeated, done.changed) == (3, 1, 0)
    again = [past(town, key=b"1"), past(town, key=b"2", words="换了一句"), past(town, key=b"3")]
    expected = history.Recorded(matters=1, repeated=2, changed=1)
    assert history.compare(again) == expected
    done = record(actor=RESIDENT, matters=again)
    assert (done.matters, done.repeated, done.changed) == (1, 2, 1)
    assert Matter.objects.count() == 4


def test_whatever_stops_it_the_batches_before_are_whole(town: Town) -> None:
    def broken() -> Iterator[PastMatter]:
        for n in range(5):
            yield past(town, answer(town), key=b"%d" % n)
        raise KeyboardInterrupt

    told: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        record(actor=RESIDENT, matters=broken(), batch=2, progress=told.append)
    assert told == [2, 2]
    assert (Matter.objects.count(), Entry.objects.count()) == (4, 12)
    rest = (past(town, answer(town), key=b"%d" % n) for n in range(5))
    assert record(actor=RESIDENT, matters=rest).matters == 1


def test_two_references_that_are_drawn_alike_are_drawn_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = iter(["AAAA-AAAA", "AAAA-AAAA", "AAAA-AAAA", "BBBB-BBBB", "CCCC-CCCC"])
    monkeypatch.setattr(actions, "new_reference", lambda: next(draws))
    record(actor=RESIDENT, matters=[past(town)])
    record(actor=RESIDENT, matters=[past(town), past(town)])
    references = set(Matter.objects.values_list("reference", flat=True))
    assert references == {"AAAA-AAAA", "BBBB-BBBB", "CCCC-CCCC"}
    for matter in Matter.objects.all():
        assert json.loads(matter.entries.get().body)["reference"] == matter.reference


def test_staff_are_looked_up_once_however_long_the_history(town: Town, queries: Any) -> None:
    officer = town.actor("officer").id
    moves = [
        PastMove("contact", town.actor("chief"), OPENED, schemas.Contacted(words="您好")),
        PastMove("assign", town.actor("chief"), OPENED, schemas.Assigned(handler=officer)),
        replace(answer(town), by=town.actor("officer")),
    ]
    matters = [past(town, *moves) for _ in range(40)]
    with queries(at_most=24):
        record(actor=RESIDENT, matters=matters)
    assert Entry.objects.count() == 40 * 5


@pytest.mark.usefixtures("committed_db")
def test_the_ledger_of_a_recorded_past_verifies() -> None:
    town = build()
    record(
        actor=RESIDENT,
        matters=[past(town, answer(town), confirm(), words=f"第{n}件") for n in range(50)],
        batch=20,
    )
    assert ledger.sequence() == 150
    reports = inspect(ledger.public_key())
    assert all(report.ok for report in reports.values())
    assert reports[ledger.PUBLIC].entries == 150
    assert SealedPart.objects.filter(what="answer").count() == 50
