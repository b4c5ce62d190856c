"""The figures as pages, paper and sheets show them; the demo's two years through real pages."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.http import HttpResponse
from django.test import Client
from tests.support.desk import do, login, teller, write
from tests.support.town import Town, build

from yihu.direct import schemas
from yihu.direct.actions import Message, new_matter
from yihu.direct.kinds import About, Kind, Reporter
from yihu.kernel.access import Actor, ActorKind
from yihu.kernel.history import PastMatter, PastMove, record
from yihu.kernel.models import Entry, Matter
from yihu.people.models import Person
from yihu.reports import figures

HOME = "/desk/figures/"


def figure(page: HttpResponse, label: str) -> str:
    """The text of one figure on a page."""
    for found in re.findall(r'<figure class="figure">.*?</figure>', page.text, re.DOTALL):
        text = " ".join(re.sub(r"<[^>]+>", " ", found).split())
        if text.startswith(f"{label} "):
            return text
    raise AssertionError(f"no figure {label}")


def sheet(page: Any) -> list[dict[str, str]]:
    content = b"".join(page.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


# --- the demo's two years ------------------------------------------------------------------------


@pytest.fixture(params=["chief", "supervisor"])
def reader(request: pytest.FixtureRequest, demo_db: Any) -> Client:
    """Whoever reads the figures of the demo's station."""
    client = Client()
    client.force_login(Person.objects.get(username=request.param))
    return client


def test_L78_the_demo_year_shows_352_messages_207_praise_and_58_8_percent(reader: Client) -> None:
    page = reader.get(HOME)
    assert "352" in figure(page, "收到的留言")
    assert "58.8 %" in figure(page, "表扬占比")
    assert "207 / 352" in figure(page, "表扬占比")
    bars = dict(re.findall(r'<th scope="row">(\w+)</th><td class="bar">.*?value">(\d+)', page.text))
    others = {kind: bars[kind] for kind in ("投诉", "建议", "求助")}
    assert others == {"投诉": "53", "建议": "40", "求助": "52"}
    assert sum(map(int, others.values())) == 145


def test_L68_the_demo_years_complaints_are_47_percent_fewer_with_both_counts(
    reader: Client,
) -> None:
    page = reader.get(HOME)
    told = figure(page, "投诉同比")
    assert "−47.0 %" in told
    assert "本期 53 件，一年前 100 件" in told
    as_sent = figure(page, "投诉同比，按来信时的类别")
    assert "−46.0 %" in as_sent
    assert "本期 54 件，一年前 100 件" in as_sent
    listed = page.text.partition('id="reclassified"')[2]
    rows = re.findall(r"<td>(\w+)</td><td>(\w+)</td><td><time", listed)
    assert sorted(rows) == [("建议", "投诉"), ("投诉", "求助"), ("投诉", "求助")]


def test_L76_praise_by_property_staff_stands_apart_from_residents(reader: Client) -> None:
    page = reader.get(HOME)
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="number">(\d+)</td>', page.text))
    assert int(rows["物业或单位工作人员"]) > 0
    assert int(rows["居民"]) + int(rows["物业或单位工作人员"]) <= 207


# --- one of 352 unanswered, on the page ----------------------------------------------------------


@pytest.fixture
def town(db: None) -> Town:
    return build()


def past(town: Town, kind: Kind, *, days_ago: int, answered: bool = True) -> PastMatter:
    opened = datetime.now(UTC) - timedelta(days=days_ago)
    said = Message(kind, f"{kind} {days_ago}", reporter=Reporter.RESIDENT)
    new = new_matter(town.station, said, None, "code", "test")
    answer = schemas.Answered(outcome=schemas.Outcome.SOLVED, words="已经办好")
    moves = [PastMove("answer", town.actor("chief"), opened + timedelta(hours=5), answer)]
    return PastMatter(new, opened, moves if answered else [])


def tell(town: Town, matters: list[PastMatter]) -> None:
    record(actor=Actor(ActorKind.PARTY, None, town.station.district), matters=matters)


def test_L66_one_unanswered_is_99_7_percent_and_a_click_leads_to_it(town: Town) -> None:
    counted = [past(town, Kind.HELP, days_ago=20 + n % 300) for n in range(351)]
    tell(town, [past(town, Kind.HELP, days_ago=40, answered=False), *counted])
    left = Matter.objects.get(answered_at=None)
    client = login(town, "chief")
    told = figure(client.get(HOME), "答复率")
    assert "99.7 %" in told
    assert "351 / 352" in told
    assert "95% 区间 98.4–99.9" in told
    page = client.get("/desk/figures/response/")
    others, _, inside = page.text.partition("数进分子的")
    assert left.reference in others
    assert left.reference not in inside
    assert "已答复 ÷ 收到的留言；差一件也不算 100%" in page.text


def test_L68_too_few_a_year_before_make_no_percentage_but_both_counts(town: Town) -> None:
    tell(town, [past(town, Kind.COMPLAINT, days_ago=30 + n) for n in range(25)])
    tell(town, [past(town, Kind.COMPLAINT, days_ago=400 + n) for n in range(19)])
    told = figure(login(town, "chief").get(HOME), "投诉同比")
    assert "样本太少" in told
    assert "本期 25 件，一年前 19 件" in told


