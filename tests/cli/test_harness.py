"""The fixtures of tests/conftest.py keep their word."""

import threading
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from yihu.people.models import Organisation, OrganisationKind


def make_station(code: str) -> Organisation:
    return Organisation.objects.create(
        district="d", kind=OrganisationKind.STATION, code=code, name="站"
    )


def in_thread(work) -> None:
    failures = []

    def run() -> None:
        try:
            work()
        except BaseException as fault:
            failures.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not failures


def test_the_data_folder_is_a_temporary_one() -> None:
    assert settings.YIHU_HOME != settings.BASE_DIR / ".yihu"
    assert Path(settings.YIHU_HOME).name.startswith("yihu-test-")


@pytest.mark.both_databases
@pytest.mark.parametrize("turn", [1, 2])
def test_committed_work_is_seen_by_other_threads_and_gone_in_the_next_test(
    committed_db, turn: int
) -> None:
    assert not Organisation.objects.exists()
    in_thread(lambda: make_station("a"))
    assert Organisation.objects.get().code == "a"
    with pytest.raises(IntegrityError), transaction.atomic():
        make_station("a")


@pytest.mark.both_databases
def test_the_copy_leaves_the_rollback_database_alone(db, committed_db) -> None:
    make_station("a")
    assert str(connection.settings_dict["NAME"]) == committed_db.name


@pytest.mark.both_databases
def test_the_rollback_database_is_still_empty(db) -> None:
    assert not Organisation.objects.exists()


def test_statements_are_counted_without_transaction_control(db, queries) -> None:
    with queries(at_most=2) as statements, transaction.atomic():
        make_station("a")
        list(Organisation.objects.all())
    assert len(statements) == 2
    with pytest.raises(AssertionError, match="1 statements, at most 0"), queries(at_most=0):
        list(Organisation.objects.all())


def test_the_site_sees_what_the_test_committed(site) -> None:
    make_station("a")
    with urllib.request.urlopen(site.url + "/") as answer:
        assert answer.status == 200
    site.kill()
    site.start()
    with urllib.request.urlopen(site.url + "/") as answer:
        assert answer.status == 200
    assert "GET" not in site.log()


def test_a_page_opens_in_the_browser_while_the_test_uses_the_database(site, page) -> None:
    make_station("a")
    assert page.goto("/").ok
    assert page.locator("h1").count() == 1
