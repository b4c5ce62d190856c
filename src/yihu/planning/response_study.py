"""What would really bring help sooner: a study by simulation, step by step. Pure.

The old world is calibrated to the median that is told of it; then, one after another, come radios,
other forces, rooms with crews, five more rooms, and wider offers. Then what the answer depends on.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from math import inf

from yihu.planning.confidence import Interval
from yihu.planning.simulation import Rule
from yihu.planning.study_assumptions import Assumptions
from yihu.planning.study_runs import GOAL, Effort, Sample, samples
from yihu.planning.study_settings import Setting
from yihu.planning.study_sites import COVER, FARTHEST, MEDIAN, Sites, sites
from yihu.planning.study_worlds import District

TARGET = 22 * 60.0
"""Seconds: the median of the old world, "20-odd minutes"."""
LONGEST = 3600.0
"""Seconds that relaying may have taken."""
NEAR = 2.0
"""Seconds within which the old world meets its target."""
WIDTH = 3
"""How many are asked at once in the last step."""
ACCEPTANCES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
DENSITIES = (0.25, 0.5, 1.0, 2.0)
TALKS = (30.0, 75.0, 150.0, 300.0)
CALIBRATIONS: Mapping[str, Mapping[str, float]] = {
    "slow telephones": {},
    "slow turnout": {"car_turnout": 420},
    "few cars": {"cars": 6},
}
"""What differs from the assumptions; `relay` is then set so that the target is met."""
SLOW = {"answer": 16.0, "deadline": 40.0}
SLOWER = 1.25
"""Ways on wheels, for traffic."""

type Told = Callable[[str], None]
"""Called with what is being worked on."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A setting under its name, and what came of it."""

    name: str
    setting: Setting
    sample: Sample


@dataclass(frozen=True, slots=True)
class Calibration:
    """`relay`: seconds, None where the target cannot be met. `steps`: from the old world to the
    last, some of them."""

    name: str
    changes: Mapping[str, float]
    relay: float | None
    steps: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """`steps`: each upon the one before. `choices`: other rules for the last step. `parts`: every
    combination of radios, forces and rooms. `cells[with rooms]`: by acceptance and density.
    `few`: rules of choice among police alone. `measured`: of assumptions that calls of the past
    stand in place of, where their numbers come from."""

    district: District
    assumptions: Assumptions
    effort: Effort
    sites: Sites
    calibrations: tuple[Calibration, ...]
    steps: tuple[Outcome, ...]
    choices: tuple[Outcome, ...]
    placed: tuple[Outcome, ...]
    parts: Mapping[tuple[bool, bool, bool], Sample]
    cells: Mapping[tuple[bool, float, float], Sample]
    few: tuple[Outcome, ...]
    talks: Mapping[float, Sample]
    changes: tuple[Outcome, ...]
    measured: Mapping[str, str] = field(default_factory=dict)

    @property
    def some(self) -> Effort:
        """For all but the steps."""
        return self.effort.fewer(0.5)

    def step(self, name: str) -> Sample:
        return next(one.sample for one in self.steps if one.name == name)


OLD, RADIOS, FORCES, CARS, CREWS, ROOMS, WIDE = (
    "the old world",
    "+ radios",
    "+ other forces",
    "+ cars wait at rooms",
    "+ a crew in each of 15 rooms",
    "+ 5 more rooms",
    "+ offers to 3 at once",
)


def study(
    district: District,
    effort: Effort,
    assumptions: Assumptions | None = None,
    told: Told = lambda _what: None,
    measured: Mapping[str, str] | None = None,
) -> Study:
    """All of it; `effort` for the steps, part of it for what they depend on."""
    some = effort.fewer(0.5)
    told("calibrating")
    given = assumptions or Assumptions()
    relay = calibrated(given, district, some)
    known = replace(given, relay=0.0 if relay is None else relay)
    places = sites(district, known)
    settings = _steps(district, places, known)
    last = settings[WIDE]

    def tried(named: Mapping[str, Setting], by: Effort) -> tuple[Outcome, ...]:
        found = samples(list(named.values()), district, by)
        return tuple(
            Outcome(name, setting, one)
            for (name, setting), one in zip(named.items(), found, strict=True)
        )

    told("steps")
    steps = tried(settings, effort)
    choices = tried(_choices(last), some) + tried(_costly(last), effort.fewer(0.2))
    told("sites")
    placed = tried({rule: _at(last, places, rule) for rule in (COVER, MEDIAN, FARTHEST)}, some)
    told("parts")
    parts = _parts(settings)
    told("acceptance and density")
    cells = _cells(settings)
    found = dict(zip(cells, samples(list(cells.values()), district, some), strict=True))
    told("what else it depends on")
    talks = {seconds: last.assuming(talk=seconds) for seconds in TALKS}
    changes = tried({name: last.assuming(**one) for name, one in changed(known).items()}, some)
    slower = samples([last], district.slower(SLOWER), some)[0]
    return Study(
        district,
        known,
        effort,
        places,
        tuple(_calibrations(given, district, places, some)),
        steps,
        choices,
        placed,
        dict(zip(parts, samples(list(parts.values()), district, some), strict=True)),
        found,
        tried(_few(settings), effort),
        dict(zip(talks, samples(list(talks.values()), district, some), strict=True)),
        (*changes, Outcome("all ways on wheels take a quarter longer", last, slower)),
        measured or {},
    )


# --- the old world --------------------------------------------------------------------------------


