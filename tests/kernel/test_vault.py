"""What is sealed stays sealed: by party, by master key, in logs and errors; erased, it is gone."""

import logging
import re
import subprocess
from io import StringIO
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings
from tests.conftest import CommittedDatabase
from tests.support import database
from tests.support.matters import answered, do, key, teller, write
from tests.support.town import Town, build

from yihu.kernel import ledger, sealed, vault
from yihu.kernel.entry import commitment
from yihu.kernel.models import Entry, Party, SealedPart
from yihu.keyring import Keyring

WORDS = "只有她知道的话七五三"
CONTACT = "000-123456789"


@pytest.fixture
def town(db: None) -> Town:
    return build()


@pytest.fixture
def own_keys(tmp_path, settings: Settings) -> Keyring:
    """Keys of this test alone: rotation is for ever."""
    settings.KEYRING = Keyring(tmp_path / "keys")
    settings.KEYRING.folder.mkdir(mode=0o700)
    return settings.KEYRING


def parts(sent: object) -> list[SealedPart]:
    return list(SealedPart.objects.filter(matter=sent.matter).select_related("party"))


def read(sent: object) -> set[str]:
    return {vault.unseal(part, vault.key_of(part.party)).text for part in parts(sent)}


# --- sealing -------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_to_itself_and_to_its_commitment(content: bytes) -> None:
    secret, part = bytes(range(32)), uuid4()
    closed, promised = vault.seal(secret, part, content)
    opened = vault.unseal(SealedPart(id=part, sealed=closed), secret)
    assert opened.content == content
    assert commitment(opened.salt, content) == promised
    if len(content) > 3:
        assert content not in closed


def test_the_same_words_twice_look_nothing_alike() -> None:
    one, two = (vault.seal(bytes(32), uuid4(), b"help") for _ in range(2))
    assert one[0][12:] != two[0][12:]
    assert one[1] != two[1]


def test_no_row_can_be_passed_off_as_another_s(town: Town) -> None:
    mine, other = write(town, words=WORDS), write(town, words="别的话")
    (part,), (stranger,) = parts(mine), parts(other)
    part.sealed = stranger.sealed
    with pytest.raises(vault.Damaged):
        vault.unseal(part, vault.key_of(part.party))
    with pytest.raises(vault.Damaged):
        vault.unseal(part, vault.key_of(stranger.party))
    part.party.wrapped_key = stranger.party.wrapped_key
    with pytest.raises(vault.Damaged):
        vault.key_of(part.party)


def test_every_party_has_a_key_of_their_own(town: Town) -> None:
    (one,), (two,) = parts(write(town)), parts(write(town))
    assert vault.key_of(one.party) != vault.key_of(two.party)


def test_another_master_key_opens_nothing(town: Town, own_keys: Keyring) -> None:
    sent = write(town, words=WORDS)
    path = own_keys.path("vault-1")
    path.unlink()
    own_keys.store("vault-1", b"x" * 32)
    vault._master.cache_clear()
    with pytest.raises(vault.Damaged):
        read(sent)
    vault._master.cache_clear()


# --- rotation ------------------------------------------------------------------------------------


def test_rotation_wraps_every_key_anew_and_leaves_everything_readable(
    town: Town, own_keys: Keyring
) -> None:
    sent = [write(town, words=f"{WORDS}{n}", contact=CONTACT) for n in range(5)]
    before = {party.pk: bytes(party.wrapped_key) for party in Party.objects.all()}
    assert vault.rotate(batch=2) == ("vault-2", 5)
    assert set(Party.objects.values_list("key_name", flat=True)) == {"vault-2"}
    assert all(bytes(party.wrapped_key) != before[party.pk] for party in Party.objects.all())
    for n, one in enumerate(sent):
        assert read(one) == {f"{WORDS}{n}", CONTACT}
    assert write(town).matter.parties.get().key_name == "vault-2"


def test_after_rotation_the_old_master_key_may_be_destroyed(town: Town, own_keys: Keyring) -> None:
    sent = write(town, words=WORDS)
    vault.rotate()
    own_keys.path("vault-1").unlink()
    vault._master.cache_clear()
    assert read(sent) == {WORDS}


