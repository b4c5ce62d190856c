"""Whether a ledger is what it was: one pass over plain rows, in memory for heads only. Pure.

`yihu verify` reads the rows from the database, in one snapshot and once for each
log, and calls `audit`. What it finds is collected, not raised, so that one broken
place does not hide the next.

What it cannot see by itself: a log cut back to an earlier checkpoint together with
its entries and matters, or signed anew by whoever holds the key. For that, give it
`since`: a checkpoint that was kept outside.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from yihu.kernel import checkpoint as notes
from yihu.kernel.checkpoint import BadCheckpoint, Checkpoint, VerifierKey
from yihu.kernel.entry import NO_PREVIOUS, canonical_text, canonical_time, entry_hash
from yihu.kernel.merkle import Frontier

MOST_OF_A_KIND = 100

type EntryRow = tuple[str, str, int, bytes, str, str, str, str]
"""District, matter (32 hex digits), seq, prev, kind, occurred at, recorded at, body."""

type LeafRow = tuple[int, bytes, str, str | None, str | None, int, bytes, str, str, str, str]
"""Index, leaf hash, recorded at, then the entry as in EntryRow, with no matter where it is gone."""

type PendingRow = tuple[bytes | None, str, str, int, bytes, str, str, str, str]
"""Hash as kept for the sequencer, then the entry; None where no sequencer will find it."""

type CheckpointRow = tuple[str, bytes | None, int | None, bytes | None]
"""Note, and in the public log salt, size and root of the sealed one."""

type MatterRow = tuple[str, int, bytes]
"""Matter (32 hex digits), seq and hash of its last entry."""

type Claim = tuple[int, bytes]
"""Size and root of the sealed log, as a public checkpoint has it."""


class Code(StrEnum):
    """What can be wrong; `MESSAGES` says it in words."""

    UNREADABLE = "unreadable"
    LEAF_MISSING = "leaf_missing"
    LEAF_TIME = "leaf_time"
    LEAF_UNCOVERED = "leaf_uncovered"
    ENTRY_MISSING = "entry_missing"
    ENTRY_CHANGED = "entry_changed"
    ENTRY_UNQUEUED = "entry_unqueued"
    CHAIN_GAP = "chain_gap"
    CHAIN_BROKEN = "chain_broken"
    CHECKPOINT_BAD = "checkpoint_bad"
    CHECKPOINT_ORDER = "checkpoint_order"
    CHECKPOINT_BEYOND = "checkpoint_beyond"
    CHECKPOINT_ROOT = "checkpoint_root"
    SEALED_COMMITMENT = "sealed_commitment"
    SEALED_BEYOND = "sealed_beyond"
    SEALED_ROOT = "sealed_root"
    MATTER_HEAD = "matter_head"
    MATTER_EMPTY = "matter_empty"
    MATTER_REMOVED = "matter_removed"
    SINCE_BAD = "since_bad"
    ROLLED_BACK = "rolled_back"
    REWRITTEN = "rewritten"
    LATE = "late"


MESSAGES = {
    Code.UNREADABLE: "the row does not hold what it should",
    Code.LEAF_MISSING: "leaves are missing before this one",
    Code.LEAF_TIME: "its time is not that of the checkpoint that first covers it",
    Code.LEAF_UNCOVERED: "no checkpoint covers the leaf",
    Code.ENTRY_MISSING: "the leaf's entry is gone",
    Code.ENTRY_CHANGED: "the entry does not have the hash that was recorded",
    Code.ENTRY_UNQUEUED: "the entry is in no log and waits for none",
    Code.CHAIN_GAP: "an entry of the matter is missing before this one, or is there twice",
    Code.CHAIN_BROKEN: "the entry does not follow the one before it in its matter",
    Code.CHECKPOINT_BAD: "the checkpoint is not signed by the log's key",
    Code.CHECKPOINT_ORDER: "the checkpoint is smaller or older than the one before it",
    Code.CHECKPOINT_BEYOND: "the log is shorter than was signed",
    Code.CHECKPOINT_ROOT: "the leaves do not make the signed root",
    Code.SEALED_COMMITMENT: "the checkpoint does not open to a state of the sealed log",
    Code.SEALED_BEYOND: "the sealed log is shorter than the public log says",
    Code.SEALED_ROOT: "the sealed log is not what the public log committed to",
    Code.MATTER_HEAD: "the matter's last entry is not the one its row names",
    Code.MATTER_EMPTY: "the matter has no entries",
    Code.MATTER_REMOVED: "the ledger has entries of a matter that is gone",
    Code.SINCE_BAD: "the checkpoint from outside is not signed by the log's key",
    Code.ROLLED_BACK: "the log is shorter than the checkpoint from outside",
    Code.REWRITTEN: "the log is not the one of the checkpoint from outside",
    Code.LATE: "the entry waited too long for its place in the log",
}

WARNINGS = frozenset({Code.LATE})
"""Broken promises, but not falsifications."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `where`: such as "leaf 12", "checkpoint 3", "matter 00…ff"."""

    code: Code
    where: str
    data: dict[str, Any]

    @property
    def message(self) -> str:
        return MESSAGES[self.code]

    @property
    def is_warning(self) -> bool:
        return self.code in WARNINGS


