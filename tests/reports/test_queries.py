"""Figures come from the entries, each message counted where it was sent and by when."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.support.desk import do, write
from tests.support.town import Town, build

from yihu.direct import imports, schemas
from yihu.direct.actions import Message, new_matter
from yihu.direct.kinds import About, Kind, Reporter
from yihu.direct.models import CodeReport
from yihu.kernel import ledger
from yihu.kernel.access import Actor, ActorKind, Refused
from yihu.kernel.history import BadHistory, PastMatter, PastMove, record
from yihu.kernel.models import Matter
from yihu.kernel.queries import visible_to
from yihu.people.desk import Sitting
from yihu.reports import projection, queries
from yihu.reports.measures import Case, Period, Report
from yihu.reports.models import DirectCase
from yihu.reports.queries import direct

pytestmark = pytest.mark.django_db

REAL = Path(__file__).parents[3] / "shared/data/messages/messages-with-replies.xlsx"
RESIDENT = Actor(ActorKind.PARTY, None, "test")
HOUR = timedelta(hours=1)
SECONDS = 3600
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


def rows(town: Town) -> list[DirectCase]:
    return [row for row, _changes in projection.read(Matter.objects.all())]


def cases(town: Town) -> list[Case]:
    return [row.case(timezone.now()) for row in rows(town)]


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
    assert (case.kind, case.ended, case.reopened) == ("suggestion", "closed", True)
    assert rows(town)[0].took == (SECONDS, 2 * SECONDS, 50 * SECONDS)
    assert (case.invited, case.verdict, case.rating) == (True, "solved", 4)


def test_a_question_is_a_first_word_and_a_withdrawal_no_answer(town: Town) -> None:
    tell(
        town,
        ("ask", "chief", 3, schemas.Asked(words="哪里")),
        ("withdraw", "resident", 4, schemas.Withdrawn()),
    )
    [case] = cases(town)
    assert rows(town)[0].took == (3 * SECONDS, 3 * SECONDS, None)
    assert case.ended == "withdrawn"
    assert not case.invited


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
    [mine, other] = queries.direct([town.station, town.other_station])
    assert mine.lived is not None
    assert mine.lived.by_kind == {"complaint": 1}
    assert (other.lived, other.imported) == (None, None)


def test_a_year_is_the_districts_and_what_is_imported_stands_apart(town: Town) -> None:
    new_year = datetime(2024, 12, 31, 16, tzinfo=UTC)  # midnight in Shanghai
    tell(town, opened=new_year)
    tell(town, opened=new_year - timedelta(seconds=1))
    source = imports.open_source("时间,内容\n2025-05-01 8:00,一句话\n".encode(), "file.csv")
    imports.import_messages(station=town.station, source=source)
    [report] = queries.direct([town.station], queries.year(2025))
    assert report.lived is not None
    assert report.imported is not None
    assert report.lived.values["messages"].value == 1
    assert report.imported.by_kind == {"": 1}


def counted(town: Town, name: str) -> int:
    """How many messages the figures of this person count."""
    projection.refresh()
    sitting = Sitting.of(town.people[name])
    seen = queries.cases_for(sitting.actor, queries.overseen(sitting))
    return queries.pile(seen, Period(), datetime.now(UTC)).total


def test_the_station_counts_its_own_and_the_supervisor_all_that_is_about_it(town: Town) -> None:
    write(town)
    write(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    told = {name: counted(town, name) for name in ("chief", "deputy", "supervisor", "leader")}
    assert told == {"chief": 2, "deputy": 2, "supervisor": 3, "leader": 3}
    assert [counted(town, name) for name in ("stranger", "officer", "auxiliary")] == [0, 0, 0]


def test_a_matter_about_somebody_changes_no_count_of_theirs(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    deputy = town.people["deputy"].id
    do(town.actor("supervisor"), sent.matter, "take_over", words="由我们办")
    do(town.actor("supervisor"), sent.matter, "name_subject", person=deputy)
    assert (counted(town, "deputy"), counted(town, "supervisor")) == (0, 1)


def test_what_a_station_counts_is_what_it_may_see(town: Town) -> None:
    for kind in Kind:
        write(town, kind=kind)
    write(town, kind=Kind.COMPLAINT, about=About.CHIEF)
    taken = write(town, kind=Kind.COMPLAINT, about=About.PERSON)
    do(town.actor("supervisor"), taken.matter, "take_over", words="由我们办")
    projection.refresh()
    chief = town.actor("chief")
    seen = set(queries.cases_for(chief, [town.station]).values_list("pk", flat=True))
    assert seen == set(visible_to(chief).values_list("pk", flat=True))


def test_another_kind_keeps_the_first_beside_it(town: Town) -> None:
    sent = write(town, kind=Kind.SUGGESTION)
    do(town.actor("chief"), sent.matter, "reclassify", kind="complaint", words="其实是投诉")
    [case] = cases(town)
    assert (case.kind, case.came_as) == ("complaint", "suggestion")
    projection.refresh()
    for name in ("chief", "supervisor"):
        actor = town.actor(name)
        seen = queries.cases_for(actor, [town.station])
        [one] = queries.reclassified(actor, seen, Period())
        assert (one.was, one.kind, one.role) == ("suggestion", "complaint", "station_chief")
        assert one.case.matter.reference == sent.matter.reference


# --- the rows that stand ready -------------------------------------------------------------------


@pytest.mark.both_databases
def test_the_rows_follow_the_log_and_read_only_what_has_grown(town: Town) -> None:
    first, second = write(town), write(town)
    ledger.sequence()
    projection.catch_up()
    assert DirectCase.objects.count() == 2
    do(town.actor("chief"), first.matter, "contact", words="您好")
    ledger.sequence()
    with CaptureQueriesContext(connection) as ran:
        assert projection.refresh() == 1
    [entries] = [q["sql"] for q in ran if 'FROM "kernel_entry"' in q["sql"]]
    assert second.matter.id.hex not in entries.replace("-", "")
    assert projection.refresh() == 0
    assert DirectCase.objects.get(pk=first.matter.id).contacted is not None


def test_what_the_log_does_not_hold_yet_is_read_too(town: Town) -> None:
    write(town)
    assert projection.keep_up()
    assert DirectCase.objects.count() == 1


@pytest.mark.both_databases
def test_a_message_found_to_be_a_duplicate_later_is_flagged_without_an_entry(town: Town) -> None:
    first, again = write(town), write(town)
    CodeReport.objects.update(compared=False)
    projection.refresh()
    CodeReport.objects.update(compared=True)
    CodeReport.objects.filter(pk=again.matter.id).update(duplicate_of=first.matter)
    projection.refresh()
    cases = DirectCase.objects.all()
    assert {case.pk: case.flag for case in cases} == {
        first.matter.id: "",
        again.matter.id: "duplicate",
    }
    told = queries.pile(cases, Period(), datetime.now(UTC))
    assert told.by("flag") == {("",): 1, ("duplicate",): 1}
    alone = cases.exclude(pk=first.matter.id)  # for whoever may not know of the first
    assert queries.pile(alone, Period(), datetime.now(UTC)).by("flag") == {("",): 1}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["contact", "ask", "answer", "dispute", "confirm", "reclassify", "rest"]),
        st.floats(0.1, 400),
        st.integers(1, 5),
    ),
    max_size=5,
)
PAYLOADS = {
    "contact": lambda n: schemas.Contacted(words="您好"),
    "ask": lambda n: schemas.Asked(words="哪里"),
    "answer": lambda n: schemas.Answered(outcome=schemas.Outcome.SOLVED, words="好了"),
    "dispute": lambda n: schemas.Disputed(rating=n),
    "confirm": lambda n: schemas.Confirmed(rating=n),
    "reclassify": lambda n: schemas.Reclassified(kind=list(Kind)[n % 4], words="改"),
}
BY = {"dispute": "resident", "confirm": "resident"}


@pytest.mark.both_databases
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.sampled_from(list(Kind)), st.integers(0, 800), STEPS), max_size=6),
    st.sampled_from(list(Reporter)),
)
def test_the_rows_and_the_ledger_say_the_same(histories: list[Any], who: Reporter) -> None:
    """Random histories, those steps of each that its loop allows; figures both ways."""
    with transaction.atomic():
        town = build()
        for kind, ago, steps in histories:
            opened = timezone.now() - timedelta(days=60 + ago)
            moves: list[Any] = []
            hours = 0.0
            for name, later, number in steps:
                if name not in PAYLOADS:
                    continue
                hours += later
                move = (name, BY.get(name, "chief"), hours, PAYLOADS[name](number))
                try:
                    with transaction.atomic():
                        tell(town, *moves, move, opened=opened, kind=kind, reporter=who)
                        transaction.set_rollback(True)
                except (Refused, BadHistory):
                    continue
                moves.append(move)
            tell(town, *moves, opened=opened, kind=kind, reporter=who)
        now = timezone.now()
        for period in (Period(), queries.year(now.year - 1)):
            ready = queries.direct([town.station], period, now)
            assert ready == queries.direct([town.station], period, now, from_ledger=True)
        transaction.set_rollback(True)


def test_the_figures_cost_the_same_however_many_matters(town: Town, queries: Any) -> None:
    for _ in range(5):
        tell(town, ("answer", "chief", 1, ANSWER))
    projection.catch_up()
    with queries(at_most=11):
        direct([town.station])


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
    assert "答复用时，中位数：1.0 天（21/21 件）" in text
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
    [told] = queries.direct([town.station])
    assert isinstance(told.imported, Report)
    values = told.imported.values
    assert (values["answer_median"].value, values["answer_median"].n) == (11.2, 2816)
    assert (values["within_1_day"].value, values["within_1_day"].numerator) == (4.7, 132)
    assert (values["within_15_days"].value, values["within_15_days"].numerator) == (61.5, 1732)
    assert values["unanswered"].value == 0
    assert told.lived is None
