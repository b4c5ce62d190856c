"""The pages of plans: what is asked, and kept when it is wrong; how far it is; what is taken."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.support import plans
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.planning import actions, computing
from yihu.planning.models import Plan
from yihu.planning.plan_question import ROADSIDE
from yihu.planning.plan_shown import Shown

pytestmark = pytest.mark.django_db

KEY = "0" * 32
FORM = {
    "key": KEY,
    "problem": "cover",
    "build": "1",
    "minutes": "5",
    "travel": "foot",
    "hour": "8",
    "sources": ["school"],
    "weights": "residents",
    "keep": ["room-1"],
    "seconds": "10",
    "name": "",
}


@pytest.fixture(scope="module")
def maps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plans.drawn(tmp_path_factory.mktemp("maps"))


@pytest.fixture
def town(settings: Any, maps: Path) -> Town:
    settings.MAPS = maps
    town = build()
    plans.houses()
    return town


@pytest.fixture
def chief(town: Town) -> Client:
    return login(town, "chief")


@pytest.fixture
def done(town: Town) -> Plan:
    return plans.computed(plans.asked(town, name="", sources=frozenset({"school"})))


def ask(client: Client, **more: Any) -> HttpResponse:
    return client.post("/desk/plans/new/", FORM | more)


def test_a_question_becomes_a_plan_that_waits_for_the_clock(chief: Client) -> None:
    answer = ask(chief)
    plan = Plan.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/desk/plans/{plan.pk}/"
    assert Shown(plan).title == "新建 1 个：时限内覆盖的人最多，步行 5 分钟"
    assert plan.asked.hour == 8
    page = chief.get(f"/desk/plans/{plan.pk}/").text
    assert "排队等着算" in page
    assert f'hx-get="/desk/plans/{plan.pk}/now/"' in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"minutes": "0"}, "请写 1 到 60 分钟"),
        ({"minutes": "很快"}, "请写 1 到 60 分钟"),
        ({"build": ""}, "请写 1 到 50 个"),
        ({"sources": []}, "请至少选一类"),
        ({"weights": "incidents"}, "没有一个社区满 10 起"),
        ({"problem": ""}, "请选一项"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    chief: Client, wrong: dict[str, Any], said: str
) -> None:
    answer = ask(chief, name="五个新的", **wrong)
    assert answer.status_code == 422
    assert said in answer.text
    [field] = wrong
    assert f'id="id_{field}_error"' in answer.text
    assert 'value="五个新的"' in answer.text
    assert not Plan.objects.exists()


def test_everybody_within_the_target_needs_no_number(chief: Client) -> None:
    assert ask(chief, problem="all", build="").status_code == 302


def test_how_far_it_is_comes_piece_by_piece_and_the_answer_with_the_whole_page(
    town: Town, chief: Client
) -> None:
    plan = plans.asked(town)
    claimed = computing.claim(Plan)
    assert claimed is not None
    told = {"stage": "solving", "value": 200.0, "bound": 190.0, "seconds": 3.4}
    computing.owned(Plan, *claimed).update(progress=told)
    piece = chief.get(f"/desk/plans/{plan.pk}/now/")
    assert "正在找最好的选法" in piece.text
    assert "5.00%" in piece.text
    assert "HX-Refresh" not in piece.headers
    actions.stop(actor=town.actor("chief"), plan=plan.pk)
    assert chief.get(f"/desk/plans/{plan.pk}/now/").headers["HX-Refresh"] == "true"


def test_a_plan_says_before_and_after_how_sure_it_is_and_on_what_it_rests(
    chief: Client, done: Plan
) -> None:
    page = chief.get(f"/desk/plans/{done.pk}/").text
    for words in (
        "已证明最好",
        "5 分钟内有警务室",
        "原来",
        "东小学",
        "按这些假设算的",
        "仍在时限外的",
    ):
        assert words in page, words
    assert "data-map" in page
    assert "optimal" not in page.lower()


def test_in_english_all_of_it_is_english(chief: Client, done: Plan) -> None:
    for address in ("", "print/"):
        page = chief.get(f"/desk/plans/{done.pk}/{address}", headers={"accept-language": "en"}).text
        main = page.partition("<main")[2].partition("</main>")[0]
        for name in ("西社区", "东社区"):  # the test's communities have no English names
            main = main.replace(name, "")
        assert "Proven best" in main
        assert not [one for one in main if "\u4e00" <= one <= "\u9fff"]


def test_a_site_is_moved_from_the_list_too(chief: Client, done: Plan) -> None:
    sent = {"key": KEY, "site": "school-2", "to": "school-1", "longitude": "", "latitude": ""}
    answer = chief.post(f"/desk/plans/{done.pk}/move/", sent)
    assert answer.status_code == 302
    made = plans.computed(Plan.objects.exclude(pk=done.pk).get())
    page = chief.get(f"/desk/plans/{made.pk}/").text
    assert "比最好的方案差多少" in page
    assert "少覆盖" in page


def test_a_move_to_nowhere_is_said_and_the_list_stays_open(chief: Client, done: Plan) -> None:
    sent = {"key": KEY, "site": "school-2", "to": "", "longitude": "", "latitude": ""}
    answer = chief.post(f"/desk/plans/{done.pk}/move/", sent)
    assert answer.status_code == 422
    assert "请选一处" in answer.text
    out = sent | {"longitude": "121", "latitude": "30"}
    assert "不在本辖区里" in chief.post(f"/desk/plans/{done.pk}/move/", out).text


def test_it_is_asked_again_with_a_place_ruled_out(chief: Client, done: Plan) -> None:
    page = chief.get(f"/desk/plans/new/?like={done.pk}&without=school-2").text
    assert 'name="without" value="school-2"' in page
    answer = chief.post(
        f"/desk/plans/new/?like={done.pk}", FORM | {"key": "1" * 32, "without": ["school-2"]}
    )
    assert answer.status_code == 302
    assert Plan.objects.latest("pk").asked.forbidden == ("school-2",)


def test_two_plans_stand_side_by_side(town: Town, chief: Client, done: Plan) -> None:
    other = plans.computed(plans.asked(town, name="路边", sources=frozenset({ROADSIDE})))
    page = chief.get(f"/desk/plans/compare/?plan={done.pk}&plan={other.pk}").text
    assert page.index("时限内覆盖的人最多") < page.index("路边")
    assert "只在前一份" in page
    assert page.count("<svg viewBox") == 2
    alone = chief.get(f"/desk/plans/compare/?plan={done.pk}", follow=True)
    assert "请勾两份算好的方案再比" in alone.text
    odd = f"/desk/plans/compare/?plan=0{done.pk}&plan={other.pk}&plan={'9' * 30}"
    assert "只在前一份" in chief.get(odd).text


def test_geojson_has_each_site_once_and_what_is_reached(chief: Client, done: Plan) -> None:
    answer = chief.get(f"/desk/plans/{done.pk}/plan.geojson")
    assert answer.headers["Content-Type"] == "application/geo+json"
    told = answer.json()["features"]
    points = [one for one in told if one["geometry"]["type"] == "Point"]
    assert [one["properties"]["new"] for one in points] == [True, False]
    assert points[0]["geometry"]["coordinates"] == [120.07, 30.01]
    reach = [one["properties"] for one in told if one["geometry"]["type"] == "MultiPolygon"]
    assert [(one["when"], one["minutes"]) for one in reach] == [("before", 5), ("after", 5)]


def test_the_table_has_every_community_every_site_and_every_assumption(
    chief: Client, done: Plan
) -> None:
    answer = chief.get(f"/desk/plans/{done.pk}/plan.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    east = next(row for row in rows if row[:1] == ["东社区"])
    assert int(east[1]) == 4000
    assert int(east[3]) + int(east[4]) == 4000
    assert ["东小学", "学校"] in [row[:2] for row in rows]
    assert any("不是直线" in row[0] for row in rows if row)


def test_what_nobody_computed_yet_is_not_taken_away(town: Town, chief: Client) -> None:
    plan = plans.asked(town)
    for what in ("print/", "plan.csv", "plan.geojson", "reach.json"):
        assert chief.get(f"/desk/plans/{plan.pk}/{what}").status_code == 404


def test_pages_ask_the_database_little(town: Town, chief: Client, done: Plan, queries: Any) -> None:
    for n in range(4):
        plans.asked(town, name=f"{n}")
    chief.get("/desk/plans/")
    with queries(at_most=12):
        chief.get("/desk/plans/")
    with queries(at_most=12):
        chief.get(f"/desk/plans/{done.pk}/")
    with queries(at_most=14):
        chief.get("/desk/plans/new/")
    with queries(at_most=7):
        chief.get(f"/desk/plans/{done.pk}/reach.json")


def test_only_who_sees_the_net_finds_the_way_there(town: Town, chief: Client) -> None:
    assert 'href="/desk/plans/"' in chief.get("/desk/figures/").text
    assert 'href="/desk/plans/"' not in login(town, "officer").get("/desk/figures/").text
