"""Signed states: what is signed reads back, what is changed is refused with a clear word."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from yihu.kernel import checkpoint as cp
from yihu.kernel.checkpoint import BadCheckpoint, BadSignature, Checkpoint, VerifierKey
from yihu.kernel.entry import canonical_time

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "yihu.example/liangshui"
VERIFIER = VerifierKey.of(ORIGIN, KEY)
SIMPLE = Checkpoint(ORIGIN, 4217, bytes(range(32)), "2026-01-31T08:30:00.000000Z", bytes(32))

CHECKPOINTS = st.builds(
    Checkpoint,
    origin=st.from_regex(r"[!-*,-~]{1,30}", fullmatch=True),
    size=st.integers(0, 10**18 - 1),
    root=st.binary(min_size=32, max_size=32),
    time=st.datetimes(timezones=st.just(UTC), min_value=datetime(1000, 1, 1)).map(canonical_time),
    sealed=st.none() | st.binary(min_size=32, max_size=32),
)


@given(CHECKPOINTS, st.binary(min_size=32, max_size=32))
def test_a_signed_checkpoint_reads_back(checkpoint: Checkpoint, seed: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    note = cp.sign(checkpoint, key)
    assert cp.verify(note, VerifierKey.of(checkpoint.origin, key)) == checkpoint
    assert cp.parse(note).checkpoint == checkpoint


def test_the_note_is_byte_for_byte_the_documented_one() -> None:
    text = (
        "yihu.example/liangshui\n4217\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
        "time 2026-01-31T08:30:00.000000Z\nsealed AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    )
    public = KEY.public_key().public_bytes_raw()
    key_hash = hashlib.sha256(ORIGIN.encode() + b"\n\x01" + public).digest()[:4]
    signature = cp.encode64(key_hash + KEY.sign(text.encode()))
    assert cp.sign(SIMPLE, KEY) == f"{text}\n— {ORIGIN} {signature}\n"
    assert str(VERIFIER) == f"{ORIGIN}+{key_hash.hex()}+{cp.encode64(b'\x01' + public)}"
    assert VERIFIER.fingerprint.replace(" ", "").startswith(key_hash.hex())


def test_a_published_verifier_key_reads_back() -> None:
    """From the documentation of the Go module sumdb/note."""
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert str(VerifierKey.parse(text)) == text
    said = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    signature = cp.decode64(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    assert signature[:4] == VerifierKey.parse(text).hash
    assert VerifierKey.parse(text).has_signed(signature[4:], said.encode())


@given(st.data())
def test_a_changed_note_is_refused(data: st.DataObject) -> None:
    note = cp.sign(SIMPLE, KEY)
    at = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.sampled_from("0aZ+/=\n —é").filter(lambda c: c != note[at]))
    for changed in (note[:at] + other + note[at + 1 :], note[:at] + note[at + 1 :], note[:at]):
        with pytest.raises(BadCheckpoint):
            cp.verify(changed, VERIFIER)


@given(st.text())
def test_any_other_text_is_a_bad_checkpoint_and_nothing_else(text: str) -> None:
    for read in (cp.parse, VerifierKey.parse):
        with pytest.raises(BadCheckpoint):
            read(text)


def test_another_key_or_log_is_refused() -> None:
    note = cp.sign(SIMPLE, KEY)
    with pytest.raises(BadSignature, match="no signature by the key"):
        cp.verify(note, VerifierKey.of(ORIGIN, Ed25519PrivateKey.generate()))
    with pytest.raises(BadSignature, match="not of yihu"):
        cp.verify(note, VerifierKey.of("yihu.example/other", KEY))
    with pytest.raises(BadSignature, match="does not match"):
        cp.verify(note.replace("\n4217\n", "\n4218\n"), VERIFIER)


def test_a_witness_may_add_its_signature() -> None:
    note = cp.sign(SIMPLE, KEY) + f"— witness.example {cp.encode64(bytes(4 + 72))}\n"
    assert cp.verify(note, VERIFIER) == SIMPLE
    assert [name for name, _, _ in cp.parse(note).signatures] == [ORIGIN, "witness.example"]


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "two words"},
        {"origin": "a+b"},
        {"origin": ""},
        {"size": -1},
        {"root": bytes(31)},
        {"time": "2026-02-30T08:30:00.000000Z"},
        {"time": "2026-01-31T08:30:00Z"},
        {"sealed": bytes(31)},
    ],
)
def test_what_could_not_be_read_back_is_not_signed(changes: dict[str, object]) -> None:
    with pytest.raises(BadCheckpoint):
        cp.sign(replace(SIMPLE, **changes), KEY)


def test_a_mistyped_verifier_key_is_noticed() -> None:
    text = str(VERIFIER)
    for wrong in (text.replace("liangshui", "liangshuj"), text[:-2] + "A=", text[:-5], text + "A"):
        with pytest.raises(BadCheckpoint):
            VerifierKey.parse(wrong)
    assert VerifierKey.parse(f" {text}\n") == VERIFIER


def test_the_sealed_commitment_is_the_documented_one() -> None:
    salt, top = bytes(range(32)), bytes(range(32, 64))
    expected = hashlib.sha256(salt + b"\0\0\0\0\0\0\x01\x02" + top).digest()
    assert cp.sealed_commitment(salt, 258, top) == expected
    with pytest.raises(ValueError, match="32 bytes"):
        cp.sealed_commitment(salt[1:], 258, top)


@pytest.mark.parametrize("text", ["AA", "AB==", "A A=", "AA==\n", "é"])
def test_base64_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        cp.decode64(text)