def old_world(district: District, told: Assumptions) -> Setting:
    """Police alone, from the station, the nearest as the crow flies, told by telephone."""
    return Setting(False, False, (district.station,), rule=Rule.STRAIGHT, assumptions=told)


def calibrated(told: Assumptions, district: District, effort: Effort) -> float | None:
    """How long relaying takes on average if the old world's median is the target: bisection, under
    the same seeds each time. None where it is beyond the target without any relaying."""

    def median(relay: float) -> float:
        setting = old_world(district, replace(told, relay=relay))
        return samples([setting], district, effort)[0].of("first P50").mean

    low, high = 0.0, LONGEST
    if median(low) > TARGET:
        return None
    while high - low > NEAR:
        middle = (low + high) / 2
        low, high = (low, middle) if median(middle) > TARGET else (middle, high)
    return round((low + high) / 2)


def _calibrations(
    given: Assumptions, district: District, places: Sites, effort: Effort
) -> Sequence[Calibration]:
    found = []
    for name, changes in CALIBRATIONS.items():
        told = replace(given, **changes)
        relay = calibrated(told, district, effort)
        steps: tuple[Outcome, ...] = ()
        if relay is not None:
            settings = _steps(district, places, replace(told, relay=relay))
            chosen = {step: settings[step] for step in (OLD, RADIOS, FORCES, WIDE)}
            done = samples(list(chosen.values()), district, effort)
            steps = tuple(
                Outcome(step, setting, one)
                for (step, setting), one in zip(chosen.items(), done, strict=True)
            )
        found.append(Calibration(name, changes, relay, steps))
    return found


# --- settings -------------------------------------------------------------------------------------


def _steps(district: District, places: Sites, told: Assumptions) -> dict[str, Setting]:
    old = old_world(district, told)
    radios = replace(old, radios=True, rule=Rule.ROAD)
    forces = replace(radios, forces=True)
    cars = replace(forces, stations=places.standing)
    crews = replace(cars, crews=places.standing)
    rooms = replace(crews, crews=places.rooms())
    wide = replace(rooms, width=WIDTH)
    settings = (old, radios, forces, cars, crews, rooms, wide)
    return dict(zip((OLD, RADIOS, FORCES, CARS, CREWS, ROOMS, WIDE), settings, strict=True))


def _at(last: Setting, places: Sites, rule: str) -> Setting:
    return replace(last, crews=places.rooms(rule))


def _choices(last: Setting) -> dict[str, Setting]:
    return {
        "1 at once": replace(last, width=1),
        "2 at once": replace(last, width=2),
        "3 at once": last,
        "3 at once, all who accept come": replace(last, stands_down=False),
        "3 at once, by expected time": replace(last, rule=Rule.EXPECTED),
        "1 at once, answers take 16 s": replace(last, width=1).assuming(**SLOW),
        "3 at once, answers take 16 s": last.assuming(**SLOW),
    }


def _costly(last: Setting) -> dict[str, Setting]:
    return {"3 at once, keeping coverage": replace(last, rule=Rule.COVERAGE)}


def _parts(settings: Mapping[str, Setting]) -> dict[tuple[bool, bool, bool], Setting]:
    """By radios, forces, rooms."""
    old, last = settings[OLD], settings[WIDE]
    return {
        (radios, forces, rooms): replace(
            last if rooms else old,
            radios=radios,
            forces=forces,
            rule=Rule.ROAD if radios else Rule.STRAIGHT,
            width=WIDTH if radios else 1,
        )
        for radios, forces, rooms in product((False, True), repeat=3)
    }


def _cells(settings: Mapping[str, Setting]) -> dict[tuple[bool, float, float], Setting]:
    """By whether rooms have crews, acceptance, and density."""
    with_rooms, without = settings[WIDE], replace(settings[FORCES], width=WIDTH)
    return {
        (rooms, acceptance, density): (with_rooms if rooms else without).assuming(
            acceptance=acceptance, density=density
        )
        for rooms, acceptance, density in product((False, True), ACCEPTANCES, DENSITIES)
    }


def changed(told: Assumptions) -> dict[str, dict[str, float]]:
    """What else the answer may depend on."""
    return {
        "twice as many calls": {"calls": 2 * told.calls},
        "scenes take half as long again": {
            "service_now": 1.5 * told.service_now,
            "service_soon": 1.5 * told.service_soon,
            "service_wait": 1.5 * told.service_wait,
        },
        "5 cars in place of 8": {"cars": 5},
        f"others turn out in 120 s, not {told.turnout:.0f}": {"turnout": 120},
        "crews turn out in 180 s, not 60": {"crew_turnout": 180},
        "answers take 16 s, not 8, and waves 40, not 20": SLOW,
        "others are asked within 600 s, not 300": {"beside_within": 600},
    }


def _few(settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Rules of choice among eight cars, and among these and twenty crews; nobody else is asked."""
    cars = replace(settings[CARS], forces=False)
    crews = replace(settings[ROOMS], forces=False)
    rules = {"straight": Rule.STRAIGHT, "by road": Rule.ROAD, "keeping coverage": Rule.COVERAGE}
    return {
        f"{where}: {name}": replace(setting, rule=rule)
        for where, setting in (("cars", cars), ("cars and crews", crews))
        for name, rule in rules.items()
    }


# --- verdicts -------------------------------------------------------------------------------------


def within(found: Interval) -> bool | None:
    """Is it 8 minutes or less? None: the interval leaves it open."""
    if found.high <= GOAL:
        return True
    return False if found.mean == inf or found.low > GOAL else None
