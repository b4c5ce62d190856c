"""`yihu verify` on a real database: whole when untouched, and no tampering passes."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from tests.conftest import CommittedDatabase
from tests.support.matters import answered, do, teller, write
from tests.support.town import Town, build

from yihu.kernel import ledger, proofs, sealed, triggers
from yihu.kernel.loop import LOOPS
from yihu.kernel.models import Entry, Matter, Party, Pending
from yihu.keyring import Keyring

SQLITE = connection.vendor == "sqlite"


@pytest.fixture
def town(committed_db: CommittedDatabase) -> Town:
    """Several matters over several checkpoints, and one entry that still waits for its place."""
    town = build()
    for _ in range(3):
        answered(town, contact="000")
        write(town)
        ledger.sequence()
    answered(town)
    ledger.sequence()
    write(town)
    return town


def verify(*options: str) -> tuple[int, dict[str, Any]]:
    said = StringIO()
    try:
        call_command("verify", "--json", *options, stdout=said)
        status = 0
    except SystemExit as stop:
        status = int(stop.code or 0)
    return status, json.loads(said.getvalue())


def found(*options: str) -> set[str]:
    status, said = verify(*options)
    codes = {code for log in said["logs"].values() for code in log["counts"]}
    assert (status == 0) == said["sound"] == (codes <= {"late"})
    return codes


def tamper(*statements: str) -> None:
    """As whoever holds the database may: the triggers go first."""
    with connection.cursor() as cursor:
        for name in triggers.expected(connection.vendor):
            table = name.partition("_no_")[0]
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if SQLITE else f" ON {table}"))
        if SQLITE:
            cursor.execute("PRAGMA foreign_keys = OFF")
        else:
            cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)


def test_an_untouched_ledger_is_sound(town: Town) -> None:
    status, said = verify()
    assert status == 0
    public = said["logs"]["public"]
    assert public["leaves"] == public["entries"] - 1 == Entry.objects.count() - 1
    assert public["matters"] == Matter.objects.count()
    assert public["counts"] == {}
    assert said["key"] == str(ledger.public_key())


def test_it_says_plainly_when_nobody_outside_has_a_checkpoint(town: Town) -> None:
    said = StringIO()
    call_command("verify", stdout=said)
    assert "unwitnessed" in said.getvalue()
    assert verify()[1]["witnessed"] is False


FALSIFICATIONS: dict[str, tuple[list[str], set[str]]] = {
    "a changed body": (
        ["UPDATE kernel_entry SET body = replace(body, 'contact', 'c0ntact') WHERE seq = 2"],
        {"entry_changed"},
    ),
    "a changed time": (
        ["UPDATE kernel_entry SET occurred_at = '2020-01-01 00:00:00' WHERE seq = 2"],
        {"entry_changed"},
    ),
    "a changed body whose leaf was changed with it": (
        [
            "UPDATE kernel_entry SET kind = 'other' WHERE seq = 3",
            'UPDATE kernel_leaf SET hash = (SELECT hash FROM kernel_leaf WHERE "index" = 0)'
            " WHERE entry_id IN (SELECT id FROM kernel_entry WHERE seq = 3)",
        ],
        {"checkpoint_root"},
    ),
    "a removed entry": (
        [
            "DELETE FROM kernel_entry WHERE seq = 2",
        ],
        {"entry_missing", "chain_gap"},
    ),
    "a removed entry and its leaf": (
        [
            'DELETE FROM kernel_leaf WHERE "index" = 2',
            "DELETE FROM kernel_entry WHERE id NOT IN (SELECT entry_id FROM kernel_leaf"
            " UNION SELECT entry_id FROM kernel_pending)",
        ],
        {"leaf_missing"},
    ),
    "the last entries cut off": (
        [
            'DELETE FROM kernel_leaf WHERE "index" >= 6',
            "DELETE FROM kernel_entry WHERE id NOT IN (SELECT entry_id FROM kernel_leaf"
            " UNION SELECT entry_id FROM kernel_pending)",
        ],
        {"checkpoint_beyond"},
    ),
    "two entries swapped": (
        [
            'UPDATE kernel_leaf SET "index" = 103 - "index" WHERE "index" IN (1, 2)',
            'UPDATE kernel_leaf SET "index" = "index" - 100 WHERE "index" > 100',
        ],
        {"checkpoint_root"},
    ),
    "a removed matter": (
        ["DELETE FROM kernel_matter WHERE reference = (SELECT min(reference) FROM kernel_matter)"],
        {"matter_removed"},
    ),
    "a matter removed with all its entries": (
        [
            "DELETE FROM kernel_entry WHERE matter_id = (SELECT id FROM kernel_matter"
            " ORDER BY opened_at LIMIT 1)",
            "DELETE FROM kernel_leaf WHERE entry_id NOT IN (SELECT id FROM kernel_entry)",
            "DELETE FROM kernel_matter WHERE id NOT IN (SELECT matter_id FROM kernel_entry)",
        ],
        {"leaf_missing"},
    ),
    "a matter that forgot its last entry": (
        ["UPDATE kernel_matter SET seq = seq - 1 WHERE seq > 1"],
        {"matter_head"},
    ),
    "an entry slipped in": (
        [
            "INSERT INTO kernel_entry (district, matter_id, seq, prev, kind, body, occurred_at,"
            " recorded_at) SELECT district, matter_id, seq + 100, prev, kind, body, occurred_at,"
            " recorded_at FROM kernel_entry WHERE id = (SELECT min(id) FROM kernel_entry)",
        ],
        {"entry_unqueued"},
    ),
    "a checkpoint of another key": (
        ["UPDATE kernel_checkpoint SET note = replace(note, 'time 2', 'time 3')"],
        {"checkpoint_bad"},
    ),
    "a time of integration moved": (
        ["UPDATE kernel_leaf SET recorded_at = '2020-01-01 00:00:00' WHERE \"index\" = 0"],
        {"leaf_time"},
    ),
    "the sealed log's state swapped": (
        ["UPDATE kernel_checkpoint SET sealed_size = 7"],
        {"sealed_commitment"},
    ),
}


@pytest.mark.parametrize("what", FALSIFICATIONS)
def test_no_tampering_passes(town: Town, what: str) -> None:
    statements, expected = FALSIFICATIONS[what]
    assert found() == set()
    tamper(*statements)
    assert expected <= found(), what


def test_a_body_that_is_no_text_any_more_is_found(town: Town) -> None:
    if not SQLITE:
        pytest.skip("PostgreSQL refuses it by itself")
    tamper("UPDATE kernel_entry SET body = CAST(x'ff00ff' AS TEXT) WHERE seq = 2")
    assert "unreadable" in found()


# --- with a checkpoint from outside --------------------------------------------------------------


@dataclass
class Outside:
    path: Path
    size: int


@pytest.fixture
def outside(town: Town, tmp_path: Path) -> Outside:
    newest = ledger.latest_checkpoint()
    assert newest is not None
    path = tmp_path / "note.txt"
    path.write_text(newest.note)
    return Outside(path, newest.size)


def test_a_log_that_went_on_continues_the_checkpoint_from_outside(
    town: Town, outside: Outside
) -> None:
    for _ in range(4):
        write(town)
    ledger.sequence()
    assert found("--since", str(outside.path)) == set()
    assert verify("--since", str(outside.path))[1]["witnessed"] is True


ROLL_BACK = (
    "DELETE FROM kernel_checkpoint WHERE size > 4",
    'DELETE FROM kernel_leaf WHERE "index" >= 4',
    "DELETE FROM kernel_pending",
    "DELETE FROM kernel_entry WHERE id NOT IN (SELECT entry_id FROM kernel_leaf)",
    "DELETE FROM kernel_matter WHERE id NOT IN (SELECT matter_id FROM kernel_entry)",
    'DELETE FROM kernel_node WHERE ("index" + 1) * (1 << level) > 4',
)


def test_a_log_rolled_back_with_all_that_hung_on_it_is_found_from_outside_only(
    town: Town, outside: Outside
) -> None:
    tamper(*ROLL_BACK)
    assert found() == set()
    assert found("--since", str(outside.path)) == {"rolled_back"}


def test_a_log_rolled_back_and_written_anew_is_found_from_outside_only(
    town: Town, outside: Outside
) -> None:
    tamper(*ROLL_BACK)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = ON" if SQLITE else "RESET session_replication_role")
    for _ in range(30):
        write(town)
    ledger.sequence()
    assert found() == set()
    assert found("--since", str(outside.path)) == {"rewritten"}


def test_a_checkpoint_of_another_log_is_no_witness(
    town: Town, outside: Outside, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text(outside.path.read_text().replace("yihu/", "yihu/0"))
    assert found("--since", str(other)) == {"since_bad"}


def test_a_history_signed_anew_with_another_key_does_not_match_the_poster(
    town: Town, settings: Settings, tmp_path: Path
) -> None:
    poster = str(ledger.public_key())
    assert found("--key", poster) == set()
    (settings.KEYRING.path("log")).rename(tmp_path / "kept")
    try:
        tamper(
            "DELETE FROM kernel_checkpoint", "DELETE FROM kernel_leaf", "DELETE FROM kernel_node"
        )
        for entry in Entry.objects.order_by("id"):
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM kernel_pending WHERE entry_id = %s", [entry.pk])
            digest = ledger.entry_hash(ledger.bytes_of(entry))
            Pending.objects.create(entry=entry, log="public", hash=digest)
        ledger.sequence()
        assert found() == set()
        assert "checkpoint_bad" in found("--key", poster)
    finally:
        (tmp_path / "kept").replace(settings.KEYRING.path("log"))


def test_sealed_matters_are_audited_by_the_public_log_s_word(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same loop under a name of its own, kept in the sealed log."""
    hidden = replace(LOOPS["direct"], name="hidden", log=ledger.SEALED)
    monkeypatch.setitem(LOOPS, "hidden", hidden)
    monkeypatch.setattr("yihu.direct.actions.DIRECT", hidden)
    sent = write(town)
    do(town.actor("chief"), sent.matter, "contact", words="您好")
    ledger.sequence()
    ledger.sequence(timezone.now() + 2 * ledger.HEARTBEAT)
    status, said = verify()
    assert status == 0
    assert said["logs"]["sealed"]["leaves"] == 2
    assert said["logs"]["public"]["matters"] == Matter.objects.count() - 1
    tamper(
        "DELETE FROM kernel_leaf WHERE log = 'sealed' AND \"index\" = 1",
        "DELETE FROM kernel_checkpoint WHERE log = 'sealed'",
        "DELETE FROM kernel_entry WHERE seq = 2"
        " AND matter_id = (SELECT id FROM kernel_matter WHERE loop = 'hidden')",
        "UPDATE kernel_matter SET seq = 1 WHERE loop = 'hidden'",
    )
    assert "sealed_beyond" in found()