def test_an_interrupted_rotation_is_run_again(town: Town, own_keys: Keyring) -> None:
    sent = [write(town, words=f"{WORDS}{n}") for n in range(4)]

    def stop(more: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vault.rotate(batch=2, progress=stop)
    assert sorted(Party.objects.values_list("key_name", flat=True)) == [
        "vault-1",
        "vault-1",
        "vault-2",
        "vault-2",
    ]
    assert [read(one) for one in sent] == [{f"{WORDS}{n}"} for n in range(4)]
    said = StringIO()
    call_command("rotate-keys", "--batch", "3", stdout=said)
    assert "vault-3" in said.getvalue()
    assert set(Party.objects.values_list("key_name", flat=True)) == {"vault-3"}
    assert [read(one) for one in sent] == [{f"{WORDS}{n}"} for n in range(4)]


# --- erasure -------------------------------------------------------------------------------------


def test_erased_bytes_are_gone_from_every_file_of_the_database(
    committed_db: CommittedDatabase,
) -> None:
    town = build()
    sent = answered(town, words=WORDS, contact=CONTACT)
    other = write(town, words="别的话")
    closed = [bytes(part.sealed) for part in parts(sent)]
    wrapped = bytes(Party.objects.get(matter=sent.matter).wrapped_key)
    do(teller(sent), sent.matter, "withdraw")
    ledger.sequence()
    do(teller(sent), sent.matter, "ask_erasure")
    party = Party.objects.get(matter=sent.matter)
    sealed.erase_party(actor=town.actor("supervisor"), matter=sent.matter.id, party=party.id)
    ledger.sequence()

    for part in parts(sent):
        with pytest.raises(vault.Erased):
            vault.unseal(part, b"")
        with pytest.raises(vault.Erased):
            vault.key_of(part.party)
    assert read(other) == {"别的话"}
    call_command("verify", stdout=StringIO())  # exits where anything is wrong
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        raw = b"".join(
            path.read_bytes()
            for path in settings.YIHU_HOME.glob("*.sqlite3*")
            if path.name.startswith(name.rpartition("/")[2])
        )
        assert len(raw) > 10_000
        for gone in (*closed, wrapped):
            assert gone not in raw
        assert bytes(Party.objects.get(matter=other.matter).wrapped_key) in raw


# --- nothing spills ------------------------------------------------------------------------------


def test_nothing_sealed_is_in_a_dump_of_the_database(committed_db: CommittedDatabase) -> None:
    town = build()
    sent = answered(town, words=WORDS, contact=CONTACT, name="王小明")
    secrets = (WORDS, CONTACT, "王小明", "修好了", sent.secret)
    if connection.vendor == "sqlite":
        from contextlib import closing
        from sqlite3 import connect

        with closing(connect(connection.settings_dict["NAME"])) as raw:
            dump = "\n".join(raw.iterdump())
    else:
        url = database.url_of(str(connection.settings_dict["NAME"]))
        done = subprocess.run(["pg_dump", url], capture_output=True, text=True, check=True)
        dump = done.stdout
    assert "kernel_sealedpart" in dump
    for secret in secrets:
        assert secret not in dump
        assert secret.encode().hex() not in dump.lower()


def test_neither_rows_nor_faults_say_what_is_sealed(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sent = write(town, words=WORDS, contact=CONTACT)
    shown = [
        repr(row) + str(row) for model in (Party, SealedPart, Entry) for row in model.objects.all()
    ]
    shown += [entry.body for entry in Entry.objects.all()]
    for part in parts(sent):
        part.sealed = b"x" * 60
        try:
            vault.unseal(part, key() + key())
        except vault.Damaged as fault:
            shown.append(repr(fault))
    shown.append(caplog.text)
    for text in shown:
        assert WORDS not in text
        assert CONTACT not in text
        assert not re.search(r"王小明", text)


# --- the key files -------------------------------------------------------------------------------


def test_a_key_that_others_may_read_is_not_used(own_keys: Keyring) -> None:
    own_keys.secret("vault-1")
    own_keys.path("vault-1").chmod(0o640)
    from yihu.keyring import KeyPermissionError

    vault._master.cache_clear()
    with pytest.raises(KeyPermissionError):
        vault.master("vault-1")
    vault._master.cache_clear()
