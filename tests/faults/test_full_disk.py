"""The disk is full: what was acknowledged stays, what was typed is kept, and it goes on after."""

import html
import re
import secrets
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from tests.support.town import Town, build

from yihu.direct.models import DirectCode
from yihu.kernel import ledger, proofs
from yihu.kernel.models import Entry, Matter, Reply, SealedPart
from yihu.kernel.timeline import timeline

RECEIPT = re.compile(r"/r/(\w{16})/")
FREE = 40  # pages


@pytest.fixture
def town(committed_db: object) -> Town:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's disk cannot be filled from here")
    town = build()
    DirectCode.objects.create(code="demo", district=town.station.district, station=town.station)
    return town


@pytest.fixture
def free_pages(town: Town) -> Callable[[int], None]:
    """Let the database file grow by so many pages and no more, as a full disk would."""

    def leave(pages: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            (used,) = cursor.fetchone()
            cursor.execute(f"PRAGMA max_page_count = {used + pages}")

    return leave


def typed() -> dict[str, str]:
    words = "楼道的灯坏了。" * 200 + secrets.token_hex(8)
    return {"key": secrets.token_hex(16), "kind": "help", "words": words, "contact": "000-1234"}


def fill(client: Client) -> tuple[dict[str, dict[str, str]], dict[str, str], str]:
    """Write until there is no room: what was acknowledged by secret, what was not, its page."""
    kept = {}
    for _ in range(500):
        fields = typed()
        answer = client.post("/d/demo/", fields)
        if answer.status_code != 303:
            assert answer.status_code == 503
            return kept, fields, answer.content.decode()
        kept[RECEIPT.search(answer["Location"])[1]] = fields
    raise AssertionError("the disk never was full")


def words_of(secret: str) -> str:
    party = proofs.party_with(secret)
    assert party is not None
    return timeline(party.matter, "party")[0].said[0].text or ""


def test_a_full_disk_loses_nothing_acknowledged_and_nothing_typed(
    town: Town, free_pages: Callable[[int], None]
) -> None:
    client = Client(headers={"host": "localhost"})
    free_pages(FREE)
    kept, refused, page = fill(client)
    assert len(kept) >= 2
    assert "现在存不下来" in page
    text = html.unescape(page)
    assert all(value in text for value in refused.values())
    again = client.post("/d/demo/", refused)
    assert again.status_code == 503

    assert Matter.objects.count() == len(kept)
    assert Entry.objects.count() == Reply.objects.count() == len(kept)
    assert SealedPart.objects.count() == 2 * len(kept)
    for secret, fields in kept.items():
        assert words_of(secret) == fields["words"]
        assert client.get(f"/r/{secret}/").status_code == 200

    free_pages(100_000)
    answer = client.post("/d/demo/", refused)
    assert answer.status_code == 303
    secret = RECEIPT.search(answer["Location"])[1]
    assert words_of(secret) == refused["words"]
    assert Matter.objects.count() == len(kept) + 1
    assert ledger.sequence() == len(kept) + 1


def test_what_is_added_to_a_receipt_is_kept_on_its_page(
    town: Town, free_pages: Callable[[int], None]
) -> None:
    client = Client(headers={"host": "localhost"})
    free_pages(FREE)
    kept, _, _ = fill(client)
    address = f"/r/{next(iter(kept))}/"
    more = {"key": secrets.token_hex(16), "seq": "1", "words": "还有一件" * 400}
    answer = client.post(address + "add/", more)
    assert answer.status_code == 503
    page = html.unescape(answer.content.decode())
    assert "现在存不下来" in page
    assert more["words"] in page
    assert more["key"] in page
    free_pages(100_000)
    assert client.post(address + "add/", more).status_code == 303
    assert Entry.objects.filter(kind="acted").count() == 1