def test_L68_a_complaint_that_was_given_another_kind_is_listed_to_who_may_see_it(
    town: Town,
) -> None:
    sent = write(town, kind=Kind.COMPLAINT)
    do(town.actor("supervisor"), sent.matter, "reclassify", kind="help", words="是求助")
    for name in ("chief", "supervisor"):
        page = login(town, name).get(HOME)
        assert sent.matter.reference in page.text.partition('id="reclassified"')[2]
    assert sent.matter.reference not in login(town, "stranger").get(HOME).text
    assert Entry.objects.filter(matter=sent.matter, body__contains='"was":"complaint"').exists()


# --- C1 and C6 -----------------------------------------------------------------------------------


def test_C6_every_figure_on_the_page_brings_its_denominator_and_its_formula(town: Town) -> None:
    tell(town, [past(town, Kind.PRAISE, days_ago=30 + n) for n in range(30)])
    client = login(town, "chief")
    page = client.get(HOME)
    for found in re.findall(r'<figure class="figure">.*?</figure>', page.text, re.DOTALL):
        assert re.search(r"\d+ / \d+|n = \d+|一年前 \d+ 件", found), found
        assert "怎么算的" in found
    for name, one in figures.DEFINITIONS.items():
        told = client.get(f"/desk/figures/{name}/")
        assert told.status_code == 200
        assert one.formula in told.text
        assert "分子" in told.text
        assert "分母" in told.text
    assert client.get("/desk/figures/nothing/").status_code == 404


def test_C6_a_reopened_matter_no_longer_counts_as_closed(town: Town) -> None:
    tell(town, [past(town, Kind.HELP, days_ago=30 + n) for n in range(20)])
    chief, client = town.actor("chief"), login(town, "chief")
    sent = write(town)
    do(chief, sent.matter, "answer", outcome="solved", words="好了")
    do(teller(sent), sent.matter, "confirm")
    assert "21 / 21" in figure(client.get(HOME), "闭环率")
    do(teller(sent), sent.matter, "dispute")
    assert "20 / 21" in figure(client.get(HOME), "闭环率")


def test_C1_C2_nothing_on_the_page_is_about_a_person(town: Town) -> None:
    """No name, and nobody's own figures: an officer has none to read."""
    sent = write(town)
    do(town.actor("chief"), sent.matter, "contact", words="您好")
    do(town.actor("chief"), sent.matter, "assign", handler=town.people["officer"].id)
    text = login(town, "chief").get(HOME).text.partition("<main")[2]
    assert not {person.name for person in town.people.values()} & set(re.findall(r"\w+", text))
    assert "没有要看的数字" in login(town, "officer").get(HOME).text


# --- periods, paper, sheets ----------------------------------------------------------------------


def test_a_period_is_named_or_two_days_and_nonsense_is_not_asked(town: Town) -> None:
    tell(town, [past(town, Kind.HELP, days_ago=1), past(town, Kind.HELP, days_ago=500)])
    client = login(town, "supervisor")

    def messages(query: str) -> str:
        return figure(client.get(f"{HOME}?{query}"), "收到的留言").split()[1]

    assert messages("") == "1"
    assert messages("since=2020-01-01&until=2999-01-01") == "2"
    assert messages("since=2020-01-01&until=2020-12-31") == "0"
    assert messages("period=year&station=other-station") == "0"
    assert messages("period=forever&since=x&station=nowhere") == "1"


def test_the_page_costs_the_same_however_many_matters(town: Town, queries: Any) -> None:
    tell(town, [past(town, Kind.HELP, days_ago=30 + n) for n in range(40)])
    client = login(town, "supervisor")
    client.get(HOME)
    with queries(at_most=22):
        client.get(HOME)


def test_the_sheets_bring_every_figure_with_its_counts_and_period(town: Town) -> None:
    tell(town, [past(town, Kind.PRAISE, days_ago=30 + n) for n in range(25)])
    client = login(town, "chief")
    rows = sheet(client.get("/desk/figures/figures.csv"))
    assert [row["数字"] for row in rows] == [one.title for one in figures.LIVED]
    praise = next(row for row in rows if row["数字"] == "表扬占比")
    assert (praise["值"], praise["分子"], praise["分母"], praise["n"]) == (
        "100.0",
        "25",
        "25",
        "25",
    )
    assert praise["从"] < praise["到（含）"]
    answer = client.get("/desk/figures/figures.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert [row[0].value for row in book.active][1:] == [one.title for one in figures.LIVED]


def test_the_list_of_matters_holds_no_words_and_only_what_the_reader_may_see(town: Town) -> None:
    seen = write(town, words="只有信里才有的话", name="某人")
    write(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    answer = login(town, "chief").get("/desk/figures/matters.csv")
    rows = sheet(answer)
    assert [row["编号"] for row in rows] == [seen.matter.reference]
    assert rows[0]["类别"] == "求助"
    assert "只有信里才有的话" not in str(rows)
    assert "某人" not in str(rows)
    assert login(town, "stranger").get("/desk/figures/matters.csv").status_code == 200
    assert login(town, "auxiliary").get("/desk/figures/matters.csv").status_code == 404


def test_the_paper_says_how_every_figure_is_made(town: Town) -> None:
    tell(town, [past(town, Kind.PRAISE, days_ago=30 + n) for n in range(25)])
    page = login(town, "supervisor").get("/desk/figures/print/")
    for one in figures.LIVED:
        assert one.formula in page.text
    assert "25 / 25" in page.text
