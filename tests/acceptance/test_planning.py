"""L53: fifteen rooms stand in the demo town; where five more go, and what is covered then."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support import plans
from tests.support.desk import login
from tests.support.town import DISTRICT, Town, build

from yihu.places import actions as places
from yihu.places import demo_city, map_files, tiles
from yihu.places.demo_city import City
from yihu.places.models import District
from yihu.places.road_network import roads
from yihu.places.road_rules import Profile
from yihu.planning.models import Plan
from yihu.planning.plan_answer import Asked, Ground
from yihu.planning.plan_question import ROADSIDE, Problem
from yihu.planning.plan_shown import Shown

pytestmark = pytest.mark.django_db

COMPUTED = ("state", "fault", "progress", "answer", "drawing")
KINDS = frozenset({"service_centre", "school", "mall", "market", "hospital", ROADSIDE})


@pytest.fixture(scope="module")
def city() -> City:
    return demo_city.draw(1)


@pytest.fixture(scope="module")
def maps(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo town's roads and communities; its tiles are not needed here."""
    folder = tmp_path_factory.mktemp("maps")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(map_files.settings, "MAPS", folder)
        patch.setattr(tiles, "tippecanoe", lambda: None)
        extract = map_files.folder(DISTRICT) / "extract.osm.gz"
        extract.parent.mkdir(parents=True)
        demo_city.write_osm(city, extract)
        map_files.draw(District(code=DISTRICT, name="良水街道"))
    return folder


@pytest.fixture
def town(city: City, maps: Path, settings: Any) -> Town:
    settings.MAPS = maps
    town = build()
    District.objects.all().delete()
    places.settle(code=DISTRICT, name="良水街道", name_en="Liangshui", city=city, demo=True)
    return town


type FiveMore = Callable[..., Plan]


@pytest.fixture(scope="module")
def answers() -> dict[Problem, dict[str, Any]]:
    """What was computed for each problem: the town is always the same, and so is its answer."""
    return {}


@pytest.fixture
def five_more(town: Town, answers: dict[Problem, dict[str, Any]]) -> FiveMore:
    """`five_more(Problem.ALL)`: a plan for five rooms beside the fifteen."""

    def planned(problem: Problem = Problem.COVER) -> Plan:
        rooms = frozenset(f"police-room-{n:03}" for n in range(1, 16))
        plan = plans.asked(
            town,
            name="新增 5 个",
            problem=problem,
            minutes=5,
            travel=Profile.CAR,
            build=5,
            sources=KINDS,
            keep=rooms,
            seconds=60,
        )
        if problem not in answers:
            done = plans.computed(plan)
            answers[problem] = {name: getattr(done, name) for name in COMPUTED}
        Plan.objects.filter(pk=plan.pk).update(**answers[problem])
        plan.refresh_from_db()
        return plan

    return planned


def test_L53_five_rooms_more_are_the_best_five_with_a_proof(five_more: FiveMore) -> None:
    plan = five_more()
    answer = plan.answer
    assert plan.state == Plan.State.DONE
    assert sum(one["stands"] for one in answer["sites"]) == 15
    assert len(answer["sites"]) == 20
    assert answer["proven"]
    before, after = answer["before"], answer["after"]
    assert before["total"] == after["total"] == pytest.approx(600_000)
    assert before["covered"] < answer["value"] == pytest.approx(after["covered"])
    assert after["covered"] - before["covered"] == pytest.approx(
        sum(one["gains"] for one in answer["sites"]), abs=1
    )


def test_L53_no_exchange_of_a_new_room_for_any_candidate_covers_more(five_more: FiveMore) -> None:
    """Asked of the times themselves, and not of the solver."""
    plan = five_more()
    network, ground = roads(DISTRICT), map_files.current(DISTRICT)
    assert network is not None
    assert ground is not None
    assert ground.outline is not None
    asked = Asked(
        plan.asked, Ground(ground.outline, ground.communities, network), lambda *_told: None
    )
    near = asked.cost <= 300
    weights = asked.instance.demand.weights
    codes = [spot.code for spot in asked.instance.spots]
    chosen = [codes.index(one["code"]) for one in plan.answer["sites"]]
    new = [codes.index(one["code"]) for one in plan.answer["sites"] if not one["stands"]]
    best = weights[near[:, chosen].any(axis=1)].sum()
    assert best == pytest.approx(plan.answer["value"])
    for out in new:
        kept = near[:, [n for n in chosen if n != out]].any(axis=1)
        gained = (near & ~kept[:, None]).T.astype(float) @ weights
        assert gained.max() + weights[kept].sum() <= best + 1e-6
    assert np.isfinite(asked.cost).all()


def test_L53_the_page_says_before_and_after_who_is_left_and_every_assumption(
    town: Town, five_more: FiveMore
) -> None:
    plan = five_more()
    shown = Shown(plan)
    page = login(town, "chief").get(f"/desk/plans/{plan.pk}/").text
    for figure in (shown.before[0], shown.after[0]):
        assert figure.of is not None
        assert f"{figure.of[0]:,}" in page
        assert f"{figure.of[1]:,}" in page
    assert shown.certificate in page
    assert shown.certificate.startswith("已证明最好")
    assert len(shown.assumptions) >= 8
    for line in shown.assumptions:
        assert line in page
    assert sum(one.left for one in shown.left) == pytest.approx(shown.uncovered, abs=43)
    for one in shown.left:
        assert one.title in page


def test_L53_how_many_rooms_cover_everybody_is_answered_too(five_more: FiveMore) -> None:
    plan = five_more(Problem.ALL)
    shown = Shown(plan)
    assert shown.uncovered == 0
    assert plan.answer["proven"]
    rooms = len(plan.answer["sites"])
    enough = [n for n, covered, _proven in plan.answer["curve"] if covered >= 600_000 - 1e-6]
    assert enough[0] == rooms, "the curve reaches everybody with just as many"
