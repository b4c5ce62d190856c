"""The ledger: entries chained in their matter, and one log over all of them (RFC 9162).

An action composes its entry and inserts it with a `Pending` row, and waits for
nobody. One sequencer at a time then gives the committed entries contiguous places
in the log and signs a checkpoint, all in one transaction.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from yihu.kernel import bulk, merkle
from yihu.kernel import checkpoint as notes
from yihu.kernel.entry import Header, canonical_json, canonical_time, entry_bytes, entry_hash
from yihu.kernel.models import Checkpoint, Entry, Leaf, Matter, Node, Pending

PUBLIC, SEALED = "public", "sealed"
INTEGRATED_WITHIN = timedelta(seconds=60)
"""What a receipt promises."""
HEARTBEAT = timedelta(hours=1)
"""How long the public log may stay without a new checkpoint, so that its silence says nothing."""
BATCH = 5000
ADVISORY_LOCK = 0x79696875  # "yihu"


# --- writing entries ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Composed:
    """An entry that is not yet saved, with its hash."""

    entry: Entry
    hash: bytes


def compose(
    matter: Matter, kind: str, body: dict[str, Any], occurred_at: datetime, recorded_at: datetime
) -> Composed:
    """The matter's next entry; moves the matter's `seq` and `head` on to it."""
    entry = Entry(
        district=matter.district,
        matter=matter,
        seq=matter.seq + 1,
        prev=bytes(matter.head),
        kind=kind,
        body=canonical_json(body),
        occurred_at=occurred_at,
        recorded_at=recorded_at,
    )
    digest = entry_hash(bytes_of(entry))
    matter.seq, matter.head = entry.seq, digest
    return Composed(entry, digest)


def insert(composed: Composed, log: str) -> None:
    """Save an entry, and put it in line for its log."""
    bulk.insert_one(composed.entry)
    bulk.insert([Pending(entry_id=composed.entry.pk, log=log, hash=composed.hash)])


def insert_whole(histories: Iterable[Sequence[Composed]], log: str) -> None:
    """Save all entries of each of these matters, and put them in line in their order."""
    composed = [one for history in histories for one in history]
    bulk.insert(one.entry for one in composed)
    matters = {one.entry.matter_id for one in composed}
    kept = Entry.objects.filter(matter__in=matters).order_by("id").values_list("id", flat=True)
    bulk.insert(
        Pending(entry_id=pk, log=log, hash=one.hash) for pk, one in zip(kept, composed, strict=True)
    )


def header_of(entry: Entry) -> Header:
    return Header(
        district=entry.district,
        matter=entry.matter_id.hex,
        seq=entry.seq,
        prev=bytes(entry.prev),
        kind=entry.kind,
        occurred_at=canonical_time(entry.occurred_at),
        recorded_at=canonical_time(entry.recorded_at),
    )


def bytes_of(entry: Entry) -> bytes:
    """The entry's canonical bytes."""
    return entry_bytes(header_of(entry), entry.body)


# --- keys --------------------------------------------------------------------------------------


def origin(log: str = PUBLIC) -> str:
    """The log's name in its checkpoints: random, made once, and no host's."""
    name = settings.KEYRING.secret("log-name", 8).hex()
    return f"yihu/{name}" if log == PUBLIC else f"yihu/{name}/{log}"


def signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(settings.KEYRING.secret("log", 32))


def public_key(log: str = PUBLIC) -> notes.VerifierKey:
    """The log's verifier key; as text, what posters print."""
    return notes.VerifierKey.of(origin(log), signing_key())


# --- the sequencer -----------------------------------------------------------------------------


def sequence(now: datetime | None = None) -> int:
    """Give every pending entry its place and sign checkpoints; returns how many found theirs.

    The sealed log goes first, so that the public checkpoint commits to its newest
    state; the public one is signed only when there is something public to say, or
    its heartbeat is due.
    """
    done = 0
    for log in (SEALED, PUBLIC):
        while (count := _sequence_batch(log, now or timezone.now())) == BATCH:
            done += count
        done += count
    return done


