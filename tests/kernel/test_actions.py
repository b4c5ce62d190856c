"""Opening, moving and acting: one transaction each, nothing lost, nobody passed over."""

import secrets
from dataclasses import replace
from uuid import uuid4

import pytest
from tests.support.town import Town, build

from yihu.direct import schemas
from yihu.direct.actions import Message, Safety, Sent, send
from yihu.direct.kinds import About, Kind
from yihu.kernel import actions, ledger, proofs, vault
from yihu.kernel.access import Actor, ActorKind, Conflict, Refused
from yihu.kernel.actions import KeyReused
from yihu.kernel.models import Answer, Entry, Leaf, Matter, OutboxMessage, Party, SealedPart
from yihu.kernel.timeline import timeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def key() -> bytes:
    return secrets.token_bytes(16)


def write(town: Town, kind: Kind = Kind.HELP, words: str = "楼道灯坏了", **more: object) -> Sent:
    message = Message(kind=kind, words=words, **more)
    return send(station=town.station, message=message, client_key=key())


def teller(sent: Sent) -> Actor:
    party = proofs.party_with(sent.secret)
    assert party is not None
    return Actor(ActorKind.PARTY, party.id, party.matter.district)


def do(actor: Actor, matter: Matter, name: str, **fields: object) -> Matter:
    matter.refresh_from_db()
    move = matter.declared.move(name, matter.step) or matter.declared.act(name, matter.step)
    assert move is not None, f"{name} at {matter.step}"
    payload = move.takes(**fields)
    if matter.declared.move(name, matter.step):
        done = actions.move(
            actor=actor,
            matter=matter.id,
            name=name,
            seq=matter.seq,
            client_key=key(),
            payload=payload,
        )
    else:
        done = actions.act(
            actor=actor, matter=matter.id, name=name, client_key=key(), payload=payload
        )
    return done.matter


def test_opening_takes_at_most_eight_statements(town: Town, queries) -> None:
    proofs.pepper()
    vault.newest_master()
    with queries(at_most=8):
        write(town, kind=Kind.COMPLAINT, name="甲", contact="000-0000")


def test_a_retry_is_answered_as_before_and_opens_nothing(town: Town) -> None:
    message, client_key = Message(kind=Kind.HELP, words="一句话"), key()
    first = send(station=town.station, message=message, client_key=client_key)
    again = send(station=town.station, message=message, client_key=client_key)
    assert (again.matter.id, again.secret, again.repeated) == (first.matter.id, first.secret, True)
    assert Matter.objects.count() == 1


def test_other_content_under_the_same_key_is_not_swallowed(town: Town) -> None:
    client_key = key()
    send(station=town.station, message=Message(Kind.HELP, "一"), client_key=client_key)
    with pytest.raises(KeyReused):
        send(station=town.station, message=Message(Kind.HELP, "二"), client_key=client_key)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": Kind.PRAISE},
        {"about": About.CHIEF},
        {"safety": Safety.NEVER},
        {"contact": "000-0000"},
        {"whom": "甲"},
    ],
)
def test_another_choice_under_the_same_key_is_another_message(
    town: Town, change: dict[str, object]
) -> None:
    client_key, message = key(), Message(Kind.COMPLAINT, "同样的话")
    send(station=town.station, message=message, client_key=client_key)
    with pytest.raises(KeyReused):
        send(station=town.station, message=replace(message, **change), client_key=client_key)


def test_the_whole_road_from_message_to_verdict(town: Town) -> None:
    sent = write(town)
    chief, officer, resident = town.actor("chief"), town.actor("officer"), teller(sent)
    matter = sent.matter
    do(chief, matter, "contact", words="您好,已收到")
    do(chief, matter, "assign", handler=officer.id)
    do(officer, matter, "ask", words="是哪个单元")
    do(resident, matter, "reply", words="三单元")
    do(officer, matter, "answer", outcome="solved", words="已经修好")
    done = do(resident, matter, "confirm", rating=5)
    assert done.step == "closed"
    assert done.closed_at is not None
    assert done.due_at is None
    assert Answer.objects.get().verdict == "solved"
    said = [s.text for h in timeline(done, "party") for s in h.said]
    assert said == ["楼道灯坏了", "您好,已收到", "是哪个单元", "三单元", "已经修好"]


