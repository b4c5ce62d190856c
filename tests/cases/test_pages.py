"""The case library's pages: what each shows, and that nothing typed is lost."""

import re
from typing import Any

import pytest
from tests.support.cases import ALL, TEXT, begun, ended, go, hard, published
from tests.support.desk import hidden, login, offered, write
from tests.support.town import Town, build

from yihu.cases.gathering import Gatherer
from yihu.cases.models import CaseReuse, CaseStudy, SharingSession, Theme
from yihu.kernel.models import Matter

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def test_the_board_and_a_case_stay_within_their_statements(town: Town, queries: Any) -> None:
    for number in range(5):
        case = published(town, title=f"案例{number}")
    officer = login(town, "officer")
    with queries(at_most=10):
        page = officer.get("/desk/cases/")
    assert all(f"案例{number}" in page.text for number in range(5))
    assert "还没有人评价" in page.text
    with queries(at_most=16):
        page = officer.get(f"/desk/cases/{case.matter.reference}/")
    assert TEXT["method"] in page.text
    assert TEXT["method"] in officer.get(f"/desk/cases/{case.matter.reference}/print/").text
    assert "案例4" in officer.get("/desk/cases/log/").text
    assert "案例4" not in login(town, "chief").get("/desk/cases/log/").text


def test_from_a_matter_to_a_published_case_by_hand(town: Town) -> None:
    matter, chief = ended(town), login(town, "chief")
    learn = f"/desk/cases/from/{matter.reference}/"
    assert chief.post(learn, {"step": "hard", "reason": ""}).status_code == 422
    assert chief.post(learn, {"step": "hard", "reason": "拖了三年"}).status_code == 302
    page = chief.get(learn)
    assert "拖了三年" in page.text
    meeting = {
        "step": "session",
        "title": "漏水怎么调",
        "held_at": "2026-03-01T14:00",
        "host": str(town.people["chief"].id),
        "agenda": "经过和方法",
        "attendance": [str(town.people["officer"].id)],
    }
    assert "经过和方法" in chief.post(learn, meeting | {"title": ""}).text  # nothing is lost
    assert chief.post(learn, meeting).status_code == 302
    session = SharingSession.objects.get()
    text = login(town, "officer").get(f"/desk/cases/sessions/{session.pk}/").text
    assert "经过和方法" in text
    assert matter.reference not in text
    key = re.search(r'name="key" value="(\w+)"', page.text)
    assert key
    for _ in range(2):  # sent twice, begun once
        where = chief.post(learn, {"step": "write", "key": key[1]})["Location"]
    assert CaseStudy.objects.count() == 1
    step(chief, where, "submit", **TEXT)
    step(login(town, "deputy"), where, "pass_first", **ALL)
    step(login(town, "supervisor"), where, "publish", **ALL)
    assert TEXT["lessons"] in login(town, "auxiliary").get(where).text


def step(client: Any, where: str, name: str, **fields: Any) -> None:
    answer = client.post(f"{where}do/{name}/", hidden(client.get(where), name) | fields)
    assert answer.status_code == 302, answer.text


def test_a_check_with_a_gap_says_so_and_keeps_the_ticks(town: Town) -> None:
    matter = go(town.actor("chief"), begun(town), "submit", **TEXT)
    where, deputy = f"/desk/cases/{matter.reference}/", login(town, "deputy")
    page = deputy.get(where)
    assert offered(page) == {"pass_first", "send_back"}
    fields = hidden(page, "pass_first") | {"checks": ["no_names"]}
    answer = deputy.post(f"{where}do/pass_first/", fields)
    assert answer.status_code == 422
    assert "每一项都要核对过" in answer.text
    assert re.search(r'value="no_names"[^>]*checked', answer.text)


def test_hints_stand_beside_the_text_and_a_number_comes_back_at_its_field(town: Town) -> None:
    matter, chief = begun(town), login(town, "chief")
    where = f"/desk/cases/{matter.reference}/"
    bad = TEXT | {"method": "打了 13800000000"}
    answer = chief.post(f"{where}do/submit/", hidden(chief.get(where), "submit") | bad)
    assert answer.status_code == 422
    assert "文中有电话或证件号码" in answer.text
    assert "打了 13800000000" in answer.text
    go(town.actor("chief"), matter, "submit", **TEXT | {"method": "三单元的人都来了"})
    assert "像门牌" in login(town, "supervisor").get(where).text


def test_a_reuse_is_refused_in_words_and_kept_once(town: Town) -> None:
    case, chief = published(town), login(town, "chief")
    where = f"/desk/cases/{case.matter.reference}/"
    answer = chief.post(f"{where}reuse/", {"reference": "XXXX-XXXX"})
    assert answer.status_code == 422
    assert "没有这个编号" in answer.text
    matter = ended(town)
    for _ in range(2):
        assert chief.post(f"{where}reuse/", {"reference": matter.reference}).status_code == 302
    assert CaseReuse.objects.count() == 1
    said = login(town, "officer").post(f"{where}review/", {"helpful": "yes", "words": "学到了"})
    assert said.status_code == 302
    text = chief.get(where).text
    assert "学到了" in text
    assert "1 人评价，1 人觉得有帮助" in text
    assert "officer" not in text


def test_a_measure_is_opened_from_a_theme_by_hand(town: Town) -> None:
    for words in ("烧烤摊半夜扰民没人管", "烧烤摊半夜扰民很吵", "烧烤摊又半夜扰民"):
        write(town, words)
    Gatherer().gather()
    where, chief = f"/desk/cases/themes/{Theme.objects.get().pk}/", login(town, "chief")
    assert "烧烤摊又半夜扰民" in chief.get("/desk/cases/themes/").text
    assert chief.post(where, {"handler": "", "words": "去看"}).status_code == 422
    done = chief.post(where, {"handler": str(town.people["officer"].id), "words": "每晚去看"})
    assert done.status_code == 302
    assert "每晚去看" in chief.get(done["Location"]).text
    assert Matter.objects.get(loop="measure").reference in chief.get("/desk/cases/measures/").text
    assert offered(login(town, "officer").get(done["Location"])) == {"carried_out", "note"}


def test_a_notice_of_a_case_leads_to_its_page(town: Town) -> None:
    matter = begun(town)
    answer = login(town, "chief").get(f"/desk/m/{matter.reference}/")
    assert answer["Location"] == f"/desk/cases/{matter.reference}/"
    assert login(town, "stranger").get(f"/desk/m/{matter.reference}/").status_code == 404


def test_an_ended_matter_offers_to_be_learned_from(town: Town) -> None:
    matter = hard(town)
    text = login(town, "chief").get(f"/desk/cases/alike/{matter.reference}/").text
    assert f"/desk/cases/from/{matter.reference}/" in text