@dataclass(slots=True)
class Report:
    """What was read, and what is wrong. `counts` has all of a kind, `findings` the first 100."""

    entries: int = 0
    leaves: int = 0
    checkpoints: int = 0
    matters: int = 0
    latest: Checkpoint | None = None
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[Code] = field(default_factory=Counter)

    @property
    def ok(self) -> bool:
        """Nothing is wrong but warnings."""
        return all(code in WARNINGS for code in self.counts)

    def add(self, code: Code, where: str, **data: Any) -> None:
        self.counts[code] += 1
        if self.counts[code] <= MOST_OF_A_KIND:
            self.findings.append(Finding(code, where, data))


class _Mark(NamedTuple):
    """A root known from elsewhere, and what to call it when ours is shorter or another."""

    size: int
    root: bytes
    beyond: Code
    differs: Code


def audit(
    *,
    key: VerifierKey,
    leaves: Iterable[LeafRow],
    checkpoints: Iterable[CheckpointRow],
    matters: Iterable[MatterRow],
    pending: Iterable[PendingRow] = (),
    claims: Iterable[Claim] = (),
    since: str | None = None,
    late_after: timedelta = timedelta(seconds=60),
) -> Report:
    """Check one log.

    leaves       in order of index
    checkpoints  in the order they were signed
    matters      those whose entries go to this log, in any order
    pending      entries without a leaf, each matter's in order of seq
    claims       for the sealed log: what the public log's checkpoints say of it, in their order
    since        a note of this log kept outside
    late_after   how long after its entry a leaf may come

    Reads `leaves` and `checkpoints` side by side, then `pending`, then `matters`;
    memory grows with the number of matters.
    """
    report = Report()
    marks = (_Mark(*claim, Code.SEALED_BEYOND, Code.SEALED_ROOT) for claim in claims)
    outside = _outside(since, key, report)
    log = _Log(leaves, heapq.merge(marks, outside), late_after, report)
    _Checkpoints(key, log, report).check(checkpoints)
    log.chains.pend(pending)
    log.chains.close(matters)
    return report


def _outside(since: str | None, key: VerifierKey, report: Report) -> list[_Mark]:
    if since is None:
        return []
    try:
        kept = notes.verify(since, key)
    except BadCheckpoint as error:
        report.add(Code.SINCE_BAD, "the checkpoint from outside", reason=str(error))
        return []
    return [_Mark(kept.size, kept.root, Code.ROLLED_BACK, Code.REWRITTEN)]


