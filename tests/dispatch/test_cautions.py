"""What whoever comes to a place should know of it: of the place, until a day, and of nobody."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.support import register
from tests.support.calls_taken import called
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.dispatch.actions import Place
from yihu.dispatch.cautions import at_incident, cautions, set_caution, speaks_of_person
from yihu.dispatch.intake import Spot
from yihu.dispatch.kinds import Danger
from yihu.dispatch.models import PremiseCaution
from yihu.kernel.access import Refused

pytestmark = pytest.mark.django_db
SOON = timedelta(days=30)


@pytest.fixture
def town() -> Town:
    return build()


def say(town: Town, spot: Spot, words: str = "后门有狗", by: str = "officer") -> PremiseCaution:
    until = timezone.localdate() + SOON
    return set_caution(actor=town.actor(by), kind=Danger.DOG, spot=spot, words=words, until=until)


def test_it_is_shown_to_whoever_goes_to_the_same_site_landmark_or_point(town: Town) -> None:
    site = register.site(town)
    here = Place(120.1, 30.2)
    said = [
        say(town, Spot("万和商场", site=site.organisation_id)),
        say(town, Spot("广场")),
        say(town, Spot(place=here)),
        say(town, Spot(place=Place(120.2, 30.2))),  # ten kilometres off
    ]
    spot = Spot("广场", site=site.organisation_id, place=Place(120.1005, 30.2))
    incident = called(town, spot=spot).incident
    assert {one.pk for one in at_incident(incident)} == {one.pk for one in said[:3]}
    page = login(town, "dispatcher").get(f"/desk/incidents/{incident.matter.reference}/")
    assert "到那里要当心" in page.text
    assert not at_incident(called(town, spot=Spot(address="哪里")).incident)


def test_it_is_over_by_itself_or_when_somebody_takes_it_down(town: Town) -> None:
    one, other = say(town, Spot("广场")), say(town, Spot("广场"))
    PremiseCaution.objects.filter(pk=one.pk).update(
        set_at=timezone.now() - SOON, until=timezone.now() - timedelta(seconds=1)
    )
    client = login(town, "officer")
    client.post(f"/desk/cautions/{other.pk}/end/")
    assert not cautions("test").exists()
    assert PremiseCaution.objects.count() == 2  # what was said stays
    assert client.post(f"/desk/cautions/{other.pk}/end/").status_code == 404


@pytest.mark.parametrize(
    "words",
    [
        "三楼王某有前科",
        "租客是外地人",
        "电话 13900000000",
        "110101199003070000",
        "此人精神不正常",
        "住户信教",
    ],
)
def test_C2_nobody_is_marked(town: Town, words: str) -> None:
    """Neither for what they did, nor for what they believe, nor for where they are from (C1)."""
    assert speaks_of_person(words)
    with pytest.raises(Refused) as refused:
        say(town, Spot("广场"), words)
    assert refused.value.code == "about_person"
    assert not PremiseCaution.objects.exists()


@pytest.mark.parametrize("words", ["后门有大狗，先按门铃", "地下二层没有信号", "配电房 10 千伏"])
def test_what_is_of_the_place_may_be_said(words: str) -> None:
    assert not speaks_of_person(words)


def test_C2_no_column_of_a_caution_is_about_a_person() -> None:
    people = {
        field.name
        for field in PremiseCaution._meta.get_fields()
        if field.is_relation and field.related_model.__name__ == "Person"
    }
    assert people == {"set_by", "ended_by"}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"place": "没有这个地方"}, "请选地图上的地方"),
        ({"words": "户主有前科"}, "只写地方，不写人"),
        ({"until": "2020-01-01"}, "已经过了"),
        ({"until": "2099-01-01"}, "最长一百八十天"),
        ({"until": ""}, "请选一天"),
        ({"kind": ""}, "请选一项"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    town: Town, wrong: dict[str, str], sentence: str
) -> None:
    register.site(town)
    until = str(timezone.localdate() + SOON)
    good = {"place": "万和商场", "kind": "gas", "words": "气瓶在后厨", "until": until}
    client = login(town, "officer")
    answer = client.post("/desk/cautions/", good | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "气瓶在后厨" in answer.text or "words" in wrong
    assert client.post("/desk/cautions/", good).status_code == 302
    assert "气瓶在后厨" in client.get("/desk/cautions/").text


@pytest.mark.parametrize("by", ["guard", "supervisor"])
def test_it_is_set_by_police_staff(town: Town, by: str) -> None:
    with pytest.raises(Refused):
        say(town, Spot("广场"), by=by)
    assert login(town, by).get("/desk/cautions/").status_code == 404
