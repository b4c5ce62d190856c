"""What units do once they have said yes: they set out, arrive, serve and go back. Pure."""

import numpy as np

from yihu.planning.compiled import inner
from yihu.planning.event_tree import set_due
from yihu.planning.policies import Rules
from yihu.planning.random_laws import drawn, key_of
from yihu.planning.scenario import LEADS, World
from yihu.planning.simulation_state import State, note_fresh, note_move
from yihu.planning.unit_motion import (
    FREE,
    ON_SCENE,
    STAYING,
    UNDER_WAY,
    best_post,
    set_off,
    time_to,
)

HANDLING, ACCEPTING, ANSWERING, TURNOUT, SERVICE = range(5)
"""What is drawn by key. Rounds of asking after the first are 8 each further on."""


@inner
def turnout_of(world: World, state: State, u: int, now: float) -> float:
    """Seconds from its yes until it drives; none for a unit on the road."""
    unit = state.units[u]
    if now < unit.arrives:
        return 0.0
    law = world.laws[world.unit_types[unit.type].turnout]
    return drawn(law, world.samples, key_of(state.seed, unit.call, TURNOUT, u))


@inner
def set_out(world: World, rules: Rules, state: State, u: int, now: float) -> None:
    """To its call, from when it said yes, which is now or was in the wave that ends now."""
    unit = state.units[u]
    c, at = unit.call, unit.answered
    call, need = state.calls[c], state.needs[c]
    unit.state, unit.since = UNDER_WAY, at
    if not call.accepted <= at:
        call.accepted = at
    if not unit.extra:
        need.busy += 1
        if unit.role == LEADS:
            need.leaders -= 1
        else:
            need.helpers -= 1
    set_off(world, unit, call.zone, at, turnout_of(world, state, u, at))
    note_move(state, u, at)
    if unit.arrives <= now:
        arrive(world, rules, state, u, now)
    else:
        set_due(state.tree, u, unit.arrives)


@inner
def arrive(world: World, rules: Rules, state: State, u: int, now: float) -> None:
    unit = state.units[u]
    c, at = unit.call, unit.arrives
    call, need = state.calls[c], state.needs[c]
    if not call.on_scene <= at:
        call.on_scene, call.first = at, u
    if world.unit_types[unit.type].police and np.isnan(call.completed) and not call.police <= at:
        call.police = at
    if unit.extra:
        call.redundant += 1
        release(world, rules, state, u, now)
        return
    unit.state = ON_SCENE
    law = world.laws[world.call_types[call.type].service]
    service = drawn(law, world.samples, key_of(state.seed, c, SERVICE, need.arrived))
    need.arrived += 1
    set_due(state.tree, u, max(at + service, now))
    if unit.role == LEADS and not need.led:
        need.led, need.helpers = 1, 0
        for other in range(len(state.units)):
            if state.units[other].state == STAYING and state.units[other].call == c:
                finish(world, rules, state, other, now)


@inner
def finish(world: World, rules: Rules, state: State, u: int, now: float) -> None:
    """It has done its part; a helper stays until the first leader has come."""
    unit = state.units[u]
    call, need = state.calls[unit.call], state.needs[unit.call]
    if unit.role != LEADS and not need.led:
        unit.state = STAYING
        set_due(state.tree, u, np.inf)
        return
    need.busy -= 1
    release(world, rules, state, u, now)
    if need.busy == 0 and need.leaders == 0:
        call.completed = now


@inner
def release(world: World, rules: Rules, state: State, u: int, now: float) -> None:
    """It has no call any more; it goes back, or where it is needed, or stays where no way leads
    there."""
    unit = state.units[u]
    unit.busy += max(0.0, now - max(unit.since, world.warm_up))
    unit.state, unit.call, unit.extra = FREE, -1, 0
    set_due(state.tree, u, np.inf)
    if world.unit_types[unit.type].returns:
        moves_up = rules.moves_up and unit.on_shift
        post = best_post(world, state.units, u) if moves_up else world.base[u]
        if post != unit.target and time_to(world.travel, unit, post, now) < np.inf:
            set_off(world, unit, post, now, 0.0)
            note_move(state, u, now)
    note_fresh(state, u)


@inner
def stand_down(world: World, rules: Rules, state: State, u: int, now: float) -> None:
    """It was asked and does not go on; if it said yes it may have set out already."""
    unit = state.units[u]
    at = unit.answered
    turnout = turnout_of(world, state, u, at) if at < now else np.inf
    if at + turnout < now:
        unit.since = at
        set_off(world, unit, state.calls[unit.call].zone, at, turnout)
        note_move(state, u, at)
        if unit.arrives <= now:
            state.calls[unit.call].redundant += 1
        release(world, rules, state, u, now)
    else:
        unit.state, unit.call = FREE, -1
        note_fresh(state, u)
