"""What `yihu verify` sees: a small ledger written here, then falsified in every way."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from yihu.kernel import audit, checkpoint, merkle
from yihu.kernel.audit import Code, Report
from yihu.kernel.checkpoint import Checkpoint, VerifierKey
from yihu.kernel.entry import (
    NO_PREVIOUS,
    Header,
    canonical_json,
    canonical_time,
    entry_bytes,
    entry_hash,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
START = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)
SALT = bytes(range(32))


def at(seconds: float) -> str:
    return canonical_time(START + timedelta(seconds=seconds))


@dataclass
class Ledger:
    """One log with its matters, written as the kernel writes it; lists to be falsified."""

    origin: str = "yihu.example/liangshui"
    leaves: list[tuple[Any, ...]] = field(default_factory=list)
    pending: list[tuple[Any, ...]] = field(default_factory=list)
    checkpoints: list[tuple[Any, ...]] = field(default_factory=list)
    matters: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    frontier: merkle.Frontier = field(default_factory=merkle.Frontier)
    claims: list[tuple[int, bytes]] = field(default_factory=list)

    def record(self, matter: int, second: float, **facts: Any) -> None:
        name = f"{matter:032x}"
        seq, prev = self.matters.get(name, (0, NO_PREVIOUS))
        when = at(second)
        header = Header("liangshui", name, seq + 1, prev, "moved", when, when)
        body = canonical_json({"facts": facts})
        digest = entry_hash(entry_bytes(header, body))
        self.matters[name] = seq + 1, digest
        self.pending.append((digest, "liangshui", name, seq + 1, prev, "moved", when, when, body))

    def integrate(self, second: float, sealed: "Ledger | None" = None) -> str:
        """Give all pending entries their place and sign; the note."""
        for digest, *entry in self.pending:
            self.leaves.append((len(self.leaves), digest, at(second), *entry))
            self.frontier.append(digest)
        self.pending.clear()
        secret = (SALT, sealed.frontier.size, sealed.frontier.root()) if sealed else None
        state = Checkpoint(
            self.origin,
            self.frontier.size,
            self.frontier.root(),
            at(second),
            checkpoint.sealed_commitment(*secret) if secret else None,
        )
        note = checkpoint.sign(state, KEY)
        self.checkpoints.append((note, *(secret or (None, None, None))))
        if sealed is not None and secret is not None:
            sealed.claims.append(secret[1:])
        return note

    def check(self, since: str | None = None, **more: Any) -> Report:
        return audit.audit(
            key=VerifierKey.of(self.origin, KEY),
            leaves=iter(self.leaves),
            checkpoints=iter(self.checkpoints),
            matters=((name, *head) for name, head in self.matters.items()),
            pending=iter(self.pending),
            claims=iter(self.claims),
            since=since,
            **more,
        )


def written() -> Ledger:
    """Three matters, eleven leaves, four checkpoints (one a heartbeat), two entries waiting."""
    ledger = Ledger()
    second = 0
    for batch in ([1, 2, 1], [3, 1, 2, 2, 3], [], [1, 3, 3]):
        for matter in batch:
            second += 2
            ledger.record(matter, second, note=f"第{second}秒")
        second += 1
        ledger.integrate(second)
    ledger.record(2, 40)
    ledger.record(1, 41)
    return ledger


def codes(report: Report) -> set[Code]:
    return set(report.counts)


# --- what holds ------------------------------------------------------------------------------


def test_an_untouched_ledger_is_whole() -> None:
    report = written().check()
    assert report.ok
    assert not report.findings
    assert (report.entries, report.leaves) == (13, 11)
    assert (report.checkpoints, report.matters) == (4, 3)
    assert report.latest is not None
    assert report.latest.size == 11


def test_an_empty_ledger_is_whole() -> None:
    ledger = Ledger()
    assert ledger.check().ok
    ledger.integrate(0)
    assert ledger.check(ledger.checkpoints[0][0]).ok


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(1, 4), max_size=9), max_size=9), st.data())
def test_any_history_is_whole_and_consistent_with_any_of_its_checkpoints(
    batches: list[list[int]], data: st.DataObject
) -> None:
    ledger, sealed = Ledger(), Ledger("yihu.example/sealed")
    for number, batch in enumerate(batches):
        for matter in batch:
            (sealed if matter == 4 else ledger).record(matter, number)
        if data.draw(st.booleans()):
            sealed.integrate(number)
        ledger.integrate(number, sealed)
    assert sealed.check().ok
    assert ledger.check().ok
    for note, *_ in ledger.checkpoints:
        assert ledger.check(note).ok


# --- what does not ---------------------------------------------------------------------------

INDEX, HASH, INTEGRATED, DISTRICT, MATTER, SEQ, PREV, KIND, OCCURRED, RECORDED, BODY = range(11)


def set_leaf(ledger: Ledger, index: int, column: int, value: Any) -> None:
    row = list(ledger.leaves[index])
    row[column] = value
    ledger.leaves[index] = tuple(row)


def rehash(ledger: Ledger, index: int) -> None:
    """What a forger without the key does after changing an entry: make the leaf fit it."""
    row = ledger.leaves[index]
    header = Header(*row[DISTRICT:BODY])
    set_leaf(ledger, index, HASH, entry_hash(entry_bytes(header, row[BODY])))


def swap_entries(ledger: Ledger) -> None:
    a, b = ledger.leaves[4], ledger.leaves[5]
    ledger.leaves[4], ledger.leaves[5] = (*a[:3], *b[3:]), (*b[:3], *a[3:])


def swap_leaves(ledger: Ledger) -> None:
    a, b = ledger.leaves[4], ledger.leaves[5]
    ledger.leaves[4], ledger.leaves[5] = (4, *b[1:]), (5, *a[1:])


def forge_entry(ledger: Ledger) -> None:
    set_leaf(ledger, 4, BODY, '{"facts":{}}')
    rehash(ledger, 4)


def remove_leaf(ledger: Ledger, renumber: bool) -> None:
    del ledger.leaves[4]
    if renumber:
        ledger.leaves[:] = [(i, *row[1:]) for i, row in enumerate(ledger.leaves)]


def resign(ledger: Ledger, number: int, **changes: Any) -> None:
    note, *secret = ledger.checkpoints[number]
    state = replace(checkpoint.parse(note).checkpoint, **changes)
    ledger.checkpoints[number] = (checkpoint.sign(state, KEY), *secret)


def cut_back(ledger: Ledger) -> None:
    """Leaves gone, checkpoints kept."""
    del ledger.leaves[8:]


TAMPERED: dict[str, tuple[set[Code], Callable[[Ledger], object]]] = {
    "a changed body": ({Code.ENTRY_CHANGED}, lambda ld: set_leaf(ld, 4, BODY, '{"facts":{}}')),
    "a changed time": ({Code.ENTRY_CHANGED}, lambda ld: set_leaf(ld, 4, OCCURRED, at(0))),
    "a changed kind": ({Code.ENTRY_CHANGED}, lambda ld: set_leaf(ld, 4, KIND, "closed")),
    "an entry forged with its leaf": ({Code.CHAIN_BROKEN, Code.CHECKPOINT_ROOT}, forge_entry),
    "swapped entries": ({Code.ENTRY_CHANGED, Code.CHAIN_BROKEN}, swap_entries),
    "swapped leaves": ({Code.CHECKPOINT_ROOT}, swap_leaves),
    "a removed entry": (
        {Code.ENTRY_MISSING, Code.CHAIN_GAP},
        lambda ld: ld.leaves.__setitem__(4, (*ld.leaves[4][:3], *[None] * 8)),
    ),
    "a removed entry with its leaf": (
        {Code.LEAF_MISSING, Code.CHAIN_GAP},
        lambda ld: remove_leaf(ld, renumber=False),
    ),
    "the same, renumbered": (
        {Code.CHAIN_GAP, Code.CHECKPOINT_ROOT, Code.CHECKPOINT_BEYOND},
        lambda ld: remove_leaf(ld, renumber=True),
    ),
    "a leaf given another time": ({Code.LEAF_TIME}, lambda ld: set_leaf(ld, 5, INTEGRATED, at(17))),
    "a leaf without a time": ({Code.UNREADABLE}, lambda ld: set_leaf(ld, 5, INTEGRATED, "soon")),
    "a leaf without a hash": ({Code.UNREADABLE}, lambda ld: set_leaf(ld, 5, HASH, "text")),
    "an entry whose prev is no hash": ({Code.UNREADABLE}, lambda ld: set_leaf(ld, 5, PREV, 7)),
    "leaves cut off": ({Code.CHECKPOINT_BEYOND}, cut_back),
    "a removed checkpoint": ({Code.LEAF_TIME}, lambda ld: ld.checkpoints.pop(1)),
    "the last checkpoint removed": ({Code.LEAF_UNCOVERED}, lambda ld: ld.checkpoints.pop()),
    "swapped checkpoints": (
        {Code.CHECKPOINT_ORDER},
        lambda ld: ld.checkpoints.insert(1, ld.checkpoints.pop(2)),
    ),
    "a checkpoint of another key": (
        {Code.CHECKPOINT_BAD},
        lambda ld: ld.checkpoints.__setitem__(
            2,
            (
                checkpoint.sign(
                    checkpoint.parse(ld.checkpoints[2][0]).checkpoint,
                    Ed25519PrivateKey.from_private_bytes(bytes(32)),
                ),
                None,
                None,
                None,
            ),
        ),
    ),
    "a checkpoint with a made-up root": (
        {Code.CHECKPOINT_ROOT},
        lambda ld: resign(ld, 2, root=bytes(32)),
    ),
    "a removed matter": ({Code.MATTER_REMOVED}, lambda ld: ld.matters.pop(f"{3:032x}")),
    "a matter out of nowhere": (
        {Code.MATTER_EMPTY},
        lambda ld: ld.matters.update({"f" * 32: (1, bytes(32))}),
    ),
    "a matter set back": (
        {Code.MATTER_HEAD},
        lambda ld: ld.matters.update({f"{3:032x}": (3, bytes(32))}),
    ),
    "a changed entry that waits": (
        {Code.ENTRY_CHANGED},
        lambda ld: ld.pending.__setitem__(0, (*ld.pending[0][:-1], "{}")),
    ),
    "a removed entry that waits": ({Code.MATTER_HEAD}, lambda ld: ld.pending.pop()),
    "an entry that waits for no log": (
        {Code.ENTRY_UNQUEUED},
        lambda ld: ld.pending.__setitem__(0, (None, *ld.pending[0][1:])),
    ),
    "a waiting entry that cannot be read": (
        {Code.UNREADABLE},
        lambda ld: ld.pending.__setitem__(0, (bytes(32), *["?"] * 8)),
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_found_and_named(what: str) -> None:
    expected, tamper = TAMPERED[what]
    ledger = written()
    tamper(ledger)
    report = ledger.check()
    assert not report.ok
    assert expected <= codes(report)
    assert all(finding.message and finding.where for finding in report.findings)


@pytest.mark.parametrize(
    "what", ["a changed body", "a removed matter", "a leaf given another time", "swapped leaves"]
)
def test_one_falsification_is_not_reported_as_many(what: str) -> None:
    expected, tamper = TAMPERED[what]
    ledger = written()
    tamper(ledger)
    assert codes(ledger.check()) == expected


def test_a_finding_says_where() -> None:
    ledger = written()
    set_leaf(ledger, 4, BODY, '{"facts":{}}')
    [finding] = ledger.check().findings
    assert finding.where == "leaf 4"
    assert finding.data == {"matter": ledger.leaves[4][MATTER], "seq": ledger.leaves[4][SEQ]}


@given(st.integers(0, 10), st.integers(0, 10), st.sampled_from([None, 7, "x", b"x", 1.5, ""]))
def test_any_changed_value_of_any_leaf_is_found(index: int, column: int, value: Any) -> None:
    ledger = written()
    assume(value != ledger.leaves[index][column])
    set_leaf(ledger, index, column, value)
    assert not ledger.check().ok


# --- against a checkpoint kept outside ---------------------------------------------------------


def test_a_log_rolled_back_with_everything_is_seen_from_outside_only() -> None:
    ledger, kept = written(), written().checkpoints[-1][0]
    del ledger.checkpoints[2:], ledger.leaves[8:]
    ledger.pending.clear()
    ledger.matters = {row[MATTER]: (row[SEQ], row[HASH]) for row in ledger.leaves}
    assert ledger.check().ok
    assert codes(ledger.check(kept)) == {Code.ROLLED_BACK}


def test_a_history_written_anew_with_the_key_is_seen_from_outside_only() -> None:
    kept = written().checkpoints[1][0]
    forged = Ledger()
    for matter in [1] * 11:
        forged.record(matter, 1)
    forged.integrate(2)
    assert forged.check().ok
    assert codes(forged.check(kept)) == {Code.REWRITTEN}


def test_a_checkpoint_from_elsewhere_proves_nothing() -> None:
    other = Ledger("elsewhere")
    assert codes(written().check(other.integrate(0))) == {Code.SINCE_BAD}
    assert codes(written().check("nonsense")) == {Code.SINCE_BAD}


# --- the sealed log ----------------------------------------------------------------------------


def two_logs() -> tuple[Ledger, Ledger]:
    public, sealed = Ledger(), Ledger("yihu.example/sealed")
    for second in range(5):
        sealed.record(7, second)
        public.record(1, second)
        sealed.integrate(second)
        public.integrate(second, sealed)
    assert public.check().ok
    assert sealed.check().ok
    return public, sealed


def test_a_sealed_log_written_anew_is_seen_from_the_public_one() -> None:
    _, sealed = two_logs()
    forged = Ledger(sealed.origin, claims=sealed.claims)
    for second in range(5):
        forged.record(7, second, other=True)
        forged.integrate(second)
    assert codes(forged.check()) == {Code.SEALED_ROOT}
    assert forged.check().counts[Code.SEALED_ROOT] == 5


def test_a_sealed_log_rolled_back_is_seen_from_the_public_one() -> None:
    _, sealed = two_logs()
    del sealed.leaves[3:], sealed.checkpoints[3:]
    sealed.matters = {row[MATTER]: (row[SEQ], row[HASH]) for row in sealed.leaves}
    assert codes(sealed.check()) == {Code.SEALED_BEYOND}


@pytest.mark.parametrize(
    "secret",
    [
        (bytes(32), 3, "root"),
        (SALT, 4, "root"),
        (SALT, 3, bytes(32)),
        (None, None, None),
        (SALT, -1, "root"),
        (b"short", 3, "root"),
    ],
)
def test_what_does_not_open_a_public_checkpoint_s_commitment_is_found(
    secret: tuple[Any, ...],
) -> None:
    public, _ = two_logs()
    note, _, _, root = public.checkpoints[2]
    public.checkpoints[2] = (note, *(root if part == "root" else part for part in secret))
    assert codes(public.check()) == {Code.SEALED_COMMITMENT}


def test_a_public_log_cannot_take_back_what_it_said_of_the_sealed_one() -> None:
    public, sealed = two_logs()
    earlier = Ledger(sealed.origin)
    public.integrate(9, earlier)
    assert codes(public.check()) == {Code.SEALED_COMMITMENT}


# --- late, many, fast --------------------------------------------------------------------------


def test_a_late_leaf_is_a_warning() -> None:
    ledger = Ledger()
    ledger.record(1, 0)
    ledger.record(1, 1)
    ledger.integrate(60.5)
    report = ledger.check()
    assert report.ok
    assert report.counts == {Code.LATE: 1}
    assert report.findings[0].is_warning
    assert report.findings[0].where == "leaf 0"
    assert not ledger.check(late_after=timedelta(seconds=61)).findings


def test_a_thousand_findings_of_a_kind_are_counted_and_a_hundred_kept() -> None:
    ledger = Ledger()
    for matter in range(1000):
        ledger.record(matter, 0)
    ledger.integrate(0)
    ledger.matters.clear()
    report = ledger.check()
    assert report.counts == {Code.MATTER_REMOVED: 1000}
    assert len(report.findings) == audit.MOST_OF_A_KIND


def test_fifty_thousand_entries_a_second() -> None:
    ledger = Ledger()
    for number in range(20_000):
        ledger.record(number // 5, number / 500, note="路灯坏了" * 20)
        if number % 100 == 99:
            ledger.integrate(number / 500)
    assert max(entries_a_second(ledger) for _ in range(5)) > 50_000


def entries_a_second(ledger: Ledger) -> float:
    """By processor time; the best of a few runs is the program's, the others the neighbours'."""
    before = time.process_time()
    report = ledger.check()
    assert report.ok
    return report.entries / (time.process_time() - before)
