"""Everything the study of response times assumes, each number with what it is and where it comes
from. Pure.

The report prints this table whole, and the scenarios are made of nothing else: a number that is not
here is not in the study.
"""

from dataclasses import Field, dataclass, field, fields
from typing import Any

ASSUMED, SET, CALIBRATED, HOUSE = "assumed", "set in the software", "calibrated", "house's prior"


def _is(value: float, label: str, unit: str, source: str = ASSUMED) -> Any:
    return field(default=value, metadata={"label": label, "unit": unit, "source": source})


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Times in seconds, means of their laws."""

    calls: float = _is(100, "calls", "a day")
    share_now: float = _is(0.25, "of them urgent: two police units, others beside them", "share")
    share_soon: float = _is(0.4, "of them soon: one police unit, others beside it", "share")
    night: float = _is(0.45, "calls from 0 to 7, beside the day's mean", "×")
    evening: float = _is(1.6, "calls from 18 to 23, beside the day's mean", "×")
    spread: float = _is(0.6, "spread of every time but constants: coefficient of variation", "")
    talk: float = _is(75, "taking the call: from ringing to knowing where and what", "s")
    relay: float = _is(600, "old world: telephoning it on, until the car is told", "s", CALIBRATED)
    sending: float = _is(15, "with radios: choosing and announcing (the software: 1 s)", "s")
    cars: float = _is(8, "patrol cars on duty, day and night", "units")
    car_turnout: float = _is(120, "a car's turnout, if it stands", "s")
    crew_turnout: float = _is(60, "turnout of a room's crew (an officer, on e-bikes)", "s")
    turnout: float = _is(45, "turnout of all others", "s")
    answer: float = _is(8, "until an offer is answered", "s")
    deadline: float = _is(20, "until a wave of offers ends", "s", SET)
    service_now: float = _is(2700, "at the scene, urgent, each unit", "s")
    service_soon: float = _is(1800, "at the scene, soon", "s")
    service_wait: float = _is(1200, "at the scene, can wait", "s")
    acceptance: float = _is(0.3, "guards, grid workers and volunteers who come if asked", "share")
    auxiliary_acceptance: float = _is(0.8, "auxiliaries who come if asked", "share", HOUSE)
    density: float = _is(1, "how many guards, grid workers and volunteers, beside below", "×")
    guards: float = _is(300, "guards with a set, on foot, day and night", "posts")
    grid: float = _is(43, "grid workers, on e-bikes, 8 to 20", "units")
    volunteers: float = _is(60, "volunteers, on foot, 18 to 23", "units")
    auxiliaries: float = _is(15, "auxiliaries abroad, on e-bikes, 6 to 22", "units")
    beside_within: float = _is(300, "others are asked beside police, if their way is at most", "s")
    rooms: float = _is(15, "rooms that stand", "rooms")
    more_rooms: float = _is(5, "rooms to be built", "rooms")
    crews: float = _is(1, "crews in a room, day and night", "units")
    covered: float = _is(300, "a room covers whom its crew reaches within", "s")


def table() -> list[Field[Any]]:
    """By its metadata: label, unit, source."""
    return list(fields(Assumptions))
