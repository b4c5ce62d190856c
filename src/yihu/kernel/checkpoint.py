"""A log's signed state, in the formats of C2SP tlog-checkpoint and signed-note. Pure.

    yihu.example/liangshui
    4217
    q1Kw…=
    time 2026-01-31T08:30:00.000000Z
    sealed 0Xv…=

    — yihu.example/liangshui 8mE0…=

Origin, size, root, then our two extension lines: when it was signed, and in the
public log a salted commitment to the state of the sealed log. Signed with Ed25519
over the text up to and including the line break before the empty line. Notes may
carry further signatures (witnesses'); those of keys we were not given are ignored.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from yihu.kernel.entry import HASH_BYTES, SALT_BYTES

ED25519 = b"\x01"  # signed-note's number of the algorithm
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64
KEY_HASH_BYTES = 4
DASH = "\N{EM DASH}"

_NAME = re.compile(r"[!-*,-~]+")  # printable ASCII without the plus sign
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_TIME = re.compile(
    r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
)
_SIGNATURE = re.compile(rf"{DASH} (?P<name>[^ +]+) (?P<signature>[A-Za-z0-9+/=]+)")
_VERIFIER_KEY = re.compile(r"(?P<name>[!-*,-~]+)\+(?P<hash>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/=]+)")


class BadCheckpoint(ValueError):
    """A note or a verifier key that is not one, or whose signature does not hold."""


class BadSignature(BadCheckpoint):
    """A well-formed note that the given key has not signed."""


# --- text forms -----------------------------------------------------------------------------


def encode64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def decode64(text: str, size: int | None = None) -> bytes:
    """The bytes of base64 text in its one padded form. Raises ValueError, also at another size."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("not base64") from error
    if encode64(data) != text:
        raise ValueError("not base64 in its one form")
    if size is not None and len(data) != size:
        raise ValueError(f"{len(data)} bytes where {size} belong")
    return data


def moment(canonical: str) -> datetime:
    """The moment that an `entry.canonical_time` text names. Raises ValueError for other text."""
    if not _TIME.fullmatch(canonical):
        raise ValueError("not a canonical time")
    return datetime.fromisoformat(canonical)


