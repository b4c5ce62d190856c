"""Simulations, for tests: asked, and computed as the clock's process would."""

import secrets
from dataclasses import replace
from typing import Any, Final

from django.utils import timezone
from tests.support.town import DISTRICT, Town

from yihu.dispatch.kinds import Travel, UnitKind
from yihu.dispatch.models import Unit
from yihu.places.models import Site
from yihu.planning import computing, sim_actions, sim_inputs, sim_stream
from yihu.planning.models import Simulation
from yihu.planning.sim_actions import Numbers, SimWanted
from yihu.planning.sim_question import Force, Known, Post, SimQuestion, Source, Way

NUMBERS = {
    UnitKind.POLICE: Numbers(2, 2, 90),
    UnitKind.AUXILIARY: Numbers(1, 1, 80),
    UnitKind.GUARD: Numbers(4, 2, 50),
    UnitKind.GRID_WORKER: Numbers(0, 0, 60),
    UnitKind.MINI_FIRE: Numbers(0, 0, 75),
    UnitKind.VOLUNTEER: Numbers(0, 0, 40),
}
WANTED = SimWanted((Way.ROAD, Way.POLICE), NUMBERS, 90, calls=12.0, runs=4, days=2)
"""Asked in the town of `units`, on the ground of `tests.support.ground`."""
NOTHING_MOVES: Final = {
    "begins": 86400.0,
    "lasts": 10800,
    "origin": [120.01, 30.01],
    "along": True,
    "straight": 0,
    "kinds": ["police"],
    "units": [{"kind": 0, "at": [0, 0], "on": [0, 10800], "legs": []}],
    "calls": [],
    "ways": [],
    "covered": {"begins": 0, "every": None, "residents": 5000, "free": [], "police": []},
}
"""A film, as `run_film` makes them."""


def units(town: Town) -> None:
    """Two cars of the station in the west, an auxiliary at its room, two guards in the mall."""
    Site.objects.create(
        district=DISTRICT, code="station", kind="police_station", name="派出所",
        name_en="Police station", longitude=120.01, latitude=30.01,
    )  # fmt: skip
    mall = town.people["guard"].posts.get().organisation
    for code, kind, travel, house in (
        ("P1", UnitKind.POLICE, Travel.CAR, town.station),
        ("P2", UnitKind.POLICE, Travel.CAR, town.station),
        ("A1", UnitKind.AUXILIARY, Travel.EBIKE, town.room),
        ("G1", UnitKind.GUARD, Travel.FOOT, mall),
        ("G2", UnitKind.GUARD, Travel.FOOT, mall),
    ):
        Unit.objects.create(
            district=DISTRICT, organisation=house, code=code, name=code, kind=kind, travel=travel
        )


def asked(town: Town, who: str = "chief", **more: Any) -> Simulation:
    return sim_actions.ask(
        actor=town.actor(who), wanted=replace(WANTED, **more), client_key=secrets.token_bytes(16)
    )


def computed(simulation: Simulation, workers: int = 1) -> Simulation:
    """As the clock's process leaves it, but for what it says meanwhile."""
    from yihu.planning import sim_work

    claimed = computing.claim(Simulation)
    assert claimed is not None
    assert claimed[0] == simulation.pk
    found = Simulation.objects.get(pk=simulation.pk)
    told = sim_work.answered(found, lambda *_told, **_more: None, workers)
    computing.owned(Simulation, *claimed).update(**told)
    return Simulation.objects.get(pk=simulation.pk)


def films(simulation: Simulation) -> list[dict[str, Any]]:
    assert simulation.drawing is not None
    found: list[dict[str, Any]] = simulation.drawing["films"]
    return found


def question() -> SimQuestion:
    """Without a map or a database: two cars and a guard."""

    def force(kind: UnitKind, posts: list[Post], many: float, chance: float) -> Force:
        known = Known(many, Source.ASSUMED)
        return Force(kind, tuple(posts), known, known, Known(chance, Source.MEASURED, 12))

    cars = [Post(Travel.CAR, (120.01, 30.01)), Post(Travel.CAR, None)]
    stream = sim_stream.assumed(600_000)
    return SimQuestion(
        ways=(Way.ROAD, Way.POLICE), width=3, reserve=3,
        forces=(
            force(UnitKind.POLICE, cars, 2, 0.9),
            force(UnitKind.GUARD, [Post(Travel.FOOT, (120.07, 30.01))], 3, 0.5),
        ),
        stream=stream, calls=Known(12.0, Source.GIVEN, 0, 100.0), handling=sim_inputs.HANDLING,
        runs=4, days=2, seed=1, station=(120.01, 30.01),
    )  # fmt: skip


def answered(town: Town, who: str = "chief") -> Simulation:
    """One with an answer, where there is no map: the second rule is a minute slower."""
    from yihu.planning.sim_answer import OTHERS, TIMES

    def both(name: str) -> list[list[Any]]:
        if name in TIMES:
            return [[300.0, 6.0, 4], [360.0, 9.0, 4]]
        return [[0.9, 0.01, 4], [0.8, 0.01, 4]]

    curve = [min(1.0, n / 30) for n in range(121)]
    answer = {
        "arms": [{"way": "road", "sites": False}, {"way": "police", "sites": False}],
        "measures": {name: both(name) for name in (*TIMES, *OTHERS)},
        "differences": {
            name: [[60.0, 9.0, 4]] if name in TIMES else [[-0.1, 0.02, 4]]
            for name in (*TIMES, *OTHERS)
        },
        "utilisation": [{"kind": "police", "travel": "car", "arms": both("share")}],
        "curves": {name: [curve, curve] for name in ("response", "police")},
        "step": 30.0,
        "covered": [[0.9] * 24, [0.8] * 24],
        "calls": [200.0, 3.0, 4],
        "residents": 5000,
        "settled": 12.0,
        "seconds": {"roads": 0.1, "all": 0.4},
        "assumptions": [["prior", {"n": 0, "days": 0.0, "calls": 100.0, "given": False}]],
    }
    return Simulation.objects.create(
        district=DISTRICT,
        made_by=town.people[who],
        made_at=timezone.now(),
        client_key=secrets.token_hex(16),
        question=question().told,
        state=Simulation.State.DONE,
        answer=answer,
        drawing={"films": [NOTHING_MOVES, NOTHING_MOVES]},
    )
