"""Whom to ask first: the policies of a simulation. Pure.

A policy is a small function of one signature: it gives each unit that may be asked a cost, and the
cheapest are asked. What units may be asked at all, and how many at once, is the policy's too.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, NamedTuple, Self

import numpy as np

from yihu.planning.compiled import inner
from yihu.planning.random_laws import Records
from yihu.planning.scenario import LEADS, World
from yihu.planning.siting_problem import Floats
from yihu.planning.unit_motion import TINY, covered_by, idle, metres_to, time_to, weight_lost

DEADLINE = 20.0
"""Seconds in which an offer is to be answered."""
SLACK = 120.0
"""Seconds beyond the nearest that coverage may cost."""
TIES = 1e-6
"""Of what keeps as much coverage, the nearer goes: costs a second this much."""


class Rule(IntEnum):
    STRAIGHT = 0
    ROAD = 1
    EXPECTED = 2
    COVERAGE = 3
    PREFERENCE = 4


@dataclass(frozen=True, slots=True)
class Policy:
    """`width`: how many are asked at once for each unit that is missing; `deadline`: until a wave
    ends. `stands_down`: of those who accept, whoever is not needed is called back once the wave has
    ended; or all come, as volunteers do who were called by an app. `ask_again`: when those who said
    no are asked once more, if nobody else is left.

    `urgent`: calls of this priority or before it are. `slack`: how much later, at most, a call that
    is not urgent may be reached for the sake of coverage. `reserve`: so many units that may lead
    are kept free for urgent calls. `preempts`: an urgent call may take a unit that is under way to
    another. `moves_up`: units that become free go where they cover most.
    """

    name: str
    rule: Rule = Rule.ROAD
    width: int = 1
    deadline: float = DEADLINE
    stands_down: bool = True
    ask_again: float = 300.0
    police_only: bool = False
    urgent: int = 1
    slack: float = SLACK
    reserve: int = 0
    preempts: bool = False
    moves_up: bool = False

    def __post_init__(self) -> None:
        if self.width < 1 or not (self.deadline >= 0 and self.ask_again > 0 and self.slack >= 0):
            raise ValueError(f"policy {self.name} asks nobody, or has no times")

    @classmethod
    def nearest_straight(cls) -> Self:
        """The nearest as the crow flies."""
        return cls("nearest, straight", Rule.STRAIGHT)

    @classmethod
    def nearest_road(cls) -> Self:
        """Who is there soonest by road, turnout counted."""
        return cls("nearest, by road")

    @classmethod
    def expected_time(cls) -> Self:
        """Who is there soonest, counting what is lost if they do not come."""
        return cls("expected time", Rule.EXPECTED)

    @classmethod
    def coverage_preserving(cls, slack: float = SLACK) -> Self:
        """For what is not urgent, who leaves most covered, `slack` after the nearest at most."""
        return cls("keeping coverage", Rule.COVERAGE, slack=slack)

    @classmethod
    def fixed_preference(cls) -> Self:
        return cls("fixed lists", Rule.PREFERENCE)

    @classmethod
    def old_world(cls) -> Self:
        """Only police are sent, the nearest as the crow flies."""
        return cls("police only", Rule.STRAIGHT, police_only=True)

    def cut_off(self, reserve: int) -> "Policy":
        return replace(self, name=f"{self.name}, {reserve} in reserve", reserve=reserve)

    def phased(self, width: int) -> "Policy":
        return replace(self, name=f"{self.name}, {width} at once", width=width)

    @property
    def rules(self) -> "Rules":
        return Rules(
            int(self.rule),
            int(self.width),
            float(self.deadline),
            bool(self.stands_down),
            float(self.ask_again),
            bool(self.police_only),
            int(self.urgent),
            float(self.slack),
            int(self.reserve),
            bool(self.preempts),
            bool(self.moves_up),
        )


class Rules(NamedTuple):
    """A policy as the compiled functions read it."""

    rule: int
    width: int
    deadline: float
    stands_down: bool
    ask_again: float
    police_only: bool
    urgent: int
    slack: float
    reserve: int
    preempts: bool
    moves_up: bool


# --- costs ----------------------------------------------------------------------------------------
# Each: (world, rules, units, call, now, cost). `cost[unit]` is inf where it may not be asked, and
# is set for all others.

type Costs = Callable[[World, Rules, Records, Records, float, Floats], None]


@inner
def by_straight_line(
    world: World, rules: Rules, units: Records, call: Records, now: float, cost: Floats
) -> None:
    places, zone = world.places, call.zone
    for u in range(len(units)):
        if cost[u] < np.inf:
            cost[u] = metres_to(places, units[u], zone, now)


@inner
def by_road(
    world: World, rules: Rules, units: Records, call: Records, now: float, cost: Floats
) -> None:
    travel, types, zone = world.travel, world.unit_types, call.zone
    for u in range(len(units)):
        if cost[u] < np.inf:
            unit = units[u]
            turnout = types[unit.type].turnout_mean if now >= unit.arrives else 0.0
            cost[u] = turnout + time_to(travel, unit, zone, now)


@inner
def by_expected_time(
    world: World, rules: Rules, units: Records, call: Records, now: float, cost: Floats
) -> None:
    """t + d (1 - p) / p. Where units are asked one after another and each refusal costs d, no order
    has a smaller expected time: of two neighbours, exchanging them gains nothing exactly if
    t + d/p ascends (the argument of Smith 1956)."""
    by_road(world, rules, units, call, now, cost)
    for u in range(len(units)):
        if cost[u] < np.inf:
            p = chance(world, units[u], call.zone, now)
            cost[u] = cost[u] + rules.deadline * (1 - p) / p if p > 0 else np.inf


@inner
def by_coverage(
    world: World, rules: Rules, units: Records, call: Records, now: float, cost: Floats
) -> None:
    """By road; but for a call that is not urgent, those at most `slack` later than the nearest
    are ordered by the share of residents whom nobody idle would reach without them."""
    by_road(world, rules, units, call, now, cost)
    nearest = cost.min()
    if world.call_types[call.type].priority <= rules.urgent or nearest == np.inf:
        return
    many, total = covered_by(world, units), world.weights.sum()
    for u in range(len(units)):
        if cost[u] <= nearest + rules.slack and idle(units[u]):
            lost = weight_lost(world, units[u], many) / max(total, TINY)
            cost[u] = nearest + rules.slack * lost + TIES * (cost[u] - nearest)


@inner
def by_preference(
    world: World, rules: Rules, units: Records, call: Records, now: float, cost: Floats
) -> None:
    for u in range(len(units)):
        if cost[u] < np.inf:
            cost[u] = world.preference[call.zone, u]


STRAIGHT, ROAD, EXPECTED, COVERAGE, PREFERENCE = (int(rule) for rule in Rule)


@inner
def set_costs(
    world: World, rules: Rules, units: Records, call: Records, now: float, cost: Floats
) -> None:
    """By the policy's rule. (Compiled functions that take functions cannot be cached.)"""
    if rules.rule == STRAIGHT:
        by_straight_line(world, rules, units, call, now, cost)
    elif rules.rule == ROAD:
        by_road(world, rules, units, call, now, cost)
    elif rules.rule == EXPECTED:
        by_expected_time(world, rules, units, call, now, cost)
    elif rules.rule == COVERAGE:
        by_coverage(world, rules, units, call, now, cost)
    else:
        by_preference(world, rules, units, call, now, cost)


@inner
def to_spare(world: World, rules: Rules, units: Records, call: Records) -> int:
    """How many of those who may lead may be asked; the others are kept for urgent calls."""
    if rules.reserve == 0 or world.call_types[call.type].priority <= rules.urgent:
        return len(units)
    free = 0
    for u in range(len(units)):
        free += idle(units[u]) and world.roles[call.type, units[u].type] & LEADS > 0
    return max(free - rules.reserve, 0)


@inner
def chance(world: World, unit: Records, zone: int, now: float) -> Any:
    """How likely a unit comes if it is asked."""
    band = 0
    if len(world.bands):
        band = np.searchsorted(world.bands, metres_to(world.places, unit, zone, now))
    return world.acceptance[unit.type, int(now // 3600.0) % 24, band]
