"""What a plan's row says once it was computed: the answer, or why there is none."""

from typing import Any

from yihu.places.road_network import roads
from yihu.planning import queries
from yihu.planning.models import Plan
from yihu.planning.plan_answer import Asked, Ground
from yihu.planning.plan_instance import NothingToPlan
from yihu.planning.plan_question import Problem
from yihu.planning.pulse import finite
from yihu.planning.siting_problem import BadInstance
from yihu.planning.telling import Telling

NAMED = 5
"""Places that a fault names."""


def answered(plan: Plan, tell: Telling) -> dict[str, Any]:
    asked = _asked(plan, tell)
    if asked is None:
        return {"state": Plan.State.FAILED, "fault": {"code": "no_map"}}
    try:
        answer = asked.answer()
    except NothingToPlan as reason:
        return {"state": Plan.State.FAILED, "fault": {"code": reason.code}}
    except BadInstance as bad:
        return {"state": Plan.State.FAILED, "fault": _fault(asked, bad)}
    drawing = asked.drawing(answer)
    done = {"state": Plan.State.DONE, "drawing": drawing, "progress": {}}
    return {**done, "answer": finite(answer)}


def _asked(plan: Plan, tell: Telling) -> Asked | None:
    network, found = roads(plan.district), queries.ground(plan.district)
    if network is None or found is None or found.outline is None:
        return None
    return Asked(plan.asked, Ground(found.outline, found.communities, network), tell)


def _fault(asked: Asked, bad: BadInstance) -> dict[str, Any]:
    """With the names of the places that it is about, as far as they are told."""
    instance = asked.instance
    if bad.axis == "demand":
        areas = instance.named(bad.rows)
        names = [(one.name, one.name_en) for one in areas]
        residents = round(float(instance.demand.weights[list(bad.rows)].sum()))
    else:
        names = [(instance.spots[n].name, instance.spots[n].name_en) for n in bad.rows]
        residents = 0
    more = max(0, len(names) - NAMED)
    beyond = bad.code == "unreachable" and asked.question.problem is Problem.ALL
    code = "uncoverable" if beyond else bad.code
    return {"code": code, "places": names[:NAMED], "more": more, "residents": residents}
