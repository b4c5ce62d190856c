"""Fixtures shared by all tests.

db                 (pytest-django) a migrated database; the test's work is rolled back
committed_db       a database of its own, for tests that commit, use threads or other processes
site               on top of it, the real web server: `site.url`, `site.stop()`, `site.start()`
demo_site          the same, with the demo in it
browser, page      system Chromium; a page opens at `site.url` where the test asks for a site
queries            `with queries(at_most=8): …`

Tests marked `both_databases`, and all in tests/kernel that touch a database, run again on
PostgreSQL in the second pass of `make test`.
"""

import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connections
from django.test.utils import setup_databases, teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker
from tests.support import database, machine
from tests.support import queries as counting
from tests.support.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

# A build must say the same of the same code: new examples are looked for by people's own runs.
# A machine with other work is not a failing test.
hypothesis_settings.register_profile(
    "build", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
if os.environ.get("CI"):
    hypothesis_settings.load_profile("build")

KERNEL = Path(__file__).parent / "kernel"
TOUCHES_DATABASE = {"db", "committed_db", "site", "demo_site"}


@pytest.hookimpl(tryfirst=True)  # before -m picks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        marker = item.get_closest_marker("django_db")
        if (marker and marker.kwargs.get("transaction")) or "transactional_db" in fixtures:
            raise pytest.UsageError(
                f"{item.nodeid}: the ledger refuses to be flushed; use committed_db instead"
            )
        if item.path.is_relative_to(KERNEL) and (marker or fixtures & TOUCHES_DATABASE):
            item.add_marker("both_databases")
        if "page" in fixtures or "browser" in fixtures:
            item.add_marker("browser")
    # together, so that one worker alone makes the demo
    items.sort(key=lambda item: "demo_database" not in getattr(item, "fixturenames", ()))


# --- databases -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Replaces pytest-django's: made for any fixture that asks, not only for `db`."""
    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0, interactive=False, aliases={"default"}, serialized_aliases=set()
        )
        connections.close_all()
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def template_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A migrated database nobody is connected to, for copying."""
    with django_db_blocker.unblock():
        connections.close_all()
    source = str(settings.DATABASES["default"]["NAME"])
    name = database.sibling(source, "template")
    database.copy(source, name)
    yield name
    database.drop(name)


@dataclass(frozen=True)
class CommittedDatabase:
    """A database of one test: its name, and the YIHU_DATABASE_URL that reaches it."""

    name: str
    url: str


_copies = itertools.count(1)


def _copy_of(template: str, blocker: DjangoDbBlocker) -> Iterator[CommittedDatabase]:
    name = database.sibling(template, f"copy{next(_copies)}")
    database.copy(template, name)
    try:
        with blocker.unblock(), database.switched_to(name):
            yield CommittedDatabase(name, database.url_of(name))
    finally:
        database.drop(name)


@pytest.fixture
def committed_db(
    template_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[CommittedDatabase]:
    yield from _copy_of(template_database, django_db_blocker)


@pytest.fixture
def queries() -> Callable[..., object]:
    return counting.counted


@pytest.fixture(autouse=True)
def visitors_forgotten() -> None:
    """Tests all come from one address; none is slowed down for what another sent."""
    caches["visitors"].clear()


@pytest.fixture(autouse=True)
def answers_forgotten() -> None:
    """How offers were answered in one test says nothing in another."""
    from yihu.dispatch import advising  # Django stands by now

    advising.forget()


# --- the running site ----------------------------------------------------------------------------


def _yihu(*arguments: str, database_url: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "yihu", *arguments],
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "yihu.settings", "YIHU_DATABASE_URL": database_url},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="session")
def prepared_home(template_database: str) -> None:
    """This process's data folder with static files collected, as `make run` leaves it."""
    _yihu("prepare", "--no-demo", database_url=database.url_of(template_database))


@pytest.fixture(scope="session")
def demo_database(template_database: str) -> Iterator[str]:
    """A template with the demo in it, made once per process."""
    name = database.sibling(template_database, "demo")
    database.copy(template_database, name)
    _yihu("prepare", database_url=database.url_of(name))
    yield name
    database.drop(name)


def _serve(copy: CommittedDatabase) -> Iterator[Site]:
    site = Site(copy.url)
    site.start()
    try:
        yield site
    finally:
        site.kill()  # nothing is looked at any more: no need to wait for it


@pytest.fixture
def site(prepared_home: None, committed_db: CommittedDatabase) -> Iterator[Site]:
    yield from _serve(committed_db)


@pytest.fixture
def demo_db(demo_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[CommittedDatabase]:
    yield from _copy_of(demo_database, django_db_blocker)


@pytest.fixture
def demo_site(demo_db: CommittedDatabase) -> Iterator[Site]:
    yield from _serve(demo_db)


# --- the browser ---------------------------------------------------------------------------------

PATIENCE = 20_000
"""Milliseconds until something that was expected on a page counts as missing: machines are busy."""
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """The system's Chromium. YIHU_TEST_CHROMIUM names another one."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    path = machine.chromium()
    if path is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    # Playwright runs an event loop in this thread; our own code stays synchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def new_context(
    browser: "Browser", request: pytest.FixtureRequest
) -> "Iterator[Callable[..., BrowserContext]]":
    """Make browser contexts (people with cookies of their own) that close with the test.

    Takes Playwright's `new_context` arguments; the language is Chinese unless said otherwise.
    """
    served = next((n for n in ("site", "demo_site") if n in request.fixturenames), None)
    base = {"base_url": request.getfixturevalue(served).url} if served else {}
    opened: list[BrowserContext] = []

    def make(**options: object) -> "BrowserContext":
        context = browser.new_context(**{"locale": "zh-CN", **base, **options})
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: "Callable[..., BrowserContext]") -> "Page":
    return new_context().new_page()