def _sequence_batch(log: str, now: datetime) -> int:
    with transaction.atomic():
        if not _alone():
            return 0
        pending = list(Pending.objects.filter(log=log).order_by("entry_id")[:BATCH])
        latest = Checkpoint.objects.filter(log=log).order_by("-size", "-id").first()
        if not pending and not (log == PUBLIC and _heartbeat_due(latest, now)):
            return 0
        size = latest.size if latest else 0
        if latest is not None:
            now = max(now, latest.recorded_at)
        frontier = merkle.Frontier.at(size, _reader(log, merkle.nodes_for_root(size)))
        bulk.insert(
            Leaf(log=log, index=size + i, entry_id=row.entry_id, hash=row.hash, recorded_at=now)
            for i, row in enumerate(pending)
        )
        completed = frontier.extend(bytes(row.hash) for row in pending)
        bulk.insert(
            Node(log=log, level=level, index=index, hash=value) for level, index, value in completed
        )
        _sign(log, frontier.size, frontier.root(), now)
        _take(pending)
    return len(pending)


def _take(pending: list[Pending]) -> None:
    for start in range(0, len(pending), 500):
        Pending.objects.filter(pk__in=[row.pk for row in pending[start : start + 500]]).delete()


def _alone() -> bool:
    """Whether this is the only sequencer; SQLite's IMMEDIATE transactions see to it themselves."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ADVISORY_LOCK])
        return bool(cursor.fetchone()[0])


def _heartbeat_due(latest: Checkpoint | None, now: datetime) -> bool:
    return latest is None or now - latest.recorded_at >= HEARTBEAT


def _sign(log: str, size: int, root: bytes, now: datetime) -> Checkpoint:
    row = Checkpoint(log=log, size=size, recorded_at=now)
    sealed = None
    if log == PUBLIC:
        last = Checkpoint.objects.filter(log=SEALED).order_by("-size", "-id").first()
        row.sealed_salt = secrets.token_bytes(32)
        row.sealed_size = last.size if last else 0
        row.sealed_root = notes.parse(last.note).checkpoint.root if last else merkle.EMPTY_ROOT
        sealed = notes.sealed_commitment(row.sealed_salt, row.sealed_size, row.sealed_root)
    state = notes.Checkpoint(origin(log), size, root, canonical_time(now), sealed)
    row.note = notes.sign(state, signing_key())
    row.save(force_insert=True)
    return row


# --- reading the log ---------------------------------------------------------------------------


def _reader(log: str, wanted: list[merkle.Place]) -> merkle.Reader:
    """Reads the hashes of these places; level 0 are the leaves. At most two statements."""
    found: dict[tuple[int, int], bytes] = {}
    leaves = [index for level, index in wanted if level == 0]
    # The log stands in every term: only so is each place looked up in the index by itself.
    inner = [Q(log=log, level=level, index=index) for level, index in wanted if level > 0]
    if leaves:
        rows = Leaf.objects.filter(log=log, index__in=leaves).values_list("index", "hash")
        found |= {(0, index): bytes(value) for index, value in rows}
    if inner:
        nodes = Node.objects.filter(reduce(or_, inner))
        found |= {
            (level, index): bytes(value)
            for level, index, value in nodes.values_list("level", "index", "hash")
        }
    return lambda level, index: found[level, index]


def latest_checkpoint(log: str = PUBLIC) -> Checkpoint | None:
    return Checkpoint.objects.filter(log=log).order_by("-size", "-id").first()


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Where an entry stands in its log, and the proof against a checkpoint."""

    index: int
    path: list[bytes]
    note: str


def inclusion(entry: Entry) -> Inclusion | None:
    """The proof that an entry is in its log; None while it is only promised."""
    leaf = Leaf.objects.filter(entry=entry).first()
    if leaf is None:
        return None
    latest = latest_checkpoint(leaf.log)
    if latest is None or latest.size <= leaf.index:
        return None
    wanted = merkle.nodes_for_inclusion(leaf.index, latest.size)
    path = merkle.inclusion_path(leaf.index, latest.size, _reader(leaf.log, wanted))
    return Inclusion(leaf.index, path, latest.note)
