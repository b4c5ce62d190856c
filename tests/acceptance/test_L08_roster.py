"""L08: a roster shows the police beside all other forces, area by area, out of how many."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support.desk import login
from tests.support.town import Town, build
from tests.support.units import unit

from yihu.people.models import Shift

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def numbers(page: str, area: str) -> list[str]:
    """What a row of the roster says, without its first cell."""
    row = re.search(rf"<td>{area}</td>(.*?)</tr>", page)
    assert row is not None, area
    return re.findall(r">([^<>]+)</td>", row[1])


def test_L08_police_and_other_forces_stand_side_by_side_for_each_area(town: Town) -> None:
    unit(town, "officer")
    unit(town, "auxiliary")
    unit(town, "guard", on_shift=False)
    page = login(town, "colleague").get("/desk/units/roster/").text
    # chief, deputy, dispatcher and two officers; the mall's guard answers to the station
    assert numbers(page, "station")[:3] == ["1/5", "0/0", "0/1"]
    assert numbers(page, "room")[:3] == ["0/0", "1/1", "0/0"]
    assert numbers(page, "合计")[:3] == ["1/5", "1/1", "0/1"]
    assert "other-station" not in page


def test_L08_an_hour_of_the_last_days_is_shown_as_it_was(town: Town) -> None:
    unit(town, "guard", on_shift=False)
    then = timezone.now() - timedelta(days=2)
    Shift.objects.create(person=town.people["guard"], since=then, until=then + timedelta(hours=8))
    at = timezone.localtime(then + timedelta(hours=4))
    client = login(town, "officer")
    assert numbers(client.get("/desk/units/roster/").text, "station")[2] == "0/1"
    page = client.get("/desk/units/roster/", {"at": f"{at:%Y-%m-%dT%H:%M}"})
    assert numbers(page.text, "station")[2] == "1/1"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("昨晚", "请写成"),
        ("2020-01-01T00:00", "只能看最近 14 天"),
        ("2199-01-01T00:00", "还没有到"),
    ],
)
def test_L08_an_hour_that_cannot_be_shown_is_said_at_the_field(
    town: Town, typed: str, sentence: str
) -> None:
    page = login(town, "officer").get("/desk/units/roster/", {"at": typed})
    assert page.status_code == 422
    assert sentence in page.text
    assert f'value="{typed}"' in page.text
