"""The Merkle tree of a log, as RFC 9162 §2.1 defines it. Pure.

A node is named by its place: level 0 holds the leaves, and the node (level, index)
covers the 2**level leaves from index * 2**level. Only complete subtrees are stored;
they never change again, and every root and proof follows from them. So the sequencer
keeps a `Frontier`, stores what `append` completes, and a proof reads O(log n) nodes:
`nodes_for_…` says which, so that they can be fetched in one query.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Self

EMPTY_ROOT = hashlib.sha256().digest()


class Place(NamedTuple):
    """Where a complete subtree stands."""

    level: int
    index: int  # type: ignore[assignment]  # hides tuple's method, which nobody misses


class Node(NamedTuple):
    """A complete subtree of at least two leaves, and its hash."""

    level: int
    index: int  # type: ignore[assignment]
    hash: bytes


type Reader = Callable[[int, int], bytes]
"""Gives the hash at (level, index); level 0 are the leaf hashes."""

type Span = tuple[int, int]
"""Leaves from the first to before the second; starts at a multiple of its size's power of two."""


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a tree: the complete subtrees its leaves make, largest first.

    All that is needed to append and to know the root; at most log2(size) + 1 hashes,
    one for each bit set in the size.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if size < 0 or len(self.hashes) != size.bit_count():
            raise ValueError(f"the frontier of {size} leaves has one hash for each of its set bits")

    @classmethod
    def at(cls, size: int, read: Reader) -> Self:
        """The frontier of the first `size` leaves, from stored nodes (see `nodes_for_root`)."""
        return cls(size, (read(*place) for place in nodes_for_root(size)))

    def append(self, leaf: bytes) -> list[Node]:
        """Add one leaf hash; the nodes that it completes, lowest first (amortised: one)."""
        completed = []
        index = self.size
        level = 0
        while index & 1:
            leaf = hashlib.sha256(b"\x01" + self.hashes.pop() + leaf).digest()
            index >>= 1
            level += 1
            completed.append(Node(level, index, leaf))
        self.hashes.append(leaf)
        self.size += 1
        return completed

    def extend(self, leaves: Iterable[bytes]) -> list[Node]:
        """Add leaf hashes in order; all the nodes that they complete."""
        return [node for leaf in leaves for node in self.append(leaf)]

    def root(self) -> bytes:
        return _joined(self.hashes)


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over all these leaf hashes."""
    frontier = Frontier()
    for leaf in leaf_hashes:
        frontier.append(leaf)
    return frontier.root()


# --- which nodes ----------------------------------------------------------------------------


def nodes_for_root(size: int) -> list[Place]:
    """The nodes that make the root of the first `size` leaves, which are also its frontier."""
    return _complete((0, size))


def nodes_for_inclusion(index: int, size: int) -> list[Place]:
    """The nodes that `inclusion_path` reads. Raises ValueError unless 0 <= index < size."""
    return [place for span in _inclusion_spans(index, size) for place in _complete(span)]


def nodes_for_consistency(old: int, new: int) -> list[Place]:
    """The nodes that `consistency_path` reads. Raises ValueError unless 0 <= old <= new."""
    return [place for span in _consistency_spans(old, new) for place in _complete(span)]


def _complete(span: Span) -> list[Place]:
    """A span as complete subtrees, largest first."""
    start, end = span
    places = []
    while start < end:
        level = (end - start).bit_length() - 1
        places.append(Place(level, start >> level))
        start += 1 << level
    return places


def _split(size: int) -> int:
    """The largest power of two below `size`: where RFC 9162 splits a tree."""
    return 1 << (size - 1).bit_length() - 1


def _inclusion_spans(index: int, size: int) -> list[Span]:
    """The siblings on the way from a leaf to the root (RFC 9162 §2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among {size}")
    spans = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def _consistency_spans(old: int, new: int) -> list[Span]:
    """What shows that a tree of `old` leaves is the beginning of one of `new` (§2.1.4.1)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves is not the beginning of one of {new}")
    if old in (0, new):
        return []
    spans = []
    start, end = 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:  # else the old root itself, which the verifier has
        spans.append((start, end))
    return spans[::-1]


# --- proofs ---------------------------------------------------------------------------------


def root_at(size: int, read: Reader) -> bytes:
    """The root of the first `size` leaves, from stored nodes."""
    return _hash_of((0, size), read)


def inclusion_path(index: int, size: int, read: Reader) -> list[bytes]:
    """The audit path of leaf `index` in the tree of the first `size` leaves, from the leaf up."""
    return [_hash_of(span, read) for span in _inclusion_spans(index, size)]


def consistency_path(old: int, new: int, read: Reader) -> list[bytes]:
    """The proof that the first `new` leaves begin with the first `old`.

    Empty where `old` is 0 or `new`.
    """
    return [_hash_of(span, read) for span in _consistency_spans(old, new)]


def _hash_of(span: Span, read: Reader) -> bytes:
    return _joined([read(*place) for place in _complete(span)])


def _joined(hashes: Sequence[bytes]) -> bytes:
    """The root over neighbouring complete subtrees, largest first."""
    if not hashes:
        return EMPTY_ROOT
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Whether the path leads from leaf hash `leaf` at `index` to the root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, result = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and result == root


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the new tree begins with the old one (RFC 9162 §2.1.4.2)."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    if old_size == new_size:
        return not path and old_root == new_root
    if not path:
        return False
    steps = list(path)
    if old_size.bit_count() == 1:
        steps.insert(0, old_root)
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, step)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
