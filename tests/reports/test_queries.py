"""Figures come from the entries, each message counted where it was sent and by when."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from tests.support.town import Town, build

from yihu.direct import imports, schemas
from yihu.direct.actions import Message, new_matter, send
from yihu.direct.kinds import About, Kind
from yihu.kernel.access import Actor, ActorKind
from yihu.kernel.history import PastMatter, PastMove, record
from yihu.kernel.models import Matter
from yihu.kernel.queries import visible_to
from yihu.reports import queries
from yihu.reports.measures import Report

pytestmark = pytest.mark.django_db

REAL = Path(__file__).parents[3] / "shared/data/messages/messages-with-replies.xlsx"
RESIDENT = Actor(ActorKind.PARTY, None, "test")
HOUR = timedelta(hours=1)
OPENED = datetime(2025, 3, 3, 1, tzinfo=UTC)


@pytest.fixture
def town() -> Town:
    return build()


def tell(town: Town, *moves: tuple[str, str, float, Any], **message: Any) -> None:
    """Record a past message; moves are (name, who, hours after, payload)."""
    opened = message.pop("opened", OPENED)
    said = Message(**({"kind": Kind.HELP, "words": "一句话"} | message))
    happened = [
        PastMove(name, RESIDENT if who == "resident" else town.actor(who), opened + h * HOUR, what)
        for name, who, h, what in moves
    ]
    new = new_matter(town.station, said, None, "code", "test")
    record(actor=RESIDENT, matters=[PastMatter(new, opened, happened)])


def cases(town: Town) -> list[Any]:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return [case for _, case in queries.histories(Matter.objects.all(), now)]


CONTACT = schemas.Contacted(words="您好")
ANSWER = schemas.Answered(outcome=schemas.Outcome.SOLVED, words="好了")


def test_a_case_is_what_its_entries_say(town: Town) -> None:
    tell(
        town,
        ("note", "chief", 1, schemas.Noted(words="看过")),
        ("contact", "chief", 2, CONTACT),
        ("answer", "chief", 50, ANSWER),
        ("dispute", "resident", 60, schemas.Disputed(rating=1)),
        ("answer", "chief", 70, ANSWER),
        ("confirm", "resident", 80, schemas.Confirmed(rating=4)),
        kind=Kind.SUGGESTION,
    )
    [case] = cases(town)
    assert (case.kind, case.ended, case.reopened) == ("suggestion", "closed", 1)
    assert (case.received_after, case.contacted_after) == (HOUR, 2 * HOUR)
    assert case.answered_after == 50 * HOUR
    assert (case.verdict, case.rating) == ("solved", 4)


def test_a_question_is_a_first_word_and_a_withdrawal_no_answer(town: Town) -> None:
    tell(
        town,
        ("ask", "chief", 3, schemas.Asked(words="哪里")),
        ("withdraw", "resident", 4, schemas.Withdrawn()),
    )
    [case] = cases(town)
    assert (case.contacted_after, case.answered_after, case.ended) == (3 * HOUR, None, "withdrawn")


def test_who_said_no_and_fell_silent_has_not_said_yes(town: Town) -> None:
    tell(
        town,
        ("answer", "chief", 1, ANSWER),
        ("dispute", "resident", 2, schemas.Disputed()),
        ("answer", "chief", 3, ANSWER),
    )
    [case] = cases(town)
    assert (case.ended, case.verdict) == ("rested", "unsolved")


def test_an_excuse_counts_once_a_second_person_has_confirmed_it(town: Town) -> None:
    excuse = schemas.Excused(reason=schemas.Excuse.UNREACHABLE, words="三次")
    moves = [("excuse", "chief", 1, excuse)]
    tell(town, *moves)
    tell(town, *moves, ("confirm_excuse", "supervisor", 2, schemas.Noted(words="属实")))
    assert sorted(case.excused for case in cases(town)) == [False, True]


def test_a_complaint_counts_where_it_is_about_whoever_handles_it(town: Town) -> None:
    tell(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    assert Matter.objects.get().office_id == town.supervisor_office.id
    [mine, other] = queries.direct(Matter.objects.all(), [town.station, town.other_station])
    assert mine.lived is not None
    assert mine.lived.by_kind == {"complaint": 1}
    assert (other.lived, other.imported) == (None, None)


def test_a_year_is_the_districts_and_what_is_imported_stands_apart(town: Town) -> None:
    new_year = datetime(2024, 12, 31, 16, tzinfo=UTC)  # midnight in Shanghai
    tell(town, opened=new_year)
    tell(town, opened=new_year - timedelta(seconds=1))
    source = imports.open_source("时间,内容\n2025-05-01 8:00,一句话\n".encode(), "file.csv")
    imports.import_messages(station=town.station, source=source)
    [report] = queries.direct(Matter.objects.all(), [town.station], queries.year(2025))
    assert report.lived is not None
    assert report.imported is not None
    assert report.lived.values["messages"].value == 1
    assert report.imported.by_kind == {"": 1}


def test_whoever_asks_gets_figures_of_what_they_may_see(town: Town) -> None:
    send(
        station=town.station,
        message=Message(Kind.HELP, "一句话"),
        client_key=secrets.token_bytes(16),
    )
    [seen] = queries.direct(visible_to(town.actor("chief")), [town.station])
    assert seen.lived is not None
    [unseen] = queries.direct(visible_to(town.actor("stranger")), [town.station])
    assert unseen.lived is None


def test_the_figures_cost_two_statements_however_many_matters(
    town: Town, django_assert_num_queries: Any
) -> None:
    for _ in range(5):
        tell(town, ("answer", "chief", 1, ANSWER))
    with django_assert_num_queries(2):
        queries.direct(Matter.objects.all(), [town.station])


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    call_command("report", "direct", "--json", *arguments)
    return json.loads(capsys.readouterr().out)


def test_the_report_for_programs(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    tell(town, kind=Kind.PRAISE)
    told = printed(capsys, "--station", "station", "--year", "2025")
    assert (told["report"], told["year"]) == ("direct", 2025)
    [station] = told["stations"]
    assert station["code"] == "station"
    assert station["lived"]["figures"]["messages"]["value"] == 1
    assert station["lived"]["figures"]["praise_share"]["too_few"] is True
    assert set(station["lived"]["figures"]) == set(told["definitions"])
    assert printed(capsys, "--year", "2020")["stations"][0]["lived"] is None


def test_the_report_for_people_names_counts(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(21):
        tell(town, ("answer", "chief", 24, ANSWER))
    call_command("report", "direct")
    text = capsys.readouterr().out
    assert "答复率：100.0 %（21/21）" in text
    assert "答复用时，中位数：1.0 天（21 件）" in text
    assert "解决率：件数太少，不作统计（0/0）" in text


@pytest.mark.parametrize("arguments", [["--station", "nowhere"], ["--year", "20"]])
def test_what_cannot_be_asked_ends_with_status_two(town: Town, arguments: list[str]) -> None:
    with pytest.raises(CommandError) as fault:
        call_command("report", "direct", *arguments)
    assert fault.value.returncode == 2


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not here")
def test_the_practice_to_beat_is_read_from_the_ledger(town: Town) -> None:
    source = imports.open_source(REAL.read_bytes(), REAL.name)
    imports.import_messages(station=town.station, source=source)
    [told] = queries.direct(Matter.objects.all(), [town.station])
    assert isinstance(told.imported, Report)
    values = told.imported.values
    assert (values["answer_median"].value, values["answer_median"].n) == (11.2, 2816)
    assert (values["within_1_day"].value, values["within_1_day"].numerator) == (4.7, 132)
    assert (values["within_15_days"].value, values["within_15_days"].numerator) == (61.5, 1732)
    assert values["unanswered"].value == 0
    assert told.lived is None
