"""The resident's pages in a real browser: nothing typed is lost, and everything can be reached."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from tests.support.town import Town, build

from yihu.direct.models import DirectCode
from yihu.kernel.models import Matter, SealedPart

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page
    from tests.support.site import Site

type NewContext = Callable[..., BrowserContext]
PHONE = {"width": 390, "height": 844}
SEND = re.compile("交出去，拿回执")
SCRIPT_BYTES = 2 * 1024  # as it travels
TARGETS = """
() => [...document.querySelectorAll('a, button, summary, input, textarea, select')]
  .filter(e => e.checkVisibility() && !e.closest('p, li, td, figure') && !e.matches('.skip'))
  .map(e => e.closest('label') ?? e)
  .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44)
  .map(([html, box]) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`)
"""


@pytest.fixture
def town(site: "Site") -> Town:
    town = build()
    DirectCode.objects.create(code="demo", district=town.station.district, station=town.station)
    return town


@pytest.fixture
def page(new_context: NewContext, town: Town) -> "Page":
    page = new_context(viewport=PHONE).new_page()
    page.goto("/d/demo/")
    return page


def fill(page: "Page", words: str = "楼道灯坏了") -> None:
    page.get_by_label("求助", exact=True).check()
    page.get_by_label("请写在这里").fill(words)


def test_without_a_network_nothing_is_lost_and_it_is_sent_once_it_is_back(page: "Page") -> None:
    fill(page)
    page.context.set_offline(True)
    page.get_by_role("button", name=SEND).click()
    page.get_by_text("还没有送出去").wait_for()
    assert page.get_by_label("请写在这里").input_value() == "楼道灯坏了"
    assert not Matter.objects.exists()
    page.context.set_offline(False)
    page.get_by_text("请先保存").wait_for()
    assert Matter.objects.count() == 1
    assert page.evaluate("sessionStorage.length") == 0


def test_an_answer_lost_on_the_way_does_not_send_twice(page: "Page") -> None:
    fill(page)
    lost = []

    def lose_first_answer(route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch(max_redirects=0).status)
        route.abort()

    page.route("**/d/demo/", lose_first_answer)
    page.get_by_role("button", name=SEND).click()
    page.get_by_text("还没有送出去").wait_for()
    assert lost == [303]
    page.get_by_role("button", name=SEND).click()
    page.wait_for_url("**/r/**")
    assert Matter.objects.count() == 1


def test_pressing_twice_sends_once(page: "Page") -> None:
    fill(page)
    page.get_by_role("button", name=SEND).dblclick()
    page.wait_for_url("**/r/**")
    assert Matter.objects.count() == 1


def test_a_reload_brings_back_what_was_typed_and_the_same_key(page: "Page") -> None:
    fill(page)
    key = page.locator("[name=key]").input_value()
    page.reload()
    assert page.get_by_label("请写在这里").input_value() == "楼道灯坏了"
    assert page.get_by_label("求助", exact=True).is_checked()
    assert page.locator("[name=key]").input_value() == key


def test_an_error_keeps_the_chosen_photo(page: "Page") -> None:
    page.get_by_label("求助", exact=True).check()
    dot = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763"
        "f8cfc000000301010018dd8db00000000049454e44ae426082"
    )
    page.get_by_label("照片").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": dot}
    )
    page.get_by_role("button", name=SEND).click()
    page.get_by_text("请改这 1 处").wait_for()
    page.get_by_label("请写在这里").fill("有图")
    page.get_by_role("button", name=SEND).click()
    page.wait_for_url("**/r/**")
    assert SealedPart.objects.filter(what="photo").count() == 1


def test_only_a_complaint_asks_about_whom_it_is(page: "Page") -> None:
    about, whom = page.get_by_text("投诉的是"), page.get_by_label("是哪一位")
    for kind, asks_about, asks_whom in (("建议", False, False), ("表扬", False, True)):
        page.get_by_label(kind, exact=True).check()
        assert (about.is_visible(), whom.is_visible()) == (asks_about, asks_whom), kind
    page.get_by_label("投诉", exact=True).check()
    expect(about).to_be_visible()
    expect(whom).to_be_hidden()
    page.get_by_label("某位工作人员").check()
    expect(whom).to_be_visible()
    page.get_by_label("所长本人").check()
    expect(page.get_by_text("不经过派出所")).to_be_visible()


def test_everything_can_be_done_without_javascript(new_context: NewContext, town: Town) -> None:
    page = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto("/d/demo/")
    page.get_by_label("请写在这里").fill("只写了话")
    page.get_by_role("button", name=SEND).click()
    assert page.get_by_label("请写在这里").input_value() == "只写了话"
    page.get_by_label("建议", exact=True).check()
    page.get_by_role("button", name="大字").click()
    assert page.get_by_label("请写在这里").input_value() == "只写了话"
    page.get_by_role("button", name=SEND).click()
    secret = page.locator(".secret").inner_text()
    page.locator("summary", has_text="补充一句").click()
    page.get_by_label("补充一句").fill("再说一句")
    page.get_by_role("button", name="交出补充").click()
    expect(page.get_by_text("再说一句")).to_be_visible()
    page.goto("/r/")
    page.get_by_label("查询码").fill(secret.lower())
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("再说一句")).to_be_visible()


@pytest.mark.parametrize("size", ["normal", "large"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_targets_are_large_enough_and_nothing_runs_off_a_phone(
    page: "Page", size: str, language: str
) -> None:
    fill(page, "很长的一段话" * 40 + "https://example.org/" + "x" * 120)
    page.get_by_role("button", name=SEND).click()
    page.wait_for_url("**/r/**")
    for address in ("/d/demo/", page.url, page.url.split("?")[0], "/r/", "/verify/", "/r/no/"):
        page.goto(f"/prefer/?size={size}&next={address}")
        page.goto(f"/prefer/?lang={language}&next={address}")
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate(TARGETS) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address


def test_no_request_leaves_the_site_and_nothing_is_refused(site: "Site", page: "Page") -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto("/d/demo/", wait_until="networkidle")
    fill(page)
    page.get_by_role("button", name=SEND).click()
    page.wait_for_url("**/r/**")
    page.goto("/verify/", wait_until="networkidle")
    assert all(url.startswith((site.url, "data:")) for url in asked)
    assert said == []


def test_the_script_is_small(page: "Page") -> None:
    address = page.locator("script[src*=send]").get_attribute("src")
    loaded = page.evaluate(
        "address => performance.getEntriesByName(new URL(address, location).href)[0].toJSON()",
        address,
    )
    assert 0 < loaded["encodedBodySize"] < SCRIPT_BYTES
