"""The canonical bytes of a ledger entry, and what is computed from them.

Pure. `docs/ledger.md` describes the same format byte for byte, for whoever
writes a verifier of their own.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

FORMAT = "yihu-entry/1 sha256"
HASH_BYTES = 32
SALT_BYTES = 32
NO_PREVIOUS = bytes(HASH_BYTES)
LARGEST_NUMBER = 2**53 - 1
DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Header:
    """What every entry says of itself beside its body; it holds no name.

    `matter` is 32 lower-case hex digits, `prev` the hash of the matter's entry
    before this one (32 zero bytes for the first), times are canonical (see
    `canonical_time`).
    """

    district: str
    matter: str
    seq: int
    prev: bytes
    kind: str
    occurred_at: str
    recorded_at: str


def canonical_json(value: Mapping[str, Any]) -> str:
    """RFC 8785 for the values entries use: text, whole numbers, true/false, null, lists, objects.

    Floating-point numbers are refused, since their text form is where
    implementations differ, and so are numbers beyond 2**53 - 1, which JavaScript
    cannot read exactly, and anything nested deeper than 64. Keys are ASCII, so
    that code-point order is the RFC's order. Raises TypeError, or ValueError for a
    number too large or nesting too deep.
    """
    _refuse_what_is_not_canonical(value)
    return _encode(value)


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _refuse_what_is_not_canonical(value: object, depth: int = 1) -> None:
    if depth > DEEPEST:
        raise ValueError(f"an entry is nested at most {DEEPEST} deep")
    if value is None or isinstance(value, str):
        return
    if isinstance(value, int):
        if abs(value) > LARGEST_NUMBER:
            raise ValueError(f"an entry's numbers stay within ±{LARGEST_NUMBER}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise TypeError(f"an entry's key must be ASCII text, not {key!r}")
            _refuse_what_is_not_canonical(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_what_is_not_canonical(item, depth + 1)
    else:
        raise TypeError(f"an entry cannot hold a {type(value).__name__}")


def canonical_time(moment: datetime) -> str:
    """`2026-01-31T08:30:00.000000Z`: UTC, always six decimals."""
    if moment.tzinfo is None:
        raise ValueError("an entry's time needs its zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def entry_bytes(header: Header, body: str) -> bytes:
    """The bytes that are hashed: eight header lines, an empty line, the body as canonical JSON."""
    return canonical_text(
        header.district,
        header.matter,
        header.seq,
        header.prev,
        header.kind,
        header.occurred_at,
        header.recorded_at,
        body,
    ).encode()


def canonical_text(
    district: str,
    matter: str,
    seq: int,
    prev: bytes,
    kind: str,
    occurred_at: str,
    recorded_at: str,
    body: str,
) -> str:
    """The same as text, from plain columns: an audit has a `Header`'s time for each entry twice."""
    return (
        f"{FORMAT}\n{district}\n{matter}\n{seq}\n{prev.hex()}\n"
        f"{kind}\n{occurred_at}\n{recorded_at}\n\n{body}"
    )


def entry_hash(canonical: bytes) -> bytes:
    """The entry's hash, which is also its leaf hash in the log (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + canonical).digest()


def commitment(salt: bytes, text: bytes) -> bytes:
    """SHA-256(salt ‖ text): what an entry holds in place of words that may be erased."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return hashlib.sha256(salt + text).digest()
