"""The p-median proven: interchange for a good solution, a Lagrangian bound for how good it is,
candidates that the bound decides (Beasley 1985), and branch and bound on what is left. Pure.
"""

import heapq
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import count
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from yihu.planning.interchange import interchange
from yihu.planning.lagrangian import Ascent, Pace, ascend, begun
from yihu.planning.median_instance import MedianInstance
from yihu.planning.near_costs import NearCosts, Ranked, by_candidate, lower, narrowed, ranked
from yihu.planning.siting_problem import Candidates, Deadline, Floats, Ints, Progress

type Singles = NDArray[np.float32]

WITHIN = 1e-10
"""Relative: no solution is looked for that is better by less than this."""
ROUNDED = 1e-11
"""Of a sum of prices: more than rounding can amount to."""
GUARD = 1e-3
"""Of one, where values are integers: far more than rounding can amount to."""
SERVERS = 5
"""A row's cap is what its fifth nearest server costs in a good solution: hardly any better one
serves it from farther away, and if one would, caps are raised."""
CHUNK = 20_000_000
"""Costs looked at in one go: some hundredths of a second, between which one can be interrupted."""
EVERY = 0.2
"""Seconds between two reports of progress."""
MEMORY = 100_000_000
"""Prices that nodes keep, of four bytes each; beyond that they begin with those of the root."""
STARTS = 10
"""Solutions from which exchanges begin anew, once it is known that there will be branching."""
LIKELY = 0.65
"""Branching is on a site that is open about so often in relaxed solutions: nearer to a half it
says too little, nearer to one nothing new."""
LARGE, SOME, EACH, SHORT = 5_000_000, 2000, 50, 0.3
"""With so many costs it is worth while to look at some rows first: at so many, and so many for each
site, in this part of the time."""
ROUGH = 0.05
"""The last step of their ascent."""
WORTH = 0.5
"""Of the candidates: when no more than this are undecided, the others are taken out."""
PROMISING = 12
"""A node is split when its last gain, this many times, would not close it."""


@dataclass(frozen=True, slots=True)
class Effort:
    """So many `steps` of the ascent between two looks at what they have brought, `looks` at most,
    the `first` step so great and the last not below `least`; unless there is no hope already when
    they are below `hope`."""

    steps: int
    looks: int
    first: float
    hope: float
    least: float


