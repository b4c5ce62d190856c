"""The p-median proven: interchange for a good solution, a Lagrangian bound for how good it is,
candidates that the bound decides (Beasley 1985), and branch and bound on what is left. Pure.
"""

import heapq
from dataclasses import dataclass, field
from itertools import count
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from yihu.planning.interchange import interchange
from yihu.planning.lagrangian import Pace, ascend, begun
from yihu.planning.median_instance import MedianInstance
from yihu.planning.near_costs import NearCosts, lower, narrowed, near_costs
from yihu.planning.siting_problem import Deadline, Floats, Ints, Progress

WITHIN = 1e-10
"""Relative: no solution is looked for that is better by less than this."""
GUARD = 1e-3
"""Of one, where values are integers: far more than rounding can amount to."""
SERVERS = 5
"""A row's cap is what its third nearest server costs, in a good solution: hardly any better one
serves it from farther away."""
CHUNK = 20_000_000
"""Costs looked at in one go: some hundredths of a second, between which one can be interrupted."""
EVERY = 0.2
"""Seconds between two reports of progress."""
PROMISING = 12
"""A node is split when its last gain, this many times, would not close it."""


@dataclass(frozen=True, slots=True)
class Effort:
    """`steps` at a time, so many `rounds` at most, until steps have shrunk to `least`."""

    steps: int
    rounds: int
    least: float


