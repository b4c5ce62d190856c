"""Which candidates cover which demand, and what of that need not be looked at. Pure.

Rows with the same candidates count as one, and a candidate that covers no more than another does
need not be chosen. Where all must be covered, a row is covered along with any whose candidates are
all among its own, and the only candidate of a row has to be built (Toregas & ReVelle 1973).
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from yihu.planning.siting_problem import Bools, Candidates, Floats, Ints

type Words = NDArray[np.uint64]

WORD = 64


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """What those that stand leave to be covered: `covers[row, column]`. `columns`: which of the
    instance's candidates they are; `weight`: of all the rows that a row stands for."""

    covers: Bools
    columns: Ints
    weight: Floats

    @classmethod
    def of(cls, covers: Bools, usable: Candidates, weight: Floats) -> Self:
        """Without rows that nothing covers, and those that have no weight."""
        left = ~covers[:, usable.fixed].any(axis=1) & (weight > 0)
        open_to = covers[left][:, usable.free]
        coverable = open_to.any(axis=1)
        return cls(open_to[coverable], usable.free, weight[left][coverable])

    def merged(self) -> Self:
        """Equal rows as one."""
        if not self.covers.size:
            return self
        octets = np.packbits(self.covers, axis=1)
        keys = octets.view(np.dtype((np.void, octets.shape[1]))).ravel()
        _keys, first, group = np.unique(keys, return_index=True, return_inverse=True)
        weight = np.bincount(group, self.weight, len(first))
        return replace(self, covers=self.covers[first], weight=weight)

    def undominated(self) -> Self:
        """Without candidates that cover no more than another does, or nothing."""
        kept = maximal(self.covers.T)
        kept = kept[self.covers[:, kept].any(axis=0)]
        return replace(self, covers=self.covers[:, kept], columns=self.columns[kept])

    def decisive(self) -> Self:
        """Without rows that are covered as soon as all others are."""
        return self._of_rows(maximal(~self.covers))

    def beside(self, built: Ints) -> Self:
        """What is left to be covered once these columns are built."""
        return self._of_rows(np.flatnonzero(~self.covers[:, built].any(axis=1)))

    def lost(self, chosen: Ints) -> float:
        """The weight that these columns leave uncovered."""
        return float(self.weight[~self.covers[:, chosen].any(axis=1)].sum())

    def _of_rows(self, rows: Ints) -> Self:
        return replace(self, covers=self.covers[rows], weight=self.weight[rows])


def for_all(cover: Cover) -> tuple[Cover, Ints]:
    """What is left to be decided where every row has to be covered, and the candidates that have to
    be built."""
    forced = np.empty(0, dtype=np.int64)
    size = -1
    while cover.covers.size not in (0, size):
        size = cover.covers.size
        cover = cover.decisive().undominated()
        alone = cover.covers[np.count_nonzero(cover.covers, axis=1) == 1]
        only = np.flatnonzero(alone.any(axis=0))
        forced = np.append(forced, cover.columns[only])
        cover = cover.beside(only)
    return cover, forced


def maximal(bits: Bools) -> Ints:
    """The rows that are no part of another; of equal ones the first."""
    order = np.argsort(-np.count_nonzero(bits, axis=1), kind="stable")
    kept: Ints = np.sort(order[_maximal(_packed(bits[order]))])
    return kept


def _packed(bits: Bools) -> Words:
    octets = np.packbits(bits, axis=1)
    words = np.zeros((len(bits), -(-bits.shape[1] // WORD)), dtype=np.uint64)
    words.view(np.uint8)[:, : octets.shape[1]] = octets
    return words


@njit(cache=True)
def _maximal(words: Words) -> Bools:
    """The fullest come first, so that a row need be looked for in those that were kept only."""
    rows, width = words.shape
    found = np.zeros(rows, dtype=np.bool_)
    kept, many = np.empty(rows, dtype=np.int64), 0
    for i in range(rows):
        part = False
        for k in kept[:many]:
            w = 0
            while w < width and words[i, w] & ~words[k, w] == 0:
                w += 1
            if w == width:
                part = True
                break
        if not part:
            found[i] = True
            kept[many] = i
            many += 1
    return found
