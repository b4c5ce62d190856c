"""Offers: whom to ask next for a call, wave after wave, and what follows from the answers. Pure.

All answers are drawn by key when a wave begins, so that one event, its end, is enough. Who says yes
sets out at once; when all have answered, or at the deadline, the best of them are kept.
"""

import numpy as np

from yihu.planning.compiled import inner
from yihu.planning.event_tree import set_due
from yihu.planning.policies import Rules, chance, set_costs, to_spare
from yihu.planning.random_laws import Records, drawn, key_of, uniform
from yihu.planning.scenario import HELPS, LEADS, World
from yihu.planning.simulation_state import State, note_again, note_asked, note_move, was_asked
from yihu.planning.siting_problem import Floats, Ints
from yihu.planning.unit_motion import (
    ASKED,
    UNDER_WAY,
    idle,
    set_off,
    time_to,
)
from yihu.planning.unit_work import ACCEPTING, ANSWERING, arrive, set_out, stand_down
from yihu.planning.waiting_line import join, leave

NOBODY_ASKED = -1.0


@inner
def attend(world: World, rules: Rules, state: State, c: int, now: float) -> None:
    """Ask for a call until answers take their time, nothing is lacking, or nobody is left to ask;
    then it waits, or is lost."""
    call, need = state.calls[c], state.needs[c]
    if need.wave:
        return
    priority = world.call_types[call.type].priority
    while need.leaders > 0 or (need.helpers > 0 and not need.led):
        if rules.preempts and priority <= rules.urgent:
            redirect(world, rules, state, c, now)
        over = ask(world, rules, state, c, now)
        if over == NOBODY_ASKED:
            break
        if over > now:
            need.wave = 1
            break
        decide(world, rules, state, c, now)
    waits = need.leaders > 0 and not need.wave
    if waits and world.lost and need.busy == 0:
        call.lost, need.leaders, need.helpers, waits = True, 0, 0, False
    if waits and not need.waits:
        join(state.line, priority, c)
    elif need.waits and not waits:
        leave(state.line, priority, c)
    need.waits = waits
    if waits and call.offers > 0:
        state.ask_again[0] = min(state.ask_again[0], now + rules.ask_again)


@inner
def may_ask(world: World, rules: Rules, state: State, c: int, u: int) -> bool:
    """May a unit be asked for a call, if it is free? It is of use there, and was not asked yet."""
    unit, call, need = state.units[u], state.calls[c], state.needs[c]
    kind, role = world.unit_types[unit.type], world.roles[call.type, unit.type]
    of_use = (role & LEADS and need.leaders > 0) or (role & HELPS and need.helpers > 0)
    allowed = kind.police or not rules.police_only
    reached = world.travel[kind.mode, unit.target, call.zone] < np.inf
    return of_use and allowed and reached and not was_asked(state, c, u)


@inner
def ask(world: World, rules: Rules, state: State, c: int, now: float) -> float:
    """The offers of one wave: when they will all be answered, NOBODY_ASKED if there are none."""
    call, need, cost = state.calls[c], state.needs[c], state.cost
    units, roles = state.units, world.roles
    spare = to_spare(world, rules, units, call)
    for u in range(len(cost)):
        able = idle(units[u]) and (spare > 0 or not roles[call.type, units[u].type] & LEADS)
        cost[u] = 0.0 if able and may_ask(world, rules, state, c, u) else np.inf
    set_costs(world, rules, units, call, now, cost)
    over, first = NOBODY_ASKED, -1
    for role in (LEADS, HELPS):
        lacking = need.leaders if role == LEADS else need.helpers
        for _offer in range(rules.width * lacking):
            u = cheapest(world, state, c, role, now, cost)
            if u < 0:
                break
            state.units[u].rank, cost[u] = cost[u], np.inf
            over = max(over, offer(world, rules, state, c, u, role, now))
            first = u if first < 0 else first
            if roles[call.type, units[u].type] & LEADS:
                spare -= 1
                if spare == 0:
                    keep_the_rest(roles[call.type], units, cost)
    if first >= 0 and np.isnan(call.dispatched):
        call.dispatched = now
    if over > now:
        set_due(state.tree, first, over)
    return over


@inner
def keep_the_rest(roles: Ints, units: Records, cost: Floats) -> None:
    """Nobody else who may lead is asked."""
    for u in range(len(cost)):
        if roles[units[u].type] & LEADS:
            cost[u] = np.inf


