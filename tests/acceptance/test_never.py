"""C3, C4, C5, C11: attempts to bury a complaint, and to learn who complained."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from tests.support.desk import address, do, login, offered, post, teller, write
from tests.support.town import Town, build

from yihu.direct.kinds import About, Kind
from yihu.kernel import lapses, notices
from yihu.kernel.access import Refused
from yihu.kernel.models import Entry, Matter
from yihu.people.models import Person, Post
from yihu.people.roles import DEPUTY_CHIEF, STATION_CHIEF

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return build()


def named(town: Town, person: str, **more: object) -> Matter:
    """A complaint that the supervisor has taken over, with its subject named."""
    matter = write(town, "他收了钱", kind=Kind.COMPLAINT, about=About.PERSON, **more).matter
    do(town.actor("supervisor"), matter, "take_over", words="由我们办")
    do(town.actor("supervisor"), matter, "name_subject", person=town.people[person].id)
    return matter


# --- C3: a complaint disappears ------------------------------------------------------------------


@pytest.mark.parametrize("way", ["refer", "merge"])
def test_C3_a_complaint_sent_elsewhere_comes_back_when_the_teller_objects(
    town: Town, way: str
) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.OFFICE)
    other = write(town, kind=Kind.COMPLAINT, about=About.OFFICE).matter
    where = {"to": "别的单位"} if way == "refer" else {"into": other.reference}
    assert (
        post(login(town, "chief"), sent.matter, way, words="请找他们", **where).status_code == 302
    )
    receipt = Client().get(f"/r/{sent.secret}/")
    assert f"/r/{sent.secret}/reopen/" in receipt.text
    assert do(teller(sent), sent.matter, "dispute", words="他们说不归他们管").step == "reopened"
    assert sent.matter.reference in login(town, "supervisor").get("/desk/").text


def test_C3_what_nobody_asked_to_erase_is_not_erased(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.OFFICE)
    do(teller(sent), sent.matter, "withdraw")
    supervisor = login(town, "supervisor")
    assert supervisor.post(address(sent.matter, "erase")).status_code == 404
    do(teller(sent), sent.matter, "ask_erasure")
    for name in ("chief", "deputy", "officer"):
        assert login(town, name).post(address(sent.matter, "erase")).status_code in (403, 404)
    assert supervisor.post(address(sent.matter, "erase")).status_code == 302
    assert Entry.objects.filter(matter=sent.matter, kind="erased").count() == 1


# --- C4: retaliation -----------------------------------------------------------------------------


def test_C4_a_second_post_elsewhere_opens_no_back_door(town: Town) -> None:
    """Chief of two offices; acting as supervisor meanwhile; a deputy under him there: all blind."""
    matter = named(town, "chief")
    since = Post.objects.first().since
    Post.objects.create(
        person=town.people["chief"], role="supervisor", organisation=matter.office, since=since
    )
    Post.objects.create(
        person=town.people["chief"],
        role=STATION_CHIEF.code,
        organisation=town.other_station,
        since=since,
    )
    under = Person.objects.create(district="test", username="under", name="under")
    for where in (town.other_station, matter.office):
        Post.objects.create(
            person=under,
            role=DEPUTY_CHIEF.code,
            organisation=where,
            since=since,
        )
    town.people["under"] = under
    for name in ("chief", "under"):
        client = login(town, name)
        assert client.get(address(matter)).status_code == 404
        for query in ("", "?list=all", f"?q={matter.reference}", "?q=他收了钱"):
            assert "data-matter" not in client.get(f"/desk/{query}").text
        assert notices.unread(town.actor(name)) == 0
        assert client.post(address(matter, "identity"), {"reason": "看看"}).status_code == 404


def test_C4_neither_name_nor_words_are_in_what_a_server_logs(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    sent = write(town, "只有她知道的话", kind=Kind.COMPLAINT, name="某某", contact="000-0000-123")
    for name in ("chief", "supervisor", "stranger"):
        login(town, name).get(address(sent.matter))
        login(town, name).post(address(sent.matter, "identity"), {"reason": "核实"})
    Client().get(f"/r/{sent.secret}/")
    lapses.fire_due()
    said = [r.getMessage() for r in caplog.records if not r.name.startswith("django.db")]
    for secret in ("只有她知道的话", "某某", "000-0000-123", sent.secret):
        assert not [line for line in said if secret in line]


def test_C4_a_receipts_pages_tell_nobody_where_they_were(town: Town) -> None:
    sent = write(town)
    for path in ("", "receipt.json", "receipt.png"):
        for ask in (Client().get, Client().head):
            answer = ask(f"/r/{sent.secret}/{path}")
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "no-store" in answer.headers["Cache-Control"]
            assert "noindex" in answer.headers["X-Robots-Tag"]
        assert Client().options(f"/r/{sent.secret}/{path}").status_code == 405
    page = Client().get(f"/r/{sent.secret}/").text
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert title is not None
    assert sent.secret not in title[1].replace("-", "")
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//(?!testserver)', page)


# --- C5: burying ---------------------------------------------------------------------------------


def test_C5_a_complaint_is_not_merged_into_something_harmless(town: Town) -> None:
    complaint = write(town, kind=Kind.COMPLAINT, about=About.OFFICE).matter
    harmless = write(town).matter
    merged = post(login(town, "chief"), complaint, "merge", into=harmless.reference, words="并过去")
    assert merged.status_code == 422
    complaint.refresh_from_db()
    assert complaint.is_open


def test_C5_questions_do_not_put_the_clock_off_for_ever(town: Town) -> None:
    matter = write(town, kind=Kind.COMPLAINT, about=About.OFFICE).matter
    dues = []
    for _ in range(5):
        matter = do(town.actor("chief"), matter, "ask", words="再问一次")
        dues.append(matter.due_at)
    assert len(set(dues)) == 1


def test_C5_where_the_only_supervisor_is_the_one_the_leader_takes_it(town: Town) -> None:
    matter = write(town, kind=Kind.COMPLAINT, about=About.CHIEF).matter
    supervisor = town.actor("supervisor")
    do(supervisor, matter, "name_subject", person=supervisor.id)
    assert login(town, "supervisor").get(address(matter)).status_code == 404
    leader = login(town, "leader")
    assert "decide" in offered(leader.get(address(matter)))
    done = post(leader, matter, "decide", outcome="explained", words="已经查清")
    assert done.status_code == 302


# --- C11: decisions by machine -------------------------------------------------------------------


def test_C11_the_clock_answers_nothing_and_decides_nothing(town: Town) -> None:
    """Of all moves the clock may make, none counts as an answer or says an outcome."""
    for loop in {write(town).matter.declared, named(town, "officer").declared}:
        for move in loop.moves:
            if any(role.code == "clock" for role in move.by):
                assert not move.answers
                assert move.takes is None


# --- posture -------------------------------------------------------------------------------------

PROBE = """
import json, django
django.setup()
from django.core.management import call_command
call_command("collectstatic", verbosity=0, interactive=False)
from django.core.checks import run_checks
from django.test import Client
found = [m.id for m in run_checks(include_deployment_checks=True)]
a = Client().get("/verify/", secure=True, headers={"host": "yihu.example.org"})
b = Client().get("/verify/", headers={"host": "yihu.example.org"})
c = Client().get("/verify/", secure=True, headers={"host": "evil.example"})
d = Client().get("/demo/", secure=True, headers={"host": "yihu.example.org"})
from django.conf import settings
print(json.dumps({
    "checks": found, "headers": dict(a.headers), "plain": b.status_code,
    "elsewhere": c.status_code, "demo": d.status_code,
    "cookies": [settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE,
                settings.SESSION_COOKIE_HTTPONLY],
    "proxies": settings.ALLAUTH_TRUSTED_PROXY_COUNT, "debug": settings.DEBUG}))