class _Chains:
    """The chain of each matter: seq and hash of its last entry."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.last: dict[str, tuple[int, bytes]] = {}

    def follow(self, hash_: bytes | None, entry: EntryRow, where: str) -> None:
        """One more entry, and the hash that was recorded of it, if any."""
        _, matter, seq, prev, _, _, _, _ = entry
        self.report.entries += 1
        found = entry_hash(canonical_text(*entry).encode())
        if hash_ is None:
            self.report.add(Code.ENTRY_UNQUEUED, where, matter=matter, seq=seq)
            hash_ = found
        elif hash_ != found:
            self.report.add(Code.ENTRY_CHANGED, where, matter=matter, seq=seq)
        last_seq, last_hash = self.last.get(matter, (0, NO_PREVIOUS))
        if seq != last_seq + 1:
            self.report.add(Code.CHAIN_GAP, where, matter=matter, seq=seq, expected=last_seq + 1)
        elif prev != last_hash:
            self.report.add(Code.CHAIN_BROKEN, where, matter=matter, seq=seq)
        self.last[matter] = seq, hash_

    def pend(self, rows: Iterable[PendingRow]) -> None:
        """Entries that wait for their place."""
        for hash_, *rest in rows:
            entry: EntryRow = tuple(rest)  # type: ignore[assignment]
            where = f"entry {entry[1]}#{entry[2]}"
            try:
                self.follow(hash_, entry, where)
            except (AttributeError, TypeError, ValueError) as error:
                self.report.add(Code.UNREADABLE, where, reason=str(error))

    def close(self, matters: Iterable[MatterRow]) -> None:
        """Every matter's head is its chain's end, and there is no chain without its matter."""
        for matter, seq, head in matters:
            self.report.matters += 1
            chain = self.last.pop(matter, None)
            if chain is None:
                self.report.add(Code.MATTER_EMPTY, f"matter {matter}")
            elif chain != (seq, head):
                self.report.add(Code.MATTER_HEAD, f"matter {matter}", seq=chain[0], expected=seq)
        for matter in self.last:
            self.report.add(Code.MATTER_REMOVED, f"matter {matter}")


class _Log:
    """The leaves, read as far as asked, with the tree over them."""

    def __init__(
        self,
        leaves: Iterable[LeafRow],
        marks: Iterator[_Mark],
        late_after: timedelta,
        report: Report,
    ) -> None:
        self.leaves = iter(leaves)
        self.marks = marks
        self.mark = next(marks, None)
        self.late_after = late_after
        self.report = report
        self.chains = _Chains(report)
        self.frontier = Frontier()
        self.size = 0
        self.whole = True
        """No leaf is missing so far; after one that is, nobody can say what the root is."""
        self.new: dict[str, int] = {}
        """Integration times of the leaves that no checkpoint covers yet: first index of each."""
        self.time = ""
        self.oldest = ""

    def read_to(self, size: int | None) -> None:
        """Read until `size` leaves are read, or all; compares the roots known from elsewhere."""
        while self.mark is not None and (size is None or self.mark.size <= size):
            self._read(self.mark.size)
            self._compare(self.mark)
            self.mark = next(self.marks, None)
        self._read(size)

    def _read(self, size: int | None) -> None:
        if size is not None and self.size >= size:
            return
        for row in self.leaves:
            try:
                self._leaf(row)
            except (AttributeError, TypeError, ValueError) as error:
                self.whole = False
                self.report.add(Code.UNREADABLE, f"leaf {self.size}", reason=str(error))
                self.size += 1
            if size is not None and self.size >= size:
                break

    def _leaf(self, row: LeafRow) -> None:
        index, hash_, time, district, matter, _, _, _, _, recorded_at, _ = row
        where = f"leaf {index}"
        if index != self.size:
            self.whole = False
            self.report.add(Code.LEAF_MISSING, where, expected=self.size)
            self.size = max(index, self.size)
        if time != self.time:
            self.oldest = canonical_time(notes.moment(time) - self.late_after)
            self.time = time
        self.new.setdefault(time, index)
        if district is None or matter is None:
            self.report.add(Code.ENTRY_MISSING, where)
        else:
            self.chains.follow(hash_, row[3:], where)  # type: ignore[arg-type]
            if recorded_at < self.oldest:
                self.report.add(Code.LATE, where, recorded_at=recorded_at, integrated_at=time)
        if type(hash_) is not bytes:
            raise TypeError("a leaf's hash is not bytes")
        self.frontier.append(hash_)
        self.size += 1
        self.report.leaves += 1

    def _compare(self, mark: _Mark) -> None:
        where = f"size {mark.size}"
        if self.size < mark.size:
            self.report.add(mark.beyond, where, size=self.size)
        elif self.whole and (self.size > mark.size or self.frontier.root() != mark.root):
            self.report.add(mark.differs, where)


class _Checkpoints:
    """The signed states, each compared with the tree as it was at its size."""

    def __init__(self, key: VerifierKey, log: _Log, report: Report) -> None:
        self.key = key
        self.log = log
        self.report = report
        self.sealed_size = 0

    def check(self, rows: Iterable[CheckpointRow]) -> None:
        for number, (note, salt, size, root) in enumerate(rows):
            self.report.checkpoints += 1
            where = f"checkpoint {number}"
            try:
                signed = notes.verify(note, self.key)
            except BadCheckpoint as error:
                self.report.add(Code.CHECKPOINT_BAD, where, reason=str(error))
                continue
            self._follow(signed, where)
            self._open(signed, salt, size, root, where)
        self._rest()

    def _follow(self, signed: Checkpoint, where: str) -> None:
        last = self.report.latest
        if last and (signed.size < last.size or signed.time < last.time):
            self.report.add(Code.CHECKPOINT_ORDER, where, size=signed.size, expected=last.size)
            return
        self.report.latest = signed
        self.log.read_to(signed.size)
        if self.log.size < signed.size:
            self.report.add(Code.CHECKPOINT_BEYOND, where, size=signed.size, found=self.log.size)
        elif self.log.whole and self.log.frontier.root() != signed.root:
            self.report.add(Code.CHECKPOINT_ROOT, where)
        for time, index in self.log.new.items():
            if time != signed.time:
                self.report.add(Code.LEAF_TIME, f"leaf {index}", found=time, expected=signed.time)
        self.log.new.clear()

    def _open(
        self,
        signed: Checkpoint,
        salt: bytes | None,
        size: int | None,
        root: bytes | None,
        where: str,
    ) -> None:
        """The public log's word for the sealed one opens, and the sealed log does not shrink."""
        if signed.sealed is None and salt is None:
            return
        try:
            opens = (
                salt is not None
                and size is not None
                and root is not None
                and size >= self.sealed_size
                and notes.sealed_commitment(salt, size, root) == signed.sealed
            )
        except (OverflowError, TypeError, ValueError):
            opens = False
        if not opens:
            self.report.add(Code.SEALED_COMMITMENT, where)
        self.sealed_size = size or 0

    def _rest(self) -> None:
        """Leaves and the checkpoint that covers them are written together: none comes after."""
        self.log.read_to(None)
        for time, index in self.log.new.items():
            self.report.add(Code.LEAF_UNCOVERED, f"leaf {index}", time=time)
