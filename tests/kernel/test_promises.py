"""Attempts to break what the kernel promises: nobody forgotten, nobody exposed, nothing lost."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from tests.support.matters import answered, do, key, teller, write
from tests.support.town import Town, build

from yihu.cli.faults import explain
from yihu.cli.preparation import require_keys
from yihu.direct.kinds import About, Kind
from yihu.kernel import actions, lapses, ledger, notices, sealed, triggers, vault, watch
from yihu.kernel.access import Actor, ActorKind, Refused
from yihu.kernel.clock import escalate, hours
from yihu.kernel.loop import CLOCK, End, Loop, Move, Role, Seat, Step
from yihu.kernel.models import Answer, Matter, SealedPart
from yihu.kernel.payload import Part
from yihu.kernel.queries import visible_to
from yihu.kernel.timeline import timeline
from yihu.keyring import KeyMissingError, Keyring
from yihu.people.models import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def sees(actor: Actor, matter: Matter) -> bool:
    return visible_to(actor).filter(pk=matter.pk).exists()


def told(actor: Actor, template: str) -> int:
    return notices.for_actor(actor).filter(template=template).count()


# --- nobody is forgotten -------------------------------------------------------------------------


def test_whoever_owns_a_step_can_see_the_matter_in_it(town: Town) -> None:
    """The third "not solved" goes to a supervisor who had never heard of it."""
    sent = write(town)
    for _ in range(3):
        do(town.actor("chief"), sent.matter, "answer", outcome="explained", words="解释")
        matter = do(teller(sent), sent.matter, "dispute")
    supervisor = town.actor("supervisor")
    assert matter.step == "oversight"
    assert sees(supervisor, matter)
    assert told(supervisor, "your_turn") == 1
    assert do(supervisor, matter, "decide", outcome="solved", words="已办").step == "decided"


@pytest.mark.parametrize("end", ["merge", "refer"])
def test_a_teller_may_object_to_being_merged_or_sent_elsewhere(town: Town, end: str) -> None:
    sent, other = write(town), write(town, words="同一盏灯")
    fields = {"into": other.matter.reference} if end == "merge" else {"to": "城管中队"}
    matter = do(town.actor("chief"), sent.matter, end, words="并到另一件", **fields)
    assert not matter.is_open
    matter = do(teller(sent), matter, "dispute", words="不是一回事")
    assert (matter.step, matter.merged_into_id) == ("reopened", None)
    assert matter.due_at is not None
    assert told(town.actor("chief"), "your_turn") == 1


def test_a_complaint_is_not_buried_in_a_matter_of_another_kind(town: Town) -> None:
    complaint = write(town, kind=Kind.COMPLAINT, about=About.OFFICE)
    help_ = write(town)
    with pytest.raises(Refused) as refused:
        do(
            town.actor("chief"),
            complaint.matter,
            "merge",
            into=help_.matter.reference,
            words="并过去",
        )
    assert refused.value.code == "no_such_matter"


def test_a_complaint_about_somebody_is_not_merged_where_nobody_knows_of_them(town: Town) -> None:
    named, other = (write(town, kind=Kind.COMPLAINT, about=About.PERSON) for _ in range(2))
    supervisor, officer = town.actor("supervisor"), town.people["officer"].id
    do(supervisor, named.matter, "name_subject", person=officer)
    into = {"into": other.matter.reference, "words": "并过去"}
    with pytest.raises(Refused) as refused:
        do(town.actor("chief"), named.matter, "merge", **into)
    assert refused.value.code == "other_subject"
    do(supervisor, other.matter, "name_subject", person=officer)
    assert do(town.actor("chief"), named.matter, "merge", **into).step == "merged"


def test_a_matter_whose_words_were_erased_is_not_opened_again(town: Town) -> None:
    """Nothing could be answered in it: it would stay open for ever."""
    sent = answered(town)
    do(teller(sent), sent.matter, "confirm")
    do(teller(sent), sent.matter, "ask_erasure")
    sealed.erase_party(actor=town.actor("supervisor"), matter=sent.matter.id, party=teller(sent).id)
    with pytest.raises(Refused) as refused:
        do(teller(sent), sent.matter, "dispute")
    assert refused.value.code == "erased"
    sent.matter.refresh_from_db()
    assert not sent.matter.is_open


def test_a_new_handler_is_told(town: Town) -> None:
    sent = write(town)
    chief = town.actor("chief")
    do(chief, sent.matter, "contact", words="您好")
    do(chief, sent.matter, "assign", handler=town.people["officer"].id)
    do(chief, sent.matter, "reassign", handler=town.people["colleague"].id)
    assert told(town.actor("colleague"), "your_turn") == 1
    assert not sees(town.actor("officer"), sent.matter)


def test_a_handler_who_is_gone_is_not_the_one_who_is_told(town: Town) -> None:
    sent = write(town)
    chief, officer = town.actor("chief"), town.actor("officer")
    do(chief, sent.matter, "contact", words="您好")
    do(chief, sent.matter, "assign", handler=officer.id)
    do(officer, sent.matter, "ask", words="哪个单元")
    Post.objects.filter(person=officer.id).update(until=timezone.now())
    do(teller(sent), sent.matter, "reply", words="三单元")
    assert told(chief, "party_replied") == 1
    assert [finding.code for finding in watch.look() if finding.grave] == ["nobody_to_act"]
    do(chief, sent.matter, "reassign", handler=town.people["colleague"].id)
    assert not [finding for finding in watch.look() if finding.grave]


def test_the_doctor_misses_a_role_that_nobody_holds(town: Town) -> None:
    write(town)
    gone = Post.objects.filter(role__in=("station_chief", "deputy_chief"))
    gone.update(until=timezone.now())
    assert [finding.code for finding in watch.look() if finding.grave] == ["nobody_to_act"]


def test_where_the_supervisor_is_complained_about_the_leader_decides(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    supervisor, leader = town.actor("supervisor"), town.actor("leader")
    with pytest.raises(Refused):
        do(leader, sent.matter, "decide", outcome="solved", words="已办")
    do(supervisor, sent.matter, "name_subject", person=supervisor.id)
    assert not sees(supervisor, sent.matter)
    assert do(leader, sent.matter, "decide", outcome="solved", words="已办").step == "decided"


def test_matters_that_cannot_lapse_hold_up_no_other(town: Town) -> None:
    """However many: they must not fill the head of the queue for ever."""
    for _ in range(3):
        parent = answered(town).matter
        Matter.objects.filter(pk=write(town).matter.pk).update(parent=parent, lapses_at=None)
        Matter.objects.filter(pk=parent.pk).update(lapses_at=timezone.now())
    late = write(town).matter
    lapses.fire_due(timezone.now() + timedelta(days=60), limit=2)
    late.refresh_from_db()
    assert late.rungs_fired == 2


BOSS = Role("boss", "boss", alternate=Role("leader", "leader"))
CLERK = Role("clerk", "clerk", alternate=BOSS)
CALLER = Role("caller", "caller", seat=Seat.PARTY, alternate=CLERK)


def loop_with(*moves: Move) -> Loop:
    def step(name: str, owner: Role, over: Role) -> Step:
        return Step(name, name, owner=owner, within=hours(1), lapse=escalate(over))

    ends = [End(name, name, because="said") for name in ("withdrawn", "merged", "misdirected")]
    return Loop(
        "tried",
        "tried",
        opens="received",
        answers_to=CALLER,
        steps=(step("received", CLERK, BOSS), End("closed", "closed"), *ends),
        moves=(
            *(Move(end.name, "", "received", end.name, by=BOSS) for end in ends),
            *moves,
        ),
    )


ANSWER = Move("answer", "", "received", "closed", by=CLERK, answers=CALLER)


@pytest.mark.parametrize(
    ("moves", "problem"),
    [
        (
            [ANSWER, Move("lapse", "", "received", "closed", by=CLOCK, answers=CALLER)],
            "silence and the party's own words are none",
        ),
        (
            [ANSWER, Move("enough", "", "received", "closed", by=CALLER, answers=CALLER)],
            "silence and the party's own words are none",
        ),
        (
            [ANSWER, Move("close", "", "received", "closed", by=CLERK, excusable=True)],
            "no act excuses where it starts",
        ),
        (
            [ANSWER, Move("resume", "", "closed", "received", by=CLERK, times=1, beyond="closed")],
            "leads back from the end 'closed' without owing an answer again",
        ),
        (
            [Move("answer", "", "received", "closed", by=BOSS, answers=CALLER)],
            "its owner clerk has no move that leads on from it",
        ),
    ],
)
def test_no_loop_gets_round_its_check(moves: list[Move], problem: str) -> None:
    assert loop_with(ANSWER).check() == []
    assert any(problem in said for said in loop_with(*moves).check())


# --- no answer is counted that was not given -----------------------------------------------------


def test_unreachable_is_no_excuse_once_the_teller_has_spoken(town: Town) -> None:
    sent = write(town)
    do(town.actor("chief"), sent.matter, "excuse", reason="unreachable", words="三次")
    do(teller(sent), sent.matter, "add", words="我在家")
    assert Answer.objects.get(party=teller(sent).id).excuse == ""
    with pytest.raises(Refused):
        do(town.actor("chief"), sent.matter, "close", words="联系不上")


def test_only_what_was_asked_for_is_erased(town: Town) -> None:
    sent = answered(town)
    do(teller(sent), sent.matter, "confirm")
    Matter.objects.filter(pk=sent.matter.pk).update(watched=True)
    with pytest.raises(Refused) as refused:
        sealed.erase_party(
            actor=town.actor("supervisor"), matter=sent.matter.id, party=teller(sent).id
        )
    assert refused.value.code == "not_asked"


def test_another_photo_under_the_same_key_is_not_swallowed(town: Town) -> None:
    sent, client_key = write(town), key()
    payload = sent.matter.declared.act("add", "received").takes(words="照片")
    common = {
        "actor": teller(sent),
        "matter": sent.matter.id,
        "name": "add",
        "client_key": client_key,
        "payload": payload,
    }
    actions.act(**common, parts=[Part("photo", b"one", media_type="image/jpeg")])
    with pytest.raises(actions.KeyReused):
        actions.act(**common, parts=[Part("photo", b"two", media_type="image/jpeg")])


def test_a_party_without_an_identity_sees_nothing(town: Town) -> None:
    sent = write(town)
    Matter.objects.filter(pk=sent.matter.pk).update(watched=False)
    roll_call = Matter.objects.get(pk=sent.matter.pk)
    roll_call.pk, roll_call.reference = uuid4(), "0000-0000"
    roll_call.save(force_insert=True)
    assert not visible_to(Actor(ActorKind.PARTY, None, town.station.district)).exists()


# --- what is sealed and guarded ------------------------------------------------------------------


@pytest.fixture
def own_keys(tmp_path: Path, settings: Settings) -> Keyring:
    settings.KEYRING = Keyring(tmp_path / "keys")
    settings.KEYRING.folder.mkdir(mode=0o700)
    return settings.KEYRING


def forget_keys() -> None:
    """As after a restart."""
    vault._master.cache_clear()
    vault._newest_in.cache_clear()


def test_a_lost_key_is_missed_and_never_made_anew(town: Town, own_keys: Keyring) -> None:
    """A new one in its place would seal what the true one, once found, cannot open."""
    sent = write(town)
    own_keys.path("vault-1").rename(own_keys.folder / "elsewhere")
    forget_keys()
    with pytest.raises(KeyMissingError, match=r"vault-1\.key"):
        timeline(sent.matter, "party")
    with pytest.raises(KeyMissingError):
        write(town)
    assert not own_keys.path("vault-1").exists()
    assert Matter.objects.count() == 1
    (finding,) = [one for one in watch.look() if one.code == "keys_lost"]
    assert finding.examples == ("vault-1.key",)
    with pytest.raises(KeyMissingError, match=r"vault-1\.key") as lost:
        require_keys()
    assert "备份" in (explain(lost.value) or "")
    (own_keys.folder / "elsewhere").rename(own_keys.path("vault-1"))
    forget_keys()
    require_keys()
    assert timeline(sent.matter, "party")[0].said[0].text == "楼道灯坏了"
    forget_keys()


def test_a_lost_pepper_does_not_pass_for_an_unknown_receipt(town: Town, own_keys: Keyring) -> None:
    write(town)
    ledger.sequence()
    for name in ("receipts", "log"):
        own_keys.path(name).unlink()
    assert vault.lost_keys() == ["log.key", "receipts.key"]
    forget_keys()


def test_the_wrong_key_under_the_right_name_is_found_out(town: Town, own_keys: Keyring) -> None:
    write(town)
    own_keys.path("vault-1").unlink()
    own_keys.secret("vault-1")
    forget_keys()
    assert [one.code for one in watch.look() if one.code.startswith("keys_")] == ["keys_wrong"]
    forget_keys()


def test_one_damaged_part_hides_nothing_beside_it(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """A single bad byte must not close the chief's whole list."""
    broken, whole = write(town, words="坏掉的话"), write(town, words="完好的话")
    part = SealedPart.objects.get(matter=broken.matter)
    SealedPart.objects.filter(pk=part.pk).update(sealed=bytes(part.sealed)[:-1] + b"!")
    client = Client()
    client.force_login(town.people["chief"])
    page = client.get("/desk/")
    assert page.status_code == 200
    assert "完好的话" in page.text
    assert "打不开" in page.text
    assert client.get(f"/desk/m/{broken.matter.reference}/").status_code == 200
    assert client.get(f"/desk/m/{whole.matter.reference}/").status_code == 200
    assert client.get(f"/r/{broken.secret}/").status_code == 200
    assert str(part.pk) in caplog.text
    assert "坏掉的话" not in caplog.text


