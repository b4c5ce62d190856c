"""Sets in real browsers, with the real relay between them.

town      a station with the groups `all` (broadcast) and `station`; chief and officer on both
relay     the relay beside `site`: `kill()` as a power cut would, `start()` again
set_of    `set_of("chief")`: somebody's page, logged in, on the group `station`
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.conftest import CHROMIUM_FLAGS
from tests.support import machine
from tests.support.net import talkgroup
from tests.support.relay import RunningRelay
from tests.support.site import Site
from tests.support.town import Town, build

from yihu.radio.models import GroupKind

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

FAKE_MICROPHONE = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
PHONE = {"width": 390, "height": 844}
SOON = 20.0  # seconds until a test gives up waiting; nothing is timed


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


@pytest.fixture
def town(site: Site) -> Town:
    settings.RECORDINGS.mkdir(exist_ok=True)
    town = build()
    for code, kind in (("all", GroupKind.BROADCAST), ("station", GroupKind.STATION)):
        talkgroup(town, code, kind, on=("chief", "officer"))
    for name in ("chief", "officer"):
        town.people[name].set_password("a long enough pass phrase")
        town.people[name].save()
    return town


@pytest.fixture
def relay(site: Site, town: Town) -> Iterator[RunningRelay]:
    running = RunningRelay(site)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def talking_browser(browser: "Browser") -> "Iterator[Browser]":
    """Another one, whose microphone beeps."""
    talking = browser.browser_type.launch(
        executable_path=machine.chromium(), args=[*CHROMIUM_FLAGS, *FAKE_MICROPHONE]
    )
    yield talking
    talking.close()


@pytest.fixture
def set_of(
    talking_browser: "Browser", site: Site, relay: RunningRelay
) -> "Iterator[Callable[..., Page]]":
    opened: list[BrowserContext] = []

    def open_set(name: str, first: str = "") -> "Page":
        """`first`: a script that runs before the page's own."""
        context = talking_browser.new_context(
            base_url=site.url, locale="zh-CN", viewport=PHONE, permissions=["microphone"]
        )
        opened.append(context)
        context.add_init_script(first or ";")
        page = context.new_page()
        page.goto("/accounts/login/?next=/radio/")
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill("a long enough pass phrase")
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_text("已连上")).to_be_visible()
        page.get_by_label("对讲组").select_option("station")
        return page

    yield open_set
    for context in opened:
        context.close()
