"""Computing a plan in a process of its own.

Whoever computes looks at the plan's row every second: where it is theirs no more, since somebody
stopped it or it is gone, they stop.
"""

import os
import threading
from math import isfinite
from typing import Any
from uuid import UUID

from django.db import Error, connection
from django.utils import timezone

from yihu.places.road_network import roads
from yihu.planning import queries
from yihu.planning.models import Plan
from yihu.planning.plan_answer import Asked, Ground, Telling
from yihu.planning.plan_clock import owned
from yihu.planning.plan_instance import NothingToPlan
from yihu.planning.plan_question import Problem
from yihu.planning.siting_problem import BadInstance

PULSE = 1.0
"""Seconds between two looks at the row."""
NAMED = 5
"""Places that a fault names."""


def compute(plan: int, run: UUID) -> None:
    """Compute a plan that was claimed; nothing where it is no longer ours."""
    found = owned(plan, run).first()
    if found is not None:
        with Pulse(plan, run) as pulse:
            told = answered(found, pulse.tell)
        owned(plan, run).update(**told)


class Pulse:
    """Says every second how far it is, and ends the process once nobody wants the answer."""

    def __init__(self, plan: int, run: UUID) -> None:
        self._row = plan, run
        self._progress: dict[str, Any] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._over.set()
        self._thread.join()

    def tell(
        self,
        stage: str,
        value: float | None = None,
        bound: float | None = None,
        seconds: float | None = None,
    ) -> None:
        self._progress = {"stage": stage, "value": value, "bound": bound, "seconds": seconds}

    def _beat(self) -> None:
        while not self._over.wait(PULSE):
            try:
                wanted = self._say()
            except Error:
                connection.close()  # it may be back at the next look
                continue
            if not wanted:
                os._exit(0)  # a solver in the middle of its work hears nothing else
        connection.close()

    def _say(self) -> bool:
        progress = finite(self._progress)
        return bool(owned(*self._row).update(progress=progress, seen_at=timezone.now()))


def finite(told: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no infinity: what is not known yet is None."""
    return {
        name: None if isinstance(one, float) and not isfinite(one) else one
        for name, one in told.items()
    }


def answered(plan: Plan, tell: Telling) -> dict[str, Any]:
    """What the row says afterwards: the answer, or why there is none."""
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