ROOT, NODE = Effort(50, 20, 1.0, 0.0, 0.004), Effort(10, 30, 0.8, 0.4, 0.03)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Solutions that have all of `built` and else only sites of `free`: columns of the near costs.
    `price` and `share`: where the ascent to its bound begins."""

    bound: float
    built: Ints
    free: Ints
    price: Singles
    share: Singles


@dataclass(slots=True, eq=False)
class MedianSearch:
    """`sites` and `value`: the best so far; `bound`: what none can better."""

    instance: MedianInstance
    sites: Ints
    deadline: Deadline
    progress: Progress | None = None
    value: float = field(init=False)
    bound: float = field(default=0.0, init=False)
    nodes: int = field(default=0, init=False)
    _cap: Floats = field(init=False)
    _like: Floats | None = field(default=None, init=False)
    """Prices, as some of the rows have them."""
    _servers: int = field(init=False)
    _near: NearCosts = field(init=False)
    _ranks: Ranked = field(init=False)
    _loose: Ints | None = field(default=None, init=False)
    """A solution that looks better below the caps than it is."""
    _tried: set[bytes] = field(default_factory=set, init=False)
    _reported: float = field(default_factory=monotonic, init=False)

    def __post_init__(self) -> None:
        self.value = self.instance.value(self.instance.nearest(self.sites))
        self._cap = np.full(len(self.instance.rows), np.inf)
        self._servers = min(SERVERS, self.instance.usable.p // 2 + 1)

    def run(self) -> None:
        """Until the best is proven or the time is over."""
        if self.instance.usable.to_build:
            with suppress(TimeoutError):
                self._search()
            if self.instance.integral:
                self.bound = max(0.0, np.ceil(self.bound - GUARD))
        else:
            self.bound = self.value

    def prices(self) -> Floats:
        """By row, those of the best bound that the relaxation gives, about, and a good solution."""
        self._exchange()
        numbers = np.arange(len(self.instance.usable.free))
        ranks, to, to_build = self._begun(self._root())
        pace = Pace(-np.inf, ROOT.first, 0)
        for _ in range(ROOT.looks):
            pace = self._ascended(ranks, numbers, to, pace, to_build, ROOT.steps, np.inf)
            if pace.step < ROUGH or self.deadline.over:
                break
        return to.best_price

    def _search(self) -> None:
        self._begin()
        if self.bound < self._enough:
            self._exchange()
            self._branch_and_bound()
        while self._loose is not None and not self.deadline.over:
            self._servers *= 2
            self._look_below(np.maximum(self._cap, self._caps(self._loose)))
            self._branch_and_bound()

    @property
    def _enough(self) -> float:
        """A bound that no better solution has."""
        if self.instance.integral:
            return self.value - 1 + GUARD
        return self.value * (1 - WITHIN)

    # --- the beginning ----------------------------------------------------------------------------

    def _begin(self) -> None:
        """A first bound, and without the candidates that it decides. Some of many rows give an idea
        of prices, and another first solution."""
        instance, usable = self.instance, self.instance.usable
        many = max(SOME, EACH * usable.p)
        if instance.size >= LARGE and 2 * many <= len(instance.rows) and usable.to_build > 1:
            self._look_at_some(many)
        price = self._prices()
        reduced = instance.relaxed(price)
        order = np.argsort(reduced, kind="stable")
        best, others = order[: usable.to_build], order[usable.to_build :]
        bound = float(price.sum() * (1 - ROUNDED) + reduced[best].sum())
        every = instance.nearest(np.concatenate([usable.fixed, usable.free]))
        self.bound = min(max(bound, float(every.sum() * (1 - ROUNDED))), self.value)
        hopeless = others[reduced[others] - reduced[best[-1]] >= self._enough - bound]
        left = np.setdiff1d(usable.free, np.setdiff1d(usable.free[hopeless], self.sites))
        self.instance = replace(instance, usable=replace(usable, free=left))

    def _look_at_some(self, many: int) -> None:
        random = np.random.default_rng(many)
        some = self.instance.some(many, random)
        time = Deadline(self.deadline.left * SHORT)
        search = MedianSearch(some, some.spread(random), time, lambda *_now: self._report())
        if np.isfinite(search.value):
            with suppress(TimeoutError):
                self._like = self.instance.like(some, search.prices())
            self._offer(np.flatnonzero(np.isin(self.instance.usable.free, search.sites)))

    def _prices(self) -> Floats:
        """Where one site is to be built the bound is exact, at the highest prices. Else they are
        like those of some rows, or between the nearest server and the next."""
        instance, cap = self.instance, self._caps(self.sites)
        if instance.usable.to_build == 1:
            return self._caps(self.sites[:0])
        if self._like is not None:
            return np.minimum(self._like, cap)
        return (instance.nearest(self.sites) + np.minimum(instance.nearest(self.sites, 2), cap)) / 2

    def _exchange(self) -> None:
        free = self.instance.usable.free
        self._look_below(self._caps(self.sites))
        chosen = np.flatnonzero(np.isin(free, self.sites))
        self._offer(self._exchanged(self._cap, np.arange(len(free)), chosen))
        if self._like is None:  # the first solution was any
            self._look_below(self._caps(self.sites))

    # --- what rows pay at most --------------------------------------------------------------------

    def _caps(self, sites: Ints) -> Floats:
        """No more than from sites that stand, than all rows together, than from the nearest few
        of these sites."""
        instance = self.instance
        cap = np.minimum(instance.farthest, self.value)
        if len(instance.usable.fixed):
            cap = np.minimum(cap, instance.nearest(instance.usable.fixed))
        if self._servers <= max(len(sites), SERVERS) and len(sites) > 1:
            cap = np.minimum(cap, instance.nearest(sites, min(self._servers, len(sites))))
        return cap

    def _look_below(self, cap: Floats) -> None:
        """TimeoutError if there is no time for it."""
        instance, self._cap, self._loose = self.instance, cap, None
        free = instance.usable.free
        self._ranks = ranked(instance.cost, instance.rows, instance.weight, free, cap, self._go_on)
        self._near = by_candidate(self._ranks)

    def _go_on(self) -> None:
        self._report()
        if self.deadline.over:
            raise TimeoutError

    # --- solutions --------------------------------------------------------------------------------

    def _offer(self, columns: Ints) -> None:
        """Takes a solution if it is the best, and looks whether the caps are fair to it."""
        usable = self.instance.usable
        sites = np.sort(np.concatenate([usable.fixed, usable.free[columns]]))
        pays = self.instance.nearest(sites)
        value = self.instance.value(pays)
        if value < self.value:
            self.sites, self.value = sites, value
        if self.instance.value(np.minimum(pays, self._cap)) < self._enough:
            self._loose = sites

    def _exchanged(self, cap: Floats, among: Ints, chosen: Ints) -> Ints:
        next_one = 0
        while next_one >= 0 and not self.deadline.over:
            next_one = interchange(self._near, cap, among, chosen, next_one, CHUNK)
            self._report()
        return chosen

    def _improve(self, to: Ascent, left: Node, to_build: int) -> None:
        """Exchanges from what the relaxed solution has open."""
        likely = np.argsort(-(to.best_open[to.undecided] + left.share))
        self._try(to.cap, left, left.free[likely[: to_build - to.built.sum()]])

    def _try(self, cap: Floats, left: Node, chosen: Ints) -> None:
        """Exchanges among the candidates that a node has left, below its caps."""
        key = np.sort(np.concatenate([left.built, chosen])).tobytes()
        if key not in self._tried and not self.deadline.over:
            self._tried.add(key)
            found = self._exchanged(cap, left.free, chosen)
            self._offer(np.concatenate([left.built, found]))

    def _start_anew(self, cap: Floats, left: Node) -> None:
        usable, random = self.instance.usable, np.random.default_rng(len(left.free))
        built = np.concatenate([usable.fixed, usable.free[left.built]])
        open_yet = Candidates(built, usable.free[left.free], usable.p)
        instance = replace(self.instance, usable=open_yet)
        for _ in range(STARTS):
            if self.deadline.over:
                break
            sites = np.setdiff1d(instance.spread(random), built)
            self._try(cap, left, np.searchsorted(usable.free, sites))

    def _try_all(self, left: Node, exact: bool) -> bool:
        """Whether the solutions that are left are few, and tried. `exact`: those of one more site
        that cannot be the best are no longer among them."""
        to_open = self.instance.usable.to_build - len(left.built)
        if to_open == 0 or to_open == len(left.free):
            self._offer(np.concatenate([left.built, left.free[:to_open]]))
            return True
        if to_open > 1 or not exact:
            return False
        for j in left.free:
            if self.deadline.over:
                return False
            self._offer(np.append(left.built, j))
        return True

    # --- the bound --------------------------------------------------------------------------------

    def _branch_and_bound(self) -> None:
        """Always the node with the least bound, which is that of the whole; until it is proven, or
        a cap turns out to be too low, or the time is over."""
        root = self._root()
        heap, serial, spare = [(root.bound, 0, root)], count(1), root.price
        while heap and self._loose is None and not self.deadline.over:
            node = heapq.heappop(heap)[2]
            self.nodes += 1
            for child in self._children(node, NODE if node is not root else ROOT):
                if node is root:
                    spare = child.price
                if len(heap) * len(spare) > MEMORY:
                    child = replace(child, price=spare)
                heapq.heappush(heap, (child.bound, next(serial), child))
            if heap:
                self.bound = max(self.bound, min(heap[0][0], self.value))
        if not heap and self._loose is None:
            self.bound = self.value if self.instance.integral else self._enough

    def _root(self) -> Node:
        free = np.arange(len(self.instance.usable.free))
        share = np.full(len(free), self.instance.usable.to_build / len(free), dtype=np.float32)
        return Node(self.bound, free[:0], free, self._prices().astype(np.float32), share)

    def _children(self, node: Node, effort: Effort) -> list[Node]:
        """Nothing, if a node's bound is enough or its best solution is known; the two halves of
        what is left of it otherwise, or all that if it has to wait."""
        left = self._bounded(node, effort)
        if left is None:
            return []
        if self._loose is not None or self.deadline.over:
            return [left]
        k = int(np.abs(left.share - LIKELY).argmin())
        out = replace(left, free=np.delete(left.free, k), share=np.delete(left.share, k))
        return [replace(out, built=np.append(left.built, left.free[k])), out]

    def _bounded(self, node: Node, effort: Effort) -> Node | None:
        """What is left of a node, if anything is."""
        begin = left = node
        ranks, to, to_build = self._begun(node)
        pace = Pace(-np.inf, effort.first, 0)
        for _ in range(effort.looks):
            if len(left.free) < WORTH * ranks.columns:
                begin = left
                ranks, to, to_build = self._begun(left)
            single, last = to_build - to.built.sum() == 1, pace.bound
            pace = self._ascended(ranks, begin.free, to, pace, to_build, effort.steps, self._enough)
            left = _left(begin, to, pace)
            if effort is ROOT:
                self.bound = max(self.bound, min(left.bound, self.value))
            if left.bound >= self._enough or self._try_all(left, single):
                return None
            if effort is ROOT:
                self._improve(to, left, to_build)
            if self._loose is not None or self.deadline.over:
                return left
            hope = (pace.bound - last) * PROMISING + left.bound
            if pace.step < effort.least or (pace.step <= effort.hope and hope < self._enough):
                break
        if effort is ROOT:
            self._start_anew(to.cap, left)
        else:
            self._improve(to, left, to_build)
        return left

    def _begun(self, node: Node) -> tuple[Ranked, Ascent, int]:
        cap, built = self._cap.copy(), np.zeros(self._ranks.columns, dtype=bool)
        built[node.built] = True
        lower(self._ranks, built, cap)
        everything = len(node.free) == self._ranks.columns
        ranks = self._ranks if everything else narrowed(self._ranks, node.free, cap)
        price, share = node.price.astype(np.float64), node.share.astype(np.float64)
        to = begun(ranks, self.instance.weight, cap, price, share)
        return ranks, to, self.instance.usable.to_build - len(node.built)

    def _ascended(
        self,
        ranks: Ranked,
        numbers: Ints,
        to: Ascent,
        pace: Pace,
        to_build: int,
        steps: int,
        enough: float,
    ) -> Pace:
        """So many steps, in pieces if they are long."""
        at_once = min(steps, max(1, CHUNK // (len(ranks.column) + 1)))
        for begin in range(0, steps, at_once):
            some = min(at_once, steps - begin)
            pace = ascend(ranks, self._near, numbers, to, pace, to_build, self.value, enough, some)
            self._report()
            if pace.bound >= enough or self.deadline.over:
                break
        return pace

    def _report(self) -> None:
        if self.progress and monotonic() - self._reported >= EVERY:
            self._reported = monotonic()
            self.progress(self.value, self.bound, self.deadline.seconds)


def _left(node: Node, to: Ascent, pace: Pace) -> Node:
    """Of a node, once some of its candidates are decided."""
    return Node(
        max(node.bound, pace.bound),
        np.concatenate([node.built, node.free[to.built]]),
        node.free[to.undecided],
        to.best_price.astype(np.float32),
        to.share[to.undecided].astype(np.float32),
    )