ROOT, NODE = Effort(50, 12, 0.004), Effort(10, 20, 0.05)


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """Solutions that have all of `built` and else only sites of `free`: columns of the near costs.
    `price`: where to begin with their bound."""

    bound: float
    built: Ints
    free: Ints
    price: NDArray[np.float32]


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
    _servers: int = field(default=SERVERS, init=False)
    _near: NearCosts = field(init=False)
    _loose: Ints | None = field(default=None, init=False)
    """A solution that looks better below the caps than it is."""
    _tried: set[bytes] = field(default_factory=set, init=False)
    _reported: float = field(default_factory=monotonic, init=False)

    def __post_init__(self) -> None:
        instance = self.instance
        self.value = instance.value(instance.nearest(self.sites))
        self._cap = self._capped(self.sites)

    def run(self) -> None:
        """Until the best is proven or the time is over."""
        free = self.instance.usable.free
        if not self.instance.usable.to_build:
            self.bound = self.value
            return
        self._shorten()
        self._offer(
            self._exchange(self._near, self._cap, np.flatnonzero(np.isin(free, self.sites)))
        )
        self._cap = np.minimum(self._cap, self._capped(self.sites))
        while not self._done:
            self._loose = None
            self._shorten()
            self._branch_and_bound()
            if self._loose is not None:
                self._servers *= 2
                self._cap = np.maximum(self._cap, self._capped(self._loose))

    @property
    def _enough(self) -> float:
        """A bound that no better solution has."""
        if self.instance.integral:
            return self.value - 1 + GUARD
        return self.value * (1 - WITHIN)

    @property
    def _done(self) -> bool:
        return self.bound >= self._enough or self.deadline.over

    # --- what rows pay at most --------------------------------------------------------------------

    def _capped(self, sites: Ints) -> Floats:
        """No more than from sites that stand, than everybody together, than from the nearest few
        of these sites."""
        instance = self.instance
        cap = np.full(len(instance.rows), self.value)
        if len(instance.usable.fixed):
            cap = np.minimum(cap, instance.nearest(instance.usable.fixed))
        if self._servers <= len(sites):
            cap = np.minimum(cap, instance.nearest(sites, self._servers))
        return cap

    def _shorten(self) -> None:
        instance = self.instance
        self._near = near_costs(
            instance.cost, instance.rows, instance.weight, instance.usable.free, self._cap
        )

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

    def _exchange(self, near: NearCosts, cap: Floats, chosen: Ints) -> Ints:
        next_one = 0
        while next_one >= 0 and not self.deadline.over:
            next_one = interchange(near, cap, chosen, next_one, CHUNK)
            self._report()
        return chosen

    # --- the bound --------------------------------------------------------------------------------

    def _branch_and_bound(self) -> None:
        """Always the node with the least bound, which is that of the whole; until caps turn out to
        be too low, too."""
        columns = np.arange(len(self.instance.usable.free))
        heap = [(self.bound, 0, Node(self.bound, columns[:0], columns, self._first_prices()))]
        serial = count(1)
        while heap and self._loose is None and not self.deadline.over:
            node = heapq.heappop(heap)[2]
            for child in self._children(node, NODE if len(node.free) < len(columns) else ROOT):
                heapq.heappush(heap, (child.bound, next(serial), child))
            if heap:
                self.bound = max(self.bound, min(heap[0][0], self.value))
            self.nodes += 1
        if not heap and self._loose is None:
            self.bound = self.value if self.instance.integral else self._enough

    def _children(self, node: Node, effort: Effort) -> list[Node]:
        """What is left of a node: nothing, if its bound is enough or its best solution is known;
        two halves otherwise, or itself if it has to wait."""
        cap = self._cap.copy()
        for j in node.built:
            lower(self._near, j, cap)
        near = narrowed(self._near, node.free, cap)
        to_build = self.instance.usable.to_build - len(node.built)
        to = begun(near, self.instance.weight, cap, node.price.astype(np.float64), to_build)
        pace = Pace(-np.inf, 1.0, 0, len(node.free), 0)
        for _ in range(effort.rounds):
            before = pace
            steps = max(1, min(effort.steps, CHUNK // (len(near.row) + 1)))
            pace = ascend(near, to, pace, to_build, self.value, self._enough, steps)
            bound = max(node.bound, pace.bound)
            if bound >= self._enough:
                return []
            self._report()
            left = to_build - pace.settled
            built = np.concatenate([node.built, node.free[to.built[: pace.settled]]])
            open_yet = to.free[: pace.undecided]
            free = node.free[open_yet]
            if left == 0 or left == len(free):
                self._offer(np.concatenate([built, free[:left]]))
                return []
            if left == 1 and to_build - before.settled == 1:
                for j in free:
                    self._offer(np.append(built, j))
                return []
            chosen = open_yet[np.argsort(-(to.best_open[open_yet] + to.share[: len(free)]))[:left]]
            self._improve(near, to.cap, built, node.free, chosen)
            if self._loose is not None or self.deadline.over:
                return [Node(bound, built, free, node.price)]
            if pace.step < effort.least or (
                effort is NODE
                and before.bound > -np.inf
                and (pace.bound - before.bound) * PROMISING < self._enough - bound
            ):
                break
        k = int(np.abs(to.share[: len(free)] - 0.5).argmin())
        price = to.best_price.astype(np.float32)
        rest = np.delete(free, k)
        return [
            Node(bound, np.append(built, free[k]), rest, price),
            Node(bound, built, rest, price),
        ]

    def _improve(
        self, near: NearCosts, cap: Floats, built: Ints, columns: Ints, chosen: Ints
    ) -> None:
        key = np.sort(np.concatenate([built, columns[chosen]])).tobytes()
        if key not in self._tried:
            self._tried.add(key)
            found = self._exchange(near, cap, chosen)
            self._offer(np.concatenate([built, columns[found]]))

    def _first_prices(self) -> NDArray[np.float32]:
        """Between the nearest server and the next."""
        instance = self.instance
        price = instance.nearest(self.sites)
        if len(self.sites) > 1:
            price = (price + np.minimum(instance.nearest(self.sites, 2), self._cap)) / 2
        return price.astype(np.float32)

    def _report(self) -> None:
        if self.progress and monotonic() - self._reported >= EVERY:
            self._reported = monotonic()
            self.progress(self.value, self.bound, self.deadline.seconds)
