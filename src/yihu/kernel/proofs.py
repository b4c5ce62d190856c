"""Receipts: what a party holds, so that nobody needs to believe the office."""

from contextlib import suppress
from functools import lru_cache
from typing import Any

from django.conf import settings

from yihu.kernel import ledger, receipt, vault
from yihu.kernel.entry import canonical_time
from yihu.kernel.models import Entry, Party
from yihu.kernel.reference import secret_hash
from yihu.keyring import Keyring


def pepper() -> bytes:
    """What receipt secrets are derived and hashed with; it never leaves the machine."""
    return _pepper(settings.KEYRING)


@lru_cache(maxsize=2)
def _pepper(ring: Keyring) -> bytes:
    return ring.secret("receipts", 32)


def party_with(secret: str) -> Party | None:
    """The party who holds this secret, with the matter; None for nobody."""
    hashed = secret_hash(pepper(), secret)
    return Party.objects.select_related("matter").filter(secret_hash=hashed).first()


def receipt_for(party: Party) -> dict[str, Any]:
    """The receipt of the party's first entry: promise, salts of what they wrote, and, once
    the entry is in the log, the proof of it.

    Pictures are left out of what it opens; their commitments are in the entry.
    """
    entry = Entry.objects.get(matter=party.matter_id, seq=1)
    words = []
    for part in party.own_parts.filter(seq=1, media_type="text/plain"):
        with suppress(vault.Damaged):  # the proof of the entry holds without it
            opened = vault.unseal(part, vault.key_of(party))
            words.append((part.what, opened.salt, opened.content))
    found = ledger.inclusion(entry)
    return receipt.make(
        origin=ledger.origin(),
        key=ledger.signing_key(),
        reference=party.matter.reference,
        entry=ledger.bytes_of(entry),
        integrate_by=canonical_time(entry.recorded_at + ledger.INTEGRATED_WITHIN),
        words=words,
        inclusion=(found.index, found.path, found.note) if found else None,
    )
