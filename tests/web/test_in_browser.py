"""The shell in a real browser, served as operators serve it."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page
    from tests.support.site import Site

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
TARGETS = """
() => [...document.querySelectorAll('a, button, summary, input, textarea, select')]
  .filter(e => e.checkVisibility() && !e.closest('p, li, td, figure') && !e.matches('.skip'))
  .map(e => e.closest('label') ?? e)
  .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44)
  .map(([html, box]) => `${Math.round(box.width)}×${Math.round(box.height)} ${html}`)
"""


@pytest.fixture
def gallery(site: "Site", page: "Page") -> "Page":
    page.set_viewport_size(DESK)
    page.goto("/components/")
    return page


def focused(page: "Page") -> str:
    return page.evaluate("document.activeElement.innerText.split('\\t')[0]")


def hash_of(page: "Page") -> str:
    return page.evaluate("location.hash")


@pytest.mark.parametrize("size", ["normal", "large"])
@pytest.mark.parametrize("address", ["/", "/components/", "/accounts/login/"])
def test_targets_are_large_enough_and_nothing_runs_off_a_phone(
    site: "Site", page: "Page", address: str, size: str
) -> None:
    page.set_viewport_size(PHONE)
    page.goto(f"/prefer/?size={size}&next={address}")
    assert page.evaluate(TARGETS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_elder_mode_is_22_px(site: "Site", page: "Page") -> None:
    page.goto("/prefer/?size=large&next=/")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "22px"


def test_no_request_leaves_the_site_and_nothing_is_refused(site: "Site", page: "Page") -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for address in ("/", "/components/"):
        page.goto(address, wait_until="networkidle")
    assert all(url.startswith((site.url, "data:")) for url in asked)
    assert said == []


def test_the_home_page_is_whole_without_javascript(
    site: "Site", new_context: "Callable[..., BrowserContext]"
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Every call gets an answer")).to_be_visible()
    page.get_by_role("link", name="Large text").click()
    expect(page.get_by_role("link", name="Normal text")).to_be_visible()


def test_a_list_is_walked_and_opened_by_keyboard(gallery: "Page") -> None:
    gallery.locator("[data-row]").first.focus()
    gallery.keyboard.press("j")
    assert focused(gallery).startswith("还剩")
    gallery.keyboard.press("ArrowDown")
    gallery.keyboard.press("j")  # the last row stays
    gallery.keyboard.press("k")
    gallery.keyboard.press("Enter")
    assert hash_of(gallery) == "#second"


def test_a_single_key_presses_its_move_only_while_the_list_has_focus(gallery: "Page") -> None:
    gallery.locator("h1").click()
    gallery.keyboard.press("c")
    assert hash_of(gallery) == ""
    gallery.locator("[data-row]").first.focus()
    gallery.keyboard.press("c")
    assert hash_of(gallery) == "#contact"


def test_typing_and_composing_never_press_a_move(gallery: "Page") -> None:
    gallery.locator("textarea").first.press_sequentially("cajk")
    assert hash_of(gallery) == ""
    gallery.locator("[data-row]").first.focus()
    gallery.evaluate(
        """() => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key: "c", isComposing: true, bubbles: true}))"""
    )
    gallery.keyboard.press("Control+c")
    assert hash_of(gallery) == ""


def test_single_keys_can_be_switched_off_and_arrows_stay(gallery: "Page") -> None:
    gallery.get_by_role("link", name="关掉单键快捷键").click()
    gallery.locator("[data-row]").first.focus()
    gallery.keyboard.press("c")
    gallery.keyboard.press("j")
    assert hash_of(gallery) == ""
    assert focused(gallery).startswith("超时")
    gallery.keyboard.press("ArrowDown")
    gallery.keyboard.press("Enter")
    assert hash_of(gallery) == "#second"


def test_a_withdrawn_dialog_is_not_needed_to_ask_again(gallery: "Page") -> None:
    body = gallery.locator(".confirm-body")
    expect(body).to_be_hidden()
    gallery.locator(".confirm > summary").press("Enter")
    expect(body.get_by_role("button", name="确认撤回")).to_be_visible()


def test_focus_can_be_seen_and_skips_to_the_content(site: "Site", page: "Page") -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["height"] > 30
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert re.match(r"[23]px", outline)


def test_motion_stops_for_who_asks(
    site: "Site", new_context: "Callable[..., BrowserContext]"
) -> None:
    page = new_context(reduced_motion="reduce").new_page()
    page.goto("/components/")
    longest = page.evaluate(
        "getComputedStyle(document.querySelector('.button')).transitionDuration"
    )
    assert set(longest.split(", ")) <= {"0s", "0ms"}
