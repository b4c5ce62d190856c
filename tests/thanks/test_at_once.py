"""Orders issued at once: numbers without gap or double, one order for one praise."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from tests.support.thanks import issue, praised, revoke
from tests.support.town import Town, build

from yihu.kernel.access import Refused
from yihu.kernel.models import Entry, OutboxMessage
from yihu.thanks.models import Commendation

pytestmark = pytest.mark.both_databases
AT_ONCE = 4


@pytest.fixture
def town(committed_db: object) -> Town:
    return build()


def together(*jobs: Callable[[], object]) -> list[object]:
    """Run the jobs in threads that start at one moment; what each gave, or what it raised."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        start.wait()
        try:
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def numbers() -> list[int]:
    return sorted(Commendation.objects.values_list("number", flat=True))


def test_orders_for_different_praise_get_numbers_without_gap_or_double(town: Town) -> None:
    chief = town.actor("chief")
    matters = [praised(town).matter for _ in range(AT_ONCE)]
    for _ in range(2):  # the second time each is refused, and takes no number along
        together(*[lambda matter=matter: issue(chief, matter) for matter in matters])
        assert numbers() == list(range(1, AT_ONCE + 1))
    first = Commendation.objects.get(number=1)
    revoke(chief, first)
    issue(chief, first.matter)
    assert numbers() == list(range(1, AT_ONCE + 2))


def test_one_order_sent_many_times_at_once_is_one(town: Town) -> None:
    chief, matter, key = town.actor("chief"), praised(town).matter, secrets.token_bytes(16)
    found = together(*[lambda: issue(chief, matter, client_key=key)] * AT_ONCE)
    assert len({order.pk for order in found}) == 1
    assert Entry.objects.filter(matter=matter, body__contains='"act":"commend"').count() == 1
    assert OutboxMessage.objects.filter(template="commended", channel="mail").count() == 1


def test_of_different_orders_for_one_praise_one_is_issued(town: Town) -> None:
    chief, matter = town.actor("chief"), praised(town).matter
    found = together(*[lambda: issue(chief, matter)] * AT_ONCE)
    refused = [one.code for one in found if isinstance(one, Refused)]
    assert refused == ["already_commended"] * (AT_ONCE - 1)
    assert numbers() == [1]
