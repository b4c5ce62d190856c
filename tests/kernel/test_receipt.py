"""Receipts: what holds is read, every falsification is named, nothing else ever escapes."""

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from yihu.kernel import checkpoint, merkle, receipt
from yihu.kernel.checkpoint import VerifierKey
from yihu.kernel.entry import (
    NO_PREVIOUS,
    Header,
    canonical_json,
    commitment,
    entry_bytes,
    entry_hash,
)
from yihu.kernel.receipt import BadReceipt, Fault, State, verify_receipt

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "yihu.example/liangshui"
VERIFIER = str(VerifierKey.of(ORIGIN, KEY))
SALT, PHOTO_SALT = bytes(range(32)), bytes(range(32, 64))
WORDS, PHOTO = "路灯坏了,孩子放学看不见路。", b"\xff\xd8\xff\xe0 not UTF-8"
INTEGRATE_BY = "2026-01-31T08:31:00.000000Z"
BEFORE, AFTER = datetime(2026, 1, 31, 8, 30, 59, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
HEADER = Header(
    district="liangshui",
    matter="00112233445566778899aabbccddeeff",
    seq=1,
    prev=NO_PREVIOUS,
    kind="opened",
    occurred_at="2026-01-31T08:30:00.000000Z",
    recorded_at="2026-01-31T08:30:00.000000Z",
)
BODY: dict[str, Any] = {
    "facts": {"kind": "help", "rounds": 1},
    "reference": "7F3K-9Q2M",
    "sealed": [
        {"commitment": commitment(SALT, WORDS.encode()).hex(), "part": "1" * 32, "what": "words"},
        {"commitment": commitment(PHOTO_SALT, PHOTO).hex(), "part": "2" * 32, "what": "photo"},
    ],
}


def entry_with(body: str) -> bytes:
    return entry_bytes(HEADER, body)


def receipt_of(body: str, *, logged: bool, key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    entry = entry_with(body)
    leaves = [merkle.leaf_hash(b"%d" % i) for i in range(6)] + [entry_hash(entry)]
    leaves += [merkle.leaf_hash(b"%d" % i) for i in range(4)]
    nodes = {(0, i): leaf for i, leaf in enumerate(leaves)}
    nodes |= {(n.level, n.index): n.hash for n in merkle.Frontier().extend(leaves)}
    path = merkle.inclusion_path(6, len(leaves), lambda level, index: nodes[level, index])
    state = checkpoint.Checkpoint(
        ORIGIN, len(leaves), merkle.root(leaves), "2026-01-31T08:30:07.000000Z", bytes(32)
    )
    made = receipt.make(
        origin=ORIGIN,
        key=key,
        reference="7F3K-9Q2M",
        entry=entry,
        integrate_by=INTEGRATE_BY,
        words=[("words", SALT, WORDS.encode()), ("photo", PHOTO_SALT, PHOTO)],
        inclusion=(6, path, checkpoint.sign(state, key)) if logged else None,
    )
    return json.loads(json.dumps(made))


PROMISED = receipt_of(canonical_json(BODY), logged=False)
LOGGED = receipt_of(canonical_json(BODY), logged=True)


def fault(data: Any, key: str | None = None) -> Fault:
    with pytest.raises(BadReceipt) as caught:
        verify_receipt(data, key, BEFORE)
    assert str(caught.value)
    return caught.value.code


def changed(made: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    altered = copy.deepcopy(made)
    change(altered)
    return altered


# --- what holds ------------------------------------------------------------------------------


def test_a_promise_holds_before_the_entry_is_logged() -> None:
    verdict = verify_receipt(PROMISED, VERIFIER, BEFORE)
    assert verdict.state is State.PROMISED
    assert verdict.state == "promised, not yet logged"
    assert not verdict.overdue
    assert verdict.key_is_pinned
    assert verdict.header == HEADER
    assert verdict.integrate_by == INTEGRATE_BY
    assert [(word.what, word.text) for word in verdict.words] == [("words", WORDS), ("photo", None)]
    assert verdict.words[1].content == PHOTO


def test_a_promise_that_passed_unkept_is_overdue() -> None:
    assert verify_receipt(PROMISED, now=AFTER).overdue
    assert verify_receipt(PROMISED).overdue
    assert not verify_receipt(LOGGED, now=AFTER).overdue


def test_a_logged_entry_is_in_the_log() -> None:
    verdict = verify_receipt(json.dumps(LOGGED, ensure_ascii=False).encode())
    assert verdict.state is State.LOGGED
    assert verdict.state == "in the log"
    assert (verdict.index, verdict.logged_at) == (6, "2026-01-31T08:30:07.000000Z")
    assert not verdict.key_is_pinned
    assert verdict.key_fingerprint == VerifierKey.of(ORIGIN, KEY).fingerprint
    assert verdict.reference == "7F3K-9Q2M"


def test_a_receipt_may_show_fewer_words_or_none() -> None:
    assert not verify_receipt(changed(LOGGED, lambda r: r.update(words=[]))).words
    assert len(verify_receipt(changed(LOGGED, lambda r: r["words"].pop())).words) == 1


@given(st.text(), st.binary(), st.binary(min_size=32, max_size=32))
def test_whatever_was_written_verifies(text: str, data: bytes, salt: bytes) -> None:
    words = text.encode(errors="ignore")
    sealed = [
        {"commitment": commitment(salt, c).hex(), "part": "", "what": "x"} for c in (words, data)
    ]
    made = receipt.make(
        origin=ORIGIN,
        key=KEY,
        reference="r",
        entry=entry_with(canonical_json({"sealed": sealed})),
        integrate_by=INTEGRATE_BY,
        words=[("x", salt, words), ("x", salt, data)],
    )
    verdict = verify_receipt(json.dumps(made, ensure_ascii=False).encode())
    assert [word.content for word in verdict.words] == [words, data]


# --- what does not ---------------------------------------------------------------------------

FALSIFIED: dict[str, tuple[Fault, Callable[[dict[str, Any]], object]]] = {
    "words": (Fault.CHANGED_WORDS, lambda r: r["words"][0].update(text="一切都好")),
    "photo": (Fault.CHANGED_WORDS, lambda r: r["words"][1].update(bytes="AAAA")),
    "salt": (Fault.CHANGED_WORDS, lambda r: r["words"][0].update(salt="A" * 43 + "=")),
    "what": (Fault.CHANGED_WORDS, lambda r: r["words"][0].update(what="photo")),
    "body": (
        Fault.CHANGED_ENTRY,
        lambda r: r.update(entry=r["entry"].replace('"rounds":1', '"rounds":2')),
    ),
    "time": (
        Fault.CHANGED_ENTRY,
        lambda r: r.update(entry=r["entry"].replace("08:30:00", "09:30:00", 1)),
    ),
    "reference": (Fault.CHANGED_ENTRY, lambda r: r.update(reference="0000-0000")),
    "promised time": (
        Fault.WRONG_SIGNATURE,
        lambda r: r["promise"].update(text=r["promise"]["text"].replace("08:31", "09:31")),
    ),
    "promise's signature": (
        Fault.WRONG_SIGNATURE,
        lambda r: r["promise"].update(signature="A" * 86 + "=="),
    ),
    "promise's signature cut": (
        Fault.WRONG_SIGNATURE,
        lambda r: r["promise"].update(signature="AAAA"),
    ),
    "key": (
        Fault.WRONG_SIGNATURE,
        lambda r: r.update(log_key=str(VerifierKey.of(ORIGIN, OTHER_KEY))),
    ),
    "another log's key": (
        Fault.WRONG_KEY,
        lambda r: r.update(log_key=str(VerifierKey.of("elsewhere", KEY))),
    ),
    "another log's promise": (
        Fault.WRONG_KEY,
        lambda r: r.update(
            promise=receipt.promise("elsewhere", entry_hash(r["entry"].encode()), INTEGRATE_BY, KEY)
        ),
    ),
    "index": (Fault.BAD_INCLUSION, lambda r: r["inclusion"].update(index=5)),
    "path": (Fault.BAD_INCLUSION, lambda r: r["inclusion"]["path"].reverse()),
    "path cut": (Fault.BAD_INCLUSION, lambda r: r["inclusion"]["path"].pop()),
    "checkpoint": (
        Fault.WRONG_SIGNATURE,
        lambda r: r["inclusion"].update(
            checkpoint=r["inclusion"]["checkpoint"].replace("\n11\n", "\n12\n")
        ),
    ),
    "checkpoint of another key": (
        Fault.WRONG_SIGNATURE,
        lambda r: r["inclusion"].update(
            checkpoint=receipt_of(canonical_json(BODY), logged=True, key=OTHER_KEY)["inclusion"][
                "checkpoint"
            ]
        ),
    ),
    "format": (Fault.MALFORMED, lambda r: r.update(format="yihu-receipt/2")),
    "no words": (Fault.MALFORMED, lambda r: r.pop("words")),
    "no promise": (Fault.MALFORMED, lambda r: r.pop("promise")),
    "inclusion of another kind": (Fault.MALFORMED, lambda r: r.update(inclusion=[])),
    "true for a number": (Fault.MALFORMED, lambda r: r["inclusion"].update(index=True)),
    "half a character": (Fault.MALFORMED, lambda r: r["words"][0].update(text="\ud800")),
    "loose base64": (Fault.MALFORMED, lambda r: r["words"][0].update(salt=" " + "A" * 43 + "=")),
    "salt cut": (Fault.MALFORMED, lambda r: r["words"][0].update(salt="AAAA")),
    "text and bytes": (Fault.MALFORMED, lambda r: r["words"][0].update(bytes="AAAA")),
    "endless path": (Fault.MALFORMED, lambda r: r["inclusion"].update(path=["A" * 43 + "="] * 65)),
    "null for bytes": (Fault.MALFORMED, lambda r: r["words"][1].update(bytes=None)),
    "checkpoint of nothing": (Fault.MALFORMED, lambda r: r["inclusion"].update(checkpoint="")),
}


@pytest.mark.parametrize("what", FALSIFIED)
def test_a_falsified_receipt_is_refused_for_its_reason(what: str) -> None:
    expected, change = FALSIFIED[what]
    altered = changed(LOGGED, change)
    assert altered != LOGGED
    assert fault(altered) is expected


def test_a_receipt_of_another_key_than_the_poster_s_is_refused() -> None:
    assert fault(LOGGED, str(VerifierKey.of(ORIGIN, OTHER_KEY))) is Fault.WRONG_KEY
    assert fault(LOGGED, "mistyped") is Fault.WRONG_KEY
    forged = receipt_of(canonical_json(BODY), logged=True, key=OTHER_KEY)
    assert verify_receipt(forged).state is State.LOGGED, "consistent in itself, so unpinned"
    assert fault(forged, VERIFIER) is Fault.WRONG_KEY


@pytest.mark.parametrize(
    "body",
    [
        '{"b":1,"a":2}',
        '{"a":1,"a":1}',
        '{"a": 1}',
        '{"a":1.5}',
        '{"a":1.0}',
        '{"a":-0}',
        '{"a":9007199254740992}',
        '{"a":NaN}',
        '{"a":"\\u0041"}',
        '{"a":"\\ud800"}',
        '{"é":1}',
        "[]",
        "",
        "{}{}",
        "[" * 200_000,
        '{"a":' * 70 + "1" + "}" * 70,
        '{"sealed":{}}',
        '{"sealed":[{"what":"words"}]}',
    ],
)
def test_a_body_that_readers_could_read_differently_is_refused(body: str) -> None:
    made = receipt_of(canonical_json(BODY), logged=False)
    entry = entry_with(body)
    made |= {
        "entry": entry.decode(),
        "promise": receipt.promise(ORIGIN, entry_hash(entry), INTEGRATE_BY, KEY),
        "words": [],
    }
    assert fault(made) is Fault.MALFORMED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("yihu-entry/1 sha256", "yihu-entry/2 sha256"),
        ("\nliangshui\n", "\n\n"),
        ("00112233", "0011223G"),
        ("\n1\n", "\n01\n"),
        ("\n1\n", "\n١\n"),
        ("\n" + "0" * 64, "\n" + "0" * 63),
        ("2026-01-31T08", "2026-02-30T08"),
        ("2026-01-31T08", "2026-01-31T24"),
        ("00.000000Z", "00Z"),
        ("\n\n", "\n"),
    ],
)
def test_an_entry_in_another_form_is_malformed(old: str, new: str) -> None:
    altered = changed(LOGGED, lambda r: r.update(entry=r["entry"].replace(old, new, 1)))
    assert altered != LOGGED
    assert fault(altered) is Fault.MALFORMED


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"null", b"[]", b"{}", b"[" * 100_000, b'{"format":NaN}', b"1" * 5000]
)
def test_a_file_that_is_no_receipt_is_malformed(data: bytes) -> None:
    assert fault(data) is Fault.MALFORMED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = [(*at, name) for name, _ in items]
    inner = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for name, item in inner:
        if isinstance(item, dict | list):
            found += places(item, (*at, name))
    return found


@given(st.data(), JSON)
def test_any_value_anywhere_gives_a_verdict_or_a_bad_receipt(
    data: st.DataObject, value: Any
) -> None:
    altered = copy.deepcopy(LOGGED)
    *way, last = data.draw(st.sampled_from(places(LOGGED)))
    holder = altered
    for name in way:
        holder = holder[name]
    original = holder[last]
    if isinstance(original, str) and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(original)))
        value = original[:at] + data.draw(st.text(st.characters(), max_size=3)) + original[at + 1 :]
    holder[last] = value
    try:
        verdict = verify_receipt(altered)
    except BadReceipt:
        return
    assert value == original or last in ("inclusion", "words"), (way, last, value)
    assert verdict.header == HEADER


@given(JSON, st.none() | st.text())
def test_any_json_gives_a_bad_receipt(value: Any, key: str | None) -> None:
    assert fault(value, key) is Fault.MALFORMED


@given(st.binary())
def test_any_bytes_give_a_bad_receipt(data: bytes) -> None:
    assert fault(data) is Fault.MALFORMED
