"""Plans of sites, for tests: asked, and computed as the clock's process would."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.test import override_settings
from django.utils import timezone
from tests.support import ground
from tests.support.town import DISTRICT, Town

from yihu.places import map_files
from yihu.places.models import District, Site
from yihu.places.road_rules import Profile
from yihu.planning import actions, computing
from yihu.planning.actions import Wanted
from yihu.planning.models import Plan
from yihu.planning.plan_measures import Local, Measured
from yihu.planning.plan_question import ROADSIDE, Problem, Question, Spot, Weights

NEW = Wanted(
    name="再建一个",
    problem=Problem.COVER,
    minutes=5,
    travel=Profile.FOOT,
    hour=12,
    weights=Weights.RESIDENTS,
    build=1,
    seconds=10,
    sources=frozenset({"school", ROADSIDE}),
    keep=frozenset({"room-1"}),
)
"""Asked in the town of `houses`, on the ground of `tests.support.ground`."""


def drawn(folder: Path) -> Path:
    """A folder of maps with the test district's in it, drawn without a database."""
    with override_settings(MAPS=folder):
        ground.bring(map_files.folder(DISTRICT))
        map_files.draw(District(code=DISTRICT, name="测试街道"))
    return folder


def houses() -> None:
    """A police room in the west, a school in either community."""
    places = (
        ("room-1", "police_room", "西警务室", 120.01),
        ("school-1", "school", "西小学", 120.03),
        ("school-2", "school", "东小学", 120.07),
    )
    for code, kind, name, longitude in places:
        Site.objects.create(
            district=DISTRICT, code=code, kind=kind, name=name, name_en=f"{code} (en)",
            longitude=longitude, latitude=30.01,
        )  # fmt: skip


def asked(town: Town, who: str = "chief", **more: Any) -> Plan:
    return actions.ask(
        actor=town.actor(who), wanted=replace(NEW, **more), client_key=secrets.token_bytes(16)
    )


def computed(plan: Plan) -> Plan:
    """As the clock's process leaves it, but for what it says meanwhile."""
    from yihu.planning import plan_work

    claimed = computing.claim(Plan)
    assert claimed is not None
    assert claimed[0] == plan.pk
    told = plan_work.answered(Plan.objects.get(pk=plan.pk), lambda *_told: None)
    computing.owned(Plan, *claimed).update(**told)
    return Plan.objects.get(pk=plan.pk)


def answered(town: Town, who: str = "chief") -> Plan:
    """A plan with an answer, where there is no map: one room stands, one is to be built."""
    standing = Spot("room-1", "police_room", 120.01, 30.01, "西警务室", "West room")
    new = Spot("school-2", "school", 120.07, 30.01, "东小学", "East school")
    question = Question(
        NEW.problem, NEW.minutes, NEW.travel, NEW.hour, NEW.weights, NEW.build, NEW.seconds,
        roadside=False, standing=(standing,), candidates=(new,),
    )  # fmt: skip
    before = Measured(1000.0, 5000.0, 420.0, 800.0, 900.0, 0.0)
    after = Measured(4800.0, 5000.0, 200.0, 280.0, 310.0, 0.0)
    east = Local("c02", "东社区", "East", 4000.0, 0.0, 3800.0, 310.0)
    answer = {
        "sites": [
            {**standing.told, "stands": True, "serves": 1000.0, "gains": 0.0},
            {**new.told, "stands": False, "serves": 4000.0, "gains": 3800.0},
        ],
        "value": 4800.0, "bound": 4800.0, "gap": 0.0, "proven": True,
        "method": "branch and bound", "seconds": 0.2,
        "before": before.told, "after": after.told, "communities": [east.told],
        "curve": [[1, 1000.0, True], [2, 4800.0, True]], "front": [], "roadside": [],
        "assumptions": [["residents", {"n": 5000}], ["way_only", {}]],
    }  # fmt: skip
    return Plan.objects.create(
        district=DISTRICT,
        name="再建一个",
        made_by=town.people[who],
        made_at=timezone.now(),
        client_key=secrets.token_hex(16),
        question=question.told,
        state=Plan.State.DONE,
        answer=answer,
        drawing={"before": None, "after": None},
    )
