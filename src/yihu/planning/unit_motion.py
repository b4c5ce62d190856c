"""Where units are while they move, how soon they can be elsewhere, and what they cover. Pure.

A unit is on a leg: it left `origin` when it `departed`, which may lie ahead while it turns out, and
is at `target` when it `arrives`. One that stands has arrived. Of the way between two zones only its
time is known; where on it a unit is, and how far from elsewhere, is taken as on a straight line.
"""

from typing import Any

import numpy as np

from yihu.planning.compiled import inner
from yihu.planning.random_laws import Records
from yihu.planning.scenario import World
from yihu.planning.siting_problem import Floats

FREE, ASKED, UNDER_WAY, ON_SCENE, STAYING = range(5)
"""STAYING: it helped, and waits for the first leader."""
TINY = 1e-300
UNIT = np.dtype(
    [
        ("type", "i8"),
        ("mode", "i8"),
        ("state", "i8"),
        ("on_shift", "i8"),
        ("call", "i8"),
        ("role", "i8"),
        ("extra", "i8"),
        ("origin", "i8"),
        ("target", "i8"),
        ("departed", "f8"),
        ("arrives", "f8"),
        ("answered", "f8"),
        ("since", "f8"),
        ("busy", "f8"),
        ("rank", "f8"),
        ("fresh", "i8"),
        ("move", "i8"),
    ],
    align=True,
)
"""A unit as it stands. `answered`: when it said yes, inf if it will not. `since`: when its call
began for it; `busy`: seconds it had calls. `extra`: it goes although enough others go. `rank`: its
cost when it was asked. `fresh`: it is free since the event at hand. `move`: its latest row."""


@inner
def time_to(travel: Floats, unit: Records, zone: int, now: float) -> float:
    """Seconds to a zone from wherever the unit is.

    Under way: the third side by Stewart's theorem (1746), with times for lengths, which is exact
    where ways are straight; and never more than by driving back or on to an end of the leg.
    """
    on = travel[unit.mode, unit.target, zone]
    if now >= unit.arrives:
        return on  # type: ignore[no-any-return]
    back = travel[unit.mode, unit.origin, zone]
    if now <= unit.departed:
        return unit.departed - now + back  # type: ignore[no-any-return]
    gone, left = now - unit.departed, unit.arrives - now
    leg = gone + left
    square = (left * back * back + gone * on * on) / leg - gone * left
    return min(np.sqrt(max(square, 0.0)), gone + back, left + on)  # type: ignore[no-any-return]


@inner
def set_off(world: World, unit: Records, zone: int, now: float, turnout: float) -> None:
    """Its next leg, to a zone. `turnout`: until a unit that stands drives off.

    One that was under way is as if it came from the end of its leg that is farther from the zone,
    and were there when it will be.
    """
    travel = world.travel[unit.mode]
    if now >= unit.arrives:
        unit.origin, unit.departed = unit.target, now + turnout
    elif now > unit.departed:
        takes = time_to(world.travel, unit, zone, now)
        back, on = travel[unit.origin, zone], travel[unit.target, zone]
        if back == np.inf or back < on < np.inf:
            unit.origin = unit.target
        unit.departed = now + takes - travel[unit.origin, zone]
    unit.target = zone
    unit.arrives = unit.departed + travel[unit.origin, zone]


@inner
def metres_to(places: Floats, unit: Records, zone: int, now: float) -> Any:
    """As the crow flies, from where on its leg the unit is."""
    share = 1.0
    if now <= unit.departed:
        share = 0.0
    elif now < unit.arrives:
        share = (now - unit.departed) / (unit.arrives - unit.departed)
    x = (1 - share) * places[unit.origin, 0] + share * places[unit.target, 0] - places[zone, 0]
    y = (1 - share) * places[unit.origin, 1] + share * places[unit.target, 1] - places[zone, 1]
    return np.sqrt(x * x + y * y)


@inner
def idle(unit: Records) -> bool:
    return unit.state == FREE and unit.on_shift == 1  # type: ignore[no-any-return]


@inner
def coverage(world: World, units: Records, share: Floats) -> None:
    """The share of all weights within reach of an idle unit, and of an idle police unit; a unit
    covers what is within reach of where it stands, or will stand next."""
    police, others = idle_units(world, units, True), idle_units(world, units, False)
    by_any = by_police = 0.0
    for zone in range(len(world.weights)):
        if one_covers(world, units, police, zone):
            by_police += world.weights[zone]
        elif one_covers(world, units, others, zone):
            by_any += world.weights[zone]
    total = max(world.weights.sum(), TINY)
    share[0], share[1] = (by_any + by_police) / total, by_police / total


@inner
def idle_units(world: World, units: Records, police: bool) -> Any:
    """The numbers of those who are of the police, or of those who are not."""
    types, found, many = world.unit_types, np.empty(len(units), dtype=np.int64), 0
    for u in range(len(units)):
        if idle(units[u]) and types[units[u].type].police == police:
            found[many] = u
            many += 1
    return found[:many]


@inner
def one_covers(world: World, units: Records, numbers: Any, zone: int) -> bool:
    travel, reach = world.travel, world.reach
    for u in numbers:  # noqa: SIM110 (any() of a generator cannot be compiled)
        if travel[units[u].mode, units[u].target, zone] <= reach:
            return True
    return False


@inner
def covered_by(world: World, units: Records) -> Any:
    """By zone, how many idle units it is within reach of."""
    travel, reach = world.travel, world.reach
    many = np.zeros(len(world.weights), dtype=np.int64)
    for u in range(len(units)):
        unit = units[u]
        if idle(unit):
            times = travel[unit.mode, unit.target]
            for zone in range(len(many)):
                many[zone] += times[zone] <= reach
    return many


@inner
def weight_lost(world: World, unit: Records, many: Any) -> float:
    """What nobody would cover if an idle unit went away, of what `many` idle ones do."""
    times, weights, reach = world.travel[unit.mode, unit.target], world.weights, world.reach
    lost = 0.0
    for zone in range(len(many)):
        if many[zone] == 1 and times[zone] <= reach:
            lost += weights[zone]
    return lost


@inner
def best_post(world: World, units: Records, u: int) -> int:
    """Where a unit that has become free is to stand: at the post from which it covers most of what
    no other idle unit covers; at its own base if none is better."""
    travel, weights, reach = world.travel, world.weights, world.reach
    unit, many = units[u], covered_by(world, units)
    if idle(unit):
        times = travel[unit.mode, unit.target]
        for zone in range(len(many)):
            many[zone] -= times[zone] <= reach
    best, most = world.base[u], -1.0
    for at in range(-1, len(world.posts)):
        post = world.base[u] if at < 0 else world.posts[at]
        times, gained = travel[unit.mode, post], 0.0
        for zone in range(len(many)):
            if many[zone] == 0 and times[zone] <= reach:
                gained += weights[zone]
        if gained > most:
            best, most = post, gained
    return best  # type: ignore[no-any-return]
