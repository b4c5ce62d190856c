"""What a resident keeps: a signed promise, their own words, and later the proof. Pure.

A receipt is a JSON file that verifies without a database (`docs/ledger.md`):

    {"format": "yihu-receipt/1", "origin", "log_key", "reference",
     "entry":     the entry's canonical text,
     "promise":   {"text", "signature"},
     "words":     [{"what", "salt", "text" or "bytes"}],
     "inclusion": {"index", "path", "checkpoint"}}        once it is in the log

Binary values are base64. `words` opens commitments that the entry's body lists
under `sealed`; it holds only what its keeper wrote. `static/web/verify.js` is the
same verifier for a browser, and refuses for the same reasons in the same order.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yihu.kernel import checkpoint, merkle
from yihu.kernel import entry as canonical
from yihu.kernel.checkpoint import BadCheckpoint, BadSignature, VerifierKey, decode64, encode64
from yihu.kernel.entry import HASH_BYTES, SALT_BYTES, Header

FORMAT = "yihu-receipt/1"
PROMISE = "yihu-promise/1"
"""How deep a body may nest, and how long an inclusion path can be."""
"""The largest whole number that every JSON reader keeps exact."""

_HASH = re.compile(r"[0-9a-f]{64}")
_MATTER = re.compile(r"[0-9a-f]{32}")
_SEQ = re.compile(r"[1-9][0-9]{0,14}")


class State(StrEnum):
    PROMISED = "promised, not yet logged"
    LOGGED = "in the log"


class Fault(StrEnum):
    """Why a receipt is refused."""

    MALFORMED = "malformed"
    WRONG_KEY = "wrong_key"
    WRONG_SIGNATURE = "wrong_signature"
    CHANGED_ENTRY = "changed_entry"
    CHANGED_WORDS = "changed_words"
    BAD_INCLUSION = "bad_inclusion"


class BadReceipt(ValueError):
    """A receipt that does not hold; `code` says in which way."""

    def __init__(self, code: Fault, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Word:
    """One thing its keeper wrote or attached, as committed to in the entry."""

    what: str
    content: bytes
    is_text: bool

    @property
    def text(self) -> str | None:
        return self.content.decode() if self.is_text else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a receipt proves.

    `key_is_pinned`: a key known from elsewhere (a poster) was given and is the
    receipt's; without one, compare `key_fingerprint` by eye. `overdue`: not logged
    in the receipt, though the promised moment has passed: fetch a fresh receipt.
    `index` and `logged_at` are set once in the log.
    """

    state: State
    overdue: bool
    key_fingerprint: str
    key_is_pinned: bool
    reference: str
    header: Header
    entry_hash: bytes
    integrate_by: str
    words: tuple[Word, ...]
    index: int | None = None
    logged_at: str | None = None


# --- making ---------------------------------------------------------------------------------


def promise(
    origin: str, entry_hash: bytes, integrate_by: str, key: Ed25519PrivateKey
) -> dict[str, str]:
    """The signed promise that the entry is in the log of this origin by then (canonical time)."""
    text = f"{PROMISE}\n{origin}\n{entry_hash.hex()}\n{integrate_by}\n"
    return {"text": text, "signature": encode64(key.sign(text.encode()))}


def make(
    *,
    origin: str,
    key: Ed25519PrivateKey,
    reference: str,
    entry: bytes,
    integrate_by: str,
    words: Iterable[tuple[str, bytes, bytes]] = (),
    inclusion: tuple[int, Sequence[bytes], str] | None = None,
) -> dict[str, Any]:
    """A receipt, ready for `json.dumps(…, ensure_ascii=False)`.

    `entry` are its canonical bytes; `words` are (what, salt, content); `inclusion`
    is (index, path, checkpoint note).
    """
    made: dict[str, Any] = {
        "format": FORMAT,
        "origin": origin,
        "log_key": str(VerifierKey.of(origin, key)),
        "reference": reference,
        "entry": entry.decode(),
        "promise": promise(origin, canonical.entry_hash(entry), integrate_by, key),
        "words": [_written(*word) for word in words],
    }
    if inclusion is not None:
        index, path, note = inclusion
        made["inclusion"] = {
            "index": index,
            "path": [encode64(step) for step in path],
            "checkpoint": note,
        }
    return made


