"""What is sealed: under a key of each party's own, itself wrapped by a key outside the database.

Erasing a party's key makes every part of theirs unreadable, wherever a copy lies.
AES-256-GCM throughout; the id of what is sealed is authenticated with it, so that
no row can be passed off as another's.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from yihu.kernel.entry import SALT_BYTES, commitment
from yihu.kernel.models import Checkpoint, Party, SealedPart
from yihu.keyring import KeyMissingError, Keyring

NONCE_BYTES = 12
KEY_BYTES = 32
ERASED = b""


class Erased(Exception):
    """What is asked for was erased; its commitment stays in the ledger."""


class Damaged(Exception):
    """A sealed part does not open with its key: changed bytes, or a lost master key."""


@dataclass(frozen=True, slots=True)
class Unsealed:
    """The content of a part, with the salt that opens its commitment."""

    salt: bytes
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


def keyring() -> Keyring:
    ring: Keyring = settings.KEYRING
    return ring


def newest_master() -> str:
    """The name of the master key that wraps new keys; made for the very first party.

    Raises KeyMissingError where there are parties and no master key at all: what a new
    one sealed would be lost when the old one came back.
    """
    folder = keyring().folder
    return _newest_in(str(folder), folder.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _newest_in(folder: str, changed: int) -> str:
    """Looks again only when a file came into the folder: `rotate` may run beside us."""
    names = keyring().names("vault-")
    if names:
        return max(names, key=lambda name: int(name.removeprefix("vault-")))
    if Party.objects.exists():
        raise KeyMissingError("vault-1.key")
    keyring().secret("vault-1", KEY_BYTES)
    return "vault-1"


@lru_cache(maxsize=8)
def _master(folder: str, name: str) -> AESGCM:
    return AESGCM(keyring().existing(name))


def master(name: str) -> AESGCM:
    return _master(str(keyring().folder), name)


def new_key(party: UUID) -> tuple[bytes, bytes, str]:
    """A fresh key for a party: the key, the same wrapped, and the name of the wrapping key."""
    key = AESGCM.generate_key(KEY_BYTES * 8)
    name = newest_master()
    return key, _encrypt(master(name), key, party.bytes), name


def key_of(party: Party) -> bytes:
    """The party's key. Raises Erased; Damaged where the master key is not the right one, and
    KeyMissingError where it is gone."""
    wrapped = bytes(party.wrapped_key)
    if wrapped == ERASED:
        raise Erased
    return _decrypt(master(party.key_name), wrapped, party.id.bytes)


def seal(key: bytes, part: UUID, content: bytes) -> tuple[bytes, bytes]:
    """Seal content under a party's key: the sealed bytes, and the commitment for the entry."""
    salt = secrets.token_bytes(SALT_BYTES)
    return _encrypt(AESGCM(key), salt + content, part.bytes), commitment(salt, content)


def unseal(part: SealedPart, key: bytes) -> Unsealed:
    sealed = bytes(part.sealed)
    if sealed == ERASED:
        raise Erased
    opened = _decrypt(AESGCM(key), sealed, part.id.bytes)
    return Unsealed(opened[:SALT_BYTES], opened[SALT_BYTES:])


def lost_keys() -> list[str]:
    """The key files that what is in the database needs, and that are gone."""
    wrapped = Party.objects.filter(erased_at=None)
    needed = set(wrapped.order_by().values_list("key_name", flat=True).distinct())
    if Party.objects.exclude(secret_hash=None).exists():
        needed.add("receipts")
    if Checkpoint.objects.exists():
        needed |= {"log", "log-name"}
    return [f"{name}.key" for name in sorted(needed - set(keyring().names()))]


def wrong_keys() -> list[str]:
    """The master keys that are there and do not open what was sealed under their name."""
    wrong = []
    wrapped = Party.objects.filter(erased_at=None)
    for name in keyring().names("vault-"):
        party = wrapped.filter(key_name=name).first()
        try:
            if party is not None:
                key_of(party)
        except Damaged:
            wrong.append(f"{name}.key")
    return wrong


def _encrypt(cipher: AESGCM, content: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, bound_to)


def _decrypt(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)
    except InvalidTag:
        raise Damaged from None


def rotate(
    batch: int = 1000, progress: Callable[[int], object] = lambda more: None
) -> tuple[str, int]:
    """Make a new master key and wrap every party's key with it: its name, and how many.

    Interrupted, it is simply run again: keys wrapped by either master stay readable
    until the last one has moved. Old master files are the operator's to destroy,
    once no backup needs them.
    """
    fresh = f"vault-{int(newest_master().removeprefix('vault-')) + 1}"
    keyring().secret(fresh, KEY_BYTES)
    done = 0
    while True:
        with transaction.atomic():
            parties = list(
                Party.objects.select_for_update()
                .filter(erased_at=None)
                .exclude(key_name=fresh)[:batch]
            )
            for party in parties:
                key = key_of(party)
                party.wrapped_key = _encrypt(master(fresh), key, party.id.bytes)
                party.key_name = fresh
            Party.objects.bulk_update(parties, ["wrapped_key", "key_name"], batch_size=200)
        done += len(parties)
        progress(len(parties))
        if len(parties) < batch:
            return fresh, done
