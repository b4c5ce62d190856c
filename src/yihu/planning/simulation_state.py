"""What a simulation keeps of calls, units and moves while it runs. Pure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yihu.planning.compiled import inner
from yihu.planning.event_tree import event_tree
from yihu.planning.random_laws import Records
from yihu.planning.scenario import World
from yihu.planning.siting_problem import Floats, Ints
from yihu.planning.unit_motion import FREE, UNIT, idle
from yihu.planning.waiting_line import Line, waiting_line

CALL = np.dtype(
    [
        ("type", "i8"),
        ("zone", "i8"),
        ("created", "f8"),
        ("dispatched", "f8"),
        ("accepted", "f8"),
        ("on_scene", "f8"),
        ("police", "f8"),
        ("completed", "f8"),
        ("offers", "i8"),
        ("redundant", "i8"),
        ("first", "i8"),
        ("lost", "?"),
    ],
    align=True,
)
"""A call as it went; times are NaN where it did not come to that. `dispatched`: the first offer;
`accepted`: the first yes; `on_scene`: the first responder of any kind, `first`: which (-1: none);
`police`: the first police unit; `completed`: all have left. `redundant`: units that arrived though
enough others had been sent."""

NEED = np.dtype(
    [
        ("leaders", "i8"),
        ("helpers", "i8"),
        ("busy", "i8"),
        ("arrived", "i8"),
        ("led", "i8"),
        ("round", "i8"),
        ("waits", "i8"),
        ("wave", "i8"),
        ("again", "i8"),
    ],
    align=True,
)
"""What a call still lacks (`leaders`, `helpers`), how many units it has (`busy`) and how many came
(`arrived`), whether a leader has come (`led`), how often everybody was asked (`round`), whether it
stands in line (`waits`), whether offers are out (`wave`), and whether it lost a unit (`again`)."""

MOVE = np.dtype(
    [
        ("unit", "i8"),
        ("call", "i8"),
        ("origin", "i8"),
        ("target", "i8"),
        ("begun", "f8"),
        ("departed", "f8"),
        ("arrives", "f8"),
        ("until", "f8"),
    ],
    align=True,
)
"""A unit on its way from one zone to another. `call`: -1 on the way back or to a post. `begun`:
when it was told; it left `origin` when it `departed`, after turning out, or as if it had where it
was turned round on another way. `until`: when it arrived, or was turned round."""

ASKED_OF = 8
"""Units in a byte of `State.asked`."""
FRESH, AGAIN, MOVES = 0, 1, 2


class State(NamedTuple):
    """`asked[call]`: a bit for each unit that was asked. `fresh`: units that became free, `again`:
    calls that lost a unit, in the event at hand; `counts`: how many of both, and of moves.
    `ask_again`: when those who said no are asked once more."""

    seed: np.uint64
    calls: Records
    needs: Records
    units: Records
    moves: Records
    asked: NDArray[np.uint8]
    line: Line
    tree: Floats
    cost: Floats
    other_cost: Floats
    fresh: Ints
    again: Ints
    counts: Ints
    ask_again: Floats


@inner
def beginning(world: World, seed: np.uint64, calls: Records, moves: Records) -> State:
    many, units = len(calls), len(world.base)
    needs = np.zeros(many, dtype=NEED)
    for c in range(many):
        needs[c].leaders = world.call_types[calls[c].type].leaders
        needs[c].helpers = world.call_types[calls[c].type].helpers
    standing = np.zeros(units, dtype=UNIT)
    for u in range(units):
        unit = standing[u]
        unit.type, unit.state, unit.on_shift = world.type_of[u], FREE, world.duty[u, 0]
        unit.mode = world.unit_types[unit.type].mode
        unit.call = unit.move = -1
        unit.origin = unit.target = world.base[u]
    priorities = 1
    for kind in range(len(world.call_types)):
        priorities = max(priorities, world.call_types[kind].priority)
    return State(
        seed,
        calls,
        needs,
        standing,
        moves,
        np.zeros((many, units // ASKED_OF + 1), dtype=np.uint8),
        waiting_line(priorities, many),
        event_tree(units),
        np.empty(units),
        np.empty(units),
        np.empty(units, dtype=np.int64),
        np.empty(many, dtype=np.int64),
        np.zeros(3, dtype=np.int64),
        np.full(1, np.inf),
    )


@inner
def was_asked(state: State, c: int, u: int) -> bool:
    return state.asked[c, u // ASKED_OF] >> (u % ASKED_OF) & 1 == 1  # type: ignore[no-any-return]


@inner
def note_asked(state: State, c: int, u: int) -> None:
    state.asked[c, u // ASKED_OF] |= 1 << (u % ASKED_OF)
    state.calls[c].offers += 1


@inner
def note_fresh(state: State, u: int) -> None:
    """A unit is free for whoever waits."""
    unit = state.units[u]
    if idle(unit) and not unit.fresh:
        unit.fresh = 1
        state.fresh[state.counts[FRESH]] = u
        state.counts[FRESH] += 1


@inner
def note_again(state: State, c: int) -> None:
    """A call lacks a unit that it had."""
    if not state.needs[c].again:
        state.needs[c].again = 1
        state.again[state.counts[AGAIN]] = c
        state.counts[AGAIN] += 1


@inner
def note_move(state: State, u: int, begun: float) -> None:
    """Its leg as it stands. Rows beyond the table's end are only counted."""
    unit, at = state.units[u], state.counts[MOVES]
    state.counts[MOVES] += 1
    if at >= len(state.moves):
        return
    if unit.move >= 0:
        latest = state.moves[unit.move]
        latest.until = min(latest.until, begun)
    move = state.moves[at]
    move.unit, move.call, move.begun = u, unit.call, begun
    move.origin, move.target = unit.origin, unit.target
    move.departed, move.arrives, move.until = unit.departed, unit.arrives, unit.arrives
    unit.move = at
