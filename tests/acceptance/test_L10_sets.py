"""L10: sets of one kind are issued to units, each against a receipt, each to one holder."""

import re

import pytest
from tests.support import register
from tests.support.desk import hidden, login
from tests.support.town import Town, build

from yihu.direct import card
from yihu.places.models import KeySite
from yihu.radio.models import Custody, Radio
from yihu.radio.queries import stunned

DEVICE = "c" * 32


@pytest.fixture
def town(db: None) -> Town:
    return build()


@pytest.fixture
def site(town: Town) -> KeySite:
    found = register.site(town)
    register.guard(town, found)
    return found


def issue(town: Town, to: KeySite, by: str, number: str = "B-0001") -> tuple[int, str]:
    """Fill in the form of a set, as the dispatcher does: the answer, and where it leads."""
    given = {"holder": str(to.pk), "received_by": str(town.people[by].pk)}
    answer = login(town, "dispatcher").post(f"/net/sets/{number}/", given)
    return answer.status_code, answer.headers.get("Location", answer.text)


def test_L10_the_receipt_says_which_set_which_channel_and_where_it_signs_in(
    town: Town, site: KeySite
) -> None:
    client = login(town, "dispatcher")
    assert client.post("/net/sets/", {"number": "B-0001", "model": "平板"}).status_code == 302
    status, where = issue(town, site, "plaza1")
    assert status == 302
    paper = client.get(f"{where}receipt/").text
    reference = where.split("/")[-2]
    text = re.sub(r"<[^>]*>", " ", re.sub(r"<style.*?</style>", "", paper, flags=re.DOTALL))
    for said in (reference, "B-0001", "平板", "万和商场", "甲", "先听的组", "签名"):
        assert said in text
    assert card.qr_svg("http://testserver/net/here/B-0001/") in paper


def test_L10_a_second_holder_is_refused_at_the_field_until_it_came_back(
    town: Town, site: KeySite
) -> None:
    radio, other = register.radio(town), register.site(town, "别的商场")
    register.guard(town, other, "other1", "乙")
    _status, where = issue(town, site, "plaza1")
    status, page = issue(town, other, "other1")
    assert status == 422
    assert "这台还在别的单位手里。收回以后才能再发。" in page
    assert re.search(rf'value="{other.pk}" selected', page)  # what was chosen stays
    assert [one.holder_id for one in Custody.objects.all()] == [site.pk]
    client = login(town, "dispatcher")
    reference = where.split("/")[-2]
    client.post(f"/net/do/{reference}/take_back/", hidden(client.get(where), "take_back"))
    assert issue(town, other, "other1")[0] == 302
    assert Radio.objects.get(pk=radio.pk).custodies.filter(ended_at=None).count() == 1


def test_L10_a_lost_set_is_cut_off_as_it_is_reported(town: Town, site: KeySite) -> None:
    register.radio(town)
    _status, where = issue(town, site, "plaza1")
    guard = login(town, "plaza1")
    answer = guard.post("/net/here/B-0001/", {"device": DEVICE})
    assert answer.headers["Location"] == "/radio/"
    client, reference = login(town, "dispatcher"), where.split("/")[-2]
    said = hidden(client.get(where), "lose") | {"words": "在夜市丢的"}
    client.post(f"/net/do/{reference}/lose/", said)
    ticketed = f"{town.people['plaza1'].pk.hex}-{DEVICE}"
    assert stunned([ticketed]) == {ticketed}
    assert "缺 2" in client.get("/net/sites/").text
    assert guard.post("/net/here/B-0001/", {"device": "d" * 32}).status_code == 422
