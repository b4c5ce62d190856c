"""The set in real browsers, with the real relay between them: one speaks, the other hears."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.conftest import CHROMIUM_FLAGS
from tests.support import machine
from tests.support.net import talkgroup
from tests.support.site import Site
from tests.support.town import Town, build

from yihu.radio import archive, queries
from yihu.radio.groups import take_off
from yihu.radio.models import Burst, GroupKind

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

FAKE_MICROPHONE = (
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
PHONE = {"width": 390, "height": 844}
SOON = 20.0


@pytest.fixture
def town(site: Site) -> Town:
    from django.conf import settings

    settings.RECORDINGS.mkdir(exist_ok=True)
    town = build()
    for code, kind in (("all", GroupKind.BROADCAST), ("station", GroupKind.STATION)):
        talkgroup(town, code, kind, on=("chief", "officer"))
    for name in ("chief", "officer"):
        town.people[name].set_password("a long enough pass phrase")
        town.people[name].save()
    return town


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def relay(site: Site, town: Town) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "yihu", "relay", "--port", str(site.port + 1)],
        env=site._environment | {"PORT": str(site.port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    until(lambda: answers(site.port + 1))
    yield
    process.terminate()
    assert process.wait(SOON) == 0


@pytest.fixture(scope="module")
def talking_browser(browser: "Browser") -> "Iterator[Browser]":
    """Another one, whose microphone beeps."""
    talking = browser.browser_type.launch(
        executable_path=machine.chromium(), args=[*CHROMIUM_FLAGS, *FAKE_MICROPHONE]
    )
    yield talking
    talking.close()


@pytest.fixture
def set_of(talking_browser: "Browser", site: Site, relay: None) -> "Iterator[Callable[..., Page]]":
    opened: list[BrowserContext] = []

    def open_set(name: str) -> "Page":
        context = talking_browser.new_context(
            base_url=site.url, locale="zh-CN", viewport=PHONE, permissions=["microphone"]
        )
        opened.append(context)
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


def test_one_speaks_the_other_hears_and_it_is_kept(set_of: "Callable[[str], Page]") -> None:
    ann, bo = set_of("chief"), set_of("officer")
    bo.locator("h1").dispatch_event("pointerdown")  # a touch: browsers are silent before one
    ann.locator("#talk").focus()
    ann.keyboard.down("Space")
    expect(ann.get_by_text("您在讲")).to_be_visible()
    expect(bo.get_by_text("chief 正在讲话")).to_be_visible()
    expect(bo.locator(".set-level i.on").first).to_be_visible()
    ann.wait_for_timeout(1500)
    ann.keyboard.up("Space")
    expect(bo.locator("#talker")).to_have_text("空闲")
    until(lambda: Burst.objects.exclude(ended_at=None).count() == 1)
    spoken = archive.sound_of(Burst.objects.get())
    assert spoken.startswith(b"OggS")
    assert spoken.count(b"OggS") > 30  # a page for each 20 ms
    bo.get_by_role("link", name="听刚才的").click()
    player = bo.locator("audio")
    player.evaluate("e => { e.preload = 'auto'; e.load(); }")
    until(lambda: player.evaluate("e => e.duration") > 0.5)


def test_two_who_press_at_once_speak_one_after_the_other(set_of: "Callable[[str], Page]") -> None:
    ann, bo = set_of("officer"), set_of("chief")
    ann.locator("#talk").hover()
    ann.mouse.down()
    expect(ann.get_by_text("您在讲")).to_be_visible()
    bo.locator("#talk").focus()
    bo.keyboard.down("Space")  # whoever commands takes the floor
    expect(ann.get_by_text("讲话被中断")).to_be_visible()
    expect(bo.get_by_text("您在讲")).to_be_visible()
    bo.keyboard.up("Space")


def test_who_is_taken_off_a_group_falls_silent_at_once(
    set_of: "Callable[[str], Page]", town: Town
) -> None:
    bo = set_of("officer")
    take_off(actor=town.actor("chief"), group="station", person=town.people["officer"].id)
    expect(bo.locator("#group option")).to_have_count(1)
    expect(bo.get_by_text("这个组只听不讲")).to_be_visible()
    assert [m.group_id for m in queries.memberships(town.actor("officer"))] == ["all"]


def test_who_is_on_no_group_is_told_whom_to_ask(
    set_of: "Callable[[str], Page]", talking_browser: "Browser", site: Site, town: Town
) -> None:
    chief = town.actor("chief")
    for code in ("all", "station"):
        take_off(actor=chief, group=code, person=town.people["officer"].id)
    context = talking_browser.new_context(base_url=site.url, locale="zh-CN")
    page = context.new_page()
    page.goto("/accounts/login/?next=/radio/")
    page.get_by_label("用户名").fill("officer")
    page.get_by_label("密码").fill("a long enough pass phrase")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_text("您还不在任何对讲组里")).to_be_visible()
    context.close()
