"""docs/ledger.md is true: its example is recomputed, and its verifier run, from the page itself."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yihu.kernel import checkpoint, merkle, receipt
from yihu.kernel.checkpoint import VerifierKey
from yihu.kernel.entry import commitment, entry_bytes, entry_hash

PAGE = (Path(__file__).parents[2] / "docs/ledger.md").read_text()
BLOCKS = dict(re.findall(r"^```\w+ ([\w-]+)\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL))
VALUES = dict(re.split(r"\s{2,}", line) for line in BLOCKS["values"].split("\n"))
RECEIPT: dict[str, Any] = json.loads(BLOCKS["receipt"])
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VALUES["signing key"]))
POSTER = BLOCKS["verifier-key"]


def value(name: str) -> bytes:
    return bytes.fromhex(VALUES[name])


@pytest.mark.parametrize("name", ["entry-1", "entry-2"])
def test_the_entries_are_canonical_and_have_their_hashes(name: str) -> None:
    text = BLOCKS[name]
    header, _ = receipt.parse_entry(text)
    assert entry_bytes(header, text.split("\n")[9]) == text.encode()
    assert entry_hash(text.encode()) == value(name.replace("-", " "))


def test_the_second_entry_follows_the_first() -> None:
    first, _ = receipt.parse_entry(BLOCKS["entry-1"])
    second, _ = receipt.parse_entry(BLOCKS["entry-2"])
    assert second.matter == first.matter
    assert (second.seq, second.prev) == (2, value("entry 1"))


def test_the_words_open_their_commitment() -> None:
    [word] = RECEIPT["words"]
    assert checkpoint.decode64(word["salt"]) == value("words salt")
    assert commitment(value("words salt"), word["text"].encode()) == value("words commitment")
    _, body = receipt.parse_entry(BLOCKS["entry-1"])
    assert body["sealed"][0]["commitment"] == VALUES["words commitment"]


def test_the_tree_is_the_one_on_the_page() -> None:
    leaves = [value(f"leaf {i}") for i in range(3)]
    assert leaves[::2] == [value("entry 1"), value("entry 2")]
    assert merkle.Frontier().extend(leaves) == [(1, 0, value("node 1/0"))]
    assert merkle.root(leaves) == value("root")


def test_keys_checkpoint_and_promise_are_the_ones_on_the_page() -> None:
    key = VerifierKey.parse(POSTER)
    assert (key.public, key.hash) == (value("public key"), value("key hash"))
    assert VerifierKey.of(key.name, KEY) == key
    assert f"`{key.fingerprint}`" in PAGE
    note = BLOCKS["checkpoint"] + "\n"
    signed = checkpoint.verify(note, key)
    assert checkpoint.sign(signed, KEY) == note == RECEIPT["inclusion"]["checkpoint"]
    assert (signed.size, signed.root) == (3, value("root"))
    assert signed.sealed == value("sealed commitment")
    sealed = value("sealed salt"), int(VALUES["sealed size"]), value("sealed root")
    assert checkpoint.sealed_commitment(*sealed) == value("sealed commitment")
    *_, by = BLOCKS["promise"].split("\n")
    promised = receipt.promise(key.name, value("entry 1"), by, KEY)
    assert promised == RECEIPT["promise"]
    assert promised["text"] == BLOCKS["promise"] + "\n"


def test_the_receipt_holds() -> None:
    assert RECEIPT["entry"] == BLOCKS["entry-1"]
    verdict = receipt.verify_receipt(BLOCKS["receipt"].encode(), POSTER)
    assert verdict.state is receipt.State.LOGGED


def test_every_reason_of_refusal_is_on_the_page() -> None:
    assert all(f"`{fault}`" in PAGE for fault in receipt.Fault)


# --- the verifier on the page ------------------------------------------------------------------


def page_verifier() -> Callable[[str, str], str]:
    namespace: dict[str, Any] = {}
    exec(BLOCKS["verifier"], namespace)
    verify: Callable[[str, str], str] = namespace["verify"]
    return verify


def test_the_page_s_verifier_accepts_the_receipt() -> None:
    verify = page_verifier()
    assert verify(BLOCKS["receipt"], POSTER) == "in the log"
    promised = {**RECEIPT, "inclusion": None}
    assert verify(json.dumps(promised), POSTER).startswith("promised, not yet logged")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("路灯坏了三天", "路灯坏了一天"),
        ("08:30:00", "08:29:00"),
        ("08:31:00", "08:41:00"),
        ("\\n3\\n", "\\n4\\n"),
        ('"index": 0', '"index": 1'),
        ('"index": 0', '"index": -1'),
        ("de55c8f8", "de55c8f9"),
    ],
)
def test_the_page_s_verifier_refuses_what_is_changed(old: str, new: str) -> None:
    changed = BLOCKS["receipt"].replace(old, new, 1)
    assert changed != BLOCKS["receipt"]
    with pytest.raises((AssertionError, InvalidSignature)):
        page_verifier()(changed, POSTER)
    with pytest.raises(receipt.BadReceipt):
        receipt.verify_receipt(changed.encode(), POSTER)


def test_no_verifier_lets_the_salt_swallow_words() -> None:
    [word] = RECEIPT["words"]
    salt, text = checkpoint.decode64(word["salt"]), word["text"]
    shifted = {"what": "words", "salt": checkpoint.encode64(salt + text[0].encode())}
    changed = json.dumps({**RECEIPT, "words": [{**shifted, "text": text[1:]}]})
    with pytest.raises(AssertionError):
        page_verifier()(changed, POSTER)
    with pytest.raises(receipt.BadReceipt):
        receipt.verify_receipt(changed.encode(), POSTER)


def test_the_page_s_verifier_fits_in_thirty_lines() -> None:
    function = BLOCKS["verifier"].split("def verify", 1)[1]
    assert function.count("\n") <= 30