def _written(what: str, salt: bytes, content: bytes) -> dict[str, str]:
    word = {"what": what, "salt": encode64(salt)}
    try:
        return word | {"text": content.decode()}
    except UnicodeDecodeError:
        return word | {"bytes": encode64(content)}


# --- verifying ------------------------------------------------------------------------------


def verify_receipt(
    data: Mapping[str, Any] | bytes, key: str | None = None, now: datetime | None = None
) -> Verdict:
    """What the receipt proves. `key` is a verifier key known from elsewhere.

    Raises BadReceipt, and nothing else whatever `data` or `key` hold.
    """
    receipt = _parse_json(data) if isinstance(data, bytes) else data
    if not isinstance(receipt, Mapping) or receipt.get("format") != FORMAT:
        raise _malformed(f"not a receipt ({FORMAT})")
    origin, reference = _text(receipt, "origin"), _text(receipt, "reference")
    log_key = _key(_text(receipt, "log_key"), origin, key)
    written = _text(receipt, "entry")
    header, body = parse_entry(written)
    entry_hash = canonical.entry_hash(written.encode())

    integrate_by = _check_promise(_object(receipt, "promise"), log_key, entry_hash)
    if body.get("reference", reference) != reference:
        raise BadReceipt(Fault.CHANGED_ENTRY, "the entry has another reference")
    words = _check_words(receipt.get("words"), body)
    inclusion = receipt.get("inclusion")
    index = logged_at = None
    if inclusion is not None:
        index, logged_at = _check_inclusion(_object(receipt, "inclusion"), log_key, entry_hash)
    return Verdict(
        state=State.PROMISED if index is None else State.LOGGED,
        overdue=index is None and (now or datetime.now(UTC)) > checkpoint.moment(integrate_by),
        key_fingerprint=log_key.fingerprint,
        key_is_pinned=key is not None,
        reference=reference,
        header=header,
        entry_hash=entry_hash,
        integrate_by=integrate_by,
        words=words,
        index=index,
        logged_at=logged_at,
    )


def parse_entry(text: str) -> tuple[Header, dict[str, Any]]:
    """An entry's canonical text taken apart. Raises BadReceipt unless it is canonical."""
    lines = _utf8(text).decode().split("\n")
    if len(lines) != 10 or lines[0] != canonical.FORMAT or lines[8]:
        raise _malformed("not an entry: eight header lines, an empty line, a body")
    _, district, matter, seq, prev, kind, occurred_at, recorded_at, _, body = lines
    if not (
        district and kind and _MATTER.fullmatch(matter) and _SEQ.fullmatch(seq)
    ) or not _HASH.fullmatch(prev):
        raise _malformed("an entry's header line is not in its form")
    _time(occurred_at)
    _time(recorded_at)
    header = Header(district, matter, int(seq), bytes.fromhex(prev), kind, occurred_at, recorded_at)
    return header, _parse_body(body)


def _parse_body(text: str) -> dict[str, Any]:
    """A body, canonical: so that no two readers of the same bytes see different things."""
    body = _parse_json(text.encode())
    try:
        is_canonical = isinstance(body, dict) and canonical.canonical_json(body) == text
    except (TypeError, ValueError, RecursionError) as error:
        raise _malformed("an entry's body holds what an entry cannot hold") from error
    if not is_canonical:
        raise _malformed("an entry's body is not in its canonical form")
    return body  # type: ignore[no-any-return]


def _key(text: str, origin: str, pinned: str | None) -> VerifierKey:
    try:
        key = VerifierKey.parse(text)
    except BadCheckpoint as error:
        raise _malformed(f"log_key: {error}") from error
    if key.name != origin:
        raise BadReceipt(Fault.WRONG_KEY, "the receipt's key is another log's")
    if pinned is not None:
        try:
            known = VerifierKey.parse(pinned)
        except BadCheckpoint as error:
            raise BadReceipt(Fault.WRONG_KEY, f"the key given: {error}") from error
        if known != key:
            raise BadReceipt(Fault.WRONG_KEY, "the receipt's key is not the key given")
    return key


