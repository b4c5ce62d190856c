"""What people do with a set beside talking, in real browsers with the real relay."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect
from tests.radio.conftest import PHONE, until
from tests.support.desk import login
from tests.support.net import talkgroup
from tests.support.site import Site
from tests.support.town import Town

from yihu.dispatch.models import Incident
from yihu.people.shifts import end_shift
from yihu.radio.groups import put_on
from yihu.radio.models import Burst, Call, GroupKind, Position, Radio

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

HERE = {"longitude": 120.12345, "latitude": 30.2, "accuracy": 5}


@pytest.fixture
def at_set(
    talking_browser: "Browser", site: Site, town: Town, relay: object
) -> "Iterator[Callable[[str], Page]]":
    """`at_set("guard")`: somebody's page, signed in; the mall's guard is on the group `sites`."""
    talkgroup(town, "sites", GroupKind.SITES, on=("chief", "dispatcher", "guard"))
    opened: list[BrowserContext] = []

    def open_set(name: str) -> "Page":
        context = talking_browser.new_context(
            base_url=site.url,
            locale="zh-CN",
            viewport=PHONE,
            permissions=["microphone", "geolocation"],
            geolocation=HERE,
        )
        opened.append(context)
        session = login(town, name).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}]
        )
        page = context.new_page()
        page.goto("/radio/")
        expect(page.get_by_text("已连上")).to_be_visible()
        return page

    yield open_set
    for context in opened:
        context.close()


def test_duty_and_groups_come_and_go_without_a_reload(
    at_set: "Callable[[str], Page]", town: Town
) -> None:
    end_shift(actor=town.actor("guard"))
    page = at_set("guard")
    page.evaluate("window.same = true")
    expect(page.get_by_text("您现在不在岗")).to_be_visible()
    expect(page.locator("#talk")).to_be_hidden()
    expect(page.get_by_role("link", name="拨打110")).to_be_visible()
    page.get_by_role("button", name="上岗").click()
    expect(page.locator("#talk")).to_be_enabled()
    expect(page.locator("#here")).to_have_text("1 人在线")  # the relay knows, too
    put_on(actor=town.actor("chief"), group="station", person=town.people["guard"].id)
    expect(page.locator("#group option")).to_have_count(2)
    expect(page.get_by_label("对讲组")).to_have_value("sites")
    page.get_by_role("button", name="下岗").click()
    expect(page.locator("#talk")).to_be_hidden()
    assert page.evaluate("window.same")


def test_a_muted_group_is_left_until_an_alarm(at_set: "Callable[[str], Page]", town: Town) -> None:
    page, other = at_set("chief"), at_set("guard")
    page.get_by_label("对讲组").select_option("station")
    row = page.locator("#groups [data-group=sites]")
    expect(row).to_contain_text("2 人在线")
    mute = row.get_by_role("button", name="静音")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    expect(other.locator("#here")).to_have_text("1 人在线")
    page.reload()
    expect(mute).to_have_attribute("aria-pressed", "true")
    expect(other.locator("#here")).to_have_text("1 人在线")
    other.locator("#sos").hover()
    other.mouse.down()
    expect(other.get_by_text("已收到")).to_be_visible()
    other.mouse.up()
    expect(mute).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#alarms")).to_contain_text("一键报警 · mall")
    expect(page.get_by_text("紧急 · guard 正在讲话")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 700})
    expect(page.locator("#sos")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("link", name="拨打110")).to_be_in_viewport(ratio=1)


def test_one_browser_is_one_set_and_two_of_its_pages_do_not_fight(
    at_set: "Callable[[str], Page]",
) -> None:
    page = at_set("guard")
    other = page.context.new_page()
    other.goto("/radio/")
    expect(other.get_by_text("已连上")).to_be_visible()
    expect(page.get_by_text("开在另一个窗口里了")).to_be_visible()
    other.wait_for_timeout(3000)  # longer than a lost line takes to come back
    expect(other.get_by_text("已连上")).to_be_visible()
    expect(page.get_by_text("开在另一个窗口里了")).to_be_visible()


def test_a_lost_set_says_that_it_is_one(at_set: "Callable[[str], Page]", town: Town) -> None:
    page = at_set("guard")
    device = page.evaluate("localStorage.getItem('yihu device')")
    Radio.objects.create(
        district=town.station.district, number="07", device=device, stunned_at=timezone.now()
    )
    expect(page.get_by_text("已报失停用")).to_be_visible()
    expect(page.get_by_role("link", name="拨打110")).to_be_visible()


def test_an_alarm_comes_to_the_control_room_with_what_was_said(
    at_set: "Callable[[str], Page]", town: Town
) -> None:
    room, guard = at_set("dispatcher"), at_set("guard")
    room.goto("/desk/incidents/")
    room.evaluate("window.same = true")
    guard.locator("#sos").hover()
    guard.mouse.down()
    expect(guard.get_by_text("麦克风开着")).to_be_visible()
    guard.mouse.up()
    expect(room.locator("#rows")).to_have_attribute("data-unanswered", "1")
    expect(room.get_by_role("row").filter(has_text="mall")).to_be_visible()
    assert room.evaluate("window.same")
    room.get_by_role("link", name="一键报警").click()
    expect(room.get_by_role("link", name="30.20000, 120.12345 ±5 m")).to_be_visible()
    player = room.locator("#story audio")
    expect(player).to_have_count(1)
    expect(guard.get_by_text("麦克风开着")).to_be_hidden()
    player.evaluate("e => { e.preload = 'auto'; e.load(); }")
    until(lambda: player.evaluate("e => e.duration") > 1)
    incident = Incident.objects.get()
    assert Burst.objects.get().about == incident.matter
    player.evaluate("e => { e.loop = true; return e.play(); }")
    report = {"key": "0" * 32, "words": "两个人在二楼打架"}
    address = f"/radio/alarms/{incident.matter.reference}/report/"
    login(town, "guard").post(address, report)
    with room.expect_response(lambda answer: "now/" in answer.url and answer.status == 200):
        pass
    assert player.evaluate("e => !e.paused")  # nobody is cut short by news
    player.evaluate("e => e.pause()")
    expect(room.get_by_text("两个人在二楼打架")).to_be_visible()
    room.get_by_role("button", name="接警").click()  # on the page as it was opened before
    expect(guard.locator("#alarms")).to_contain_text("指挥室正在处置")


def test_a_private_call_turns_both_sets_to_it_and_ends_for_both(
    at_set: "Callable[[str], Page]",
) -> None:
    ann, bo = at_set("dispatcher"), at_set("guard")
    ann.locator("#here").click()
    ann.get_by_role("button", name="呼叫 guard").click()
    for page, other in ((ann, "guard"), (bo, "dispatcher")):
        expect(page.locator("#group option:checked")).to_have_text(f"单独通话 · {other}")
        expect(page.locator("#here")).to_have_text("2 人在线")
    bo.locator("#talk").focus()
    bo.keyboard.down("Space")
    expect(ann.locator("#talker")).to_have_text("guard 正在讲话")
    bo.keyboard.up("Space")
    bo.get_by_role("button", name="挂断").click()
    for page in (ann, bo):
        expect(page.locator("#group option:checked")).to_have_text("sites")


def test_who_directs_takes_the_floor_from_whoever_has_it(at_set: "Callable[[str], Page]") -> None:
    dispatcher, guard = at_set("dispatcher"), at_set("guard")
    free = dispatcher.get_by_role("button", name="收回讲话权")
    expect(free).to_be_hidden()
    guard.locator("#talk").hover()
    guard.mouse.down()
    expect(guard.get_by_text("您在讲")).to_be_visible()
    expect(guard.get_by_role("button", name="收回讲话权")).to_be_hidden()
    free.click()
    expect(guard.get_by_text("讲话被中断")).to_be_visible()
    guard.mouse.up()


def test_the_play_key_of_a_headset_begins_and_ends_talking(
    at_set: "Callable[[str], Page]",
) -> None:
    page = at_set("guard")
    page.add_init_script("""
      window.keys = {};
      navigator.mediaSession.setActionHandler = (name, act) => { window.keys[name] = act; };
    """)
    page.reload()
    expect(page.get_by_text("已连上")).to_be_visible()
    page.locator("#here").click()  # a page owns the keys once somebody has touched it
    page.evaluate("window.keys.play()")
    expect(page.get_by_text("您在讲")).to_be_visible()
    page.evaluate("window.keys.pause()")
    expect(page.locator("#talker")).to_have_text("空闲")


def test_words_and_position_go_to_the_group_and_nothing_typed_is_lost(
    at_set: "Callable[[str], Page]", site: Site
) -> None:
    page = at_set("guard")
    page.get_by_text("发文字、照片、位置").click()
    page.get_by_label("文字").fill("西门有人聚集")
    page.route("**/message/", lambda route: route.abort())
    page.get_by_role("button", name="发给本组").click()
    expect(page.get_by_text("没有发出去")).to_be_visible()
    expect(page.get_by_label("文字")).to_have_value("西门有人聚集")
    page.unroute("**/message/")
    page.get_by_role("button", name="发给本组").click()
    expect(page.get_by_text("已发出")).to_be_visible()
    page.get_by_role("button", name="发我的位置").click()
    until(lambda: Call.objects.count() == 2)
    assert set(Call.objects.values_list("kind", flat=True)) == {"text", "position"}


def test_positions_go_out_on_duty_and_with_consent_only(at_set: "Callable[[str], Page]") -> None:
    page = at_set("guard")
    page.get_by_text("我的位置", exact=True).click()
    share = page.get_by_role("switch")
    expect(share).not_to_be_checked()
    expect(page.locator("#place-state")).to_have_text("没有发送位置")
    assert not Position.objects.exists()
    share.check()
    until(lambda: Position.objects.filter(longitude=HERE["longitude"]).exists())
    page.get_by_role("button", name="下岗").click()
    expect(page.locator("#place-state")).to_have_text("没有发送位置")


def test_everything_can_be_done_by_keyboard_and_has_its_name(
    at_set: "Callable[[str], Page]",
) -> None:
    page, other = at_set("guard"), at_set("chief")
    other.get_by_label("对讲组").select_option("sites")
    talk = page.get_by_role("button", name="按住讲", pressed=False)
    page.get_by_label("对讲组").focus()
    page.keyboard.press("Tab")
    expect(talk).to_be_focused()
    page.keyboard.press("Enter")  # for whoever cannot hold a key: once begins, once ends
    expect(page.get_by_role("button", name="按住讲", pressed=True)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="您在讲")).to_be_visible()
    expect(other.get_by_role("status").filter(has_text="guard 正在讲话")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="空闲")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="按住 2 秒报警")).to_be_focused()
    page.keyboard.down("Space")
    expect(page.get_by_role("alert").filter(has_text="松开就取消")).to_be_visible()
    page.keyboard.up("Space")
    expect(page.get_by_role("alert").filter(has_text="已取消")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="拨打110")).to_be_focused()
    expect(page.locator("main")).to_match_aria_snapshot("""
      - heading "对讲" [level=1]
      - paragraph:
        - status: 已连上
      - combobox "对讲组"
      - region "讲话":
        - status: 空闲
        - button "按住讲"
      - region "报警":
        - button "按住 2 秒报警"
        - link "拨打110"
        - alert: 已取消，没有报警
    """)
