"""The loop of a simulation: what comes next, until the horizon. Pure."""

from typing import Any

import numpy as np
from numba import njit

from yihu.planning.by_reference import RulesRef, StateRef, WorldRef
from yihu.planning.compiled import digest, inner
from yihu.planning.event_tree import next_due, set_due
from yihu.planning.offer_waves import attend, decide, may_ask
from yihu.planning.policies import Rules
from yihu.planning.random_laws import Records, drawn, key_of
from yihu.planning.scenario import World
from yihu.planning.simulation_state import (
    AGAIN,
    FRESH,
    MOVES,
    State,
    beginning,
    note_fresh,
)
from yihu.planning.siting_problem import Floats
from yihu.planning.unit_motion import ASKED, FREE, UNDER_WAY, coverage, idle
from yihu.planning.unit_work import HANDLING, arrive, finish
from yihu.planning.waiting_line import NOBODY

HOUR, WEEK_HOURS = 3600.0, 168


@inner
def loop(world: World, rules: Rules, state: State, busy: Floats, covered: Floats) -> int:
    calls = state.calls
    ready = np.empty(len(calls))
    for c in range(len(calls)):
        law = world.laws[world.call_types[calls[c].type].handling]
        ready[c] = calls[c].created + drawn(law, world.samples, key_of(state.seed, c, HANDLING, 0))
    order = np.argsort(ready, kind="mergesort")
    came = sampled = 0
    shift = next_change(world, 0)
    while True:
        call_at = ready[order[came]] if came < len(calls) else np.inf
        sample_at = sampled * world.sample if sampled < len(covered) else np.inf
        now = min(state.tree[1], call_at, shift * HOUR, sample_at, state.ask_again[0])
        if now >= world.horizon:
            break
        if now == state.tree[1]:
            happen(world, rules, state, next_due(state.tree), now)
        elif now == shift * HOUR:
            change_shift(world, state, int(shift))
            shift = next_change(world, int(shift))
        elif now == call_at:
            came += 1
            attend(world, rules, state, order[came - 1], now)
        elif now == state.ask_again[0]:
            ask_again(world, rules, state, now)
        else:
            coverage(world, state.units, covered[sampled])
            sampled += 1
        while state.counts[FRESH] + state.counts[AGAIN] > 0:
            serve_those_who_wait(world, rules, state, now)
    for u in range(len(busy)):
        unit = state.units[u]
        working = unit.state != FREE and unit.state != ASKED
        since = max(unit.since, world.warm_up) if working else world.horizon
        busy[u] = unit.busy + max(0.0, world.horizon - since)
    return state.counts[MOVES]  # type: ignore[no-any-return]


@inner
def happen(world: World, rules: Rules, state: State, u: int, now: float) -> None:
    """What was due of a unit: the wave in which it was asked is over, it arrives, or finishes."""
    unit = state.units[u]
    if unit.state == ASKED:
        c = unit.call
        decide(world, rules, state, c, now)
        attend(world, rules, state, c, now)
        return
    set_due(state.tree, u, np.inf)
    if unit.state == UNDER_WAY:
        arrive(world, rules, state, u, now)
    else:
        finish(world, rules, state, u, now)


@inner
def serve_those_who_wait(world: World, rules: Rules, state: State, now: float) -> None:
    """One call that lost its unit, or one unit that became free."""
    if state.counts[AGAIN] > 0:
        state.counts[AGAIN] -= 1
        c = state.again[state.counts[AGAIN]]
        state.needs[c].again = 0
        attend(world, rules, state, c, now)
        return
    state.counts[FRESH] -= 1
    u = state.fresh[state.counts[FRESH]]
    state.units[u].fresh = 0
    for priority in range(len(state.line.first)):
        c = state.line.first[priority]
        while c != NOBODY:
            if not idle(state.units[u]):
                return
            following = state.line.after[c]
            if may_ask(world, rules, state, c, u):
                attend(world, rules, state, c, now)
            c = following


@inner
def ask_again(world: World, rules: Rules, state: State, now: float) -> None:
    """Whoever waits asks everybody once more."""
    state.ask_again[0] = np.inf
    for priority in range(len(state.line.first)):
        c = state.line.first[priority]
        while c != NOBODY:
            following = state.line.after[c]
            state.asked[c] = 0
            state.needs[c].round += 1
            attend(world, rules, state, c, now)
            c = following


@inner
def next_change(world: World, hour: int) -> float:
    """The next hour, counted from time 0, at which a shift begins or ends; inf: none does."""
    for ahead in range(1, WEEK_HOURS + 1):
        if world.changes[(hour + ahead) % WEEK_HOURS]:
            return float(hour + ahead)
    return np.inf


@inner
def change_shift(world: World, state: State, hour: int) -> None:
    """Who comes on shift stands at their base, unless they are still at work."""
    for u in range(len(state.units)):
        unit, on = state.units[u], world.duty[u, hour % WEEK_HOURS]
        if on and not unit.on_shift and unit.state == FREE:
            unit.origin = unit.target = world.base[u]
            unit.arrives = hour * HOUR
        unit.on_shift = on
        note_fresh(state, u)


def _kept_under(sources: str) -> Any:
    @njit(cache=True)
    def run(
        given: World,
        by: Rules,
        seed: np.uint64,
        calls: Records,
        moves: Records,
        busy: Floats,
        covered: Floats,
    ) -> int:
        """Fills the times of `calls` (rows of `CALL`, with type, zone and created), `moves`, how
        many seconds each unit was `busy` after the warm-up, and the shares `covered[sample, any |
        police]`. Returns how many moves there were, also those for which the table was too short.
        """
        _known = sources  # what a function encloses is part of the name under which it is kept
        world, rules = WorldRef(*given), RulesRef(*by)
        state = StateRef(*beginning(world, seed, calls, moves))
        return loop(world, rules, state, busy, covered)

    return run


run = _kept_under(digest())
