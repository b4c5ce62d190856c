"""Counting scans and visitors: what is counted, and that nothing is kept of who it was."""

import sqlite3
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client, RequestFactory
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.direct import visitors
from yihu.direct.models import DirectCode, ScanDay

FORM = "/d/demo/"
PHONE = "Mozilla/5.0 (Linux; Android 14; Phone) AppleWebKit/537.36 Chrome/131.0 Mobile"


@pytest.fixture
def town(db: None) -> Town:
    return with_code()


def with_code() -> Town:
    town = build()
    DirectCode.objects.create(code="demo", district=town.station.district, station=town.station)
    return town


def scan(agent: str = PHONE, address: str = "192.0.2.7", **headers: str) -> int:
    client = Client(headers={"user-agent": agent, **headers}, REMOTE_ADDR=address)
    return client.get(FORM).status_code


def counted() -> tuple[int, int, int]:
    return ScanDay.objects.values_list("scans", "repeated", "bulk").get()


# --- what is counted -----------------------------------------------------------------------------


@pytest.mark.both_databases
def test_each_scan_counts_and_the_same_phone_again_counts_apart_too(town: Town) -> None:
    for address in ("192.0.2.7", "192.0.2.8", "192.0.2.7"):
        assert scan(address=address) == 200
    assert counted() == (3, 1, 0)


def test_two_phones_behind_one_address_are_two(town: Town) -> None:
    scan()
    scan(agent=PHONE.replace("Phone", "Other phone"))
    assert counted() == (2, 0, 0)


def test_many_within_a_minute_are_bulk_and_still_counted(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitors.time, "time", lambda: 6_000_000.0)
    for _ in range(visitors.BULK + 3):
        scan()
    assert counted() == (visitors.BULK + 3, visitors.BULK + 2, 3)


@pytest.mark.parametrize(
    ("agent", "headers"),
    [
        ("", {}),
        ("Mozilla/5.0 (compatible; Baiduspider/2.0)", {}),
        ("Mozilla/5.0 (compatible; bingbot/2.0)", {}),
        ("curl/8.5.0", {}),
        (PHONE, {"sec-purpose": "prefetch;prerender"}),
        (PHONE, {"purpose": "prefetch"}),
    ],
)
def test_machines_do_not_count(town: Town, agent: str, headers: dict[str, str]) -> None:
    assert scan(agent, **headers) == 200
    assert not ScanDay.objects.exists()


def test_asking_for_the_head_does_not_count(town: Town) -> None:
    Client(headers={"user-agent": PHONE}).head(FORM)
    assert not ScanDay.objects.exists()


def test_staff_who_look_at_their_own_poster_do_not_count(town: Town) -> None:
    client = login(town, "auxiliary", Client(headers={"user-agent": PHONE}))
    assert client.get(FORM).status_code == 200
    assert not ScanDay.objects.exists()


def test_a_retired_code_still_leads_to_the_form(town: Town) -> None:
    code = DirectCode.objects.get()
    code.retired_at = code.posted_at
    code.save()
    page = Client(headers={"user-agent": PHONE}).get(FORM)
    assert page.status_code == 200
    assert "停用" not in page.text


def test_what_is_typed_off_a_wall_may_hold_an_o_for_a_zero(town: Town) -> None:
    DirectCode.objects.create(
        code="k0f7m2q1", district=town.station.district, station=town.station, serial=2
    )
    for typed in ("K0F7M2Q1", "kof7m2qi", "KOF7M2QL"):
        assert Client().get(f"/d/{typed}/").status_code == 200


# --- the form comes first ------------------------------------------------------------------------


def test_the_form_comes_while_another_holds_the_database(
    committed_db: Any, caplog: pytest.LogCaptureFixture
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("how SQLite locks")
    with_code()
    other = sqlite3.connect(committed_db.name, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert scan() == 200
    other.execute("ROLLBACK")
    other.close()
    assert not ScanDay.objects.exists()
    assert [record.getMessage() for record in caplog.records if record.name.endswith("scans")] == [
        "a scan was not counted: OperationalError"
    ]
    assert scan() == 200
    assert ScanDay.objects.get().scans == 1
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,)


def test_the_form_comes_on_a_full_disk(committed_db: Any) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's disk cannot be filled from here")
    town = with_code()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    codes = [
        DirectCode(code=f"c{n}", district="test", station=town.station, serial=n + 2)
        for n in range(2000)
    ]
    with pytest.raises(Exception, match="full"):
        DirectCode.objects.bulk_create(codes)
    assert scan() == 200


# --- who it was ----------------------------------------------------------------------------------


def test_neither_address_nor_phone_is_kept_anywhere(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    scan()
    scan()
    in_memory = str(caches["visitors"]._cache)
    in_the_log = " ".join(record.getMessage() for record in caplog.records)
    in_the_database = str(ScanDay.objects.values().get())
    for kept in (in_memory, in_the_log, in_the_database):
        assert "192.0.2.7" not in kept
        assert "Android" not in kept


def test_tomorrow_the_same_phone_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    request = RequestFactory(headers={"user-agent": PHONE}).get("/")
    today = visitors.visitor(request)
    visitors._key.cache_clear()  # what a new day does, and a restart
    assert visitors.visitor(request) != today


def asked(remote: str, forwarded: str = "") -> Any:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return RequestFactory(headers=headers, REMOTE_ADDR=remote).get("/")


def test_the_address_is_what_the_trusted_proxy_says_and_nobody_else(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert str(visitors.address(asked("192.0.2.7", "10.1.2.3"))) == "192.0.2.7"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert str(visitors.address(asked("127.0.0.1", "10.1.2.3, 192.0.2.7"))) == "192.0.2.7"
    assert visitors.address(asked("127.0.0.1")) is None
    assert visitors.address(asked("127.0.0.1", "nonsense")) is None
    assert str(visitors.address(asked("", "::ffff:192.0.2.7"))) == "192.0.2.7"


def test_one_household_has_many_addresses_of_the_sixth_version() -> None:
    one, two = asked("2001:db8:1:2::1"), asked("2001:db8:1:2:ffff::9")
    other = asked("2001:db8:1:3::1")
    assert visitors.household(one) == visitors.household(two) != visitors.household(other)
