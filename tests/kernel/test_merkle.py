"""The tree against RFC 9162's own recursive definitions, and against published vectors."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yihu.kernel import merkle
from yihu.kernel.merkle import Frontier

SIZES = st.integers(0, 130)


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(str(i).encode()) for i in range(size)]


# --- RFC 9162 §2.1, word for word ------------------------------------------------------------


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d: list[bytes]) -> bytes:
    if not d:
        return hashlib.sha256(b"").digest()
    if len(d) == 1:
        return d[0]
    k = split(len(d))
    return hashlib.sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: list[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = split(len(d))
    if m < k:
        return [*path(m, d[:k]), mth(d[k:])]
    return [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: list[bytes], whole: bool) -> list[bytes]:
    if m == len(d):
        return [] if whole else [mth(d)]
    k = split(len(d))
    if m <= k:
        return [*subproof(m, d[:k], whole), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]


class Stored:
    """What a database holds: leaf hashes and completed nodes, and which of them were read."""

    def __init__(self, hashes: list[bytes]) -> None:
        self.hashes = {(0, i): h for i, h in enumerate(hashes)}
        self.hashes |= {(level, index): value for level, index, value in Frontier().extend(hashes)}
        self.read: list[tuple[int, int]] = []

    def __call__(self, level: int, index: int) -> bytes:
        self.read.append((level, index))
        return self.hashes[level, index]


# --- properties ------------------------------------------------------------------------------


@given(SIZES)
def test_roots_are_the_rfcs(size: int) -> None:
    hashes = leaves(size)
    assert merkle.root(hashes) == merkle.root_at(size, Stored(hashes)) == mth(hashes)


@given(SIZES.filter(bool), st.data())
def test_inclusion_paths_are_the_rfcs_and_verify(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes, stored = leaves(size), Stored(leaves(size))
    proof = merkle.inclusion_path(index, size, stored)
    assert proof == path(index, hashes)
    assert stored.read == merkle.nodes_for_inclusion(index, size)
    assert merkle.verify_inclusion(hashes[index], index, size, proof, mth(hashes))


@given(SIZES, st.data())
def test_consistency_paths_are_the_rfcs_and_verify(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, new))
    hashes, stored = leaves(new), Stored(leaves(new))
    proof = merkle.consistency_path(old, new, stored)
    assert proof == (subproof(old, hashes, True) if old else [])
    assert stored.read == merkle.nodes_for_consistency(old, new)
    assert merkle.verify_consistency(old, mth(hashes[:old]), new, mth(hashes), proof)


@given(SIZES.filter(bool), st.data())
def test_a_changed_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    proof, top = path(index, hashes), mth(hashes)
    other = data.draw(st.integers(-1, 2 * size).filter(lambda i: i != index))
    assert not merkle.verify_inclusion(hashes[index], other, size, proof, top)
    assert not merkle.verify_inclusion(bytes(32), index, size, proof, top)
    assert not merkle.verify_inclusion(hashes[index], index, size, proof, bytes(32))
    assert not merkle.verify_inclusion(hashes[index], index, size, [*proof, top], top)
    for at in range(len(proof)):
        changed = [*proof[:at], bytes(32), *proof[at + 1 :]]
        assert not merkle.verify_inclusion(hashes[index], index, size, changed, top)
        shorter = [*proof[:at], *proof[at + 1 :]]
        assert not merkle.verify_inclusion(hashes[index], index, size, shorter, top)


@given(st.integers(2, 130), st.data())
def test_a_changed_consistency_proof_is_refused(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    hashes = leaves(new)
    proof, before, after = subproof(old, hashes, True), mth(hashes[:old]), mth(hashes)
    assert not merkle.verify_consistency(old, bytes(32), new, after, proof)
    assert not merkle.verify_consistency(old, before, new, bytes(32), proof)
    assert not merkle.verify_consistency(old, before, new, after, [*proof, after])
    assert not merkle.verify_consistency(new + 1, before, new, after, proof)
    for at in range(len(proof)):
        changed = [*proof[:at], bytes(32), *proof[at + 1 :]]
        assert not merkle.verify_consistency(old, before, new, after, changed)
        shorter = [*proof[:at], *proof[at + 1 :]]
        assert not merkle.verify_consistency(old, before, new, after, shorter)


def test_a_forked_history_has_no_consistency_proof() -> None:
    honest, forked = leaves(20), [*leaves(6), bytes(32), *leaves(20)[7:]]
    proof = merkle.consistency_path(9, 20, Stored(forked))
    assert not merkle.verify_consistency(9, mth(honest[:9]), 20, mth(forked), proof)


def test_the_empty_tree_begins_every_tree_and_only_as_itself() -> None:
    assert merkle.verify_consistency(0, merkle.EMPTY_ROOT, 5, mth(leaves(5)), [])
    assert not merkle.verify_consistency(0, bytes(32), 5, mth(leaves(5)), [])
    assert not merkle.verify_consistency(0, merkle.EMPTY_ROOT, 5, mth(leaves(5)), [bytes(32)])


@given(SIZES, SIZES)
def test_a_frontier_goes_on_where_it_was_left(before: int, more: int) -> None:
    hashes = leaves(before + more)
    stored = Stored(hashes)
    kept = Frontier()
    kept.extend(hashes[:before])
    for resumed in (Frontier(kept.size, kept.hashes), Frontier.at(before, stored)):
        assert resumed.root() == mth(hashes[:before])
        resumed.extend(hashes[before:])
        assert (resumed.size, resumed.root()) == (before + more, mth(hashes))
        assert len(resumed.hashes) <= resumed.size.bit_length()


@given(SIZES)
def test_every_complete_subtree_is_given_out_once(size: int) -> None:
    hashes = leaves(size)
    nodes = Frontier().extend(hashes)
    assert (
        len({(level, index) for level, index, _ in nodes}) == len(nodes) == size - size.bit_count()
    )
    for level, index, value in nodes:
        assert level > 0
        assert value == mth(hashes[index << level : (index + 1) << level])


def test_a_proof_in_a_log_of_ten_million_reads_few_nodes() -> None:
    size = 10_000_019
    assert max(len(merkle.nodes_for_inclusion(i, size)) for i in (0, size // 2, size - 1)) <= 40
    assert len(merkle.nodes_for_consistency(size // 3, size)) <= 40


@pytest.mark.parametrize(("size", "hashes"), [(-1, []), (3, [bytes(32)]), (0, [bytes(32)])])
def test_a_frontier_that_does_not_fit_its_size_is_refused(size: int, hashes: list[bytes]) -> None:
    with pytest.raises(ValueError, match="one hash for each"):
        Frontier(size, hashes)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_path(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.nodes_for_inclusion(index, size)
    assert not merkle.verify_inclusion(bytes(32), index, size, [], bytes(32))


# --- published vectors (certificate-transparency, merkletree tests) --------------------------

DATA = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes.fromhex("5051525354555657"),
    bytes.fromhex("606162636465666768696a6b6c6d6e6f"),
]
ROOTS = """    6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
    fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
    aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
    4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
    76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
    ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
    5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"""
INCLUSION = {  # (index, size): path
    (0, 8): """96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
               5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
               6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4""",
    (5, 8): """bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
               ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
               d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7""",
    (2, 3): "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    (1, 5): """6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
               5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
               bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b""",
}
CONSISTENCY = {  # (old, new): path
    (1, 8): """96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
               5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
               6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4""",
    (6, 8): """0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a
               ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
               d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7""",
    (2, 5): """5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
               bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b""",
}


def test_published_roots_and_proofs() -> None:
    hashes = [merkle.leaf_hash(data) for data in DATA]
    stored = Stored(hashes)
    assert merkle.EMPTY_ROOT.hex().startswith("e3b0c44298fc1c14")
    assert [merkle.root(hashes[: i + 1]).hex() for i in range(8)] == ROOTS.split()
    for (index, size), proof in INCLUSION.items():
        assert [h.hex() for h in merkle.inclusion_path(index, size, stored)] == proof.split()
    for (old, new), proof in CONSISTENCY.items():
        assert [h.hex() for h in merkle.consistency_path(old, new, stored)] == proof.split()
