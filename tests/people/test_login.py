"""Login: a password by argon2, a second factor, a lock after five failures, no way to sign up."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse
from tests.support.desk import login
from tests.support.town import Town, build

from yihu.people.models import Person, Post
from yihu.places.models import District

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough pass phrase"
SRC = Path(__file__).parents[2] / "src"


@pytest.fixture
def town() -> Town:
    cache.clear()  # the counters of failed logins
    return build()


@pytest.fixture
def chief(town: Town) -> Person:
    person = town.people["chief"]
    person.set_password(PASSWORD)
    person.save()
    return person


def enter(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": "chief", "password": password})


def opened(client: Client, page: str) -> Any:
    """A page of the account that asks for the password once more."""
    asked = client.get(f"/accounts/{page}", follow=True)
    if "请再确认一次" not in asked.text or "next" not in asked.request["QUERY_STRING"]:
        return asked
    here = {"next": f"/accounts/{page}", "password": PASSWORD}
    return client.post("/accounts/reauthenticate/", here, follow=True)


def test_a_password_opens_the_desk_and_is_kept_by_argon2(chief: Person) -> None:
    client = Client()
    assert enter(client).headers["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200
    assert chief.password.startswith("argon2$")


def test_an_address_asked_for_is_where_login_leads(chief: Person) -> None:
    client = Client()
    page = client.get("/desk/notices/")
    assert page.headers["Location"] == "/accounts/login/?next=/desk/notices/"
    back = client.post(
        page.headers["Location"],
        {"login": "chief", "password": PASSWORD, "next": "/desk/notices/"},
    )
    assert back.headers["Location"] == "/desk/notices/"


def test_after_five_failures_even_the_right_password_waits(chief: Person) -> None:
    client = Client()
    for _ in range(5):
        assert enter(client, "wrong").status_code == 200
    locked = enter(client)
    assert locked.status_code == 200
    assert client.get("/desk/").status_code == 302


def test_a_second_factor_is_asked_for_once_it_is_set_up(chief: Person) -> None:
    secret = generate_totp_secret()
    TOTP.activate(chief, secret)
    client = Client()
    assert enter(client).headers["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/desk/").status_code == 302
    page = client.get("/accounts/2fa/authenticate/")
    assert "两步验证" in page.text
    wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
    assert client.get("/desk/").status_code == 200


def test_a_recovery_code_works_once(chief: Person) -> None:
    TOTP.activate(chief, generate_totp_secret())
    code = RecoveryCodes.activate(chief).get_unused_codes()[0]
    for expected in (302, 200):
        client = Client()
        enter(client)
        answer = client.post("/accounts/2fa/authenticate/", {"code": code})
        assert answer.status_code == expected


def test_the_second_factor_is_set_up_on_a_page(chief: Person) -> None:
    client = Client()
    enter(client)
    page = opened(client, "2fa/totp/activate/")
    secret = re.search(r"<code>(\w+)</code>", page.text)
    assert secret is not None
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret[1], counter))
    done = client.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)
    assert "恢复码" in done.text
    assert Authenticator.objects.filter(user=chief).count() == 2  # with recovery codes


@pytest.mark.parametrize(
    "page",
    [
        "2fa/",
        "2fa/totp/activate/",
        "2fa/webauthn/",
        "2fa/webauthn/add/",
        "password/change/",
        "logout/",
        "reauthenticate/",
    ],
)
def test_account_pages_are_drawn_by_our_templates(chief: Person, page: str) -> None:
    client = Client()
    enter(client)
    text = opened(client, page).text
    assert 'class="desk-top"' in text
    for foreign in ("Two-Factor", "Authenticator", "Sign Out", "Security Key", "双因素"):
        assert foreign not in text


def test_signing_up_and_what_goes_by_mail_does_not_exist() -> None:
    for name in ("account_signup", "account_email", "account_reset_password"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert Client().get("/accounts/signup/").status_code == 404


def test_staff_without_posts_read_why_there_is_nothing(town: Town) -> None:
    Post.objects.filter(person=town.people["officer"]).delete()
    page = login(town, "officer").get("/desk/")
    assert page.status_code == 403
    assert "您现在没有岗位" in page.text


def test_someone_who_was_deactivated_is_out(town: Town) -> None:
    client = login(town, "chief")
    assert client.get("/desk/").status_code == 200
    Person.objects.filter(username="chief").update(is_active=False)
    assert client.get("/desk/").status_code == 302


def test_staff_pages_are_kept_by_nobody(town: Town) -> None:
    assert "no-store" in login(town, "chief").get("/desk/").headers["Cache-Control"]


# --- the demo's way in ---------------------------------------------------------------------------


def test_one_click_logs_in_as_somebody_of_the_demo(town: Town) -> None:
    District.objects.update(demo=True)
    client = Client()
    page = client.get("/demo/").text
    for role in ("所长", "监督员", "民警", "驻村协警"):
        assert role in page
    assert client.post("/demo/enter/", {"person": town.people["chief"].id}).status_code == 302
    assert client.get("/desk/").status_code == 200


def test_nobody_of_a_real_district_is_offered_or_let_in(town: Town) -> None:
    client = Client()
    assert str(town.people["chief"].id) not in client.get("/demo/").text
    answer = client.post("/demo/enter/", {"person": town.people["chief"].id})
    assert answer.status_code == 404
    assert client.get("/desk/").status_code == 302
    assert client.post("/demo/enter/", {"person": "x"}).status_code == 404
    assert client.get("/demo/enter/").status_code == 405


def _in_production(tmp_path: Path, code: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "YIHU_HOME": str(tmp_path),
        "YIHU_HOSTS": "yihu.example.org",
        "DJANGO_SETTINGS_MODULE": "yihu.settings",
        "PYTHONPATH": str(SRC),
    }
    return subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        env=environment | more,
        capture_output=True,
        text=True,
        check=False,
    )


def test_where_public_hosts_are_named_the_demo_is_not_even_routed(tmp_path: Path) -> None:
    code = (
        "from django.urls import resolve, Resolver404, get_resolver\n"
        "assert resolve('/accounts/login/')\n"
        "assert resolve('/desk/')\n"
        "for address in ('/demo/', '/demo/enter/'):\n"
        "    try: resolve(address)\n"
        "    except Resolver404: continue\n"
        "    raise SystemExit(address)\n"
        "print('absent')"
    )
    ran = _in_production(tmp_path, code)
    assert (ran.returncode, ran.stdout.strip()) == (0, "absent"), ran.stderr


def test_demo_and_public_hosts_together_refuse_to_start(tmp_path: Path) -> None:
    ran = _in_production(tmp_path, "print('started')", YIHU_DEMO="1")
    assert ran.returncode != 0
    assert "exclude each other" in ran.stderr
    assert "started" not in ran.stdout
