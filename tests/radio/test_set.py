"""The set in real browsers, with the real relay between them: one speaks, the other hears."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from tests.radio.conftest import until
from tests.support.site import Site
from tests.support.town import Town

from yihu.radio import archive, queries
from yihu.radio.groups import take_off
from yihu.radio.models import Burst

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


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