"""


def test_a_public_site_is_shut_where_it_must_be(tmp_path: Path) -> None:
    ours = ("YIHU_", "DJANGO_")  # of the tests, not of a site
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env=environment
        | {
            "DJANGO_SETTINGS_MODULE": "yihu.settings",
            "YIHU_HOSTS": "yihu.example.org",
            "YIHU_HOME": str(tmp_path),
            "PYTHONPATH": "src",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    # subdomains and preloading are the owner of the domain's to decide
    assert set(told["checks"]) <= {"security.W005", "security.W021"}
    assert (told["plain"], told["elsewhere"], told["demo"]) == (301, 400, 404)
    assert told["cookies"] == [True, True, True]
    assert (told["proxies"], told["debug"]) == (1, False)
    policy = told["headers"]["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "max-age=31536000" in told["headers"]["Strict-Transport-Security"]


def test_a_session_from_before_the_login_is_worth_nothing_after_it(town: Town) -> None:
    chief = town.people["chief"]
    chief.set_password("a long enough password")
    chief.save()
    client = Client()
    session = client.session
    session["planted"] = "x"
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    entered = client.post(
        "/accounts/login/", {"login": "chief", "password": "a long enough password"}
    )
    assert entered.status_code == 302
    assert client.cookies["sessionid"].value != before
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/desk/").status_code == 302


def test_an_excuse_stands_only_until_the_teller_speaks(town: Town) -> None:
    sent = write(town, kind=Kind.COMPLAINT, about=About.OFFICE)
    do(town.actor("chief"), sent.matter, "excuse", reason="unreachable", words="打不通")
    do(town.actor("supervisor"), sent.matter, "confirm_excuse", words="核实过")
    do(teller(sent), sent.matter, "add", words="我一直在")
    with pytest.raises(Refused):
        do(town.actor("chief"), sent.matter, "close", words="就这样")