# --- keys -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A log's public key with its name: what posters print and readers compare.

    As text `<name>+<8 hex digits of the key's hash>+<base64(0x01 ‖ 32 bytes)>`.
    """

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadCheckpoint("a key's name is printable ASCII without spaces or a plus sign")
        if len(self.public) != PUBLIC_BYTES:
            raise BadCheckpoint(f"an Ed25519 key has {PUBLIC_BYTES} bytes")

    @classmethod
    def of(cls, name: str, key: Ed25519PrivateKey | Ed25519PublicKey) -> Self:
        public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
        return cls(name, public.public_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises BadCheckpoint."""
        found = _VERIFIER_KEY.fullmatch(text.strip())
        if found is None:
            raise BadCheckpoint("not a verifier key (name+hash+key)")
        try:
            data = decode64(found["key"], 1 + PUBLIC_BYTES)
        except ValueError as error:
            raise BadCheckpoint(f"verifier key: {error}") from error
        if data[:1] != ED25519:
            raise BadCheckpoint("verifier key: not an Ed25519 key")
        key = cls(found["name"], data[1:])
        if key.hash.hex() != found["hash"]:
            raise BadCheckpoint("verifier key: its hash does not match, perhaps mistyped")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{encode64(ED25519 + self.public)}"

    @property
    def _digest(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()

    @property
    def hash(self) -> bytes:
        """The four bytes by which a note names the key."""
        return self._digest[:KEY_HASH_BYTES]

    @property
    def fingerprint(self) -> str:
        """128 bits to compare by eye: eight groups of four hex digits; begins with the hash."""
        digits = self._digest[:16].hex()
        return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))

    def has_signed(self, signature: bytes, message: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


# --- checkpoints ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its first `size` leaves have this root. `time` is canonical."""

    origin: str
    size: int
    root: bytes
    time: str
    sealed: bytes | None = None

    def text(self) -> str:
        """What is signed; ends with a line break."""
        lines = [self.origin, str(self.size), encode64(self.root), f"time {self.time}"]
        if self.sealed is not None:
            lines.append(f"sealed {encode64(self.sealed)}")
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A note taken apart; nothing is verified yet. `signatures`: (name, key hash, signature)."""

    checkpoint: Checkpoint
    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


def sealed_commitment(salt: bytes, size: int, root: bytes) -> bytes:
    """SHA-256(salt ‖ size as 8 bytes, most significant first ‖ root): a public log's word for
    the state of the sealed one. A fresh salt each time hides whether it changed.
    """
    if len(salt) != SALT_BYTES or len(root) != HASH_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes and a root {HASH_BYTES}")
    return hashlib.sha256(salt + size.to_bytes(8) + root).digest()


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The signed note. Raises BadCheckpoint where the checkpoint could not be read back."""
    text = checkpoint.text()
    if _read(text) != checkpoint:
        raise BadCheckpoint("a checkpoint that does not survive its own text form")
    name = VerifierKey.of(checkpoint.origin, key)
    signature = encode64(name.hash + key.sign(text.encode()))
    return f"{text}\n{DASH} {name.name} {signature}\n"


def parse(note: str) -> SignedCheckpoint:
    """Take a note apart. Raises BadCheckpoint."""
    head, separator, tail = note.partition("\n\n")
    text = head + "\n"
    if not separator or not tail.endswith("\n"):
        raise BadCheckpoint("not a signed note: text, an empty line, signature lines")
    return SignedCheckpoint(
        _read(text), text, tuple(_read_signature(line) for line in tail[:-1].split("\n"))
    )


def verify(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint of a note that this key has signed, in the log of the key's name.

    Raises BadCheckpoint where the note is not one, BadSignature where the key is
    another or the signature does not hold.
    """
    signed = parse(note)
    if signed.checkpoint.origin != key.name:
        raise BadSignature(f"a checkpoint of {signed.checkpoint.origin}, not of {key.name}")
    ours = [s for name, hash_, s in signed.signatures if (name, hash_) == (key.name, key.hash)]
    if not ours:
        raise BadSignature(f"no signature by the key {key.hash.hex()} of {key.name}")
    if not all(key.has_signed(signature, signed.text.encode()) for signature in ours):
        raise BadSignature("the signature does not match the checkpoint's text")
    return signed.checkpoint


def _read(text: str) -> Checkpoint:
    lines = text.split("\n")[:-1]
    if not 4 <= len(lines) <= 5:
        raise BadCheckpoint("a checkpoint has an origin, a size, a root, a time, perhaps a sealed")
    origin, size, root, time, *more = lines
    if not _NAME.fullmatch(origin):
        raise BadCheckpoint(
            "a checkpoint's origin is printable ASCII without spaces or a plus sign"
        )
    if not _SIZE.fullmatch(size):
        raise BadCheckpoint("a checkpoint's size is a plain decimal number")
    try:
        moment(_value("time", time))
        return Checkpoint(
            origin,
            int(size),
            decode64(root, HASH_BYTES),
            _value("time", time),
            decode64(_value("sealed", more[0]), HASH_BYTES) if more else None,
        )
    except ValueError as error:
        raise BadCheckpoint(f"a checkpoint's lines: {error}") from error


def _value(name: str, line: str) -> str:
    """What an extension line says after its name."""
    found, _, value = line.partition(" ")
    if found != name:
        raise ValueError(f"a line that begins with {name!r} is missing")
    return value


def _read_signature(line: str) -> tuple[str, bytes, bytes]:
    found = _SIGNATURE.fullmatch(line)
    if found is None:
        raise BadCheckpoint(f"not a signature line ({DASH} name signature)")
    try:
        data = decode64(found["signature"])
    except ValueError as error:
        raise BadCheckpoint(f"a signature line: {error}") from error
    if len(data) <= KEY_HASH_BYTES:
        raise BadCheckpoint("a signature line too short for a key's hash and a signature")
    return found["name"], data[:KEY_HASH_BYTES], data[KEY_HASH_BYTES:]