def test_erasing_leaves_the_ledger_sound(town: Town) -> None:
    sent = write(town, words="抹掉我", contact="000")
    do(teller(sent), sent.matter, "withdraw")
    do(teller(sent), sent.matter, "ask_erasure")
    ledger.sequence()
    party = Party.objects.get(matter=sent.matter)
    sealed.erase_party(actor=town.actor("supervisor"), matter=sent.matter.id, party=party.id)
    ledger.sequence()
    assert found() == set()


# --- receipts ------------------------------------------------------------------------------------


def run_receipt(path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """In a process of its own, whose database does not exist."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "yihu", "verify", "--receipt", str(path), "--json", *options],
        env=os.environ
        | {
            "YIHU_HOME": str(path.parent),
            "YIHU_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
            "DJANGO_SETTINGS_MODULE": "yihu.settings",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_receipt_verifies_where_there_is_no_database(town: Town, tmp_path: Path) -> None:
    sent = write(town, words="路灯坏了")
    path = tmp_path / "receipt.json"
    for state in ("promised, not yet logged", "in the log"):
        receipt = proofs.receipt_for(Party.objects.get(matter=sent.matter))
        path.write_text(json.dumps(receipt, ensure_ascii=False))
        status, said = run_receipt(path, "--key", str(ledger.public_key()))
        assert (status, said["state"], said["key_is_pinned"]) == (0, state, True)
        assert said["words"][0]["text"] == "路灯坏了"
        ledger.sequence()
    receipt["words"][0]["text"] = "路灯没坏"
    path.write_text(json.dumps(receipt, ensure_ascii=False))
    assert run_receipt(path) == (1, {"sound": False, "fault": "changed_words"})


@pytest.mark.parametrize("kind", ["no such file", "a folder"])
def test_what_cannot_be_read_is_neither_sound_nor_false(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "gone" if kind == "no such file" else tmp_path
    with pytest.raises(CommandError) as stop:
        call_command("verify", "--receipt", str(path))
    assert stop.value.returncode == 2


def test_without_keys_nothing_is_made_up(tmp_path: Path, settings: Settings) -> None:
    settings.KEYRING = Keyring(tmp_path / "keys")
    with pytest.raises(CommandError) as stop:
        call_command("verify")
    assert stop.value.returncode == 2
    assert not (tmp_path / "keys").exists()


# --- warnings ------------------------------------------------------------------------------------


def test_a_promise_kept_late_is_a_warning_and_no_falsification(town: Town) -> None:
    ledger.sequence(timezone.now() + timedelta(hours=3))
    status, said = verify()
    assert status == 0
    assert set(said["logs"]["public"]["counts"]) == {"late"}
