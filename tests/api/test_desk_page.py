"""The desk's page for programs: keys shown once, addresses that hear, all of it one's own."""

import re

import pytest
from django.http import HttpResponse
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.api import signing
from yihu.api.models import ApiToken, Subscription
from yihu.api.queries import signing_secret, token_with

PAGE = "/desk/api/"


@pytest.fixture
def town(db: None) -> Town:
    return build()


def shown_secret(page: HttpResponse) -> str:
    found = re.search(r'class="secret"><code>([^<]+)</code>', page.text)
    return found[1] if found else ""


def test_a_token_is_shown_once_and_revoked(town: Town) -> None:
    client = login(town, "chief")
    made = client.post(f"{PAGE}tokens/", {"name": "走廊的屏幕", "scope": "read", "days": "90"})
    secret = shown_secret(made)
    assert made.headers["Cache-Control"] == "no-store, private"
    assert token_with(secret) is not None
    again = client.get(PAGE).text
    assert "走廊的屏幕" in again
    assert secret not in again
    assert "走廊的屏幕" not in login(town, "deputy").get(PAGE).text
    client.post(f"{PAGE}tokens/{ApiToken.objects.get().pk}/revoke/")
    assert token_with(secret) is None
    assert "已作废" in client.get(PAGE).text


def test_what_was_typed_stays_where_something_is_wrong(town: Town) -> None:
    client = login(town, "chief")
    page = client.post(f"{PAGE}tokens/", {"name": "走廊的屏幕", "scope": "all", "days": "7"})
    assert page.status_code == 422
    assert 'value="走廊的屏幕"' in page.text
    assert "请选一项。" in page.text
    bad = {"organisation": str(town.station.pk), "url": "ftp://x", "events": ["opened"]}
    page = client.post(f"{PAGE}hooks/", bad)
    assert page.status_code == 422
    assert 'value="ftp://x"' in page.text
    assert "https://" in page.text
    assert not ApiToken.objects.exists()
    assert not Subscription.objects.exists()


def test_an_address_is_subscribed_disabled_and_never_shows_its_secret_again(town: Town) -> None:
    client = login(town, "chief")
    said = {"organisation": str(town.station.pk), "url": "http://127.0.0.1:9/", "events": "opened"}
    made = client.post(f"{PAGE}hooks/", said)
    hook = Subscription.objects.get()
    assert shown_secret(made) == signing.spoken(signing_secret(hook.id))
    again = client.get(PAGE).text
    assert "http://127.0.0.1:9/" in again
    assert "whsec_" not in again
    other = said | {"organisation": str(town.other_station.pk)}
    assert client.post(f"{PAGE}hooks/", other).status_code == 422
    client.post(f"{PAGE}hooks/{hook.pk}/disable/")
    assert "已停用" in client.get(PAGE).text


def test_who_commands_no_office_makes_tokens_only(town: Town) -> None:
    page = login(town, "officer").get(PAGE).text
    assert "做令牌" in page
    assert "订阅" not in page


def test_the_page_costs_few_statements(town: Town, queries: object) -> None:
    client = login(town, "chief")
    with queries(at_most=12):  # type: ignore[operator]
        client.get(PAGE)


def test_the_description_is_in_the_readers_language(town: Town) -> None:
    client = login(town, "chief")
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    answer = paths["/api/v1/matters/{reference}/moves/answer"]["post"]
    assert answer["summary"] == "答复"
    text = client.get("/api/v1/").text
    assert "/api/v1/matters/{reference}/moves/answer" in text
    assert "<script" not in text
