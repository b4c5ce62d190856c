"""What is simulated: places, roads, units, calls. Pure.

All times are seconds, all lengths metres, all numbers of zones, types and units their rows. Time 0
is Monday, 0:00.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from yihu.planning.arrival_streams import HOUR, WEEK_HOURS, CallStream
from yihu.planning.random_laws import Law, Records, table_of_laws
from yihu.planning.siting_problem import Bools, Floats, Ints

WITHIN = 480.0
"""Seconds: eight minutes."""
LEADS, HELPS = 1, 2
NOW = Law.constant(0.0)


@dataclass(frozen=True, slots=True, eq=False)
class UnitType:
    """A kind of force. `mode`: its matrix of travel times. `turnout`: from its yes to driving off,
    for a unit that stands; one that is on the road needs none. `answer`: until it answers an offer.

    `acceptance`: how likely it comes when it is asked, one number or by [hour of the day, band of
    distance]. `returns`: it drives back to its base after each call, and can be sent meanwhile; or
    it stays where it was.
    """

    name: str
    mode: int = 0
    police: bool = False
    turnout: Law = NOW
    answer: Law = NOW
    acceptance: float | Floats = 1.0
    returns: bool = True


@dataclass(frozen=True, slots=True)
class CallType:
    """`priority`: 1 is first. `handling`: from the call to the first offer, if somebody is free.
    `service`: how long each unit is at the scene.

    `leaders`: how many units of a type in `leads` it needs; it waits until it has them. `helpers`:
    how many of a type in `helps` are asked besides, if they are there within `helpers_within`
    seconds; nobody waits for them, but they stay until the first leader has come.
    """

    name: str
    service: Law
    priority: int = 1
    leads: tuple[int, ...] = (0,)
    leaders: int = 1
    helps: tuple[int, ...] = ()
    helpers: int = 0
    helpers_within: float = inf
    handling: Law = NOW


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """By unit: its type, the zone of its base, and `duty[unit, hour of the week]`: it is on shift.

    A unit whose shift begins stands at its base. One whose shift ends completes its call.
    """

    type: Ints
    base: Ints
    duty: Bools

    @classmethod
    def at(
        cls, type: int, bases: Sequence[int] | Ints, shift: tuple[int, int] | None = None
    ) -> Self:
        """One at each base. `shift`: from one hour of the day to another, each day, also over
        midnight; None: always."""
        begin, end = shift or (0, 24)
        hour = np.arange(WEEK_HOURS) % 24
        duty = (hour >= begin) & (hour < end) if begin < end else (hour >= begin) | (hour < end)
        many = len(bases)
        return cls(
            np.full(many, type, dtype=np.int64),
            np.asarray(bases, dtype=np.int64),
            np.tile(duty, (many, 1)),
        )

    def __add__(self, other: "Units") -> "Units":
        return Units(
            np.concatenate([self.type, other.type]),
            np.concatenate([self.base, other.base]),
            np.concatenate([self.duty, other.duty]),
        )

    def __len__(self) -> int:
        return len(self.type)


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """`travel[mode, from, to]`: seconds, inf where there is no way. `places[zone]`: x, y in metres;
    `weights[zone]`: residents. `bands`: upper ends of the bands of distance, as the crow flies.

    `horizon`: when it ends; `warm_up`: calls before it are simulated but not counted. `lost`: who
    finds nobody to ask is lost, instead of waiting. `reach`: a zone is covered if a free unit is
    there within so many seconds; every `sample` seconds that is looked at. `posts`: zones to which
    units may move up. `preference[zone, unit]`: for the policy of fixed lists, the least first.
    """

    travel: Floats
    unit_types: tuple[UnitType, ...]
    units: Units
    call_types: tuple[CallType, ...]
    arrivals: CallStream
    horizon: float
    warm_up: float = 0.0
    places: Floats | None = None
    weights: Floats | None = None
    bands: tuple[float, ...] = ()
    lost: bool = False
    reach: float = WITHIN
    sample: float = 900.0
    posts: tuple[int, ...] = ()
    preference: Floats | None = None
    world: "World" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _check(self)
        object.__setattr__(self, "world", _world(self))


UNIT_TYPE = np.dtype(
    [
        ("mode", "i8"),
        ("police", "i8"),
        ("returns", "i8"),
        ("turnout", "i8"),
        ("turnout_mean", "f8"),
        ("answer", "i8"),
    ],
    align=True,
)
CALL_TYPE = np.dtype(
    [
        ("priority", "i8"),
        ("leaders", "i8"),
        ("helpers", "i8"),
        ("helpers_within", "f8"),
        ("handling", "i8"),
        ("service", "i8"),
    ],
    align=True,
)


class World(NamedTuple):
    """A scenario as the compiled functions read it. `roles[call type, unit type]`: LEADS | HELPS.
    `acceptance[unit type, hour of the day, band]`."""

    travel: Floats
    places: Floats
    weights: Floats
    unit_types: Records
    call_types: Records
    roles: Ints
    acceptance: Floats
    bands: Floats
    type_of: Ints
    base: Ints
    duty: Bools
    changes: Bools
    laws: Records
    samples: Floats
    preference: Floats
    posts: Ints
    horizon: float
    warm_up: float
    reach: float
    sample: float
    lost: bool


def _world(scenario: Scenario) -> World:
    zones = scenario.travel.shape[1]
    laws: list[Law] = []

    def law(one: Law) -> int:
        if one not in laws:
            laws.append(one)
        return laws.index(one)

    unit_types = np.zeros(len(scenario.unit_types), dtype=UNIT_TYPE)
    for row, kind in zip(unit_types, scenario.unit_types, strict=True):
        row["mode"], row["police"], row["returns"] = kind.mode, kind.police, kind.returns
        row["turnout"], row["answer"] = law(kind.turnout), law(kind.answer)
        row["turnout_mean"] = kind.turnout.mean
    call_types = np.zeros(len(scenario.call_types), dtype=CALL_TYPE)
    roles = np.zeros((len(call_types), len(unit_types)), dtype=np.int64)
    for number, asked in enumerate(scenario.call_types):
        row = call_types[number]
        row["priority"], row["helpers_within"] = asked.priority, asked.helpers_within
        row["leaders"], row["helpers"] = asked.leaders, asked.helpers
        row["handling"], row["service"] = law(asked.handling), law(asked.service)
        roles[number, list(asked.leads)] |= LEADS
        roles[number, list(asked.helps)] |= HELPS
    bands = len(scenario.bands) + 1
    duty = np.array(scenario.units.duty, order="C")
    table, samples = table_of_laws(laws)
    return World(
        travel=np.array(scenario.travel, dtype=float, order="C"),
        places=_floats(scenario.places, np.zeros((zones, 2))),
        weights=_floats(scenario.weights, np.ones(zones)),
        unit_types=unit_types,
        call_types=call_types,
        roles=roles,
        acceptance=np.array(
            [np.broadcast_to(kind.acceptance, (24, bands)) for kind in scenario.unit_types],
            dtype=float,
        ),
        bands=np.array(scenario.bands, dtype=float),
        type_of=np.array(scenario.units.type, dtype=np.int64),
        base=np.array(scenario.units.base, dtype=np.int64),
        duty=duty,
        changes=(duty != np.roll(duty, 1, axis=1)).any(axis=0),
        laws=table,
        samples=samples,
        preference=_floats(scenario.preference, np.zeros((0, 0))),
        posts=np.array(scenario.posts, dtype=np.int64),
        horizon=float(scenario.horizon),
        warm_up=float(scenario.warm_up),
        reach=float(scenario.reach),
        sample=float(scenario.sample),
        lost=scenario.lost,
    )


def _floats(given: Floats | None, otherwise: Floats) -> Floats:
    return otherwise if given is None else np.array(given, dtype=float, order="C")


# --- what is wrong with it ------------------------------------------------------------------------


def _check(scenario: Scenario) -> None:
    """ValueError, naming what is wrong and where."""
    travel, units = np.asarray(scenario.travel), scenario.units
    if travel.ndim != 3 or travel.shape[1] != travel.shape[2]:
        raise ValueError(f"travel times are by mode, from and to, not {travel.shape}")
    modes, zones, _zones = travel.shape
    _good("travel time", travel, travel >= 0)
    if not len(units):
        raise ValueError("nobody can be sent without units")
    if not 0 <= scenario.warm_up < scenario.horizon < inf:
        raise ValueError(f"no horizon: {scenario.warm_up} to {scenario.horizon}")
    if not scenario.sample > 0:
        raise ValueError(f"no time between samples: {scenario.sample}")
    if units.duty.shape != (len(units), WEEK_HOURS) or len(units.base) != len(units):
        raise ValueError("a unit has a type, a base and 168 hours of duty")
    _numbers("type of unit", units.type, len(scenario.unit_types))
    _numbers("base of unit", units.base, zones)
    _numbers("mode of unit type", [kind.mode for kind in scenario.unit_types], modes)
    _numbers("post", scenario.posts, zones)
    if scenario.arrivals.shape != (len(scenario.call_types), zones):
        raise ValueError(f"calls are of other types or zones: {scenario.arrivals.shape}")
    for name, table, shape in (
        ("place", scenario.places, (zones, 2)),
        ("weight", scenario.weights, (zones,)),
        ("preference", scenario.preference, (zones, len(units))),
    ):
        if table is not None:
            if np.shape(table) != shape:
                raise ValueError(f"{name}: {shape} is its shape, not {np.shape(table)}")
            _good(name, table, np.isfinite(table) | (name == "preference"))
    if scenario.weights is not None:
        _good("weight", scenario.weights, scenario.weights >= 0)
    if list(scenario.bands) != sorted(set(scenario.bands)):
        raise ValueError(f"bands do not ascend: {scenario.bands}")
    for kind in scenario.unit_types:
        chances = np.asarray(kind.acceptance)
        _good(f"acceptance of {kind.name}", chances, (chances >= 0) & (chances <= 1))
        if chances.ndim and chances.shape != (24, len(scenario.bands) + 1):
            raise ValueError(f"acceptance of {kind.name} is by hour and band: {chances.shape}")
    for asked in scenario.call_types:
        _numbers(f"unit type for {asked.name}", asked.leads + asked.helps, len(scenario.unit_types))
        if asked.leaders < 1 or asked.helpers < 0 or asked.priority < 1:
            raise ValueError(f"{asked.name} needs nobody, or has no priority")


def _good(name: str, table: ArrayLike, good: NDArray[np.bool_]) -> None:
    """NaN is never good."""
    if not np.all(good):
        where = tuple(int(at) for at in np.argwhere(~np.asarray(good))[0])
        raise ValueError(f"no {name}: {np.asarray(table)[where]} at {where}")


def _numbers(name: str, numbers: Iterable[int] | Ints, many: int) -> None:
    for at, number in enumerate(numbers):
        if not 0 <= number < many:
            raise ValueError(f"no {name}: {number} at {at}, of {many}")


def hours_on_shift(duty: Bools, begin: float, end: float) -> Floats:
    """By unit, the seconds on shift between two times."""
    hours = np.arange(begin // HOUR, np.ceil(end / HOUR)).astype(np.int64)
    seconds = np.minimum((hours + 1) * HOUR, end) - np.maximum(hours * HOUR, begin)
    on_shift: Floats = duty[:, hours % WEEK_HOURS] @ seconds
    return on_shift
