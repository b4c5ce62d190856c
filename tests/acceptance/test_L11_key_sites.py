"""L11: malls, compounds, schools and whatever else is a key site here."""

import re

import pytest
from tests.support import register
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.places.models import KeySite, SiteKind

GIVEN = {
    "name": "良水影城",
    "new_kind": "影院",
    "address": "文化路 8 号",
    "duty_contact": "值班经理",
    "duty_phone": "000-0003",
    "sets_required": "2",
}


@pytest.fixture
def town(db: None) -> Town:
    return build()


def test_L11_a_site_is_entered_with_a_kind_that_nobody_had_thought_of(town: Town) -> None:
    client = login(town, "dispatcher")
    answer = client.post("/net/sites/new/", GIVEN | {"parent": str(town.station.pk)})
    page = client.get(answer.headers["Location"]).text
    text = " ".join(re.sub(r"<[^>]*>", " ", page).split())
    for said in (
        "良水影城 影院",
        "文化路 8 号",
        "值班经理",
        "000-0003",
        "应配 2 台，能用的 0 台，还缺 2 台",
    ):
        assert said in text
    assert re.search(r'<option value="own-\w+">影院</option>', client.get("/net/sites/new/").text)


def test_L11_a_kind_written_twice_is_one_kind(town: Town) -> None:
    client = login(town, "dispatcher")
    for name in ("良水影城", "新城影城"):
        given = GIVEN | {"name": name, "parent": str(town.station.pk)}
        assert client.post("/net/sites/new/", given).status_code == 302
    given = GIVEN | {"name": "一中", "new_kind": "学校", "parent": str(town.room.pk)}
    client.post("/net/sites/new/", given)
    assert SiteKind.objects.count() == 2
    assert KeySite.objects.get(organisation__name="一中").kind.code == "school"


def test_L11_a_site_may_be_moved_under_a_police_room_and_is_seen_there(town: Town) -> None:
    site = register.site(town)
    where = f"/net/sites/{site.organisation.code}/"
    assert login(town, "auxiliary").get(where).status_code == 404
    given = GIVEN | {"name": "万和商场", "new_kind": "", "kind": "mall"}
    login(town, "chief").post(f"{where}edit/", given | {"parent": str(town.room.pk)})
    assert "文化路 8 号" in login(town, "auxiliary").get(where).text


def test_L11_sites_are_sifted_by_kind(town: Town) -> None:
    register.site(town)
    register.site(town, "新城小学", kind="school")
    page = login(town, "officer").get("/net/sites/?kind=school").text
    assert "新城小学" in page
    assert "万和商场" not in page
