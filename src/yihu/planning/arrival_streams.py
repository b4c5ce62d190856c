"""Calls as they come in: where, of which type and when, over the hours of a week. Pure.

A non-homogeneous Poisson process whose rate is constant over each hour of the week, drawn by
inversion (Çinlar 1975): how many come in an hour, then when, uniformly within it. Time 0 is Monday,
0:00.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike

from yihu.planning.siting_problem import Floats, Ints

HOUR, WEEK_HOURS = 3600.0, 168


class Calls(NamedTuple):
    """By call, in the order in which they come: when it was `created` (seconds), its numbers."""

    created: Floats
    type: Ints
    zone: Ints


class CallStream(Protocol):
    @property
    def shape(self) -> tuple[int, int]:
        """How many types and zones its calls may have."""

    def draw(self, horizon: float, random: np.random.Generator) -> Calls: ...


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """`rate[hour of the week, type, zone]`: calls an hour, on average."""

    rate: Floats

    def __post_init__(self) -> None:
        if self.rate.ndim != 3 or len(self.rate) != WEEK_HOURS:
            raise ValueError(f"rates are by hour of the week, type and zone, not {self.rate.shape}")
        if not (np.isfinite(self.rate) & (self.rate >= 0)).all():
            hour, kind, zone = np.argwhere(~(np.isfinite(self.rate) & (self.rate >= 0)))[0]
            raise ValueError(f"no rate: hour {hour}, type {kind}, zone {zone}")

    @classmethod
    def constant(cls, rate: ArrayLike) -> Self:
        """The same at every hour. `rate[type, zone]`: calls an hour."""
        table = np.atleast_2d(np.asarray(rate, dtype=float))
        return cls(np.broadcast_to(table, (WEEK_HOURS, *table.shape)))

    @property
    def shape(self) -> tuple[int, int]:
        return self.rate.shape[1], self.rate.shape[2]

    def scaled(self, factor: float) -> "Arrivals":
        """So many times as many calls."""
        return Arrivals(self.rate * factor)

    def draw(self, horizon: float, random: np.random.Generator) -> Calls:
        """The calls before the horizon (seconds)."""
        types, zones = self.shape
        cells = self.rate.reshape(WEEK_HOURS, types * zones)
        hours = np.arange(np.ceil(horizon / HOUR).astype(np.int64))
        many = random.poisson(cells.sum(axis=1)[hours % WEEK_HOURS])
        hour = np.repeat(hours, many)
        created = (hour + random.random(len(hour))) * HOUR
        order = np.argsort(created)
        cell = _cells(cells, (hour % WEEK_HOURS)[order], random.random(len(hour)))
        kept = created[order] < horizon
        return Calls(created[order][kept], cell[kept] // zones, cell[kept] % zones)


def _cells(cells: Floats, hour: Ints, share: Floats) -> Ints:
    """For each call a cell of its hour, by the rates."""
    if cells.shape[1] == 1:
        return np.zeros(len(hour), dtype=np.int64)
    upto = np.cumsum(cells.ravel())
    end = upto[cells.shape[1] - 1 :: cells.shape[1]]
    start = np.append(0.0, end[:-1])
    found = np.searchsorted(upto, start[hour] + share * (end - start)[hour], side="right")
    cells_found: Ints = np.clip(found - hour * cells.shape[1], 0, cells.shape[1] - 1)
    return cells_found


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Calls as they were, or as somebody made them up: the same under every seed."""

    calls: Calls
    types: int
    zones: int

    def __post_init__(self) -> None:
        created, kind, zone = self.calls
        if not len(created) == len(kind) == len(zone):
            raise ValueError("a call has a time, a type and a zone")
        good = np.isfinite(created) & (created >= 0) & (np.diff(created, prepend=0) >= 0)
        good &= (kind >= 0) & (kind < self.types) & (zone >= 0) & (zone < self.zones)
        if not good.all():
            raise ValueError(f"call {int(good.argmin())} has no such time, type or zone")

    @property
    def shape(self) -> tuple[int, int]:
        return self.types, self.zones

    def draw(self, horizon: float, random: np.random.Generator) -> Calls:
        before = self.calls.created < horizon
        created, kind, zone = self.calls
        return Calls(created[before], kind[before], zone[before])
