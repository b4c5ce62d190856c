"""Pages of orders: what they ask of the database and weigh, and what they say of mistakes."""

import gzip
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.support.desk import address, login
from tests.support.thanks import TEXT, commended, credit, face, issue, praised, revoke
from tests.support.town import Town, build

from yihu.thanks import actions, public_pages
from yihu.thanks.models import Commendation

pytestmark = pytest.mark.django_db
type Queries = Callable[..., AbstractContextManager[object]]
RESIDENT_PAGE = 14 * 1024


@pytest.fixture
def town() -> Town:
    return build()


@pytest.fixture
def many(town: Town) -> Town:
    """Eight orders: one revoked, one with a photo, each for two people."""
    orders = [commended(town, "officer", "auxiliary") for _ in range(8)]
    revoke(town.actor("chief"), orders[0])
    for name in ("officer", "auxiliary"):
        own = credit(orders[1], town, name)
        actions.consent(actor=town.actor(name), credit=own.pk, photo=face(), wording="同意")
    return town


@pytest.mark.parametrize(
    ("where", "most"), [("/wall/station/", 4), ("/orders/station/", 4), ("/orders/station/{}/", 3)]
)
def test_public_pages_cost_the_same_however_many_orders(
    many: Town, queries: Queries, where: str, most: int
) -> None:
    order = Commendation.objects.latest("id")
    client = Client()
    with queries(at_most=most):
        page = client.get(where.format(f"{order.year}-{order.number}"))
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in page.headers["Cache-Control"]
    assert "110" in page.text
    assert len(gzip.compress(page.content)) < RESIDENT_PAGE


@pytest.mark.parametrize("where", ["/desk/thanks/", "/desk/thanks/mine/"])
@pytest.mark.parametrize("name", ["chief", "officer"])
def test_the_desk_asks_at_most_twelve(many: Town, queries: Queries, where: str, name: str) -> None:
    client = login(many, name)
    with queries(at_most=12):
        assert client.get(where).status_code == 200


def test_the_list_offers_what_may_be_done(many: Town) -> None:
    order = Commendation.objects.latest("id")
    link, letter = f"/desk/thanks/{order.pk}/revoke/", address(order.matter)
    for name, may, knows in (
        ("chief", True, True),
        ("deputy", False, True),
        ("officer", False, False),
        ("stranger", False, False),
    ):
        page = login(many, name).get("/desk/thanks/").text
        assert order.title in page
        assert (link in page, letter in page) == (may, knows), name


def test_long_lists_go_on(many: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_pages, "PAGE", 5)
    page = Client().get("/orders/station/")
    year = Commendation.objects.latest("id").year
    assert f"before={year}-4" in page.text
    rest = Client().get(f"/orders/station/?before={year}-4").text
    assert all(f"第 {n} 号" in rest for n in (1, 2, 3))
    assert "第 4 号" not in rest
    for odd in ("x", "9-", "-", "2026-" + "9" * 30, "２-３"):
        assert Client().get("/orders/station/", {"before": odd}).status_code == 200


def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(town: Town) -> None:
    sent, chief = praised(town), login(town, "chief")
    draft = f"/desk/thanks/m/{sent.matter.reference}/"
    assert 'name="text"' in chief.get(draft).text
    assert "谢谢他冒雨找人</textarea>" not in chief.get(draft).text  # nothing private beforehand
    empty = chief.post(draft, {"key": "0" * 32, "text": "  "})
    assert (empty.status_code, "请写一句。" in empty.text) == (422, True)
    long = chief.post(draft, {"key": "0" * 32, "text": "好" * 151})
    assert (long.status_code, "现在是 151 字" in long.text) == (422, True)
    assert "好" * 151 in long.text
    again = chief.post(draft, {"key": "broken", "text": TEXT})
    assert (again.status_code, TEXT in again.text) == (422, True)
    assert 'value="broken"' not in again.text
    assert not Commendation.objects.exists()


def test_a_form_sent_again_with_other_words_changes_nothing(town: Town) -> None:
    sent, chief = praised(town), login(town, "chief")
    draft = f"/desk/thanks/m/{sent.matter.reference}/"
    chief.post(draft, {"key": "0" * 32, "text": TEXT})
    again = chief.post(draft, {"key": "0" * 32, "text": "别的话"})
    assert (again.status_code, "别的话" in again.text) == (422, True)
    assert "已经有一份有效的表扬令" in again.text
    assert Commendation.objects.get().text == TEXT


def test_what_is_no_photo_is_said_at_the_field(town: Town) -> None:
    own = credit(commended(town), town)
    where, officer = f"/desk/thanks/mine/{own.pk}/consent/", login(town, "officer")
    for content, sentence in ((b"GIF89a", "不是照片"), (b"", "是空的")):
        sent = {"photo": SimpleUploadedFile("me.jpg", content), "agreed": "on"}
        page = officer.post(where, sent)
        assert (page.status_code, sentence in page.text) == (422, True)


def test_a_form_left_open_until_the_order_was_revoked_says_so(town: Town) -> None:
    order = commended(town)
    own = credit(order, town)
    revoke(town.actor("chief"), order)
    sent = {"photo": SimpleUploadedFile("me.jpg", face(), "image/jpeg"), "agreed": "on"}
    where = f"/desk/thanks/mine/{own.pk}/consent/"
    page = login(town, "officer").post(where, sent, follow=True)
    assert "已经撤销，不能再改" in page.text


def test_the_matter_leads_to_the_order_only_where_one_may_be_written(town: Town) -> None:
    sent = praised(town)
    draft = f"/desk/thanks/m/{sent.matter.reference}/"
    assert draft in login(town, "chief").get(address(sent.matter)).text
    assert draft not in login(town, "deputy").get(address(sent.matter)).text
    for name in ("deputy", "colleague"):  # they see the praise, and issue nothing
        assert login(town, name).get(draft).status_code == 404
    order, chief = issue(town.actor("chief"), sent.matter), login(town, "chief")
    assert order.title in chief.get(address(sent.matter)).text
    page = chief.get(draft).text
    assert 'name="text"' not in page
    assert f"/desk/thanks/{order.pk}/revoke/" in page


def test_another_station_s_wall_shows_nothing_of_this_one(many: Town) -> None:
    assert TEXT not in Client().get("/wall/other-station/").text
    for odd in ("nowhere", "room", "oversight"):
        assert Client().get(f"/wall/{odd}/").status_code == 404
