"""What a simulation's row says once it was computed: the answer, or why there is none."""

import os
from typing import Any

from yihu.places.road_network import roads
from yihu.planning import queries, sim_film
from yihu.planning.models import Simulation
from yihu.planning.plan_answer import Ground
from yihu.planning.plan_instance import NothingToPlan
from yihu.planning.sim_answer import SimAnswer
from yihu.planning.telling import Telling


def answered(simulation: Simulation, tell: Telling, workers: int | None = None) -> dict[str, Any]:
    """`workers`: processes that simulate; None: as many as there are cores to run on."""
    network, found = roads(simulation.district), queries.ground(simulation.district)
    if network is None or found is None or found.outline is None:
        return {"state": Simulation.State.FAILED, "fault": {"code": "no_map"}}
    ground = Ground(found.outline, found.communities, network)
    asked = SimAnswer(simulation.asked, ground, tell, workers or len(os.sched_getaffinity(0)))
    try:
        answer = asked.answer()
    except NothingToPlan as reason:
        return {"state": Simulation.State.FAILED, "fault": {"code": reason.code}}
    tell("filming")
    drawing = {"films": sim_film.films(asked.world)}
    done = {"state": Simulation.State.DONE, "answer": answer, "drawing": drawing}
    return done | {"progress": {}}
