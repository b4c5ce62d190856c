"""The shell: what every page must have, and what the home page says."""

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils.csp import LazyNonce

from yihu.people.models import Organisation, OrganisationKind
from yihu.web import pages, styles
from yihu.web.urls import handler400, handler403, handler404, handler500, urlpatterns

PUBLIC_STYLES = 5 * 1024
PUBLIC_PAGE = 14 * 1024


def refuse(request: HttpRequest) -> HttpResponse:
    from django.core.exceptions import BadRequest, PermissionDenied

    kind = request.GET["kind"]
    raise {"400": BadRequest, "403": PermissionDenied, "500": RuntimeError}[kind]


class Wrong:
    """The house's addresses and one that fails as told."""

    urlpatterns = [*urlpatterns, path("fail/", refuse)]
    handler400, handler403 = handler400, handler403
    handler404, handler500 = handler404, handler500


@pytest.fixture
def station(db: None) -> Organisation:
    return Organisation.objects.create(
        district="ls",
        kind=OrganisationKind.STATION,
        code="ls-station",
        name="良水派出所",
        name_en="Liangshui Police Station",
    )


def test_the_home_page_shows_three_doors_and_the_station(
    client: Client, station: Organisation
) -> None:
    page = client.get("/").text
    for door in ("所长直达码", "对讲机", "警务室", station.name):
        assert door in page


def test_doors_not_built_yet_say_so_and_lead_nowhere(client: Client, station: Organisation) -> None:
    page = client.get("/").text
    doors = re.findall(r"<section.*?</section>", page, re.DOTALL)
    assert len(doors) == 3
    for door in doors[1:]:
        assert "建设中" in door
        assert "<a " not in door


def test_without_a_station_the_home_page_says_what_to_do(client: Client, db: None) -> None:
    assert "yihu demo" in client.get("/").text


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/no-such-page/"])
def test_110_stands_on_every_public_page(client: Client, db: None, address: str) -> None:
    assert 'href="tel:110"' in client.get(address).text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/fail/?kind=400", 400),
        ("/fail/?kind=403", 403),
        ("/nowhere/", 404),
        ("/fail/?kind=500", 500),
    ],
)
def test_an_error_says_what_to_do(db: None, address: str, status: int) -> None:
    client = Client(raise_request_exception=False)
    with override_settings(ROOT_URLCONF=Wrong):
        response = client.get(address)
    assert response.status_code == status
    assert str(status) in response.text
    assert re.search(r"请", response.text)
    assert 'href="/"' in response.text
    assert "！" not in response.text


def test_an_error_page_needs_no_database(client: Client) -> None:
    """pytest-django forbids the database here: a page that asked for it would fail."""
    request = RequestFactory().get("/")
    request._csp_nonce = LazyNonce()  # type: ignore[attr-defined]
    assert pages.broken(request).status_code == 500


def test_a_page_keeps_its_styles_inside_and_under_its_nonce(client: Client, db: None) -> None:
    response = client.get("/")
    policy = response.headers["Content-Security-Policy"]
    nonces = set(re.findall(r'<style nonce="([^"]+)"', response.text))
    assert len(nonces) == 1
    assert f"'nonce-{nonces.pop()}'" in policy
    assert "unsafe-inline" not in policy
    assert 'rel="stylesheet"' not in response.text
    assert "<script" not in response.text


def test_no_template_writes_a_style_attribute_or_an_inline_handler() -> None:
    for path_ in (styles.HERE / "templates").rglob("*.html"):
        assert not re.search(r'\s(style|on\w+)="', path_.read_text(encoding="utf-8")), path_


def test_public_styles_are_light() -> None:
    assert len(gzip.compress(styles.sheet("public").encode())) < PUBLIC_STYLES


def test_the_home_page_is_light(client: Client, station: Organisation) -> None:
    assert len(gzip.compress(client.get("/").content)) < PUBLIC_PAGE


def test_a_stylesheet_is_kept_for_ever_under_the_name_of_its_content(client: Client) -> None:
    address = f"/styles/desk.{styles.digest('desk')}.css"
    response = client.get(address)
    assert "immutable" in response.headers["Cache-Control"]
    assert client.get("/styles/desk.0123456789ab.css").status_code == 404
    assert client.get(f"/styles/desk/../x.{styles.digest('desk')}.css").status_code == 404


@pytest.mark.parametrize(("language", "lang"), [("zh-hans", "zh-Hans"), ("en", "en")])
def test_the_page_says_its_language(client: Client, db: None, language: str, lang: str) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    assert f'<html lang="{lang}"' in client.get("/").text


def test_a_chosen_language_text_size_and_theme_stay(client: Client, db: None) -> None:
    for wish in ("lang=en", "size=large", "theme=dark"):
        response = client.get(f"/prefer/?{wish}&next=/")
        assert response.headers["Location"] == "/"
    page = client.get("/").text
    assert '<html lang="en" data-size="large" data-theme="dark">' in page
    client.get("/prefer/?size=normal&next=/")
    assert "data-size" not in client.get("/").text.split(">")[1]


def test_a_wish_we_do_not_know_sets_nothing(client: Client, db: None) -> None:
    response = client.get("/prefer/?size=huge&lang=xx&colour=red&next=/")
    assert not response.cookies


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)"]
)
def test_a_wish_never_leads_to_another_site(client: Client, db: None, elsewhere: str) -> None:
    assert client.get("/prefer/", {"next": elsewhere}).headers["Location"] == "/"


def test_switching_from_a_form_hands_on_what_was_typed(client: Client, db: None) -> None:
    response = client.post("/prefer/?next=/d/abc/", {"prefer": "size=large", "words": "路灯"})
    assert response.status_code == 307  # the browser repeats the POST, body and all
    assert response.headers["Location"] == "/d/abc/"
    assert response.cookies["yihu_size"].value == "large"


def test_a_form_without_its_token_is_told_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/", {"words": "路灯"})
    assert response.status_code == 403
    assert "再交一次" in response.text


@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 404)])
def test_the_gallery_is_for_the_demo_only(
    client: Client, db: None, demo: bool, status: int
) -> None:
    with override_settings(DEMO=demo):
        assert client.get("/components/").status_code == status


def test_the_gallery_costs_no_query(client: Client, db: None, queries: Callable[..., Any]) -> None:
    with queries(at_most=0):
        client.get("/components/")


def test_we_never_promise_what_a_network_cannot_keep(rf: RequestFactory) -> None:
    for path_ in styles.HERE.rglob("*"):
        if path_.suffix in (".html", ".py", ".js"):
            text = path_.read_text(encoding="utf-8").lower()
            assert "匿名" not in text, path_
            assert "anonym" not in text, path_


def test_print_pages_are_light_whatever_was_chosen(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.COOKIES["yihu_theme"] = "dark"
    request._csp_nonce = LazyNonce()  # type: ignore[attr-defined]
    page = render(request, "web/print.html").text
    assert 'data-theme="light"' in page
    assert "110" in page
