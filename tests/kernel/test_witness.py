"""Checkpoints go outside, to a folder or a mailbox, and come back as evidence."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings
from tests.support.matters import write
from tests.support.smtp import mailers, sink
from tests.support.town import Town, build

from yihu.cli.ticking import JOBS, run_once
from yihu.kernel import checkpoint, ledger, watch, witness
from yihu.kernel.models import Witnessing
from yihu.kernel.witness import Unwitnessed


@pytest.fixture
def town(db: None) -> Town:
    town = build()
    write(town)
    ledger.sequence()
    return town


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.WITNESSES = [str(tmp_path)]
    return tmp_path


def codes() -> set[str]:
    return {finding.code for finding in watch.look()}


def test_a_folder_gets_each_note_once_and_the_newest_as_latest(town: Town, folder: Path) -> None:
    now = timezone.now()
    assert witness.publish(now) == 1
    assert witness.publish(now) == 0
    write(town)
    ledger.sequence()
    assert witness.publish(now) == 0  # not every second
    assert witness.publish(now + timedelta(minutes=2)) == 1
    newest = ledger.latest_checkpoint()
    assert newest is not None
    notes = sorted(path.name for path in folder.iterdir())
    assert [name.partition("-")[0] for name in notes] == ["1", "2", "latest"]
    assert (folder / "latest").read_text() == newest.note
    assert checkpoint.verify((folder / "latest").read_text(), ledger.public_key()).size == 2
    assert Witnessing.objects.get().checkpoint == newest


def test_the_doctor_asks_for_a_witness_and_then_is_content(
    town: Town, tmp_path: Path, settings: Settings
) -> None:
    settings.WITNESSES = []
    assert "unwitnessed" in codes()
    settings.WITNESSES = [str(tmp_path)]
    assert "witness_behind" in codes()
    witness.publish()
    assert codes() & {"unwitnessed", "witness_behind"} == set()


def test_a_folder_that_is_gone_is_a_finding_and_no_crash(
    town: Town, tmp_path: Path, settings: Settings
) -> None:
    gone, there = tmp_path / "unmounted", tmp_path / "there"
    there.mkdir()
    settings.WITNESSES = [str(gone), str(there)]
    with pytest.raises(Unwitnessed) as missed:
        witness.publish()
    assert missed.value.faults == [(str(gone), "FileNotFoundError")]
    assert (there / "latest").exists()
    assert not gone.exists()
    (finding,) = [found for found in watch.look() if found.code == "witness_behind"]
    assert finding.examples == (str(gone),)
    assert run_once(JOBS) == ["witness"]


def test_a_mailbox_gets_a_note_an_hour(town: Town, settings: Settings) -> None:
    settings.WITNESSES = ["mailto:oversight@example.org"]
    with sink() as server:
        settings.MAILERS, settings.MAIL_CONFIGURED = mailers(server.port), True
        now = timezone.now()
        assert witness.publish(now) == 1
        write(town)
        ledger.sequence()
        assert witness.publish(now + timedelta(minutes=30)) == 0
        assert witness.publish(now + timedelta(hours=1)) == 1
    first, second = server.taken
    assert first.to == ["oversight@example.org"]
    body = second.message.get_content().replace("\r\n", "\n")
    assert checkpoint.verify(body, ledger.public_key()).size == 2


def test_a_mailbox_without_a_mail_server_is_said(town: Town, settings: Settings) -> None:
    settings.WITNESSES = ["mailto:oversight@example.org"]
    with pytest.raises(CommandError, match="mail_not_configured"):
        call_command("witness")
    assert "witness_behind" in codes()


def test_the_newest_note_and_the_key_are_printed(town: Town) -> None:
    note, key = StringIO(), StringIO()
    call_command("witness", "--print", stdout=note)
    call_command("witness", "--key", stdout=key)
    found = checkpoint.VerifierKey.parse(key.getvalue())
    assert checkpoint.verify(note.getvalue(), found).size == 1


def test_verify_takes_the_folder_s_word_by_itself(committed_db: object, folder: Path) -> None:
    town = build()
    write(town)
    ledger.sequence()
    witness.publish()
    said = StringIO()
    call_command("verify", stdout=said)
    assert str(folder) in said.getvalue()
    note = (folder / "latest").read_text()
    (folder / "latest").write_text(note.replace("\n1\n", "\n9\n", 1))
    with pytest.raises(SystemExit):
        call_command("verify", stdout=StringIO())