def test_a_move_from_an_old_reading_conflicts_and_changes_nothing(town: Town) -> None:
    sent = write(town)
    chief = town.actor("chief")
    do(chief, sent.matter, "contact", words="您好")
    with pytest.raises(Conflict) as conflict:
        actions.move(
            actor=chief,
            matter=sent.matter.id,
            name="contact",
            seq=1,
            client_key=key(),
            payload=schemas.Contacted(words="又一次"),
        )
    assert conflict.value.seq == 2
    assert Entry.objects.count() == 2


def test_no_end_without_an_answer_unless_a_second_person_confirms_the_excuse(town: Town) -> None:
    sent = write(town)
    chief, officer = town.actor("chief"), town.actor("officer")
    matter = do(chief, sent.matter, "contact", words="您好")
    with pytest.raises(Refused, match="not been told"):
        do(chief, matter, "close", words="联系不上")
    do(chief, matter, "excuse", reason="unreachable", words="三次")
    with pytest.raises(Refused, match="someone other"):
        do(chief, matter, "confirm_excuse", words="确认")
    do(chief, matter, "assign", handler=officer.id)
    do(officer, matter, "confirm_excuse", words="确认")
    assert do(chief, matter, "close", words="联系不上").step == "rested"


def test_not_solved_reopens_and_the_third_time_goes_to_the_supervisor(town: Town) -> None:
    sent = write(town)
    chief, resident = town.actor("chief"), teller(sent)
    for expected in ("reopened", "reopened", "oversight"):
        do(chief, sent.matter, "answer", outcome="explained", words="解释")
        assert do(resident, sent.matter, "dispute", rating=1).step == expected
    verdicts = Answer.objects.order_by("round").values_list("round", "verdict", "rating")
    assert list(verdicts) == [(n, "unsolved", 1) for n in (1, 2, 3)]


def test_a_complaint_about_the_chief_never_reaches_the_station(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    for name in ("chief", "deputy", "officer"):
        with pytest.raises(Matter.DoesNotExist):
            do(town.actor(name), sent.matter, "note", words="看看")
    assert do(town.actor("supervisor"), sent.matter, "decide", outcome="solved", words="已处理")
    assert not OutboxMessage.objects.filter(role="station_chief").exists()


def test_whoever_is_complained_about_and_those_below_lose_sight_of_it(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    do(town.actor("supervisor"), sent.matter, "name_subject", person=town.people["officer"].id)
    do(town.actor("chief"), sent.matter, "contact", words="您好")
    with pytest.raises(Refused, match="about this person"):
        do(town.actor("chief"), sent.matter, "assign", handler=town.people["officer"].id)
    do(town.actor("chief"), sent.matter, "assign", handler=town.people["colleague"].id)
    with pytest.raises(Matter.DoesNotExist):
        do(town.actor("officer"), sent.matter, "note", words="看看")


def test_the_chief_cannot_be_named_while_the_station_has_the_matter(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    supervisor = town.actor("supervisor")
    with pytest.raises(Refused, match="take it over"):
        do(supervisor, sent.matter, "name_subject", person=town.people["chief"].id)
    do(supervisor, sent.matter, "take_over", words="由我们办理")
    do(supervisor, sent.matter, "name_subject", person=town.people["chief"].id)
    with pytest.raises(Matter.DoesNotExist):
        do(town.actor("officer"), sent.matter, "note", words="看看")


def test_strangers_know_of_nothing(town: Town) -> None:
    sent = write(town)
    for actor in (
        town.actor("stranger"),
        town.actor("auxiliary"),
        Actor(ActorKind.PARTY, uuid4(), town.station.district),
    ):
        with pytest.raises(Matter.DoesNotExist):
            do(actor, sent.matter, "note", words="看看")


def test_the_sequencer_gives_each_entry_a_place_and_a_proof(town: Town) -> None:
    sent = [write(town, words=f"第{n}件") for n in range(5)]
    assert ledger.sequence() == 5
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == [0, 1, 2, 3, 4]
    more = write(town, words="再一件")
    assert ledger.sequence() == 1
    for one in [*sent, more]:
        assert ledger.inclusion(one.matter.entries.get()) is not None
    assert ledger.sequence() == 0


def test_sealed_words_are_nowhere_in_the_clear(town: Town) -> None:
    write(town, words="只有她知道的话", contact="000-1234")
    for part in SealedPart.objects.all():
        assert "只有她知道的话".encode() not in bytes(part.sealed)
    assert not Entry.objects.filter(body__contains="只有她知道的话").exists()
    assert not Party.objects.filter(secret_hash=None).exists()
