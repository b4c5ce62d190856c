"""One encrypted file holds all, taken while others write; opened elsewhere, it is whole."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import psycopg
import pyrage
import pytest
from django.conf import settings
from django.db import connection, connections
from pytest_django import Settings
from tests.conftest import CommittedDatabase
from tests.support import database, machine
from tests.support.matters import answered, write
from tests.support.town import Town, build

from yihu.kernel import backup, ledger, vault
from yihu.kernel.backup import BackupFault
from yihu.kernel.models import Entry, SealedPart
from yihu.keyring import Keyring

SQLITE = connection.vendor == "sqlite"
PASSPHRASE = "correct horse battery staple"
WORDS = "只有她知道的话"


@pytest.fixture
def town(committed_db: CommittedDatabase) -> Town:
    town = build()
    answered(town, words=WORDS, contact="000-1234")
    write(town)
    ledger.sequence()
    return town


@pytest.fixture
def empty_server() -> object:
    """An empty PostgreSQL database of this test's own: its address."""
    server = machine.server_url()
    if server is None:
        pytest.skip("no PostgreSQL on this machine")
    name = f"yihu_test_restore_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
    yield server.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def yihu(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as an operator runs it; by default in this test's own installation."""
    here = {
        "YIHU_HOME": str(settings.YIHU_HOME),
        "YIHU_DATABASE_URL": database.url_of(str(connection.settings_dict["NAME"])),
        "DJANGO_SETTINGS_MODULE": "yihu.settings",
        "YIHU_BACKUP_PASSPHRASE": PASSPHRASE,
    }
    return subprocess.run(
        [sys.executable, "-P", "-m", "yihu", *arguments],
        env=os.environ | here | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def restored(file: Path, folder: Path, server: str, *options: str) -> str:
    """Restore with the command, to SQLite or the empty server as the backup needs; its output."""
    if not SQLITE:
        options = (*options, "--database", server)
    done = yihu("restore", str(file), "--into", str(folder), *options, YIHU_DATABASE_URL="")
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- there and back -----------------------------------------------------------------------------


def test_a_backup_opens_in_a_fresh_folder_and_is_sound(
    town: Town, tmp_path: Path, empty_server: str
) -> None:
    file, folder = tmp_path / "b.yihu", tmp_path / "fresh"
    done = yihu("backup", str(file))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "台账完好" in restored(file, folder, empty_server)
    assert {path.name for path in (folder / "keys").iterdir()} >= {"log.key", "vault-1.key"}
    for path in (folder / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    url = f"sqlite:///{folder}/yihu.sqlite3" if SQLITE else empty_server
    said = yihu("verify", "--json", YIHU_HOME=str(folder), YIHU_DATABASE_URL=url)
    public = json.loads(said.stdout)["logs"]["public"]
    assert (public["entries"], public["counts"]) == (Entry.objects.count(), {})


def test_words_can_be_read_again_with_the_keys_of_the_backup(
    town: Town, tmp_path: Path, settings: Settings, empty_server: str
) -> None:
    file, folder = tmp_path / "b.yihu", tmp_path / "fresh"
    backup.make(file, passphrase=PASSPHRASE)
    restored(file, folder, empty_server)
    sealed = SealedPart.objects.filter(what="words", seq=1).order_by("id")
    settings.KEYRING = Keyring(folder / "keys")
    said = {vault.unseal(part, vault.key_of(part.party)).text for part in sealed}
    assert WORDS in said


def test_nothing_in_the_file_is_in_the_clear(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "b.yihu"
    backup.make(file, passphrase=PASSPHRASE)
    raw = file.read_bytes()
    assert settings.KEYRING.secret("log") not in raw
    for word in (b"SQLite format", b"kernel_entry", b"vault-1", b"station_chief", WORDS.encode()):
        assert word not in raw


def test_the_plain_age_format_opens_it_too(town: Town, tmp_path: Path) -> None:
    """What the module promises of standard tools: a tar, a guarded key, a gzipped tar inside."""
    file = tmp_path / "b.yihu"
    backup.make(file, passphrase=PASSPHRASE)
    with tarfile.open(file) as outer:
        assert outer.getnames() == ["key.age", "data.age"]
        outer.extractall(tmp_path, filter="data")
    key = pyrage.passphrase.decrypt((tmp_path / "key.age").read_bytes(), PASSPHRASE).decode()
    identity = pyrage.x25519.Identity.from_str(key.strip())
    pyrage.decrypt_file(str(tmp_path / "data.age"), str(tmp_path / "data.tgz"), [identity])
    with tarfile.open(tmp_path / "data.tgz") as inner:
        assert inner.getnames()[0] == "backup.json"
        assert "keys/log.key" in inner.getnames()


def test_a_backup_for_a_recipient_opens_with_that_key_only(
    town: Town, tmp_path: Path, empty_server: str
) -> None:
    file = tmp_path / "b.yihu"
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    backup.make(file, recipient=str(mine.to_public()))
    with pytest.raises(BackupFault, match="needs_identity"):
        backup.restore(file, tmp_path / "no", passphrase=PASSPHRASE)
    with pytest.raises(BackupFault, match="wrong_key"):
        backup.restore(file, tmp_path / "no", identity=str(other))
    (tmp_path / "mine.txt").write_text(f"# a comment, as age-keygen writes it\n{mine}\n")
    said = restored(
        file, tmp_path / "fresh", empty_server, "--identity", str(tmp_path / "mine.txt")
    )
    assert "台账完好" in said
    assert not (tmp_path / "no").exists()


def test_it_is_one_moment_though_others_go_on_writing(
    town: Town, tmp_path: Path, empty_server: str
) -> None:
    stop = threading.Event()
    written = []

    def go_on() -> None:
        while not stop.is_set():
            written.append(write(town))
            ledger.sequence()
        connections.close_all()

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        while not written:
            pass
        backup.make(tmp_path / "b.yihu", passphrase=PASSPHRASE)
    finally:
        stop.set()
        writer.join(20)
    assert "台账完好" in restored(tmp_path / "b.yihu", tmp_path / "fresh", empty_server)


# --- what must not happen -----------------------------------------------------------------------


def test_a_wrong_passphrase_is_said_in_one_sentence(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "b.yihu"
    backup.make(file, passphrase=PASSPHRASE)
    wrong = {"YIHU_BACKUP_PASSPHRASE": "another one", "YIHU_DATABASE_URL": ""}
    done = yihu("restore", str(file), "--into", str(tmp_path / "no"), **wrong)
    assert done.returncode == 1
    assert "口令不对" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "no").exists()


def test_a_folder_with_anything_in_it_is_left_alone(town: Town, tmp_path: Path) -> None:
    file, folder = tmp_path / "b.yihu", tmp_path / "used"
    backup.make(file, passphrase=PASSPHRASE)
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(BackupFault, match="folder_not_empty"):
        backup.restore(file, folder, passphrase=PASSPHRASE)
    assert (folder / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("damage", ["cut short", "one bit", "no tar at all", "empty"])
def test_a_damaged_file_restores_nothing(town: Town, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "b.yihu"
    backup.make(file, passphrase=PASSPHRASE)
    raw = bytearray(file.read_bytes())
    match damage:
        case "cut short":
            raw = raw[: len(raw) * 2 // 3]
        case "one bit":
            raw[len(raw) // 2] ^= 1
        case "no tar at all":
            raw = bytearray(b"\0" * 100 + os.urandom(4000))
        case "empty":
            raw = bytearray()
    file.write_bytes(raw)
    with pytest.raises(BackupFault):
        backup.restore(file, tmp_path / "no", passphrase=PASSPHRASE)
    assert [path.name for path in tmp_path.iterdir()] == ["b.yihu"]


def test_a_backup_that_fails_half_way_leaves_no_file(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pyrage, "encrypt_io", fail)
    with pytest.raises(OSError, match="No space"):
        backup.make(tmp_path / "b.yihu", passphrase=PASSPHRASE)
    assert list(tmp_path.iterdir()) == []
    assert not list(settings.YIHU_HOME.glob(".backup-*"))


def test_a_member_that_would_leave_the_folder_is_refused(tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    evil = tmp_path / "evil.tgz"
    with tarfile.open(evil, "w:gz") as inner:
        info = tarfile.TarInfo("../outside")
        inner.addfile(info)
    pyrage.encrypt_file(str(evil), str(tmp_path / "data.age"), [identity.to_public()])
    with tarfile.open(tmp_path / "evil.yihu", "w") as outer:
        outer.add(tmp_path / "data.age", "data.age")
    with pytest.raises(BackupFault, match="not_a_backup"):
        backup.restore(tmp_path / "evil.yihu", tmp_path / "no", identity=str(identity))
    assert not (tmp_path / "outside").exists()


def test_an_existing_backup_is_not_overwritten_by_accident(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "b.yihu"
    file.write_text("older")
    assert yihu("backup", str(file)).returncode == 1
    assert file.read_text() == "older"
    assert yihu("backup", str(file), "--force").returncode == 0


def test_a_short_passphrase_is_refused(town: Town, tmp_path: Path) -> None:
    done = yihu("backup", str(tmp_path / "b"), YIHU_BACKUP_PASSPHRASE="short")
    assert done.returncode == 1
    assert "12" in done.stderr


def test_without_postgresql_s_tools_it_says_which_package(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if SQLITE:
        pytest.skip("SQLite needs no tools")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BackupFault, match="tool_missing: pg_dump"):
        backup.make(tmp_path / "b.yihu", passphrase=PASSPHRASE)


# --- moving house -------------------------------------------------------------------------------


def test_a_sqlite_installation_moves_to_postgresql(
    town: Town, tmp_path: Path, empty_server: str
) -> None:
    if not SQLITE:
        pytest.skip("it moves from SQLite")
    backup.make(tmp_path / "b.yihu", passphrase=PASSPHRASE)
    folder = tmp_path / "fresh"
    arguments = ("restore", str(tmp_path / "b.yihu"), "--into", str(folder))
    done = yihu(*arguments, "--database", empty_server, YIHU_DATABASE_URL="")
    assert done.returncode == 0, done.stderr
    assert "台账完好" in done.stdout
    assert not (folder / "yihu.sqlite3").exists()
    with (
        psycopg.connect(empty_server) as server,
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as old,
    ):
        for table in ("kernel_entry", "kernel_sealedpart", "people_person", "direct_codereport"):
            count = f"SELECT count(*) FROM {table}"
            assert server.execute(count).fetchone() == old.execute(count).fetchone()
        with pytest.raises(psycopg.errors.IntegrityError, match="keeps what was recorded"):
            server.execute("DELETE FROM kernel_entry")
    again = yihu(*arguments[:2], "--into", str(tmp_path / "other"), "--database", empty_server)
    assert again.returncode == 1
    assert "不是空的" in again.stderr
    where = {"YIHU_HOME": str(folder), "YIHU_DATABASE_URL": empty_server}
    assert yihu("clock", "--once", **where).returncode == 0
    assert yihu("doctor", **where).returncode == 0
