"""Films of what a question compares: one run of each rule, over the same calls. Pure."""

from dataclasses import replace
from typing import Any, Final

from yihu.places.roads import LonLat, Profile
from yihu.planning.run_film import busiest, film, recorded
from yihu.planning.sim_question import Arm
from yihu.planning.sim_world import DAY, HOUR, SimWorld
from yihu.planning.simulation import Run

LIMIT: Final = 250_000
"""Bytes of each as JSON."""
DAYS = 3
"""So many are played through for the busiest hours, at most."""


def films(world: SimWorld) -> list[dict[str, Any]]:
    """By what is compared, in its order: the hours that are busiest, the same for all."""
    runs = [_run(world, number, arm) for number, arm in enumerate(world.question.arms)]
    window = busiest(runs[0])
    kinds = [kind.value for kind, _travel in world.types]

    def way(source: LonLat, target: LonLat, mode: int) -> list[LonLat] | None:
        profile = Profile(world.travels[mode].value)
        found = world.ground.roads.route(source, target, profile, HOUR)
        return None if found is None else found.line

    return [film(run, world.places, window, way=way, kinds=kinds, limit=LIMIT) for run in runs]


def _run(world: SimWorld, number: int, arm: Arm) -> Run:
    scenario = world.scenario(sites=arm.sites)
    horizon = min(scenario.horizon, scenario.warm_up + DAYS * DAY)
    return recorded(
        replace(scenario, horizon=horizon), world.policy(number, arm), world.question.seed
    )
