"""The film of a simulation on its page: which are shown beside each other, and who fetches them."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.support import plans, sims
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.planning.models import Simulation
from yihu.planning.run_film import size
from yihu.planning.sim_film import LIMIT
from yihu.planning.sim_question import Way

pytestmark = pytest.mark.django_db

HOME = "/desk/plans/simulations/"


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


def computed(town: Town, *ways: Way) -> Simulation:
    return sims.computed(sims.asked(town, ways=ways))


def test_every_rule_is_filmed_over_the_same_calls_along_the_roads(town: Town) -> None:
    films = sims.films(computed(town, Way.ROAD, Way.POLICE))
    assert len(films) == 2
    one, other = films
    assert {one["begins"], one["lasts"]} == {other["begins"], other["lasts"]}
    created = [
        {call["created"] for call in film["calls"] if call["created"] >= 0} for film in films
    ]
    assert created[0] == created[1] != set()
    assert one["along"]
    assert any(len(way) > 4 for way in one["ways"]), "roads bend"
    assert set(one["kinds"]) <= {"police", "auxiliary", "guard"}
    assert max(map(size, films)) <= LIMIT


def test_the_page_shows_the_first_rule_beside_another(town: Town, chief: Client) -> None:
    made = computed(town, Way.ROAD, Way.STRAIGHT, Way.POLICE)
    page = chief.get(f"{HOME}{made.pk}/").content.decode()
    assert f'data-address="{HOME}{made.pk}/film/0.json"' in page
    assert f'data-address="{HOME}{made.pk}/film/1.json"' in page
    assert "film/2.json" not in page
    assert '<a href="?beside=2#film">只派民警</a>' in page
    other = chief.get(f"{HOME}{made.pk}/?beside=2").content.decode()
    assert "film/2.json" in other
    assert "film/1.json" not in other
    for wrong in ("7", "x", "-1", ""):
        assert "film/1.json" in chief.get(f"{HOME}{made.pk}/?beside={wrong}").content.decode()


def test_a_film_is_fetched_by_who_may_see_the_simulation(town: Town, chief: Client) -> None:
    made = computed(town, Way.ROAD, Way.POLICE)
    answer = chief.get(f"{HOME}{made.pk}/film/1.json")
    assert answer.json() == sims.films(made)[1]
    assert len(answer.content) <= LIMIT
    assert chief.get(f"{HOME}{made.pk}/film/2.json").status_code == 404
    assert login(town, "guard").get(f"{HOME}{made.pk}/film/1.json").status_code in (403, 404)


def test_one_that_was_not_filmed_shows_none(town: Town, chief: Client) -> None:
    made = sims.answered(town)
    Simulation.objects.filter(pk=made.pk).update(drawing={})
    assert "data-film" not in chief.get(f"{HOME}{made.pk}/").content.decode()
    assert chief.get(f"{HOME}{made.pk}/film/0.json").status_code == 404
