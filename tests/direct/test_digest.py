"""The morning's mail: one for each who answers for a post, once a day, whatever happens."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connections
from django.utils import timezone
from pytest_django import Settings
from tests.conftest import CommittedDatabase
from tests.support.desk import do, login, write
from tests.support.smtp import Sink, mailers, sink
from tests.support.town import Town, build

from yihu.direct import digest
from yihu.direct.kinds import About, Kind
from yihu.kernel import delivery
from yihu.kernel.models import Delivery, OutboxMessage
from yihu.people.actions import grant_leave

FRIDAY = timezone.make_aware(datetime(2026, 3, 13, 8, 0))
MONDAY = timezone.make_aware(datetime(2026, 3, 16, 8, 0))


@pytest.fixture
def town(db: None) -> Town:
    with at(FRIDAY - timedelta(days=30)):
        return build()


@pytest.fixture
def smtp(settings: Settings) -> Iterator[Sink]:
    with sink() as server:
        settings.MAILERS, settings.MAIL_CONFIGURED = mailers(server.port), True
        yield server


def at(moment: datetime) -> Any:
    return mock.patch("django.utils.timezone.now", return_value=moment)


def promised() -> list[str]:
    rows = OutboxMessage.objects.filter(template="digest")
    return sorted(rows.values_list("person__username", flat=True))


def morning(moment: datetime, smtp: Sink) -> dict[str, str]:
    """What each person is sent that morning, beside the notices of the days before."""
    with at(moment):
        OutboxMessage.objects.filter(delivery=Delivery.WAITING).delete()
        digest.promise()
        delivery.deliver()
    taken, smtp.taken[:] = list(smtp.taken), []
    return {mail.to[0].partition("@")[0]: mail.text for mail in taken}


# --- when and to whom ----------------------------------------------------------------------------


@pytest.mark.both_databases
def test_each_who_answers_for_a_post_is_promised_one_letter_a_morning(town: Town) -> None:
    for moment in (MONDAY, MONDAY, MONDAY + timedelta(hours=3)):
        digest.promise(moment)
    assert promised() == ["chief", "stranger", "supervisor"]
    digest.promise(MONDAY + timedelta(days=1))
    assert len(promised()) == 6


@pytest.mark.parametrize(
    "moment",
    [
        MONDAY - timedelta(minutes=1),
        MONDAY + timedelta(hours=7),  # too late to be this morning's
        MONDAY - timedelta(days=1),  # a Sunday
        timezone.make_aware(datetime(2026, 10, 1, 8, 0)),  # a holiday
    ],
)
def test_outside_the_mornings_of_service_days_nothing_is_promised(
    town: Town, moment: datetime
) -> None:
    assert digest.promise(moment) == 0


def test_a_weekend_day_that_is_worked_has_its_letter(town: Town) -> None:
    assert digest.promise(timezone.make_aware(datetime(2026, 2, 14, 8, 0))) == 3


def test_the_hour_is_a_setting_and_none_is_one_too(town: Town, settings: Settings) -> None:
    settings.DIGEST_AT = None
    assert digest.promise(MONDAY) == 0
    settings.DIGEST_AT = time(9, 30)
    assert digest.promise(MONDAY) == 0
    assert digest.promise(MONDAY + timedelta(minutes=90)) == 3


def test_an_idle_morning_costs_one_statement_a_look(town: Town, queries: Any) -> None:
    digest.promise(MONDAY)
    with queries(at_most=1):
        digest.promise(MONDAY)
    with queries(at_most=0):
        digest.promise(MONDAY - timedelta(hours=1))


# --- what it says --------------------------------------------------------------------------------


def test_the_letter_counts_and_names_what_is_open_and_quotes_nothing(
    town: Town, smtp: Sink
) -> None:
    words = "只有她知道的话"
    chief = town.actor("chief")
    with at(FRIDAY - timedelta(days=1)):
        late = write(town, words).matter
    with at(FRIDAY + timedelta(hours=8)):
        answered = do(chief, write(town, words).matter, "answer", outcome="solved", words=words)
    with at(MONDAY - timedelta(hours=12)):  # on Sunday evening
        new = write(town, words, name="王某", contact="someone@example.org").matter
    letter = morning(MONDAY, smtp)["chief"]
    assert f"超时 1 件：{late.reference}" in letter
    assert f"今天到期 1 件：{new.reference}" in letter
    assert "新收到 2 件" in letter
    assert f"等来信人评价 1 件：{answered.reference}" in letter
    for secret in (words, "王某", "someone@example.org"):
        assert secret not in letter


def test_who_has_nothing_open_is_sent_nothing(town: Town, smtp: Sink) -> None:
    assert morning(MONDAY, smtp) == {}
    rows = OutboxMessage.objects.filter(template="digest")
    assert {(row.delivery, row.fault) for row in rows} == {("dropped", "nothing_open")}


def test_C5_a_complaint_about_the_chief_is_in_the_supervisors_letter_alone(
    town: Town, smtp: Sink
) -> None:
    with at(FRIDAY):
        matter = write(town, kind=Kind.COMPLAINT, about=About.CHIEF).matter
    letters = morning(MONDAY, smtp)
    assert set(letters) == {"supervisor"}
    assert matter.reference in letters["supervisor"]


def test_a_letter_is_written_when_it_is_sent(town: Town, smtp: Sink) -> None:
    """What was dealt with while the mail server was away is not called open."""
    with at(FRIDAY):
        matter = write(town).matter
        OutboxMessage.objects.all().delete()
    digest.promise(MONDAY)
    do(town.actor("chief"), matter, "refer", to="供水公司", words="请找供水公司")
    with at(MONDAY + timedelta(hours=1)):
        OutboxMessage.objects.exclude(template="digest").delete()
        delivery.deliver()
    assert smtp.taken == []


def test_many_matters_are_counted_and_the_most_urgent_named(town: Town, smtp: Sink) -> None:
    with at(FRIDAY - timedelta(days=1)):
        first = write(town).matter
    with at(FRIDAY):
        for _ in range(digest.MOST_NAMED + 1):
            write(town)
    letter = morning(MONDAY, smtp)["chief"]
    assert f"超时 {digest.MOST_NAMED + 2} 件：{first.reference}、" in letter
    assert " 等\r\n" in letter


# --- while the chief is away ---------------------------------------------------------------------


@pytest.mark.parametrize(("acting", "told"), [("officer", "officer"), (None, "deputy")])
def test_while_the_chief_is_away_whoever_acts_has_the_letter(
    town: Town, smtp: Sink, acting: str | None, told: str
) -> None:
    with at(FRIDAY):
        write(town)
        grant_leave(
            actor=town.actor("chief"),
            person=town.people["chief"].id,
            since=FRIDAY,
            until=MONDAY + timedelta(days=1),
            acting=town.people[acting].id if acting else None,
        )
    assert set(morning(MONDAY, smtp)) == {told}
    assert set(morning(MONDAY + timedelta(days=1), smtp)) == {"chief"}


# --- killed, and side by side --------------------------------------------------------------------

KILLED_BEFORE_IT_COMMITS = """
import os, signal, django
django.setup()
from datetime import datetime
from yihu.direct import digest
from yihu.kernel import bulk
write = bulk.insert
digest.bulk.insert = lambda rows: (write(rows), os.kill(os.getpid(), signal.SIGKILL))
digest.promise(datetime.fromisoformat("{moment}"))
"""


def test_a_clock_killed_halfway_leaves_nothing_and_the_next_one_sends_all(
    committed_db: CommittedDatabase,
) -> None:
    with at(FRIDAY - timedelta(days=30)):
        build()
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_BEFORE_IT_COMMITS.format(moment=MONDAY.isoformat())],
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "yihu.settings", "YIHU_DATABASE_URL": committed_db.url},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert promised() == []
    digest.promise(MONDAY)
    assert promised() == ["chief", "stranger", "supervisor"]


@pytest.mark.both_databases
def test_several_clocks_side_by_side_promise_each_letter_once(
    committed_db: CommittedDatabase,
) -> None:
    with at(FRIDAY - timedelta(days=30)):
        build()

    def tick(_n: int) -> int:
        try:
            return digest.promise(MONDAY)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as clocks:
        assert sorted(clocks.map(tick, range(6))) == [0, 0, 0, 0, 0, 3]
    assert promised() == ["chief", "stranger", "supervisor"]


def test_nobody_is_shown_it_as_a_notice(town: Town) -> None:
    digest.promise(MONDAY)
    page = login(town, "chief").get("/desk/notices/")
    assert page.status_code == 200
    assert "没有通知" in page.text