@inner
def cheapest(world: World, state: State, c: int, role: int, now: float, cost: Floats) -> int:
    call, best, least = state.calls[c], -1, np.inf
    units, roles, travel = state.units, world.roles, world.travel
    within = world.call_types[call.type].helpers_within if role == HELPS else np.inf
    for u in range(len(cost)):
        if cost[u] >= least or not roles[call.type, units[u].type] & role:
            continue
        if within == np.inf or time_to(travel, units[u], call.zone, now) <= within:
            best, least = u, cost[u]
    return best


@inner
def offer(world: World, rules: Rules, state: State, c: int, u: int, role: int, now: float) -> float:
    """When it will have been answered, or the deadline."""
    unit = state.units[u]
    yes = says_yes(world, state, c, u, now)
    law = world.laws[world.unit_types[unit.type].answer]
    takes = drawn(law, world.samples, key_of(state.seed, c, ANSWERING, u))
    unit.state, unit.call, unit.role = ASKED, c, role
    unit.answered = now + takes if yes and takes <= rules.deadline else np.inf
    note_asked(state, c, u)
    return now + min(takes, rules.deadline)


@inner
def says_yes(world: World, state: State, c: int, u: int, now: float) -> bool:
    drawn_by = key_of(state.seed, c, ACCEPTING + 8 * state.needs[c].round, u)
    return uniform(drawn_by) < chance(world, state.units[u], state.calls[c].zone, now)  # type: ignore[no-any-return]


@inner
def decide(world: World, rules: Rules, state: State, c: int, now: float) -> None:
    """A wave is over: of those who said yes, the first in rank go for what is lacking."""
    need, units = state.needs[c], state.units
    need.wave = 0
    for role in (LEADS, HELPS):
        while (need.leaders if role == LEADS else need.helpers) > 0:
            best, least = -1, np.inf
            for u in range(len(units)):
                unit = units[u]
                asked = unit.state == ASKED and unit.call == c and unit.role == role
                yes = unit.on_shift and unit.answered < np.inf
                if asked and yes and unit.rank < least:
                    best, least = u, unit.rank
            if best < 0:
                break
            set_out(world, rules, state, best, now)
    for u in range(len(units)):
        unit = units[u]
        if unit.state == ASKED and unit.call == c:
            set_due(state.tree, u, np.inf)
            if rules.stands_down or not unit.on_shift or unit.answered == np.inf:
                stand_down(world, rules, state, u, now)
            else:
                unit.extra = 1
                set_out(world, rules, state, u, now)


@inner
def redirect(world: World, rules: Rules, state: State, c: int, now: float) -> None:
    """For an urgent call, units under way to what is not, as long as one of them is better than
    whoever is free. They are told by radio, so that their answer takes no time."""
    units, call, need, cost = state.units, state.calls[c], state.needs[c], state.other_cost
    while need.leaders > 0:
        for u in range(len(units)):
            leads = world.roles[call.type, units[u].type] & LEADS > 0
            able = leads and (idle(units[u]) or may_be_taken(world, rules, state, u))
            cost[u] = 0.0 if able and may_ask(world, rules, state, c, u) else np.inf
        set_costs(world, rules, units, call, now, cost)
        best = int(cost.argmin())
        if cost[best] == np.inf or units[best].state != UNDER_WAY:
            return
        yes = says_yes(world, state, c, best, now)
        note_asked(state, c, best)
        if np.isnan(call.dispatched):
            call.dispatched = now
        if yes:
            take(world, rules, state, c, best, now)


@inner
def may_be_taken(world: World, rules: Rules, state: State, u: int) -> bool:
    unit = state.units[u]
    if unit.state != UNDER_WAY or unit.extra or not unit.on_shift:
        return False
    other = state.calls[unit.call]
    return world.call_types[other.type].priority > rules.urgent  # type: ignore[no-any-return]


@inner
def take(world: World, rules: Rules, state: State, c: int, u: int, now: float) -> None:
    """A unit under way turns to another call; the one it leaves is served anew."""
    unit, call, need = state.units[u], state.calls[c], state.needs[c]
    left = state.needs[unit.call]
    left.busy -= 1
    if unit.role == LEADS:
        left.leaders += 1
    else:
        left.helpers += 1
    note_again(state, unit.call)
    unit.call, unit.role = c, LEADS
    need.busy += 1
    need.leaders -= 1
    if not call.accepted <= now:
        call.accepted = now
    set_off(world, unit, call.zone, now, 0.0)
    note_move(state, u, now)
    if unit.arrives <= now:
        arrive(world, rules, state, u, now)
    else:
        set_due(state.tree, u, unit.arrives)
