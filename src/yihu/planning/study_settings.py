"""What is simulated for the study of response times: one setting after another, from the old world
to the last step. Pure.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from yihu.planning.arrival_streams import WEEK_HOURS
from yihu.planning.simulation import (
    Arrivals,
    CallType,
    Law,
    Policy,
    Rule,
    Scenario,
    Units,
    UnitType,
)
from yihu.planning.siting_problem import Floats
from yihu.planning.study_assumptions import Assumptions
from yihu.planning.study_worlds import CAR, EBIKE, FOOT, District

DAY = 86_400.0
GUARD, GRID, VOLUNTEER, AUXILIARY, PATROL, CREW = range(6)
OTHERS, POLICE = (GUARD, GRID, VOLUNTEER, AUXILIARY), (PATROL, CREW)
NEEDS_POLICE = 1, 2
"""Priorities of calls that only police may lead. Those of priority 3 can wait, and anybody may."""


@dataclass(frozen=True, slots=True)
class Setting:
    """`radios`: everybody is heard at once and it is known where all are; else the call is relayed
    by telephone. `forces`: others than police may be asked. `stations`: zones where cars wait, one
    after another; `crews`: zones of rooms that have a crew."""

    radios: bool
    forces: bool
    stations: tuple[int, ...]
    crews: tuple[int, ...] = ()
    rule: Rule = Rule.ROAD
    width: int = 1
    stands_down: bool = True
    assumptions: Assumptions = field(default_factory=Assumptions)

    def assuming(self, **changes: float) -> "Setting":
        return replace(self, assumptions=replace(self.assumptions, **changes))

    @property
    def policy(self) -> Policy:
        return Policy(
            "of the setting",
            self.rule,
            width=self.width,
            deadline=self.assumptions.deadline,
            stands_down=self.stands_down,
        )


def scenario(setting: Setting, district: District, days: float) -> Scenario:
    """`days` after a day of warming up. Calls, and their numbers, are the same in all settings of
    equal assumptions about calls."""
    told = setting.assumptions
    return Scenario(
        travel=district.travel,
        unit_types=_unit_types(told, setting.radios),
        units=_units(setting, district),
        call_types=_call_types(told, setting),
        arrivals=Arrivals(_rates(told, district)),
        horizon=(1 + days) * DAY,
        warm_up=DAY,
        places=district.places,
        weights=district.residents,
        sample=np.inf,
    )


def _unit_types(told: Assumptions, radios: bool) -> tuple[UnitType, ...]:
    """A car that is telephoned has answered when it was told."""

    def kind(name: str, mode: int, turnout: float, acceptance: float = 1.0) -> UnitType:
        police = name in ("patrol", "crew")
        answer = _law(told, told.answer if radios else 0.0)
        return UnitType(name, mode, police, _law(told, turnout), answer, acceptance)

    return (
        kind("guard", FOOT, told.turnout, told.acceptance),
        kind("grid worker", EBIKE, told.turnout, told.acceptance),
        kind("volunteer", FOOT, told.turnout, told.acceptance),
        kind("auxiliary", EBIKE, told.turnout, told.auxiliary_acceptance),
        kind("patrol", CAR, told.car_turnout),
        kind("crew", EBIKE, told.crew_turnout),
    )


def _call_types(told: Assumptions, setting: Setting) -> tuple[CallType, ...]:
    handling = _law(told, told.talk + (told.sending if setting.radios else told.relay))
    others = OTHERS if setting.forces else ()

    def kind(name: str, priority: int, service: float, leaders: int = 1) -> CallType:
        beside = others if priority in NEEDS_POLICE else ()
        return CallType(
            name,
            _law(told, service),
            priority,
            POLICE if priority in NEEDS_POLICE else (*others, *POLICE),
            leaders,
            beside,
            1 if beside else 0,
            told.beside_within,
            handling,
        )

    return (
        kind("now", 1, told.service_now, leaders=2),
        kind("soon", 2, told.service_soon),
        kind("can wait", 3, told.service_wait),
    )


def _law(told: Assumptions, mean: float) -> Law:
    return Law.lognormal(mean, told.spread) if mean else Law.constant(0.0)


def _units(setting: Setting, district: District) -> Units:
    """Others come first, so that most units keep their number, and with it what is drawn for them,
    from one setting to the next."""
    told = setting.assumptions
    cars = [setting.stations[n % len(setting.stations)] for n in range(int(told.cars))]
    crews = [zone for zone in setting.crews for _n in range(int(told.crews))]
    police = Units.at(PATROL, cars) + Units.at(CREW, crews)
    if not setting.forces:
        return police

    def many(number: float) -> int:
        return round(number * told.density)

    return (
        Units.at(AUXILIARY, district.auxiliaries[: int(told.auxiliaries)], (6, 22))
        + Units.at(GRID, district.grid[: many(told.grid)], (8, 20))
        + Units.at(VOLUNTEER, district.volunteers[: many(told.volunteers)], (18, 23))
        + Units.at(GUARD, district.guards[: many(told.guards)])
        + police
    )


def _rates(told: Assumptions, district: District) -> Floats:
    """Calls an hour by hour of the week, type and zone: everywhere by residents."""
    night, evening = np.full(7, told.night), np.full(5, told.evening)
    rest = (24 - night.sum() - evening.sum()) / 12
    day = np.concatenate([night, np.full(11, rest), evening, [rest]]) * told.calls / 24
    by_hour = np.tile(day, WEEK_HOURS // 24)
    shares = np.array([told.share_now, told.share_soon, 1 - told.share_now - told.share_soon])
    people = district.residents / district.residents.sum()
    rates: Floats = by_hour[:, None, None] * shares[:, None] * people
    return rates