SQLITE = connection.vendor == "sqlite"


def test_the_doctor_is_not_fooled_by_a_trigger_that_does_nothing(town: Town) -> None:
    name = "kernel_entry_no_delete"
    with connection.cursor() as cursor:
        if SQLITE:
            cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(
                f"CREATE TRIGGER {name} BEFORE DELETE ON kernel_entry BEGIN SELECT 1; END"
            )
            assert triggers.missing() == {name}
        else:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {triggers.FUNCTION}() RETURNS trigger"
                " AS $$ BEGIN RETURN NULL; END $$ LANGUAGE plpgsql"
            )
            assert triggers.missing() == triggers.expected("postgresql")
    triggers.install()
    assert not triggers.missing()


@transaction.atomic
def run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_neither_a_replica_nor_a_replacement_gets_past_the_triggers(town: Town) -> None:
    sent = write(town)
    attempts = (
        [
            ["INSERT OR REPLACE INTO kernel_matter SELECT * FROM kernel_matter"],
            ["INSERT OR REPLACE INTO kernel_party SELECT * FROM kernel_party"],
            ["INSERT OR REPLACE INTO kernel_sealedpart SELECT * FROM kernel_sealedpart"],
        ]
        if SQLITE
        else [
            ["SET LOCAL session_replication_role = replica", "DELETE FROM kernel_entry"],
            ["SET LOCAL session_replication_role = replica", "DELETE FROM kernel_sealedpart"],
        ]
    )
    for statements in attempts:
        with pytest.raises(DatabaseError, match="keeps what was recorded"):
            run(statements)
    assert Matter.objects.filter(pk=sent.matter.pk).exists()


# --- what a stranger can make the pages do -------------------------------------------------------


@pytest.mark.parametrize("number", ["x", "-1", "9" * 40, "1.5", "\0"])
def test_damaged_numbers_in_notices_break_nothing(town: Town, number: str) -> None:
    write(town)
    client = Client()
    client.force_login(town.people["chief"])
    for field in ("notice", "upto"):
        assert client.post("/desk/notices/", {field: number}).status_code == 302
    assert client.get("/desk/notices/", {"before": number}).status_code == 200
    assert notices.unread(town.actor("chief")) == 1
