"""The pages of simulations: what is asked, and kept when it is wrong; what stands above an answer;
what is said of it; what is taken away."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from tests.support import plans, sims
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.dispatch.kinds import UnitKind
from yihu.planning import computing, sim_actions
from yihu.planning.models import Simulation
from yihu.planning.sim_question import Source, Way
from yihu.planning.sim_shown import SimShown

pytestmark = pytest.mark.django_db

KEY = "0" * 32
HOME = "/desk/plans/simulations/"
FORM = {
    "key": KEY,
    "ways": ["road", "police"],
    "width": "3",
    "reserve": "3",
    "calls": "1",
    "handling": "90",
    "calls_from": "history",
    "plan": "",
    "stationed": "auxiliary",
    "runs": "4",
    "days": "2",
    "seed": "1",
    "name": "",
} | {
    f"{name}_{kind}": str(getattr(one, name))
    for kind, one in sims.NUMBERS.items()
    for name in ("day", "night", "acceptance")
}


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


@pytest.fixture
def done(town: Town) -> Simulation:
    return sims.answered(town)


def ask(client: Client, **more: Any) -> HttpResponse:
    return client.post(f"{HOME}new/", FORM | more)


def table(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("calls.csv", "\n".join(rows).encode(), "text/csv")


# --- asking ---------------------------------------------------------------------------------------


def test_a_question_becomes_a_simulation_that_waits_for_the_clock(chief: Client) -> None:
    answer = ask(chief)
    simulation = Simulation.objects.get()
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{HOME}{simulation.pk}/"
    assert SimShown(simulation).title == "先派谁：按路最近、只派民警"
    page = chief.get(f"{HOME}{simulation.pk}/").text
    assert "排队等着算" in page
    assert f'hx-get="{HOME}{simulation.pk}/now/"' in page
    assert f'<noscript><p><a href="{HOME}{simulation.pk}/"' in page


def test_sent_twice_it_is_asked_once(chief: Client) -> None:
    first, second = ask(chief), ask(chief)
    assert first.headers["Location"] == second.headers["Location"]
    assert Simulation.objects.count() == 1


def test_the_page_begins_with_the_district_as_it_stands(chief: Client) -> None:
    page = chief.get(f"{HOME}new/").text
    for field, value in (("day_police", 2), ("night_guard", 2), ("acceptance_volunteer", 40)):
        assert f'name="{field}" value="{value}"' in page
    assert "登记 2 个" in page
    assert "假设" in page
    assert "/ km²" in page


def test_numbers_that_are_changed_say_so_and_what_they_were(chief: Client) -> None:
    ask(chief, day_guard="40", acceptance_guard="65", calls="80")
    asked = Simulation.objects.get().asked
    guards = next(one for one in asked.forces if one.kind is UnitKind.GUARD)
    assert (guards.day.value, guards.day.source, guards.day.was) == (40, Source.GIVEN, 2)
    assert guards.night.source is Source.ASSUMED
    assert guards.acceptance.source is Source.ASSUMED, "as it was shown"
    assert (asked.calls.value, asked.calls.was) == (80, 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ways": ["road"]}, "请勾两到四种办法"),
        ({"ways": ["road", "straight", "expected", "coverage", "police"]}, "最多勾四种"),
        ({"calls": "很多"}, "请写 1 到 2000 起"),
        ({"runs": "201"}, "请写 2 到 200 次"),
        ({"days": "0"}, "请写 1 到 28 天"),
        ({"seed": ""}, "整数"),
        ({"acceptance_guard": "130"}, "请写 0 到 100"),
        ({"night_police": "-1"}, "请写 0 到 2000 个"),
        ({"day_police": "0", "night_police": "0"}, "没有在班的民警"),
        ({"calls_from": "file"}, "请选一个文件"),
        ({"plan": "99"}, "这份方案没有算好"),
        ({"runs": "200", "days": "28", "calls": "2000"}, "要算太久"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    chief: Client, wrong: dict[str, Any], said: str
) -> None:
    answer = ask(chief, **({"name": "冬天的夜里"} | wrong))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="冬天的夜里"' in answer.text
    for field, value in wrong.items():
        if isinstance(value, str) and value and field not in ("calls_from", "plan"):
            assert f'name="{field}" value="{value}"' in answer.text
    assert not Simulation.objects.exists()


def test_nobody_on_shift_is_said(chief: Client) -> None:
    nobody = {f"{when}_{kind}": "0" for kind in UnitKind for when in ("day", "night")}
    answer = ask(chief, ways=["road", "straight"], **nobody)
    assert "一个力量也没有" in answer.text


# --- calls out of a file --------------------------------------------------------------------------


def test_a_file_is_fitted_and_its_calls_are_kept_when_it_is_asked_again(chief: Client) -> None:
    rows = [
        f"2026-11-{2 + n % 14:02d} {8 + n % 12:02d}:{n % 60:02d},打架,东社区" for n in range(140)
    ]
    answer = ask(chief, file=table("报警时间,类型,社区", *rows))
    assert answer.status_code == 302
    asked = Simulation.objects.get().asked
    assert (asked.stream.origin, asked.stream.n) == ("file", 140)
    assert asked.stream.zones == ("c02",)
    assert asked.stream.classes == ("1v2",)
    assert (asked.calls.value, asked.calls.source) == (10.0, Source.MEASURED)
    like = Simulation.objects.get()
    again = FORM | {"key": "1" * 32, "calls_from": "like", "calls": "10"}
    assert chief.post(f"{HOME}new/?like={like.pk}", again).status_code == 302
    assert Simulation.objects.latest("pk").asked.stream == asked.stream


def test_every_cell_that_cannot_be_read_is_named_by_its_row(chief: Client) -> None:
    bad = table("报警时间,类型,经度,纬度", "昨天,打架,,", "2026-11-02 08:00,打架,120.01,北")
    answer = ask(chief, file=bad)
    assert answer.status_code == 422
    assert "文件里有读不懂的地方" in answer.text
    for cells in (
        "2</th><td>报警时间</td><td>“昨天”不是时间。",
        "3</th><td>纬度</td><td>“北”不是数。",
    ):
        assert cells in answer.text
    assert not Simulation.objects.exists()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (table("名字,电话", "甲,1"), "读不出警情"),
        (table("报警时间", "2026-11-02 08:00"), "至少要 50 起"),
    ],
)
def test_a_file_that_is_of_no_use_says_why(
    chief: Client, file: SimpleUploadedFile, said: str
) -> None:
    answer = ask(chief, file=file)
    assert answer.status_code == 422
    assert said in answer.text


# --- computing ------------------------------------------------------------------------------------


def test_how_far_it_is_comes_piece_by_piece_and_the_answer_with_the_whole_page(
    town: Town, chief: Client
) -> None:
    simulation = sims.asked(town)
    claimed = computing.claim(Simulation)
    assert claimed is not None
    told = {"stage": "simulating", "value": 12, "bound": 60, "seconds": 1.5}
    computing.owned(Simulation, *claimed).update(progress=told)
    piece = chief.get(f"{HOME}{simulation.pk}/now/")
    assert "正在推演" in piece.text
    assert 'value="12" max="60"' in piece.text
    sim_actions.stop(actor=town.actor("deputy"), simulation=simulation.pk)
    assert chief.get(f"{HOME}{simulation.pk}/now/").headers["HX-Refresh"] == "true"
    assert "已停下" in chief.get(f"{HOME}{simulation.pk}/").text


def test_what_was_asked_is_what_is_answered(town: Town, chief: Client) -> None:
    ask(chief)
    simulation = sims.computed(Simulation.objects.get())
    assert simulation.state == Simulation.State.DONE, simulation.fault
    page = chief.get(f"{HOME}{simulation.pk}/").text
    for words in (
        "谁在班，问了来不来",
        "差多少",
        "报警到第一人到场，九成在",
        "只派民警，比按路最近",
        "按这些假设算的",
        "种子 1",
        "历史太少",
    ):
        assert words in page, words


def test_where_there_is_no_map_it_says_so(town: Town, chief: Client, settings: Any) -> None:
    simulation = sims.asked(town)
    settings.MAPS = settings.MAPS / "elsewhere"
    assert sims.computed(simulation).fault == {"code": "no_map"}
    page = chief.get(f"{HOME}{simulation.pk}/").text
    assert "地图和道路还没有准备好" in page
    assert "地图和道路还没有准备好" in ask(chief).text


# --- the answer -----------------------------------------------------------------------------------


def test_what_it_hangs_on_stands_above_the_answer_and_is_changed_there(
    chief: Client, done: Simulation
) -> None:
    page = chief.get(f"{HOME}{done.pk}/").text
    assert page.index("谁在班，问了来不来") < page.index("差多少") < page.index("要多久")
    assert "实测，n = 12" in page
    assert f'action="{HOME}new/?like={done.pk}"' in page
    assert 'name="acceptance_guard" value="50"' in page
    assert 'value="like" ' in page


def test_only_what_was_shown_is_said(town: Town, done: Simulation) -> None:
    assert SimShown(done).verdicts[0].lines == [
        "九成的警情等第一人多 1.0 分钟（0.8–1.1）",
        "8 分钟内有人到的少 10.0 个百分点（8.0–12.0）",
        "8 分钟内一直够得着的居民，平均少 500 人（400–600）",
    ]
    differences = done.answer["differences"]
    done.answer["differences"] = {name: [[1.0, 2.0, 4]] for name in differences}
    assert SimShown(done).verdicts[0].lines == ["4 次推演看不出差别。"]
    done.answer["differences"]["response P90"] = [[-12.4, 3.0, 4]]
    assert SimShown(done).verdicts[0].lines == ["九成的警情等第一人少 12 秒（9–15）"]
    done.answer["differences"]["response P90"] = [[None, None, 4]]
    assert "比不了" in SimShown(done).verdicts[0].lines[0]


def test_in_english_all_of_it_is_english(chief: Client, done: Simulation) -> None:
    for address in (f"{HOME}{done.pk}/", f"{HOME}{done.pk}/print/", HOME, f"{HOME}new/"):
        page = chief.get(address, headers={"accept-language": "en"}).text
        main = page.partition("<main")[2].partition("</main>")[0]
        assert "Nearest by road" in main
        left = [one for one in main if "\u4e00" <= one <= "\u9fff"]
        assert not left, "".join(left)


def test_the_table_has_every_measure_with_its_interval_and_the_seed(
    chief: Client, done: Simulation
) -> None:
    answer = chief.get(f"{HOME}{done.pk}/simulation.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))
    row = next(row for row in rows if row[:1] == ["报警到第一人到场，九成在"])
    assert row == ["报警到第一人到场，九成在", "分钟", "5.0", "4.9", "5.1", "6.0", "5.8", "6.2"]
    assert ["种子", "1"] in rows
    assert ["保安", "1", "3", "3", "50", "实测，n = 12"] in rows


def test_what_nobody_computed_yet_is_not_taken_away(town: Town, chief: Client) -> None:
    simulation = sims.asked(town)
    for what in ("print/", "simulation.csv"):
        assert chief.get(f"{HOME}{simulation.pk}/{what}").status_code == 404


def test_only_whoever_asked_throws_it_away(town: Town, chief: Client, done: Simulation) -> None:
    deputy = login(town, "deputy")
    answer = deputy.post(f"{HOME}{done.pk}/discard/", follow=True)
    assert "别人问的" in answer.text
    assert "已丢掉" in chief.post(f"{HOME}{done.pk}/discard/", follow=True).text
    assert not Simulation.objects.exists()


def test_a_plan_gives_its_new_sites(town: Town, chief: Client) -> None:
    plan = plans.answered(town)
    assert ask(chief, ways=["road"], plan=str(plan.pk)).status_code == 302
    asked = Simulation.objects.get().asked
    assert [site.code for site in asked.sites] == ["school-2"]
    assert [(arm.way, arm.sites) for arm in asked.arms] == [(Way.ROAD, False), (Way.ROAD, True)]


def test_pages_ask_the_database_little(
    town: Town, chief: Client, done: Simulation, queries: Any
) -> None:
    for n in range(4):
        sims.asked(town, name=f"{n}")
    chief.get(HOME)
    with queries(at_most=11):
        chief.get(HOME)
    with queries(at_most=12):
        chief.get(f"{HOME}{done.pk}/")
    with queries(at_most=22):
        chief.get(f"{HOME}new/")


def test_the_way_there_leads_over_plans(town: Town, chief: Client) -> None:
    assert f'href="{HOME}"' in chief.get("/desk/plans/").text
    assert chief.get(HOME).status_code == 200
    assert login(town, "officer").get(HOME).status_code == 404
