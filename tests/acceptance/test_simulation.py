"""L52, L53: what would really bring help sooner here, asked by a chief and answered with proof."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.support import plans, sims
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.dispatch.kinds import UnitKind
from yihu.planning.models import Simulation
from yihu.planning.sim_actions import Numbers
from yihu.planning.sim_shown import SimShown

pytestmark = pytest.mark.django_db

HOME = "/desk/plans/simulations/"
NOBODY = Numbers(0, 0, 50)


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plans.drawn(tmp_path_factory.mktemp("maps"))


@pytest.fixture
def town(settings: Any, maps: Path) -> Town:
    settings.MAPS = maps
    town = build()
    plans.houses()
    sims.units(town)
    return town


@pytest.fixture
def chief(town: Town) -> Client:
    return login(town, "chief")


def answered(town: Town, others: Numbers, **more: Any) -> SimShown:
    """Police alone beside all together, with so many guards and nobody else."""
    numbers = dict.fromkeys(UnitKind, NOBODY) | {
        UnitKind.POLICE: Numbers(2, 2, 90),
        UnitKind.GUARD: others,
    }
    asked = sims.asked(town, numbers=numbers, calls=12.0, **({"runs": 10} | more))
    return SimShown(sims.computed(asked))


def test_L52_neighbours_who_are_many_and_come_bring_help_sooner_and_the_interval_says_so(
    town: Town,
) -> None:
    shown = answered(town, Numbers(60, 60, 80))
    mean, half, runs = shown.answer["differences"]["response P90"][0]
    assert runs == 10
    assert mean - half > 0, "police alone are later, whatever the seed"
    [verdict] = shown.verdicts
    assert verdict.lines[0].startswith("九成的警情等第一人多 ")


def test_L52_where_nobody_but_police_is_there_nothing_is_claimed(town: Town) -> None:
    """On one straight road the nearest by road is the nearest in a straight line."""
    [verdict] = answered(town, NOBODY).verdicts
    assert verdict.lines == ["10 次推演看不出差别。"]


def test_L53_acceptance_and_density_stand_above_every_answer_with_their_source(
    town: Town, chief: Client
) -> None:
    shown = answered(town, Numbers(60, 40, 80))
    page = chief.get(f"{HOME}{shown.simulation.pk}/").text
    above, below = page.split("<h2>差多少</h2>")
    for field, value in (("day_guard", 60), ("night_guard", 40), ("acceptance_guard", 80)):
        assert f'name="{field}" value="{value}"' in above
    assert "自己填的；原来假设 65%" in above, "of acceptance, and what stood there before"
    assert "/ km²" in above
    for line in shown.assumptions:
        assert line in below
    assert "种子 1" in below
    for row in shown.times:
        for cell in row.cells:
            assert f"{cell.low}–<wbr>{cell.high}" in below


def test_L53_the_same_question_has_the_same_answer_and_another_seed_another(town: Town) -> None:
    one, same, other = (answered(town, Numbers(4, 4, 50), seed=seed) for seed in (1, 1, 2))
    assert one.answer["measures"] == same.answer["measures"]
    assert one.answer["measures"] != other.answer["measures"]


def test_L53_a_hundred_runs_know_a_difference_better_than_ten(town: Town) -> None:
    few, many = (answered(town, Numbers(10, 10, 50), runs=runs) for runs in (10, 100))
    _mean, wide, _n = few.answer["differences"]["response P50"][0]
    _mean, narrow, n = many.answer["differences"]["response P50"][0]
    assert n == 100
    assert narrow < wide / 2


def test_L53_what_was_asked_is_kept_whole_whatever_becomes_of_the_district(town: Town) -> None:
    from yihu.dispatch.models import Unit

    shown = answered(town, Numbers(4, 4, 50))
    before = shown.answer["measures"]
    Unit.objects.all().delete()
    Simulation.objects.update(state=Simulation.State.WAITING)
    again = sims.computed(Simulation.objects.get())
    assert again.answer["measures"] == before