def _check_promise(promise: Mapping[str, Any], key: VerifierKey, entry_hash: bytes) -> str:
    """By when the entry was promised to be in the log (canonical time)."""
    text = _text(promise, "text")
    lines = text.split("\n")
    if len(lines) != 5 or lines[0] != PROMISE or not _HASH.fullmatch(lines[2]) or lines[4]:
        raise _malformed("not a promise: its name, origin, entry hash and time, a line each")
    integrate_by = _time(lines[3])
    if not key.has_signed(_bytes(promise, "signature"), text.encode()):
        raise BadReceipt(Fault.WRONG_SIGNATURE, "the promise is not signed by the receipt's key")
    if lines[1] != key.name:
        raise BadReceipt(Fault.WRONG_KEY, "the promise is another log's")
    if lines[2] != entry_hash.hex():
        raise BadReceipt(Fault.CHANGED_ENTRY, "the entry is not the one that was promised")
    return integrate_by


def _check_words(words: object, body: Mapping[str, Any]) -> tuple[Word, ...]:
    if not isinstance(words, list | tuple):
        raise _malformed("words: not a list")
    committed = _committed(body)
    found = []
    for item in words:
        if not isinstance(item, Mapping) or ("text" in item) == ("bytes" in item):
            raise _malformed("words: each has a text, or bytes")
        what, salt = _text(item, "what"), _bytes(item, "salt", SALT_BYTES)
        is_text = "text" in item
        content = _utf8(_text(item, "text")) if is_text else _bytes(item, "bytes")
        if (what, canonical.commitment(salt, content).hex()) not in committed:
            raise BadReceipt(Fault.CHANGED_WORDS, f"the entry commits to no such {what!r}")
        found.append(Word(what, content, is_text))
    return tuple(found)


def _committed(body: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What an entry's body commits to: (what, commitment in hex)."""
    sealed = body.get("sealed", [])
    if not isinstance(sealed, list) or not all(isinstance(part, dict) for part in sealed):
        raise _malformed("an entry's sealed parts are not in their form")
    return {(_text(part, "what"), _text(part, "commitment")) for part in sealed}


def _check_inclusion(
    inclusion: Mapping[str, Any], key: VerifierKey, entry_hash: bytes
) -> tuple[int, str]:
    """Where the entry stands, and the time of the checkpoint that shows it."""
    index, steps = inclusion.get("index"), inclusion.get("path")
    if type(index) is not int or not 0 <= index <= canonical.LARGEST_NUMBER:
        raise _malformed("inclusion: no index")
    if not isinstance(steps, list | tuple) or len(steps) > canonical.DEEPEST:
        raise _malformed("inclusion: no path")
    path = [_decoded("path", step, HASH_BYTES) for step in steps]
    try:
        signed = checkpoint.verify(_text(inclusion, "checkpoint"), key)
    except BadSignature as error:
        raise BadReceipt(Fault.WRONG_SIGNATURE, f"checkpoint: {error}") from error
    except BadCheckpoint as error:
        raise _malformed(f"checkpoint: {error}") from error
    if not merkle.verify_inclusion(entry_hash, index, signed.size, path, signed.root):
        raise BadReceipt(Fault.BAD_INCLUSION, "the path does not lead to the checkpoint's root")
    return index, signed.time


# --- reading untrusted values ---------------------------------------------------------------


def _malformed(message: str) -> BadReceipt:
    return BadReceipt(Fault.MALFORMED, message)


def _parse_json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _malformed("not JSON in UTF-8") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str):
        raise _malformed(f"{name}: not a text")
    _utf8(value)
    return value


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    if not isinstance(value, Mapping):
        raise _malformed(f"{name}: not an object")
    return value


def _bytes(holder: Mapping[str, Any], name: str, size: int | None = None) -> bytes:
    return _decoded(name, holder.get(name), size)


def _decoded(name: str, value: object, size: int | None = None) -> bytes:
    if not isinstance(value, str):
        raise _malformed(f"{name}: not base64 text")
    return _reading(lambda: decode64(value, size), name)


def _utf8(text: str) -> bytes:
    """JSON can carry half a character; UTF-8 cannot."""
    return _reading(text.encode, "text")


def _time(text: str) -> str:
    _reading(lambda: checkpoint.moment(text), "time")
    return text


def _reading[T](read: Callable[[], T], name: str) -> T:
    try:
        return read()
    except ValueError as error:
        raise _malformed(f"{name}: {error}") from error
